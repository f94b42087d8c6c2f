//! The four built-in policies as the program asks them: as components.
//!
//! Their decisions are tested natively, beside the code; here is what only the
//! component can get wrong: settings, imports, the way across and back.

mod support;

use std::sync::Arc;

use policy::questions::headers::{
    AuthorField, Direction, DomainSignature, InboundVerdict, OutboundFacts, OutboundVerdict,
    ReturnedFacts, SignatureFate,
};
use policy::questions::limits::{
    AddressFacts, DomainFacts, DomainKind, Holder, Permission, RecipientFacts, RecipientKind,
};
use policy::questions::lookup::SupportAddress;
use policy::questions::routes::{
    Cause, Departure, Failure as Attempt, InboundRoute, Notification, OutboundRoute, Retry,
    Standing, Thread, ThreadEvidence, Update,
};
use policy::questions::tags::{DeliveryFacts, SystemTag, UpdateFacts};
use policy::questions::types::{
    AuthorAuthentication, Envelope, Field, Mailbox, Origin, Role, Verdict,
};
use policy::questions::{COMPONENT_FAILED, Question};
use policy::{Chain, Facts, Failed, NoFacts};
use serde_json::{Value, json};
use support::{arrival, built_in, delivery, domain, engine, envelope, inbound, session};

fn chain(settings: Value) -> Chain {
    Chain::new(built_in(settings), vec![])
}

/// A message and an account with one support address.
struct Message(&'static str);

impl Facts for Message {
    fn header_block(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }

    fn mailboxes(&self, name: &str) -> Vec<Mailbox> {
        let fields = self
            .0
            .split("\r\n")
            .filter_map(|line| line.split_once(": "));
        let named = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name));
        let mailbox = |(_, address): (&str, &str)| Mailbox {
            name: String::new(),
            address: address.into(),
        };
        named.map(mailbox).collect()
    }

    fn support_address(&self, address: &str) -> Option<SupportAddress> {
        let found = SupportAddress {
            connector: Some("acme.example".into()),
            brand: 7,
            verified: true,
        };
        (address == "help@acme.example").then_some(found)
    }
}

fn message(block: &'static str) -> Arc<dyn Facts> {
    Arc::new(Message(block))
}

#[test]
fn each_answers_its_own_questions() {
    let expected = [
        ("address-limits", "limits"),
        ("header-check", "headers"),
        ("tagging", "tags"),
        ("routing", "routes"),
    ];
    for ((name, bytes), (expected_name, interface)) in policy::built_in::ALL.iter().zip(expected) {
        assert_eq!(*name, expected_name);
        let component = engine().compile(bytes).expect("a component");
        for question in Question::ALL {
            let own = question.name().starts_with(interface);
            assert_eq!(component.answers(question), own, "{name} {question}");
        }
    }
}

#[test]
fn built_in_guests_are_small() {
    // The header check parses text; the others only compare words.
    for (name, bytes) in policy::built_in::ALL {
        let octets_max = if name == "header-check" {
            72 * 1024
        } else {
            32 * 1024
        };
        assert!(
            bytes.len() <= octets_max,
            "{name} has {} octets",
            bytes.len()
        );
    }
}

#[test]
fn the_limits_are_settings() {
    let facts = DomainFacts {
        domains: 4,
        ..domain()
    };
    let refused = chain(json!({})).add_domain(&NoFacts::shared(), &facts);
    match refused.answer {
        Ok(Permission::Refused(violations)) => {
            assert_eq!(violations[0].code, "limit_domains", "R23")
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        (
            refused.decisions[0].verdict,
            refused.decisions[0].code.as_deref()
        ),
        ("refused", Some("limit_domains"))
    );
    let more = chain(json!({"address-limits": {"domains": 10}}));
    assert_eq!(
        more.add_domain(&NoFacts::shared(), &facts).answer,
        Ok(Permission::Granted),
        "R23"
    );
}

#[test]
fn addresses_are_counted_by_domain() {
    let facts = |addresses_in_domain| AddressFacts {
        address: "help@acme.example".into(),
        connector: Some("acme.example".into()),
        domain_proved: false,
        kind: DomainKind::Ordinary,
        held_by: Holder::Nobody,
        addresses_in_domain,
        addresses: addresses_in_domain,
        is_person: false,
    };
    let chain = chain(json!({}));
    assert_eq!(
        chain.add_address(&NoFacts::shared(), &facts(49)).answer,
        Ok(Permission::Granted),
        "R22"
    );
    let refused = chain.add_address(&NoFacts::shared(), &facts(50)).answer;
    assert!(
        matches!(refused, Ok(Permission::Refused(v)) if v[0].code == "limit_addresses_per_domain"),
        "R22"
    );
}

#[test]
fn recipients_get_the_replies_of_section_12() {
    let ask = |kind, disconnecting| {
        let candidate = RecipientFacts {
            address: "who@acme.example".into(),
            kind,
            catch_all: false,
            disconnecting,
            unproved: false,
            require_authenticated: false,
        };
        let none = Envelope {
            recipients: vec![],
            ..envelope()
        };
        let verdict = chain(json!({}))
            .recipient(&NoFacts::shared(), &session(), &none, &candidate)
            .answer;
        verdict.expect("an answer").refusal().map(|(code, _)| code)
    };
    assert_eq!(ask(RecipientKind::Support, false), None, "R9");
    assert_eq!(
        ask(RecipientKind::UnknownInDomain, false),
        Some((550, (1, 1))),
        "R59"
    );
    assert_eq!(
        ask(RecipientKind::Foreign, false),
        Some((550, (7, 1))),
        "R5"
    );
    assert_eq!(
        ask(RecipientKind::Support, true),
        Some((451, (7, 1))),
        "R100"
    );
    assert_eq!(Failed::REPLY.0, COMPONENT_FAILED);
    assert_eq!(COMPONENT_FAILED, (451, (3, 0)), "R115");
}

#[test]
fn the_sender_is_accepted() {
    let answered = chain(json!({})).sender(&NoFacts::shared(), &session(), "", Some(10_000));
    assert_eq!(answered.answer, Ok(Verdict::Accept), "R110");
}

#[test]
fn a_message_is_read_through_the_imports() {
    let facts = message(
        "Authentication-Results: mx.acme.example; dmarc=pass header.from=home.example\r\n\
         X-Relaygate-Email-Id: forged\r\nFrom: ann@home.example\r\nReply-To: help@acme.example\r\n\
         Precedence: bulk\r\n",
    );
    match chain(json!({})).inbound(&facts, &inbound()).answer {
        Ok(InboundVerdict::Accept(found)) => {
            assert_eq!(found.author, AuthorAuthentication::Pass, "R39");
            assert_eq!(
                found.author_field,
                AuthorField::From,
                "R39: Reply-To is ours"
            );
            assert_eq!(found.origin, Origin::Bulk);
            assert_eq!(found.flags, ["forged_product_header"], "R36");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_largest_header_block_fits() {
    struct Large(Vec<u8>);
    impl Facts for Large {
        fn header_block(&self) -> Vec<u8> {
            self.0.clone()
        }
    }
    // What the host lets through at most: 1,000 fields, 256 KiB.
    let block = [&b"X-Filler: "[..], &[b'x'; 248], b"\r\n"]
        .concat()
        .repeat(1_000);
    let facts: Arc<dyn Facts> = Arc::new(Large(block));
    let answer = chain(json!({})).inbound(&facts, &inbound()).answer;
    assert!(
        matches!(answer, Ok(InboundVerdict::Accept(_))),
        "R31: {answer:?}"
    );
}

#[test]
fn outbound_mail_bears_the_connectors_address() {
    let facts = OutboundFacts {
        sender: "help@acme.example".into(),
        recipients: vec![],
        through_customer: true,
        submitted: false,
    };
    let own = chain(json!({}))
        .outbound(&message("From: help@acme.example\r\n"), &facts)
        .answer;
    assert_eq!(own, Ok(OutboundVerdict::Accept(vec![])), "R18");
    let other = chain(json!({}))
        .outbound(&message("From: x@acme.desk.example\r\n"), &facts)
        .answer;
    assert!(matches!(other, Ok(OutboundVerdict::Reject(_))), "R19");
}

#[test]
fn a_returned_mail_is_compared() {
    let sent = Field {
        name: "X-Relaygate-Email-Id".into(),
        value: "01HZ".into(),
    };
    let facts = ReturnedFacts {
        session: session(),
        envelope: envelope(),
        direction: Direction::Outbound,
        copies: 1,
        sent: vec![sent],
        sender: None,
        address: "help@acme.example".into(),
        signature: SignatureFate::Kept,
        domain_signature: DomainSignature::Absent,
        deferrals: vec![],
    };
    let clean = chain(json!({})).returned(
        &message("X-Relaygate-Email-Id: 01HZ\r\nTo: help@acme.example\r\n"),
        &facts,
    );
    assert_eq!(clean.answer, Ok(vec![]), "R34");
    let findings = chain(json!({})).returned(&message("To: help@acme.example\r\n"), &facts);
    let findings = findings.answer.expect("an answer");
    assert!(
        findings[0].fatal && findings[0].code == "header_missing",
        "R34"
    );
}

#[test]
fn tags_tell_how_it_came() {
    let chain = chain(json!({}));
    let tags = |facts: &DeliveryFacts| {
        chain
            .delivery(&NoFacts::shared(), facts)
            .answer
            .expect("an answer")
            .system
    };
    assert_eq!(
        tags(&delivery(true)),
        [SystemTag::AuthenticatedTicket],
        "R11"
    );
    assert_eq!(tags(&delivery(false)), [], "R6");
    let update = Some(UpdateFacts {
        created_authenticated: true,
        tags: vec![],
    });
    assert_eq!(
        tags(&DeliveryFacts {
            update,
            ..delivery(false)
        }),
        [SystemTag::UnauthenticatedUpdate],
        "R30"
    );
}

#[test]
fn routes_go_both_ways() {
    let chain = chain(json!({}));
    let none = NoFacts::shared();
    assert_eq!(
        chain.route_inbound(&none, &arrival()).answer,
        Ok(InboundRoute::Ticket(7)),
        "R66"
    );
    let thread = Some(Thread {
        ticket: 12,
        evidence: ThreadEvidence::BodyToken,
        closed: false,
    });
    let reply = policy::questions::routes::Arrival {
        thread,
        author_role: Role::Requester,
        ..arrival()
    };
    let update = InboundRoute::Update(Update {
        ticket: 12,
        flagged: false,
    });
    assert_eq!(chain.route_inbound(&none, &reply).answer, Ok(update), "R39");
    let looped = policy::questions::routes::Arrival {
        origin: Origin::Loop,
        ..arrival()
    };
    assert_eq!(
        chain.route_inbound(&none, &looped).answer,
        Ok(InboundRoute::Suspend(Cause::Loop)),
        "R37"
    );

    let departure = |standing| Departure {
        notification: Notification::Ticket,
        ticket_recipient: Some("help@acme.example".into()),
        standing,
        fallback_sender: "support@acme.desk.example".into(),
        native_sender: "support@acme.desk.example".into(),
    };
    let smarthost = OutboundRoute::Smarthost("help@acme.example".into());
    assert_eq!(
        chain
            .route_outbound(&none, &departure(Standing::Verified))
            .answer,
        Ok(smarthost),
        "R21"
    );
    let unverified = chain
        .route_outbound(&none, &departure(Standing::Unverified))
        .answer;
    assert!(
        matches!(unverified, Ok(OutboundRoute::Native(way)) if way.reason == "smtp_address_not_verified"),
        "R20"
    );
}

#[test]
fn retries_follow_the_settings() {
    let attempt = Attempt {
        attempts: 2,
        queued_at: 0,
        now: 1_000,
        reply_code: Some(451),
        enhanced_status: Some("4.7.1".into()),
        notification: Notification::Ticket,
    };
    let quick = chain(json!({"routing": {"retry": {"first_ms": 50}}}));
    assert_eq!(
        quick.after_failure(&NoFacts::shared(), &attempt).answer,
        Ok(Retry::After(100))
    );
    let permanent = Attempt {
        reply_code: Some(550),
        ..attempt
    };
    assert_eq!(
        quick.after_failure(&NoFacts::shared(), &permanent).answer,
        Ok(Retry::GiveUp)
    );
}
