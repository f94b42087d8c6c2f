use super::*;

fn field(name: &str, value: &str) -> Field {
    Field {
        name: name.into(),
        value: value.into(),
    }
}

#[test]
fn which_edits_are_allowed() {
    let product = Product::default();
    let cases = [
        ("note", Way::In, Edit::Add(field("X-Note", "a")), true),
        ("From", Way::In, Edit::Remove("FROM".into()), false),
        (
            "Content-*",
            Way::Out,
            Edit::Remove("content-type".into()),
            false,
        ),
        ("no name", Way::In, Edit::Add(field("", "a")), false),
        ("not ASCII", Way::In, Edit::Add(field("X-Nöte", "a")), false),
        (
            "strange, but not ours",
            Way::In,
            Edit::Remove("X-Nöte".into()),
            true,
        ),
        ("short name", Way::In, Edit::Remove("X".into()), true),
        ("colon", Way::In, Edit::Add(field("X-Note:", "a")), false),
        ("NUL", Way::In, Edit::Add(field("X-Note", "a\0")), false),
        (
            "R36 strip",
            Way::In,
            Edit::Remove("x-relaygate-email-id".into()),
            true,
        ),
        (
            "R36 strip one",
            Way::In,
            Edit::RemoveValue(field("Authentication-Results", "x; none")),
            true,
        ),
        (
            "R36 forge",
            Way::In,
            Edit::Add(field("X-Relaygate-Email-Id", "1")),
            false,
        ),
        (
            "R34 out",
            Way::Out,
            Edit::Remove("X-Relaygate-Email-Id".into()),
            false,
        ),
        (
            "R34 out",
            Way::Out,
            Edit::Remove("Auto-Submitted".into()),
            false,
        ),
        ("in", Way::In, Edit::Remove("Auto-Submitted".into()), true),
        (
            "R34 out, one",
            Way::Out,
            Edit::RemoveValue(field("X-Mailer", "x")),
            false,
        ),
        (
            "out",
            Way::Out,
            Edit::RemoveValue(field("X-Note", "x")),
            true,
        ),
        ("ESC", Way::In, Edit::Add(field("X-Note", "a\u{1b}")), false),
        (
            "a verdict",
            Way::In,
            Edit::Add(field("authentication-results", "x; none")),
            false,
        ),
        (
            "a seal",
            Way::In,
            Edit::Add(field("ARC-Seal", "i=1")),
            false,
        ),
        (
            "a seal goes",
            Way::In,
            Edit::Remove("ARC-Seal".into()),
            true,
        ),
    ];
    for (row, way, edit, allowed) in cases {
        assert_eq!(
            check_edit(&edit, way, &product).is_ok(),
            allowed,
            "{row}: {edit:?}"
        );
    }
}

#[test]
fn protected_fields_are_protected_in_any_case_and_way() {
    let product = Product::default();
    for name in [
        "from",
        "SENDER",
        "Received",
        "return-path",
        "dkim-signature",
        "Message-Id",
        "Content-Type",
        "content-foo",
        "MIME-Version",
    ] {
        for way in [Way::In, Way::Out] {
            let edits = [
                Edit::Add(field(name, "x")),
                Edit::Remove(name.into()),
                Edit::RemoveValue(field(name, "x")),
            ];
            for edit in edits {
                assert!(check_edit(&edit, way, &product).is_err(), "{edit:?}");
            }
        }
    }
    for name in ["Subject", "X-Relaygater", "Contents", "X-Spam"] {
        let edit = Edit::Add(field(name, "x"));
        assert!(check_edit(&edit, Way::Out, &product).is_ok(), "{name}");
    }
}

#[test]
fn a_way_out_must_be_one_of_those_offered() {
    let departure = |notification, standing| Departure {
        notification,
        ticket_recipient: Some("help@acme.example".into()),
        standing,
        fallback_sender: "fallback@acme.example".into(),
        native_sender: "native@acme.desk.example".into(),
    };
    let own = || OutboundRoute::Smarthost("help@acme.example".into());
    let ticket = |standing| departure(Notification::Ticket, standing);
    assert!(
        outbound_route(own(), &ticket(Standing::Verified)).is_ok(),
        "R21"
    );
    assert!(
        outbound_route(own(), &ticket(Standing::Unverified)).is_err(),
        "R20"
    );
    assert!(
        outbound_route(own(), &ticket(Standing::Native)).is_err(),
        "R19"
    );
    let verification = departure(Notification::OutboundVerification, Standing::Unverified);
    assert!(outbound_route(own(), &verification).is_ok(), "R74");
    let other = OutboundRoute::Smarthost("ceo@acme.example".into());
    assert!(
        outbound_route(other, &ticket(Standing::Verified)).is_err(),
        "R18"
    );
}

#[test]
fn waits_have_bounds() {
    assert!(retry(Retry::After(0)).is_err());
    assert!(retry(Retry::After(RETRY_MS_MAX)).is_ok());
    assert!(retry(Retry::After(RETRY_MS_MAX + 1)).is_err());
}
