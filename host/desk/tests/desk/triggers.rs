//! Triggers: read from the words of the public API, bounded, in order, and held
//! off the reserved tags.

use desk::facts::{RouteAnswer, SystemTag, Tagging};
use desk::tickets::{self, Changes, Priority, Status, Ticket};
use desk::triggers::{self, ActionWords, ConditionWords, NewTrigger, TRIGGERS_MAX};
use desk::{Error, groups};

use crate::scene::{NOW, Scene};
use crate::tickets::{FIRST, enter, first_ticket};

fn condition(field: &str, operator: &str, value: &str) -> ConditionWords {
    ConditionWords {
        field: field.to_owned(),
        operator: operator.to_owned(),
        value: value.to_owned(),
    }
}

fn action(field: &str, value: &str) -> ActionWords {
    ActionWords {
        field: field.to_owned(),
        value: value.to_owned(),
    }
}

fn trigger(all: &[ConditionWords], actions: &[ActionWords]) -> NewTrigger {
    NewTrigger {
        title: "a rule".to_owned(),
        all: all.to_vec(),
        any: Vec::new(),
        actions: actions.to_vec(),
    }
}

async fn with(scene: &Scene, rules: &[NewTrigger]) {
    for rule in rules {
        triggers::add(&scene.acme, rule.clone(), NOW).await.unwrap();
    }
}

/// The two that customers use (API.md): what did not come over the connector
/// goes to the auditors.
fn samples() -> [NewTrigger; 2] {
    const CREATED: &str = "system_authenticated_email_ticket";
    const UPDATED: &str = "system_unauthenticated_email_update";
    [
        trigger(
            &[condition("current_tags", "not_includes", CREATED)],
            &[
                action("group_id", "Auditors"),
                action("current_tags", "admin_unauthenticated"),
            ],
        ),
        trigger(
            &[condition("current_tags", "includes", UPDATED)],
            &[action("group_id", "Auditors"), action("priority", "high")],
        ),
    ]
}

async fn unauthenticated_ticket(scene: &Scene) -> Ticket {
    let incoming = scene
        .incoming(&scene.acme, None, "support@acme.desk.example", FIRST)
        .await;
    let answer = RouteAnswer::Ticket { brand: 1 };
    enter(scene, &scene.acme, &incoming, answer, &Tagging::default()).await;
    tickets::find(&scene.acme, 1).await.unwrap()
}

#[tokio::test]
async fn what_did_not_come_authenticated_goes_to_the_auditors() {
    let scene = Scene::new().await;
    with(&scene, &samples()).await;
    let ticket = unauthenticated_ticket(&scene).await;
    let group = &groups::list(&scene.acme).await.unwrap()[0];
    assert_eq!(group.name, "Auditors");
    assert_eq!(ticket.group, Some(group.id));
    assert!(ticket.tags.contains("admin_unauthenticated"));
    assert_eq!(ticket.priority, None, "the other one is about updates");
    assert_eq!(groups::list(&scene.acme).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_unauthenticated_update_becomes_urgent_for_the_auditors() {
    let scene = Scene::new().await;
    with(&scene, &samples()).await;
    let before = first_ticket(&scene).await;
    assert_eq!((before.group, before.priority), (None, None));
    let update = FIRST
        .replace("first@", "second@")
        .replace("Subject:", "In-Reply-To: <first@client.example>\nSubject:");
    let incoming = scene
        .incoming(&scene.acme, None, "help@acme.example", &update)
        .await;
    let tagging = Tagging {
        system: vec![SystemTag::UnauthenticatedUpdate],
        tags: Vec::new(),
    };
    let answer = RouteAnswer::Update {
        ticket: 1,
        flagged: true,
    };
    enter(&scene, &scene.acme, &incoming, answer, &tagging).await;
    let after = tickets::find(&scene.acme, 1).await.unwrap();
    assert_eq!(after.priority, Some(Priority::High));
    assert!(after.group.is_some() && !after.tags.contains("admin_unauthenticated"));
}

#[tokio::test]
async fn one_builds_on_another_whatever_their_order_and_each_acts_once() {
    let scene = Scene::new().await;
    let tagged = |tag| condition("current_tags", "includes", tag);
    let untagged = |tag| condition("current_tags", "not_includes", tag);
    with(
        &scene,
        &[
            trigger(&[tagged("one")], &[action("current_tags", "two")]),
            trigger(&[untagged("one")], &[action("current_tags", "one")]),
            // These two would go on for ever if each could act twice.
            trigger(&[tagged("swing")], &[action("remove_tags", "swing")]),
            trigger(&[untagged("swing")], &[action("current_tags", "swing")]),
        ],
    )
    .await;
    let ticket = unauthenticated_ticket(&scene).await;
    let tags: Vec<_> = ticket.tags.iter().map(String::as_str).collect();
    assert_eq!(tags, ["one", "two"]);
}

#[tokio::test]
async fn each_condition_is_about_the_ticket_as_it_stands() {
    for (rule, fits) in [
        (
            condition("recipient", "is", "Support@acme.desk.example"),
            true,
        ),
        (
            condition("recipient", "is_not", "support@acme.desk.example"),
            false,
        ),
        (condition("update_type", "is", "Create"), true),
        (condition("update_type", "is", "Change"), false),
        (condition("status", "is", "new"), true),
        (condition("status", "is_not", "new"), false),
        (condition("priority", "is", ""), true),
        (condition("priority", "is", "high"), false),
        (condition("group_id", "is", ""), true),
        (condition("group_id", "is_not", "Sales"), true),
        (condition("brand_id", "is", "1"), true),
        (condition("brand_id", "is", "2"), false),
    ] {
        let scene = Scene::new().await;
        let name = format!("{rule:?}");
        with(&scene, &[trigger(&[rule], &[action("priority", "low")])]).await;
        let ticket = unauthenticated_ticket(&scene).await;
        assert_eq!(ticket.priority.is_some(), fits, "{name}");
    }
}

#[tokio::test]
async fn of_any_one_is_enough() {
    let scene = Scene::new().await;
    let rule = NewTrigger {
        any: vec![
            condition("status", "is", "solved"),
            condition("status", "is", "new"),
        ],
        ..trigger(&[], &[action("status", "open")])
    };
    with(&scene, &[rule]).await;
    assert_eq!(unauthenticated_ticket(&scene).await.status, Status::Open);
}

#[tokio::test]
async fn what_no_trigger_can_say_is_refused_when_it_is_written() {
    let scene = Scene::new().await;
    let is_new = || condition("status", "is", "new");
    for (all, actions, code) in [
        (
            vec![],
            vec![action("priority", "high")],
            "conditions_number",
        ),
        (vec![is_new()], vec![], "actions_number"),
        (
            vec![is_new(); 21],
            vec![action("priority", "high")],
            "conditions_number",
        ),
        (
            vec![condition("subject", "is", "x")],
            vec![action("priority", "high")],
            "field_unknown",
        ),
        (
            vec![condition("status", "includes", "new")],
            vec![action("priority", "high")],
            "operator_unknown",
        ),
        (
            vec![condition("recipient", "is", "nobody")],
            vec![action("priority", "high")],
            "value_malformed",
        ),
        (
            vec![is_new()],
            vec![action("status", "closed")],
            "value_malformed",
        ),
        (
            vec![is_new()],
            vec![action("group_id", "77")],
            "group_unknown",
        ),
        (
            vec![is_new()],
            vec![action("webhook", "x")],
            "field_unknown",
        ),
        // R108: reserved tags are read, never written.
        (
            vec![is_new()],
            vec![action("current_tags", "system_authenticated_email_ticket")],
            "tag_reserved",
        ),
        (
            vec![is_new()],
            vec![action("remove_tags", "System_x")],
            "tag_reserved",
        ),
        (
            vec![is_new()],
            vec![action("current_tags", "Two;words")],
            "tag_malformed",
        ),
    ] {
        let refused = triggers::add(&scene.acme, trigger(&all, &actions), NOW).await;
        let Err(Error::Invalid(problems)) = refused else {
            panic!("{all:?} {actions:?} was taken")
        };
        assert_eq!(problems[0].code, code, "{all:?} {actions:?}");
    }
    assert!(triggers::list(&scene.acme).await.unwrap().is_empty());
}

#[tokio::test]
async fn triggers_have_an_order_and_a_bound() {
    let scene = Scene::new().await;
    let rule = trigger(
        &[condition("status", "is", "new")],
        &[action("priority", "high")],
    );
    for _ in 0..TRIGGERS_MAX {
        triggers::add(&scene.acme, rule.clone(), NOW).await.unwrap();
    }
    assert!(triggers::add(&scene.acme, rule.clone(), NOW).await.is_err());
    triggers::remove(&scene.acme, 100).await.unwrap();
    let moved = triggers::place(&scene.acme, 3, 1).await.unwrap();
    let ids: Vec<u64> = moved.iter().take(4).map(|trigger| trigger.id).collect();
    assert_eq!(ids, [3, 1, 2, 4]);
    let last = triggers::place(&scene.acme, 3, 1_000).await.unwrap();
    assert_eq!(last.last().map(|trigger| trigger.id), Some(3));
    let added = triggers::add(&scene.acme, rule, NOW).await.unwrap();
    assert_eq!(added.id, 101, "a number is never given twice");
    assert!(triggers::list(&scene.rival).await.unwrap().is_empty());
    assert!(triggers::remove(&scene.rival, 1).await.is_err());
}

#[tokio::test]
async fn words_come_out_as_they_went_in() {
    let scene = Scene::new().await;
    let rule = trigger(
        &[
            condition("current_tags", "not_includes", "a b"),
            condition("recipient", "is", "help@acme.example"),
            condition("update_type", "is", "Create"),
            condition("priority", "is_not", "low"),
        ],
        &[action("remove_tags", "a"), action("status", "solved")],
    );
    let added = triggers::add(&scene.acme, rule.clone(), NOW).await.unwrap();
    let all: Vec<_> = added.all.iter().map(triggers::Condition::words).collect();
    let actions: Vec<_> = added.actions.iter().map(triggers::Action::words).collect();
    assert_eq!((all, actions), (rule.all, rule.actions));
}

#[tokio::test]
async fn a_ticket_is_changed_by_hand_and_triggers_see_it() {
    let scene = Scene::new().await;
    with(
        &scene,
        &[trigger(
            &[condition("priority", "is", "urgent")],
            &[action("group_id", "Firemen")],
        )],
    )
    .await;
    first_ticket(&scene).await;
    let changes = Changes {
        priority: Some(Priority::Urgent),
        status: Some(Status::Open),
        add_tags: vec!["hot".into()],
        remove_tags: vec!["printer".into()],
        ..Changes::default()
    };
    let ticket = scene.change(1, &changes).await.unwrap();
    assert_eq!(
        (ticket.priority, ticket.status),
        (Some(Priority::Urgent), Status::Open)
    );
    assert!(ticket.tags.contains("hot") && !ticket.tags.contains("printer"));
    assert_eq!(ticket.group, Some(1));
    let reserved = Changes {
        remove_tags: vec!["system_authenticated_email_ticket".into()],
        ..Changes::default()
    };
    assert!(scene.change(1, &reserved).await.is_err(), "R108");
    let closed = Changes {
        status: Some(Status::Closed),
        ..Changes::default()
    };
    scene.change(1, &closed).await.unwrap();
    assert!(scene.change(1, &changes).await.is_err());
}
