use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::questions::headers::Edit;
use crate::questions::limits::Violation;
use crate::questions::routes::{NativeRoute, Update};
use crate::questions::tags::SystemTag;
use crate::questions::types::{Reason, Refusal};

fn reason() -> Reason {
    Reason {
        kind: Refusal::Content,
        code: "x".into(),
        hint: String::new(),
    }
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    select(vec![
        Verdict::Accept,
        Verdict::Defer(reason()),
        Verdict::Reject(reason()),
    ])
}

fn permissions() -> impl Strategy<Value = Permission> {
    let violation = Violation {
        field: "f".into(),
        code: "c".into(),
        hint: String::new(),
    };
    select(vec![
        Permission::Granted,
        Permission::Refused(vec![violation]),
    ])
}

fn acceptances() -> impl Strategy<Value = InboundAcceptance> {
    use AuthorAuthentication::{Fail, None, Pass};
    use Origin::{Automatic, Bounce, Bulk, Loop, Person, Vacation};
    (
        select(vec![Person, Automatic, Vacation, Bulk, Bounce, Loop]),
        select(vec![None, Pass, Fail]),
        select(vec![AuthorField::From, AuthorField::ReplyTo]),
        proptest::collection::vec("[a-c]", 0..3),
    )
        .prop_map(|(origin, author, author_field, flags)| InboundAcceptance {
            edits: flags
                .iter()
                .map(|flag| Edit::Remove(flag.clone()))
                .collect(),
            origin,
            author,
            author_field,
            flags,
        })
}

fn routes() -> impl Strategy<Value = InboundRoute> {
    let update = |ticket, flagged| InboundRoute::Update(Update { ticket, flagged });
    select(vec![
        InboundRoute::Ticket(1),
        InboundRoute::Ticket(2),
        update(1, false),
        update(1, true),
        update(2, true),
        InboundRoute::Suspend(Cause::Loop),
        InboundRoute::Drop("x".into()),
    ])
}

fn inbound_verdicts() -> impl Strategy<Value = InboundVerdict> {
    prop_oneof![
        acceptances().prop_map(InboundVerdict::Accept),
        Just(InboundVerdict::Defer(reason())),
        Just(InboundVerdict::Reject(reason())),
    ]
}

fn outbound_verdicts() -> impl Strategy<Value = OutboundVerdict> {
    let edits = proptest::collection::vec("[a-c]".prop_map(Edit::Remove), 0..3);
    prop_oneof![
        edits.prop_map(OutboundVerdict::Accept),
        Just(OutboundVerdict::Defer(reason())),
        Just(OutboundVerdict::Reject(reason())),
    ]
}

fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let finding = ("[a-c]", any::<bool>()).prop_map(|(code, fatal)| Finding {
        code,
        fatal,
        field: None,
        hint: String::new(),
    });
    proptest::collection::vec(finding, 0..4)
}

/// As they come from an account: the host has taken its reserved tags away.
fn taggings(system: Vec<SystemTag>) -> impl Strategy<Value = Tagging> {
    proptest::collection::vec("[a-c]", 0..4).prop_map(move |tags| Tagging {
        system: system.clone(),
        tags,
    })
}

fn outbound_routes() -> impl Strategy<Value = OutboundRoute> {
    let native = |sender: &str| {
        OutboundRoute::Native(NativeRoute {
            sender: sender.into(),
            reason: "x".into(),
        })
    };
    let smarthost = |address: &str| OutboundRoute::Smarthost(address.into());
    select(vec![
        smarthost("a"),
        smarthost("b"),
        native("a"),
        native("b"),
    ])
}

fn retries() -> impl Strategy<Value = Retry> {
    prop_oneof![
        (1..9_u64).prop_map(Retry::After),
        (1..9_u64).prop_map(Retry::Delayed),
        Just(Retry::GiveUp),
    ]
}

/// How much a route lets through.
fn freedom(route: &InboundRoute) -> u8 {
    match route {
        InboundRoute::Ticket(_) => 3,
        InboundRoute::Update(update) if !update.flagged => 3,
        InboundRoute::Update(_) => 2,
        InboundRoute::Suspend(_) => 1,
        InboundRoute::Drop(_) => 0,
    }
}

fn trust(author: AuthorAuthentication) -> u8 {
    match author {
        AuthorAuthentication::Pass => 2,
        AuthorAuthentication::None => 1,
        AuthorAuthentication::Fail => 0,
    }
}

proptest! {
    #[test]
    fn a_refusal_is_never_taken_back(before in verdicts(), later in proptest::collection::vec(verdicts(), 0..5)) {
        let refused = !matches!(before, Verdict::Accept);
        let end = later.iter().cloned().fold(before.clone(), Answer::tighten);
        if refused {
            prop_assert_eq!(end, before);
        } else {
            let first = later.into_iter().find(|verdict| *verdict != Verdict::Accept);
            prop_assert_eq!(end, first.unwrap_or(Verdict::Accept));
        }
    }

    #[test]
    fn a_permission_is_never_won_back(before in permissions(), later in permissions()) {
        let both = before == Permission::Granted && later == Permission::Granted;
        prop_assert_eq!(before.tighten(later) == Permission::Granted, both);
    }

    #[test]
    fn findings_about_a_message_only_grow_worse(before in acceptances(), later in acceptances()) {
        let end = both(before.clone(), later.clone());
        prop_assert!(before.origin == Origin::Person || end.origin == before.origin);
        prop_assert!(trust(end.author) <= trust(before.author));
        prop_assert!(end.author_field == before.author_field || end.author_field == AuthorField::From);
        prop_assert!(before.flags.iter().chain(&later.flags).all(|flag| end.flags.contains(flag)));
        prop_assert_eq!(end.edits.len(), before.edits.len() + later.edits.len());
    }

    #[test]
    fn a_route_only_narrows(before in routes(), later in routes()) {
        let end = before.clone().tighten(later);
        prop_assert!(freedom(&end) <= freedom(&before));
        if let (InboundRoute::Update(before), InboundRoute::Update(end)) = (&before, &end) {
            prop_assert_eq!(before.ticket, end.ticket);
        }
        if let (InboundRoute::Ticket(before), InboundRoute::Ticket(end)) = (&before, &end) {
            prop_assert_eq!(before, end);
        }
    }

    #[test]
    fn a_message_refused_on_the_way_in_stays_refused(before in inbound_verdicts(), later in inbound_verdicts()) {
        let end = before.clone().tighten(later.clone());
        match (&before, &later) {
            (InboundVerdict::Accept(_), InboundVerdict::Accept(_)) => prop_assert!(!end.is_final()),
            (InboundVerdict::Accept(_), _) => prop_assert_eq!(end, later),
            _ => prop_assert_eq!(end, before),
        }
    }

    #[test]
    fn a_message_refused_on_the_way_out_stays_refused(before in outbound_verdicts(), later in outbound_verdicts()) {
        let end = before.clone().tighten(later.clone());
        match (before, later) {
            (OutboundVerdict::Accept(before), OutboundVerdict::Accept(later)) => {
                prop_assert_eq!(end, OutboundVerdict::Accept([before, later].concat()));
            }
            (OutboundVerdict::Accept(_), later) => prop_assert_eq!(end, later),
            (before, _) => prop_assert_eq!(end, before),
        }
    }

    #[test]
    fn no_finding_is_taken_back(before in findings(), later in findings()) {
        let end = before.clone().tighten(later.clone());
        prop_assert_eq!(&end, &[before.clone(), later].concat());
        let fails = |findings: &[Finding]| findings.iter().any(|finding| finding.fatal);
        prop_assert!(fails(&end) || !fails(&before));
    }

    #[test]
    fn no_tag_is_taken_back_and_no_reserved_one_given(
        before in taggings(vec![SystemTag::AuthenticatedTicket]),
        later in taggings(vec![]),
    ) {
        let end = before.clone().tighten(later.clone());
        prop_assert_eq!(&end.system, &before.system);
        let all: BTreeSet<String> = before.tags.into_iter().chain(later.tags).collect();
        prop_assert_eq!(end.tags, all.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_way_out_is_the_operators(before in outbound_routes(), later in outbound_routes()) {
        prop_assert!(before.is_final(), "nobody else is asked");
        prop_assert_eq!(before.clone().tighten(later), before);
    }

    #[test]
    fn a_wait_is_never_changed_and_giving_up_never_taken_back(before in retries(), later in retries()) {
        let end = before.tighten(later);
        prop_assert_eq!(end, if later == Retry::GiveUp { Retry::GiveUp } else { before });
    }
}

#[test]
fn a_neutral_answer_changes_nothing() {
    let neutral = InboundAcceptance {
        edits: vec![],
        origin: Origin::Person,
        author: AuthorAuthentication::None,
        author_field: AuthorField::From,
        flags: vec![],
    };
    let sure = InboundAcceptance {
        author: AuthorAuthentication::Pass,
        ..neutral.clone()
    };
    assert_eq!(both(sure.clone(), neutral), sure);
}

#[test]
fn a_wait_can_be_given_up_but_not_changed() {
    assert_eq!(Retry::After(5).tighten(Retry::After(1)), Retry::After(5));
    assert_eq!(Retry::After(5).tighten(Retry::GiveUp), Retry::GiveUp);
    assert_eq!(Retry::GiveUp.tighten(Retry::After(5)), Retry::GiveUp);
}
