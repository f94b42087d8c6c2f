use sdk::routes::ThreadEvidence;
use sdk::types::Ingress;

use super::*;

/// What one case changes in an ordinary arrival.
type Change = fn(&mut Arrival);

fn arrival() -> Arrival {
    Arrival {
        ingress: Ingress::Submission,
        relay_authenticated: true,
        author: AuthorAuthentication::None,
        author_address: Some("eve@enduser.example".into()),
        author_is_ours: false,
        author_messages: 1,
        author_role: Role::Stranger,
        origin: Origin::Person,
        carries: Carried::Nothing,
        recipient: "help@acme.example".into(),
        brand: 7,
        thread: None,
        flags: vec![],
        require_authenticated: false,
    }
}

fn thread(closed: bool) -> Option<Thread> {
    Some(Thread {
        ticket: 12,
        evidence: ThreadEvidence::References,
        closed,
    })
}

#[test]
fn ordinary_and_doubtful_mail() {
    use InboundRoute::{Drop, Suspend, Ticket};
    let cases: [(&str, Change, InboundRoute); 16] = [
        ("R66 brand of the address", |_| {}, Ticket(7)),
        (
            "R8 failing author",
            |a| a.author = AuthorAuthentication::Fail,
            Ticket(7),
        ),
        (
            "R29 public path",
            |a| a.relay_authenticated = false,
            Ticket(7),
        ),
        ("closed ticket", |a| a.thread = thread(true), Ticket(7)),
        (
            "R82",
            |a| (a.carries, a.origin) = (Carried::VerificationToken, Origin::Loop),
            Drop("verification_consumed".into()),
        ),
        (
            "R113",
            |a| (a.carries, a.origin) = (Carried::DeliveryReport, Origin::Bounce),
            Drop("bounce_linked".into()),
        ),
        ("R37", |a| a.origin = Origin::Loop, Suspend(Cause::Loop)),
        (
            "bounce",
            |a| a.origin = Origin::Bounce,
            Suspend(Cause::Bounce),
        ),
        (
            "out of office",
            |a| a.origin = Origin::Vacation,
            Suspend(Cause::Vacation),
        ),
        ("list", |a| a.origin = Origin::Bulk, Suspend(Cause::Bulk)),
        (
            "program",
            |a| a.origin = Origin::Automatic,
            Suspend(Cause::Automatic),
        ),
        (
            "R31",
            |a| a.flags = vec!["unparseable".into()],
            Suspend(Cause::Unprocessable),
        ),
        (
            "R41 on",
            |a| (a.relay_authenticated, a.require_authenticated) = (false, true),
            Suspend(Cause::UnauthenticatedUpdate),
        ),
        (
            "R41 authenticated",
            |a| a.require_authenticated = true,
            Ticket(7),
        ),
        (
            "forged agent",
            |a| (a.author, a.author_role) = (AuthorAuthentication::Fail, Role::Agent),
            Suspend(Cause::FailedAuthentication),
        ),
        (
            "one of our own addresses",
            |a| a.author_is_ours = true,
            Suspend(Cause::FromSupportAddress),
        ),
    ];
    for (row, change, expected) in cases {
        let mut arrival = arrival();
        change(&mut arrival);
        assert_eq!(
            inbound(&Rules::default(), Listed::default(), &arrival),
            expected,
            "{row}"
        );
    }
}

/// R39, the matrix: who, over which way, how sure of the author -> flagged?
#[test]
fn who_may_speak_in_a_ticket() {
    use AuthorAuthentication::{Fail, None, Pass};
    let cases = [
        (Role::Requester, true, None, false),
        (Role::Requester, true, Fail, true),
        (Role::Requester, false, None, true),
        (Role::Requester, false, Pass, false),
        (Role::Copied, true, None, false),
        (Role::Copied, false, None, true),
        (Role::Follower, true, None, false),
        (Role::Agent, true, Pass, false),
        (Role::Agent, true, None, true),
        (Role::Agent, false, Pass, true),
        (Role::Agent, false, None, true),
        (Role::Known, true, Pass, true),
        (Role::Stranger, true, Pass, true),
        (Role::Stranger, false, None, true),
    ];
    for (author_role, relay_authenticated, author, flagged) in cases {
        let arrival = Arrival {
            author_role,
            relay_authenticated,
            author,
            thread: thread(false),
            ..arrival()
        };
        let expected = InboundRoute::Update(Update {
            ticket: 12,
            flagged,
        });
        let what = format!("R39 {author_role:?} relay {relay_authenticated} {author:?}");
        assert_eq!(
            inbound(&Rules::default(), Listed::default(), &arrival),
            expected,
            "{what}"
        );
    }
}

/// API.md, section 4: twenty an hour, twenty more kept aside, then no trace;
/// ten times that on the allow list; agents we are sure of go on.
#[test]
fn so_many_messages_an_hour() {
    use InboundRoute::{Drop, Suspend, Ticket};
    let dropped = || Drop("too_many_messages".into());
    let allowed = Listed {
        allowed: true,
        ..Listed::default()
    };
    for (count, listed, expected) in [
        (20, Listed::default(), Ticket(7)),
        (21, Listed::default(), Suspend(Cause::Loop)),
        (40, Listed::default(), Suspend(Cause::Loop)),
        (41, Listed::default(), dropped()),
        (200, allowed, Ticket(7)),
        (201, allowed, Suspend(Cause::Loop)),
        (401, allowed, dropped()),
    ] {
        let arrival = Arrival {
            author_messages: count,
            ..arrival()
        };
        assert_eq!(
            inbound(&Rules::default(), listed, &arrival),
            expected,
            "{count}"
        );
    }
    let agent = Arrival {
        author_messages: 41,
        author_role: Role::Agent,
        author: AuthorAuthentication::Pass,
        ..arrival()
    };
    let went = inbound(&Rules::default(), Listed::default(), &agent);
    assert_eq!(went, Ticket(7));
    let claimed = Arrival {
        relay_authenticated: false,
        ..agent
    };
    let went = inbound(&Rules::default(), Listed::default(), &claimed);
    assert_eq!(went, dropped(), "anybody can claim to be an agent");
}

#[test]
fn the_block_list_keeps_aside() {
    let blocked = Listed {
        blocked: true,
        ..Listed::default()
    };
    assert_eq!(
        inbound(&Rules::default(), blocked, &arrival()),
        InboundRoute::Suspend(Cause::Blocked)
    );
}

#[test]
fn switches_change_the_way() {
    let automatic = Arrival {
        origin: Origin::Automatic,
        ..arrival()
    };
    let rules = Rules {
        allow_automatic: true,
        ..Rules::default()
    };
    assert_eq!(
        inbound(&rules, Listed::default(), &automatic),
        InboundRoute::Ticket(7)
    );

    let stranger = Arrival {
        thread: thread(false),
        ..arrival()
    };
    let rules = Rules {
        suspend_other_users: true,
        ..Rules::default()
    };
    assert_eq!(
        inbound(&rules, Listed::default(), &stranger),
        InboundRoute::Suspend(Cause::OtherUserUpdate),
        "R39"
    );

    let failing = Arrival {
        author: AuthorAuthentication::Fail,
        ..arrival()
    };
    let rules = Rules {
        suspend_failed_authors: true,
        ..Rules::default()
    };
    assert_eq!(
        inbound(&rules, Listed::default(), &failing),
        InboundRoute::Suspend(Cause::FailedAuthentication)
    );
}

#[test]
fn ways_out() {
    use Notification::{InboundVerification, OutboundVerification, Security, Ticket};
    const OWN: &str = "help@acme.example";
    let cases = [
        (
            "R12 R21",
            Ticket,
            Some(OWN),
            Standing::Verified,
            "smarthost help@acme.example",
        ),
        (
            "R20",
            Ticket,
            Some(OWN),
            Standing::Unverified,
            "fallback@acme.example smtp_address_not_verified",
        ),
        (
            "R29 R105",
            Ticket,
            None,
            Standing::Gone,
            "fallback@acme.example no_recipient_address",
        ),
        (
            "R99",
            Ticket,
            Some(OWN),
            Standing::Disconnecting,
            "fallback@acme.example connector_disconnecting",
        ),
        (
            "R19",
            Ticket,
            Some("s@acme.desk.example"),
            Standing::Native,
            "s@acme.desk.example native_address",
        ),
        (
            "forwarded",
            Ticket,
            Some(OWN),
            Standing::Forwarded,
            "fallback@acme.example forwarded_address",
        ),
        (
            "R96",
            Security,
            Some(OWN),
            Standing::Verified,
            "native@acme.desk.example security_notice",
        ),
        (
            "R74 inbound",
            InboundVerification,
            Some(OWN),
            Standing::Unverified,
            "native@acme.desk.example inbound_verification",
        ),
        (
            "R74 outbound",
            OutboundVerification,
            Some(OWN),
            Standing::Unverified,
            "smarthost help@acme.example",
        ),
    ];
    for (row, notification, recipient, standing, expected) in cases {
        let departure = Departure {
            notification,
            ticket_recipient: recipient.map(Into::into),
            standing,
            fallback_sender: "fallback@acme.example".into(),
            native_sender: "native@acme.desk.example".into(),
        };
        let said = match outbound(&Rules::default(), departure) {
            OutboundRoute::Smarthost(address) => format!("smarthost {address}"),
            OutboundRoute::Native(way) => format!("{} {}", way.sender, way.reason),
        };
        assert_eq!(said, expected, "{row}");
    }
}
