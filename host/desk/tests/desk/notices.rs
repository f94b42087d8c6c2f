//! How many notices one person gets, and that nothing is lost beyond (LOOP-01,
//! LOOP-03); who cannot be reached (R113).

use desk::facts::{RouteAnswer, Tagging};
use desk::intake::Outcome;
use desk::notifications::{self, Event, Plan};
use desk::tickets::{self, Changes, NewReply};
use desk::{people, tickets::Ticket};
use storage::{Batch, Timestamp};

use crate::scene::{NOW, Scene, address, later};
use crate::tickets::{FIRST, enter, first_ticket};

const MINUTE_MS: u64 = 60_000;

/// Plans as the program does: what is counted and held is committed.
async fn plan(scene: &Scene, event: Event, now: Timestamp) -> Plan {
    let mut batch = Batch::new();
    let plan = notifications::plan(&scene.acme, &scene.product, &mut batch, event, now);
    let plan = plan.await.unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    plan
}

async fn held(scene: &Scene, ticket: u64, now: Timestamp) -> Plan {
    let mut batch = Batch::new();
    let plan = notifications::plan_held(&scene.acme, &scene.product, &mut batch, ticket, now);
    let plan = plan.await.unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    plan
}

/// An agent answers, by hand or by mail.
async fn answer(scene: &Scene, body: &str, by_hand: bool) -> Event {
    if !by_hand {
        return answer_by_mail(scene, body).await;
    }
    let reply = NewReply {
        agent: address("ann@acme.example"),
        body: body.to_owned(),
        public: true,
        changes: Changes::default(),
    };
    let mut batch = Batch::new();
    let (.., event) = tickets::reply(&scene.acme, &mut batch, 1, reply, NOW)
        .await
        .unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    event
}

async fn answer_by_mail(scene: &Scene, body: &str) -> Event {
    let id = desk::sortable_id(NOW);
    let raw = format!(
        "From: Ann <ann@acme.example>\nTo: help@acme.example\nSubject: Re: Printer\n\
         Message-ID: <{id}@acme.example>\nIn-Reply-To: <first@client.example>\n\n{body}\n"
    );
    let incoming = scene
        .incoming(&scene.acme, Some("acme.example"), "help@acme.example", &raw)
        .await;
    let route = RouteAnswer::Update {
        ticket: 1,
        flagged: false,
    };
    match enter(scene, &scene.acme, &incoming, route, &Tagging::default()).await {
        Outcome::Entered(event) => event,
        other => panic!("{other:?}"),
    }
}

async fn ready() -> (Scene, Ticket) {
    let scene = Scene::new().await;
    let ticket = first_ticket(&scene).await;
    people::register_agent(&scene.acme, &address("ann@acme.example"), "Ann", NOW)
        .await
        .unwrap();
    (scene, ticket)
}

#[tokio::test]
async fn beyond_three_in_ten_minutes_answers_wait_and_come_together() {
    let (scene, _) = ready().await;
    for number in 1..=3 {
        let event = answer(&scene, &format!("answer {number}"), false).await;
        let plan = plan(&scene, event, NOW).await;
        assert_eq!(
            (plan.drafts.len(), plan.later),
            (1, None),
            "answer {number}"
        );
    }
    let fourth = answer(&scene, "answer 4", false).await;
    let now = later(MINUTE_MS);
    let first_held = plan(&scene, fourth, now).await;
    assert!(first_held.drafts.is_empty());
    assert_eq!(first_held.later, Some(later(10 * MINUTE_MS)));
    let fifth = answer(&scene, "answer 5", false).await;
    let again = plan(&scene, fifth, now).await;
    assert_eq!(
        (again.drafts.len(), again.later),
        (0, None),
        "one job is enough"
    );

    let early = held(&scene, 1, later(9 * MINUTE_MS)).await;
    assert!(
        early.drafts.is_empty() && early.later.is_some(),
        "no room yet: put off"
    );
    let told = held(&scene, 1, later(10 * MINUTE_MS)).await;
    let recipients: Vec<_> = told
        .drafts
        .iter()
        .map(|draft| draft.recipients.len())
        .collect();
    assert_eq!(recipients, [1, 1, 1], "requester and two CCs");
    let support = desk::notifications::Sender::Support(address("help@acme.example"));
    let message = told.drafts[0].compose(&scene.product, &support).unwrap();
    let message = String::from_utf8_lossy(&message);
    assert!(
        message.contains("answer 4") && message.contains("answer 5"),
        "{message}"
    );
    assert!(
        held(&scene, 1, later(20 * MINUTE_MS))
            .await
            .drafts
            .is_empty(),
        "told once"
    );
}

#[tokio::test]
async fn what_an_agent_types_does_not_wait() {
    let (scene, _) = ready().await;
    for number in 1..=5 {
        let event = answer(&scene, &format!("answer {number}"), true).await;
        let plan = plan(&scene, event, NOW).await;
        assert_eq!(
            (plan.drafts.len(), plan.later),
            (1, None),
            "answer {number}"
        );
    }
    let mailed = answer(&scene, "by mail", false).await;
    let plan = plan(&scene, mailed, NOW).await;
    assert!(
        plan.drafts.is_empty() && plan.later.is_some(),
        "but it counts"
    );
}

/// LOOP-03: whoever writes in a victim's name has them acknowledged at most
/// twenty times an hour, whatever the ticket.
#[tokio::test]
async fn a_victim_gets_twenty_notices_an_hour() {
    let scene = Scene::new().await;
    let mut sent = 0;
    for number in 0..60 {
        let raw = FIRST.replace("first@", &format!("bomb{number}@"));
        let incoming = scene
            .incoming(&scene.acme, None, "support@acme.desk.example", &raw)
            .await;
        let route = RouteAnswer::Ticket { brand: 1 };
        let outcome = enter(&scene, &scene.acme, &incoming, route, &Tagging::default()).await;
        let Outcome::Entered(event) = outcome else {
            panic!("{outcome:?}")
        };
        let plan = plan(&scene, event, later(number * MINUTE_MS)).await;
        assert_eq!(plan.later, None, "an acknowledgement is left out, not held");
        sent += plan.drafts.len();
    }
    assert_eq!(sent, 20);
}

#[tokio::test]
async fn whom_mail_comes_back_from_is_not_acknowledged_until_they_write() {
    let (scene, ticket) = ready().await;
    let event = answer(&scene, "hello", true).await;
    let mut batch = Batch::new();
    let drafts = notifications::plan(&scene.acme, &scene.product, &mut batch, event, NOW)
        .await
        .unwrap()
        .drafts;
    let sender = desk::notifications::Sender::Support(address("help@acme.example"));
    let departing = [desk::outbound::Departing {
        draft: &drafts[0],
        sender,
        reason: None,
        signed: false,
    }];
    desk::outbound::record(&scene.acme, &scene.product, &mut batch, &departing, NOW)
        .await
        .unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    let report = mail::message::dsn::Report {
        message_id: Some(drafts[0].message_id(&scene.product)),
        ..report_of("erin@client.example")
    };
    let mut batch = Batch::new();
    assert!(
        desk::outbound::bounced(&scene.acme, &mut batch, &report, Vec::new(), NOW)
            .await
            .unwrap()
            .is_some()
    );
    let _durable = scene.acme.commit(batch).await.unwrap();
    let gone = |text: &'static str| {
        let account = scene.acme.clone();
        async move {
            people::is_undeliverable(&account, &address(text))
                .await
                .unwrap()
        }
    };
    assert!(gone("erin@client.example").await);
    assert!(
        !gone("dave@client.example").await,
        "the report spoke of one only"
    );
    assert_eq!(ticket.requester, address("erin@client.example"));

    let again = FIRST.replace("first@", "again@");
    let incoming = scene
        .incoming(
            &scene.acme,
            Some("acme.example"),
            "help@acme.example",
            &again,
        )
        .await;
    let route = RouteAnswer::Ticket { brand: 1 };
    enter(&scene, &scene.acme, &incoming, route, &Tagging::default()).await;
    assert!(
        !gone("erin@client.example").await,
        "whoever writes can be reached"
    );
}

fn report_of(recipient: &str) -> mail::message::dsn::Report {
    mail::message::dsn::Report {
        recipients: vec![mail::message::dsn::RecipientReport {
            recipient: recipient.to_owned(),
            original: None,
            action: mail::message::dsn::Action::Failed,
            status: Some((5, 1, 1)),
            diagnostic: Some("550 no such user".to_owned()),
        }],
        ..Default::default()
    }
}
