use super::*;

/// What one case changes in facts that are otherwise fine.
type Change<T> = fn(&mut T);

fn domain() -> DomainFacts {
    DomainFacts {
        domain: "acme.example".into(),
        kind: DomainKind::Ordinary,
        held_by: Holder::Nobody,
        proved_elsewhere: false,
        domains: 0,
        addresses_in_domain: vec![],
        copies_enabled: true,
    }
}

fn address() -> AddressFacts {
    AddressFacts {
        address: "help@acme.example".into(),
        connector: Some("acme.example".into()),
        domain_proved: false,
        kind: DomainKind::Ordinary,
        held_by: Holder::Nobody,
        addresses_in_domain: 0,
        addresses: 0,
        is_person: false,
    }
}

fn codes(violations: Vec<Violation>) -> Vec<String> {
    violations
        .into_iter()
        .map(|violation| violation.code)
        .collect()
}

#[test]
fn domains_are_refused_for_a_reason() {
    let cases: [(&str, Change<DomainFacts>, &[&str]); 11] = [
        ("fine", |_| {}, &[]),
        ("R23 fourth", |d| d.domains = 3, &[]),
        ("R23 fifth", |d| d.domains = 4, &["limit_domains"]),
        (
            "R13",
            |d| d.copies_enabled = false,
            &["ccs_followers_disabled"],
        ),
        (
            "R16",
            |d| d.held_by = Holder::SiblingAccount,
            &["domain_in_sibling"],
        ),
        (
            "R49 twice",
            |d| d.held_by = Holder::ThisAccount,
            &["domain_exists"],
        ),
        (
            "R49 taken",
            |d| d.held_by = Holder::OtherAccount,
            &["domain_taken"],
        ),
        (
            "R49 suffix",
            |d| d.kind = DomainKind::PublicSuffix,
            &["domain_public_suffix"],
        ),
        (
            "R49 native",
            |d| d.kind = DomainKind::Native,
            &["domain_native"],
        ),
        (
            "R49 literal",
            |d| d.kind = DomainKind::Unusable,
            &["domain_unusable"],
        ),
        (
            "R42",
            |d| d.addresses_in_domain = vec!["a@acme.example".into()],
            &["domain_has_addresses"],
        ),
    ];
    for (row, change, expected) in cases {
        let mut facts = domain();
        change(&mut facts);
        assert_eq!(
            codes(domain_violations(&Rules::default(), &facts)),
            expected,
            "{row}"
        );
    }
}

#[test]
fn addresses_are_refused_for_a_reason() {
    let cases: [(&str, Change<AddressFacts>, &[&str]); 13] = [
        ("fine", |_| {}, &[]),
        ("R22 50th", |a| a.addresses_in_domain = 49, &[]),
        (
            "R22 51st",
            |a| a.addresses_in_domain = 50,
            &["limit_addresses_per_domain"],
        ),
        (
            "R25",
            |a| (a.addresses_in_domain, a.addresses) = (50, 50),
            &["limit_addresses_per_domain"],
        ),
        ("R24 200th", |a| a.addresses = 199, &[]),
        ("R24 201st", |a| a.addresses = 200, &["limit_addresses"]),
        (
            "R16",
            |a| a.held_by = Holder::SiblingAccount,
            &["address_in_sibling"],
        ),
        (
            "R18 beside",
            |a| a.address = "a@other.example".into(),
            &["address_outside_domain"],
        ),
        (
            "R18 below",
            |a| a.address = "a@sub.acme.example".into(),
            &["address_outside_domain"],
        ),
        ("R19", |a| a.kind = DomainKind::Native, &["address_native"]),
        ("R43", |a| a.connector = None, &["connector_missing"]),
        (
            "R67",
            |a| a.address = format!("{}@acme.example", "x".repeat(65)),
            &["address_too_long"],
        ),
        ("person", |a| a.is_person = true, &["address_is_person"]),
    ];
    for (row, change, expected) in cases {
        let mut facts = address();
        change(&mut facts);
        assert_eq!(
            codes(address_violations(&Rules::default(), &facts)),
            expected,
            "{row}"
        );
    }
}

#[test]
fn a_shared_domain_can_be_allowed() {
    let rules = Rules {
        allow_shared_domain: true,
        ..Rules::default()
    };
    let facts = DomainFacts {
        held_by: Holder::SiblingAccount,
        ..domain()
    };
    assert!(domain_violations(&rules, &facts).is_empty(), "R16");
}

#[test]
fn every_hint_fits_a_reply() {
    let many = (0..60)
        .map(|n| format!("{}{n}@acme.example", "ü".repeat(30)))
        .collect();
    let facts = DomainFacts {
        addresses_in_domain: many,
        domains: u32::MAX,
        ..domain()
    };
    for violation in domain_violations(&Rules::default(), &facts) {
        assert!(
            violation.hint.len() <= 200 && violation.hint.is_ascii(),
            "{}",
            violation.hint
        );
    }
}

fn session(ingress: Ingress, connector: Option<&str>) -> Session {
    Session {
        ingress,
        peer: "192.0.2.1".into(),
        helo: "mail.acme.example".into(),
        tls: None,
        connector: connector.map(Into::into),
        desk: false,
    }
}

fn desk() -> Session {
    Session {
        desk: true,
        ..session(Ingress::Submission, None)
    }
}

#[test]
fn a_help_desk_speaks_as_a_live_support_address_only() {
    let known = |connector: bool, verified| {
        move |_: &str| {
            Some(lookup::SupportAddress {
                connector: connector.then(|| "acme.example".into()),
                brand: 1,
                verified,
            })
        }
    };
    let live = desk_sender("help@acme.example", known(true, true));
    assert!(matches!(live, Verdict::Accept));
    let code = |verdict: Verdict| match verdict {
        Verdict::Reject(reason) => reason.code,
        other => panic!("not rejected: {other:?}"),
    };
    for (verdict, expected) in [
        (desk_sender("", known(true, true)), "sender_missing"),
        (
            desk_sender("help@acme.example", known(true, false)),
            "sender_not_verified",
        ),
        (
            desk_sender("support@acme.desk.example", known(false, true)),
            "sender_not_support_address",
        ),
        (
            desk_sender("help@other.example", |_| None),
            "sender_not_support_address",
        ),
    ] {
        assert_eq!(code(verdict), expected);
    }
}

#[test]
fn a_help_desk_writes_to_anybody() {
    let rules = Rules::default();
    let nobody = Envelope {
        sender: "help@acme.example".into(),
        recipients: vec![],
    };
    for kind in [
        RecipientKind::Foreign,
        RecipientKind::Native,
        RecipientKind::Forwarded,
        RecipientKind::UnknownInDomain,
    ] {
        let verdict = recipient(&rules, &desk(), &nobody, &candidate(kind));
        assert!(matches!(verdict, Verdict::Accept), "{kind:?}");
    }
    let many = Envelope {
        recipients: vec!["a@b.example".into(); 100],
        ..nobody
    };
    let verdict = recipient(&rules, &desk(), &many, &candidate(RecipientKind::Foreign));
    assert!(matches!(verdict, Verdict::Defer(_)));
}

fn candidate(kind: RecipientKind) -> RecipientFacts {
    RecipientFacts {
        address: "help@acme.example".into(),
        kind,
        catch_all: false,
        disconnecting: false,
        unproved: false,
        require_authenticated: false,
    }
}

fn said(verdict: Verdict) -> String {
    match verdict {
        Verdict::Accept => "accept".into(),
        Verdict::Defer(reason) => format!("4 {:?} {}", reason.kind, reason.code),
        Verdict::Reject(reason) => format!("5 {:?} {}", reason.kind, reason.code),
    }
}

#[test]
fn recipients_of_an_authenticated_session() {
    use RecipientKind::*;
    const DENIED: &str = "5 Refusal::NotPermitted recipient_outside_domain";
    const UNKNOWN: &str = "5 Refusal::UnknownMailbox unknown_address";
    let cases: [(&str, RecipientKind, Change<RecipientFacts>, &str); 9] = [
        ("R9 own", Support, |_| {}, "accept"),
        (
            "RFC 5321 §4.5.1",
            Postmaster,
            |c| c.address = "postmaster@relay.desk.example".into(),
            "accept",
        ),
        (
            "R9 other connector",
            Support,
            |c| c.address = "a@b.example".into(),
            DENIED,
        ),
        (
            "R5 open relay",
            Foreign,
            |c| c.address = "a@b.example".into(),
            DENIED,
        ),
        (
            "R9 native",
            Native,
            |c| c.address = "support@acme.desk.example".into(),
            DENIED,
        ),
        ("R59", UnknownInDomain, |_| {}, UNKNOWN),
        (
            "R59 catch-all",
            UnknownInDomain,
            |c| c.catch_all = true,
            "accept",
        ),
        (
            "R100",
            Support,
            |c| c.disconnecting = true,
            "4 Refusal::NotPermitted connector_disconnecting",
        ),
        (
            "R100 unknown",
            UnknownInDomain,
            |c| c.disconnecting = true,
            "4 Refusal::NotPermitted connector_disconnecting",
        ),
    ];
    let session = session(Ingress::Submission, Some("acme.example"));
    let envelope = Envelope {
        sender: "u@x.example".into(),
        recipients: vec![],
    };
    for (row, kind, change, expected) in cases {
        let mut candidate = candidate(kind);
        change(&mut candidate);
        let verdict = recipient(&Rules::default(), &session, &envelope, &candidate);
        assert_eq!(said(verdict), expected, "{row}");
    }
}

#[test]
fn recipients_of_the_public_listener() {
    use RecipientKind::*;
    let strict = Rules {
        reject_unauthenticated: true,
        ..Rules::default()
    };
    let cases: [(&str, Rules, RecipientKind, bool, bool); 7] = [
        ("RFC 5321 §4.5.1", Rules::default(), Postmaster, false, true),
        ("R6 native", Rules::default(), Native, false, true),
        ("R29 forwarded", Rules::default(), Forwarded, false, true),
        ("R5 foreign", Rules::default(), Foreign, false, false),
        (
            "R59 unknown",
            Rules::default(),
            UnknownInDomain,
            false,
            false,
        ),
        ("R41 suspended later", Rules::default(), Support, true, true),
        ("R41 refused at once", strict, Support, true, false),
    ];
    let envelope = Envelope {
        sender: String::new(),
        recipients: vec![],
    };
    for (row, rules, kind, require_authenticated, accepted) in cases {
        let candidate = RecipientFacts {
            require_authenticated,
            ..candidate(kind)
        };
        let verdict = recipient(&rules, &session(Ingress::Mx, None), &envelope, &candidate);
        assert_eq!(matches!(verdict, Verdict::Accept), accepted, "{row}");
    }
}

#[test]
fn recipients_are_counted() {
    let rules = Rules {
        recipients_per_message: 2,
        ..Rules::default()
    };
    let session = session(Ingress::Submission, Some("acme.example"));
    let envelope = Envelope {
        sender: String::new(),
        recipients: vec!["a".into(), "b".into()],
    };
    let verdict = recipient(
        &rules,
        &session,
        &envelope,
        &candidate(RecipientKind::Support),
    );
    assert_eq!(
        said(verdict),
        "4 Refusal::TooManyRecipients too_many_recipients"
    );
}

#[test]
fn an_authenticated_sender_is_never_put_off() {
    let own = sender(&session(Ingress::Submission, Some("acme.example")));
    assert!(matches!(own, Verdict::Accept), "R110");
    assert!(
        matches!(
            sender(&session(Ingress::Submission, None)),
            Verdict::Reject(_)
        ),
        "R5"
    );
    assert!(
        matches!(sender(&session(Ingress::Mx, None)), Verdict::Accept),
        "R6"
    );
}

/// R49: where domains have to be proved, a claim is in nobody's way and good for nothing.
#[test]
fn a_claim_holds_nothing_until_it_is_proved() {
    let strict = Rules {
        require_domain_proof: true,
        ..Rules::default()
    };
    let held = |held_by, proved_elsewhere| DomainFacts {
        held_by,
        proved_elsewhere,
        ..domain()
    };
    let taken = vec!["domain_taken".to_owned()];
    for (rules, proved, expected) in [
        (&Rules::default(), false, &taken),
        (&Rules::default(), true, &taken),
        (&strict, false, &Vec::new()),
        (&strict, true, &taken),
    ] {
        let facts = held(Holder::OtherAccount, proved);
        assert_eq!(&codes(domain_violations(rules, &facts)), expected);
    }
    let own = codes(domain_violations(
        &strict,
        &held(Holder::ThisAccount, false),
    ));
    assert_eq!(own, ["domain_exists"]);

    let proved = AddressFacts {
        domain_proved: true,
        ..address()
    };
    assert_eq!(
        codes(address_violations(&strict, &address())),
        ["domain_unproved"]
    );
    assert!(address_violations(&strict, &proved).is_empty());
    assert!(address_violations(&Rules::default(), &address()).is_empty());
}

#[test]
fn mail_for_a_claim_is_put_off() {
    use RecipientKind::*;
    let strict = Rules {
        require_domain_proof: true,
        ..Rules::default()
    };
    let envelope = Envelope {
        sender: String::new(),
        recipients: vec![],
    };
    let unproved = |kind| RecipientFacts {
        unproved: true,
        ..candidate(kind)
    };
    let put_off = "4 Refusal::NotPermitted domain_unproved";
    for (session, kind) in [
        (session(Ingress::Submission, Some("acme.example")), Support),
        (
            session(Ingress::Submission, Some("acme.example")),
            UnknownInDomain,
        ),
        (session(Ingress::Mx, None), UnknownInDomain),
        (session(Ingress::Mx, None), Forwarded),
    ] {
        let verdict = recipient(&strict, &session, &envelope, &unproved(kind));
        assert_eq!(said(verdict), put_off, "{kind:?}");
        let verdict = recipient(&Rules::default(), &session, &envelope, &unproved(kind));
        assert_ne!(said(verdict), put_off, "{kind:?}");
    }
}
