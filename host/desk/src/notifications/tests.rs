//! The rule who is told, as a table.

use std::collections::BTreeSet;

use mail::address::Address;
use storage::{AccountId, TextId, Timestamp};

use super::*;
use crate::accounts::{Kind, Settings, Subdomain};
use crate::brands::{Brand, FIRST_BRAND};
use crate::facts::{AuthorAuthentication, Ingress};
use crate::tickets::{Status, Via};

const NOW: Timestamp = Timestamp(1_000);

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn profile() -> Profile {
    Profile {
        id: AccountId::new(1).unwrap(),
        subdomain: Subdomain::parse("acme").unwrap(),
        former: Vec::new(),
        name: "Acme".into(),
        kind: Kind::Production,
        sandbox_of: None,
        admins: vec![address("admin@elsewhere.example")],
        settings: Settings::default(),
        brands: vec![Brand {
            id: FIRST_BRAND,
            name: "Acme".into(),
            default_address: address("support@acme.desk.example"),
            created_at: NOW,
        }],
        default_address: None,
        created_at: NOW,
    }
}

fn ticket() -> Ticket {
    Ticket {
        id: 1,
        subject: "Printer".into(),
        priority: None,
        group: None,
        status: Status::New,
        tags: BTreeSet::new(),
        recipient: None,
        requester: address("erin@client.example"),
        brand: FIRST_BRAND,
        by_mail: true,
        created_authenticated: true,
        email_ccs: vec![address("dave@client.example")],
        followers: vec![address("fred@watch.example")],
        token: 7,
        thread: Vec::new(),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn comment(author: &str, role: Role, origin: Origin) -> Comment {
    Comment {
        id: 1,
        ticket: 1,
        author: address(author),
        author_name: String::new(),
        role,
        public: true,
        authenticated: true,
        flagged: false,
        body: "hello".into(),
        html_body: None,
        files: Vec::new(),
        message_id: None,
        via: Some(Via {
            ingress: Ingress::Submission,
            tls: None,
            credential: None,
            connector: None,
            checks: None,
            author: AuthorAuthentication::Pass,
            origin,
            flags: Vec::new(),
            text: TextId::from_number(1),
        }),
        created_at: NOW,
    }
}

const CREATED: Event = Event::Created {
    ticket: 1,
    comment: 1,
};
const COMMENTED: Event = Event::Commented {
    ticket: 1,
    comment: 1,
};

/// Everybody who is written to, message by message.
fn told(comment: &Comment, event: Event) -> Vec<String> {
    let line = |audience: Audience| {
        let everybody: Vec<_> = audience
            .to
            .iter()
            .chain(&audience.cc)
            .map(|address| address.local().to_owned())
            .collect();
        everybody.join("+")
    };
    audiences(&profile(), &ticket(), comment, event)
        .into_iter()
        .map(line)
        .collect()
}

#[test]
fn a_new_ticket_is_acknowledged_to_people_only() {
    for (origin, expected) in [
        (Origin::Person, vec!["erin", "fred"]),
        (Origin::Automatic, vec!["fred"]),
        (Origin::Vacation, vec!["fred"]),
        (Origin::Bulk, vec!["fred"]),
        (Origin::Bounce, vec!["fred"]),
        (Origin::Loop, vec!["fred"]),
    ] {
        let comment = comment("erin@client.example", Role::Known, origin);
        assert_eq!(told(&comment, CREATED), expected, "{origin:?}");
    }
}

#[test]
fn nobody_is_acknowledged_who_wants_no_answer_or_is_not_confirmed() {
    let mut unwanted = comment("erin@client.example", Role::Known, Origin::Person);
    unwanted
        .via
        .as_mut()
        .unwrap()
        .flags
        .push("null_sender".into());
    assert_eq!(told(&unwanted, CREATED), ["fred"]);
    let mut flagged = comment("erin@client.example", Role::Known, Origin::Person);
    flagged.flagged = true;
    assert_eq!(told(&flagged, CREATED), ["fred"]);
}

#[test]
fn an_agents_public_comment_goes_to_the_end_users_together() {
    let public = comment("ann@acme.example", Role::Agent, Origin::Person);
    assert_eq!(told(&public, COMMENTED), ["erin+dave", "fred"]);
    let internal = Comment {
        public: false,
        ..public.clone()
    };
    assert_eq!(told(&internal, COMMENTED), ["fred"]);
    let unconfirmed = Comment {
        flagged: true,
        ..public
    };
    assert_eq!(told(&unconfirmed, COMMENTED), ["fred"]);
}

#[test]
fn end_users_comments_are_not_sent_round_among_end_users() {
    for (author, role) in [
        ("erin@client.example", Role::Requester),
        ("dave@client.example", Role::Copied),
        ("mallory@evil.example", Role::Stranger),
    ] {
        let comment = comment(author, role, Origin::Person);
        assert_eq!(told(&comment, COMMENTED), ["fred"], "{author}");
    }
}

#[test]
fn nobody_is_told_what_they_wrote_themselves() {
    let follower = comment("fred@watch.example", Role::Agent, Origin::Person);
    assert_eq!(told(&follower, COMMENTED), ["erin+dave"]);
    let requester = comment("erin@client.example", Role::Agent, Origin::Person);
    assert_eq!(told(&requester, COMMENTED), ["dave", "fred"]);
}

#[test]
fn a_forged_letter_earns_no_subject_of_its_own() {
    let mut forged = comment("erin@client.example", Role::Stranger, Origin::Person);
    forged.authenticated = false;
    forged.via.as_mut().unwrap().author = AuthorAuthentication::None;
    let product = Product {
        name: "Relaygate".into(),
        header_prefix: "Relaygate".into(),
        hostname: mail::address::Domain::parse("relay.desk.example").unwrap(),
        native: mail::address::Domain::parse("desk.example").unwrap(),
    };
    let departure = crate::facts::DepartureFacts {
        notification: crate::facts::NotificationKind::Ticket,
        ticket_recipient: None,
        connected: false,
        verified: false,
        fallback_sender: address("support@acme.desk.example"),
    };
    let audience = audiences(&profile(), &ticket(), &forged, CREATED).remove(0);
    let draft = draft::ticket(
        &product,
        &profile(),
        &ticket(),
        &forged,
        audience,
        departure,
        NOW,
    )
    .unwrap();
    let sender = Sender::Native(address("support@acme.desk.example"));
    let raw = String::from_utf8(draft.compose(&product, &sender).unwrap()).unwrap();
    assert!(raw.contains("Subject: [Acme] We received your request"));
    assert!(!raw.contains("Printer") && !raw.contains("hello"));
}
