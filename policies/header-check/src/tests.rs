use sdk::headers::{AuthorField, Direction, DomainSignature, InboundAcceptance, SignatureFate};
use sdk::types::{AuthorAuthentication, Envelope, Field, Ingress, Origin, Session};

use super::*;

fn rules() -> inbound::Rules {
    inbound::Rules {
        header_prefix: "Relaygate".into(),
        ..inbound::Rules::default()
    }
}

fn session(connector: Option<&str>) -> Session {
    Session {
        ingress: if connector.is_some() {
            Ingress::Submission
        } else {
            Ingress::Mx
        },
        peer: "192.0.2.1".into(),
        helo: "mail.acme.example".into(),
        tls: None,
        connector: connector.map(Into::into),
        desk: false,
    }
}

fn facts() -> InboundFacts {
    InboundFacts {
        session: session(Some("acme.example")),
        envelope: Envelope {
            sender: "ann@home.example".into(),
            recipients: vec!["help@acme.example".into()],
        },
        defects: vec![],
        ours: false,
        trusted_authserv: Some(String::new()),
    }
}

fn mailboxes(block: &str, name: &str) -> Vec<Mailbox> {
    let fields = sdk::fields::fields(block.as_bytes()).filter(|field| field.is(name));
    let addresses: Vec<_> = fields
        .flat_map(|field| {
            field
                .value()
                .split(',')
                .map(|address| address.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    addresses
        .into_iter()
        .map(|address| Mailbox {
            name: String::new(),
            address,
        })
        .collect()
}

fn message(block: &str) -> Message<'_> {
    Message {
        from: mailboxes(block, "From"),
        reply_to: mailboxes(block, "Reply-To"),
        fields: fields::fields(block.as_bytes()).collect(),
    }
}

fn accepted(facts: &InboundFacts, lines: &[&str]) -> InboundAcceptance {
    match inbound::verdict(&rules(), facts, &message(&lines.join("\r\n")), |address| {
        address == "help@acme.example"
    }) {
        InboundVerdict::Accept(acceptance) => acceptance,
        other => panic!("{other:?}"),
    }
}

const FROM: &str = "From: ann@home.example";

#[test]
fn origins() {
    let report = "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=x";
    let cases: [(&str, &str, &[&str], Origin); 12] = [
        ("ordinary", "a@b.example", &[FROM], Origin::Person),
        (
            "Auto-Submitted: no",
            "a@b.example",
            &[FROM, "Auto-Submitted: no"],
            Origin::Person,
        ),
        (
            "RFC 3834",
            "a@b.example",
            &[FROM, "Auto-Submitted: auto-generated (cron)"],
            Origin::Automatic,
        ),
        (
            "vacation",
            "",
            &[FROM, "Auto-Submitted: auto-replied"],
            Origin::Vacation,
        ),
        (
            "vacation marked bulk",
            "a@b.example",
            &[FROM, "Precedence: bulk", "X-Autoreply: yes"],
            Origin::Vacation,
        ),
        (
            "list",
            "a@b.example",
            &[FROM, "List-Id: <x.list.example>"],
            Origin::Bulk,
        ),
        (
            "bulk",
            "a@b.example",
            &[FROM, "PRECEDENCE:  Bulk"],
            Origin::Bulk,
        ),
        ("null sender", "", &[FROM], Origin::Bounce),
        ("R113", "a@b.example", &[FROM, report], Origin::Bounce),
        (
            "read receipt",
            "a@b.example",
            &[
                FROM,
                "Content-Type: multipart/report; report-type=disposition-notification",
            ],
            Origin::Person,
        ),
        (
            "mailer",
            "a@b.example",
            &["From: MAILER-DAEMON@b.example"],
            Origin::Bounce,
        ),
        (
            "postmaster",
            "a@b.example",
            &["From: postmaster@b.example"],
            Origin::Bounce,
        ),
    ];
    for (row, sender, lines, expected) in cases {
        let mut facts = facts();
        facts.envelope.sender = sender.into();
        assert_eq!(accepted(&facts, lines).origin, expected, "{row}");
    }
}

#[test]
fn authors() {
    use AuthorAuthentication::{Fail, None, Pass};
    let cases = [
        ("R8 nothing", "x; none", None),
        ("dmarc", "x; dmarc=pass header.from=home.example", Pass),
        (
            "dmarc of another",
            "x; dmarc=pass header.from=evil.example",
            None,
        ),
        (
            "dmarc wins",
            "x; spf=pass smtp.mailfrom=home.example; dmarc=fail header.from=home.example",
            Fail,
        ),
        (
            "dkim aligned",
            "x 1; dkim=pass (2048-bit; ok) header.d=home.example",
            Pass,
        ),
        (
            "dkim of a parent",
            "x; dkim=pass header.d=example.com",
            None,
        ),
        ("dkim unaligned", "x; dkim=pass header.d=evil.example", None),
        (
            "dkim suffix trick",
            "x; dkim=pass header.d=me.example",
            None,
        ),
        ("dkim top level", "x; dkim=pass header.d=example", None),
        (
            "spf aligned",
            "x; spf=pass smtp.mailfrom=bounce@home.example",
            Pass,
        ),
        (
            "spf unaligned",
            "x; spf=pass smtp.mailfrom=evil.example",
            None,
        ),
        ("spf failed", "x; spf=fail smtp.mailfrom=home.example", Fail),
        (
            "spf failed, dkim passed",
            "x; spf=fail smtp.mailfrom=home.example; dkim=pass header.d=home.example",
            Pass,
        ),
        (
            "in a comment",
            "x; spf=none (; dmarc=pass header.from=home.example)",
            None,
        ),
        (
            "in quotes",
            "x; spf=none reason=\"; dmarc=pass header.from=home.example\"",
            None,
        ),
        ("versions", "x; dkim/1=pass header.d=home.example", Pass),
    ];
    for (row, value, expected) in cases {
        let line = format!("Authentication-Results: {value}");
        assert_eq!(
            accepted(&facts(), &[&line, FROM]).author,
            expected,
            "R39 {row}"
        );
    }
}

#[test]
fn only_the_topmost_trusted_result_counts() {
    let top = "Authentication-Results: mx.acme.example; dmarc=fail";
    let below = "Authentication-Results: mx.acme.example; dmarc=pass";
    let other = "Authentication-Results: evil.example; dmarc=pass";
    let mut facts = facts();
    assert_eq!(
        accepted(&facts, &[top, below, FROM]).author,
        AuthorAuthentication::Fail
    );
    facts.trusted_authserv = Some("mx.acme.example".into());
    assert_eq!(
        accepted(&facts, &[other, top, FROM]).author,
        AuthorAuthentication::Fail
    );
    assert_eq!(
        accepted(&facts, &[other, FROM]).author,
        AuthorAuthentication::None
    );
    facts.trusted_authserv = None;
    assert_eq!(
        accepted(&facts, &[below, FROM]).author,
        AuthorAuthentication::None,
        "R6"
    );
}

#[test]
fn a_subdomain_is_covered_by_its_parent() {
    let results = "Authentication-Results: x; dkim=pass header.d=home.example";
    let found = accepted(&facts(), &[results, "From: ann@mail.home.example"]);
    assert_eq!(found.author, AuthorAuthentication::Pass);
}

#[test]
fn reply_to_counts_only_over_an_authenticated_relay() {
    const PASS: &str = "Authentication-Results: x; dmarc=pass";
    let other = [PASS, FROM, "Reply-To: agent@acme.example"];
    let found = accepted(&facts(), &other);
    assert_eq!(
        (found.author_field, found.author),
        (AuthorField::ReplyTo, AuthorAuthentication::None),
        "R39"
    );
    assert_eq!(found.flags, ["reply_to_differs"]);

    let same = accepted(&facts(), &[PASS, FROM, "Reply-To: Ann@home.example"]);
    assert_eq!(
        (same.author_field, same.author),
        (AuthorField::From, AuthorAuthentication::Pass)
    );

    let own = accepted(&facts(), &[PASS, FROM, "Reply-To: help@acme.example"]);
    assert_eq!(
        own.author_field,
        AuthorField::From,
        "our own address is nobody's author"
    );

    let public = InboundFacts {
        session: session(None),
        ..facts()
    };
    assert_eq!(
        accepted(&public, &other).author_field,
        AuthorField::From,
        "R39"
    );
}

#[test]
fn forged_product_headers_are_told() {
    let lines = [
        FROM,
        "x-relaygate-from-account-id: 1a2b3c4",
        "X-Relaygated: no",
        "X-Mailer: Relaygate Mailer",
    ];
    let found = accepted(&facts(), &lines);
    assert_eq!(found.flags, ["forged_product_header"], "R36");
    assert_eq!(found.origin, Origin::Person);
}

#[test]
fn our_own_mail_is_a_loop_and_not_forged() {
    let ours = InboundFacts {
        ours: true,
        ..facts()
    };
    let found = accepted(&ours, &[FROM, "X-Relaygate-Email-Id: 01HZ"]);
    assert_eq!((found.origin, found.flags.len()), (Origin::Loop, 0), "R37");
}

#[test]
fn remarks() {
    let cases: [(&str, &[&str], &[&str]); 4] = [
        (
            "two fields",
            &[FROM, "From: b@b.example"],
            &["several_from"],
        ),
        (
            "two mailboxes",
            &["From: a@b.example, c@d.example"],
            &["several_from"],
        ),
        (
            "two types",
            &[FROM, "Content-Type: text/plain", "content-type: text/html"],
            &["mime_ambiguous"],
        ),
        ("fine", &[FROM, "Content-Type: text/plain"], &[]),
    ];
    for (row, lines, expected) in cases {
        assert_eq!(accepted(&facts(), lines).flags, expected, "R31 {row}");
    }
}

#[test]
fn circles_are_refused_and_ruins_are_kept() {
    let mut lines = vec!["Received: from a by b; date"; 30];
    lines.push(FROM);
    accepted(&facts(), &lines);
    lines.push("Received: from a by b; date");
    let verdict = inbound::verdict(&rules(), &facts(), &message(&lines.join("\r\n")), |_| false);
    assert!(matches!(verdict, InboundVerdict::Reject(reason) if reason.code == "too_many_hops"));

    let ruin = InboundFacts {
        defects: vec!["unparseable".into()],
        ..facts()
    };
    assert_eq!(accepted(&ruin, &[]).flags, ["unparseable"], "R31");
    let strict = inbound::Rules {
        reject_unparseable: true,
        ..rules()
    };
    let verdict = inbound::verdict(&strict, &ruin, &message(""), |_| false);
    assert!(matches!(verdict, InboundVerdict::Reject(reason) if reason.code == "unparseable"));
}

#[test]
fn through_the_connector_we_speak_as_its_address() {
    let mut facts = OutboundFacts {
        sender: "help@acme.example".into(),
        recipients: vec![],
        through_customer: true,
        submitted: false,
    };
    let from = |address: &str| {
        vec![Mailbox {
            name: String::new(),
            address: address.into(),
        }]
    };
    assert!(
        matches!(
            outbound(&facts, &from("Help@acme.example")),
            OutboundVerdict::Accept(_)
        ),
        "R18"
    );
    assert!(
        matches!(
            outbound(&facts, &from("x@acme.desk.example")),
            OutboundVerdict::Reject(_)
        ),
        "R19"
    );
    facts.through_customer = false;
    assert!(
        matches!(
            outbound(&facts, &from("x@acme.desk.example")),
            OutboundVerdict::Accept(_)
        ),
        "R20"
    );
}

const SENT: [(&str, &str); 7] = [
    ("Auto-Submitted", "auto-generated"),
    ("X-Auto-Response-Suppress", "All"),
    ("X-Mailer", "Relaygate Mailer"),
    ("X-Relaygate-From-Account-Id", "1a2b3c4"),
    ("X-Relaygate-Email-Id", "01HZ"),
    ("From", "help@acme.example"),
    ("Message-ID", "<1@relay.desk.example>"),
];

fn product() -> returned::Product {
    returned::Product {
        header_prefix: "Relaygate".into(),
        hostname: "relay.desk.example".into(),
    }
}

/// What came back after `relay` had its way with the lines that were sent.
fn returned(
    direction: Direction,
    relay: impl Fn(&mut Vec<String>),
    more: impl Fn(&mut ReturnedFacts),
) -> Vec<String> {
    let told = |finding: Finding| {
        assert!(finding.hint.len() <= 200 && finding.hint.is_ascii());
        let weight = if finding.fatal { "fatal" } else { "warn" };
        let field = finding.field.unwrap_or_default();
        format!("{weight} {} {field}", finding.code)
            .trim_end()
            .to_owned()
    };
    let findings = returned_findings(direction, relay, more);
    findings.into_iter().map(told).collect()
}

fn returned_findings(
    direction: Direction,
    relay: impl Fn(&mut Vec<String>),
    more: impl Fn(&mut ReturnedFacts),
) -> Vec<Finding> {
    let mut lines: Vec<String> = SENT
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    lines.push("To: help@acme.example".into());
    relay(&mut lines);
    let mut facts = ReturnedFacts {
        session: session(Some("acme.example")),
        envelope: Envelope {
            sender: String::new(),
            recipients: vec!["help@acme.example".into()],
        },
        direction,
        copies: 1,
        sent: SENT
            .iter()
            .map(|(name, value)| Field {
                name: (*name).into(),
                value: (*value).into(),
            })
            .collect(),
        sender: Some("Help@acme.example".into()),
        address: "help@acme.example".into(),
        signature: SignatureFate::Unsigned,
        domain_signature: DomainSignature::Valid,
        deferrals: vec![],
    };
    more(&mut facts);
    let block = lines.join("\r\n");
    returned::findings(
        &facts,
        block.as_bytes(),
        &mailboxes(&block, "From"),
        &mailboxes(&block, "To"),
        &product(),
    )
}

fn replace(lines: &mut Vec<String>, name: &str, by: Option<&str>) {
    lines.retain(|line| !line.starts_with(name));
    lines.extend(by.map(|value| format!("{name}: {value}")));
}

#[test]
fn fields_that_did_not_survive() {
    use Direction::{Inbound, Outbound};
    let removed = |name: &'static str| move |lines: &mut Vec<String>| replace(lines, name, None);
    assert!(returned(Outbound, |_| {}, |_| {}).is_empty(), "R34 clean");
    for (name, _) in &SENT[..5] {
        let expected = format!("fatal header_missing {name}");
        assert_eq!(returned(Outbound, removed(name), |_| {}), [expected], "R34");
        let expected = format!("warn header_missing {name}");
        assert_eq!(returned(Inbound, removed(name), |_| {}), [expected], "R32");
    }
    let rewritten = |lines: &mut Vec<String>| replace(lines, "Message-ID", Some("<2@ses.example>"));
    assert_eq!(
        returned(Outbound, rewritten, |_| {}),
        ["warn header_changed Message-ID"],
        "R32"
    );
    let changed = |lines: &mut Vec<String>| replace(lines, "X-Mailer", Some("Other"));
    assert_eq!(
        returned(Outbound, changed, |_| {}),
        ["fatal header_changed X-Mailer"],
        "R34"
    );
}

#[test]
fn another_author_is_worth_a_warning() {
    let from = |lines: &mut Vec<String>| replace(lines, "From", Some("Someone@acme.example"));
    let nobody = |facts: &mut ReturnedFacts| {
        facts.sent.retain(|field| field.name != "From");
        facts.sender = None;
    };
    let known = |facts: &mut ReturnedFacts| facts.sent.retain(|field| field.name != "From");
    let outbound = Direction::Outbound;
    let changed = ["warn header_changed From"];
    assert_eq!(returned(outbound, from, known), changed, "R32");
    assert!(returned(outbound, from, nobody).is_empty());
    assert!(returned(outbound, |_| {}, known).is_empty());
}

#[test]
fn of_a_quoted_header_fields_alone_are_told() {
    let elsewhere = |lines: &mut Vec<String>| {
        replace(lines, "To", Some("eve@enduser.example"));
        replace(lines, "X-Mailer", None);
        replace(lines, "Message-ID", Some("<2@ses.example>"));
        lines.push("List-Id: <l.acme.example>".into());
    };
    let again = |facts: &mut ReturnedFacts| {
        facts.copies = 2;
        facts.signature = SignatureFate::Broken;
    };
    let mut told = returned(Direction::Quoted, elsewhere, again);
    told.sort();
    let expected = [
        "warn header_changed Message-ID",
        "warn header_missing X-Mailer",
    ];
    assert_eq!(told, expected, "R32");
    assert!(returned(Direction::Quoted, |_| {}, again).is_empty());
}

#[test]
fn aliases_and_lists() {
    const ALIAS: [&str; 1] = ["fatal alias_or_list"];
    let with = |line: &'static str| move |lines: &mut Vec<String>| lines.push(line.into());
    let outbound = Direction::Outbound;
    assert_eq!(
        returned(outbound, |_| {}, |facts| facts.copies = 2),
        ALIAS,
        "R62"
    );
    assert_eq!(
        returned(outbound, with("List-Id: <l.acme.example>"), |_| {}),
        ALIAS,
        "R62"
    );
    assert_eq!(
        returned(outbound, with("Delivered-To: shared@acme.example"), |_| {}),
        ALIAS,
        "R62"
    );
    assert!(
        returned(outbound, with("Delivered-To: Help@acme.example"), |_| {}).is_empty(),
        "R62"
    );
    let readdressed =
        |facts: &mut ReturnedFacts| facts.envelope.recipients = vec!["x@acme.example".into()];
    assert_eq!(returned(outbound, |_| {}, readdressed), ALIAS, "R62");
    let to = |lines: &mut Vec<String>| replace(lines, "To", Some("list@acme.example"));
    assert_eq!(returned(outbound, to, |_| {}), ALIAS, "R62");
}

#[test]
fn fates_of_the_signature() {
    use SignatureFate::{Broken, Kept, ReSigned, Removed};
    let fate = |fate| move |facts: &mut ReturnedFacts| facts.signature = fate;
    let outbound = Direction::Outbound;
    assert!(returned(outbound, |_| {}, fate(Kept)).is_empty(), "R86");
    assert!(returned(outbound, |_| {}, fate(ReSigned)).is_empty(), "R86");
    assert_eq!(
        returned(outbound, |_| {}, fate(Broken)),
        ["warn dkim_broken DKIM-Signature"],
        "R86"
    );
    assert_eq!(
        returned(outbound, |_| {}, fate(Removed)),
        ["warn dkim_removed DKIM-Signature"],
        "R86"
    );
}

#[test]
fn the_domains_own_signature() {
    use DomainSignature::{Absent, Invalid, Unknown, Valid};
    use SignatureFate::{Kept, Unsigned};
    const MISSING: &[&str] = &["warn dkim_missing DKIM-Signature"];
    const INVALID: &[&str] = &["warn dkim_invalid DKIM-Signature"];
    for (direction, ours, own, expected) in [
        (Direction::Outbound, Unsigned, Absent, MISSING),
        (Direction::Outbound, Unsigned, Valid, &[]),
        (Direction::Outbound, Unsigned, Unknown, &[]),
        (Direction::Outbound, Unsigned, Invalid, INVALID),
        (Direction::Outbound, Kept, Absent, &[]),
        (Direction::Outbound, Kept, Invalid, INVALID),
        (Direction::Inbound, Unsigned, Absent, &[]),
        (Direction::Inbound, Unsigned, Invalid, &[]),
    ] {
        let facts = |facts: &mut ReturnedFacts| {
            facts.signature = ours;
            facts.domain_signature = own;
        };
        let found = returned(direction, |_| {}, facts);
        assert_eq!(found, expected, "R64 {direction:?} {ours:?} {own:?}");
    }
}

#[test]
fn greylisting_is_worth_a_warning() {
    let after = |codes: &[u16]| {
        let codes = codes.to_vec();
        move |facts: &mut ReturnedFacts| facts.deferrals.clone_from(&codes)
    };
    let greylisted = ["warn greylisted"];
    for way in [Direction::Inbound, Direction::Outbound] {
        assert_eq!(returned(way, |_| {}, after(&[421, 450])), greylisted, "R26");
        assert_eq!(returned(way, |_| {}, after(&[451, 451])), greylisted, "R26");
        assert!(returned(way, |_| {}, after(&[421, 452])).is_empty());
    }
}

#[test]
fn the_hint_names_the_place_to_look() {
    const OURS: &str = "Received: from a by relay.desk.example with ESMTPSA; date";
    const NEW: &str = "Received: from b by out.acme.example with ESMTPS; date";
    const OLD: &str = "Received: from c by in.acme.example with ESMTPS; date";
    const MAILER: &str = "X-Mailer: Other";
    for (lines, expected) in [
        (&[OURS, NEW, OLD][..], " before out.acme.example;"),
        (&[OURS, NEW, OLD, MAILER], " before out.acme.example;"),
        (&[OURS, NEW, MAILER, OLD], " after in.acme.example;"),
        (&[OURS, MAILER, NEW, OLD], " after out.acme.example;"),
        (&[OURS, MAILER], " on the way;"),
        (&[], " on the way;"),
    ] {
        let relay = |all: &mut Vec<String>| {
            replace(all, "X-Mailer", None);
            all.splice(0..0, lines.iter().map(|line| (*line).to_owned()));
        };
        let hint = returned_findings(Direction::Outbound, relay, |_| {})
            .remove(0)
            .hint;
        assert!(hint.contains(expected), "R33: {hint}");
    }
}
