//! From message to ticket: threading, roles, CCs, reserved tags, once only.

use desk::facts::{Cause, Role, RouteAnswer, SystemTag, Tagging, ThreadEvidence};
use desk::intake::{self, Answers, Incoming, Outcome};
use desk::notifications::Event;
use desk::suspended::Shelf;
use desk::tickets::{self, Changes, Filter, NewMatter, NewReply, Status, Ticket, tags};
use desk::{Account, Error, people};
use mail::address::Address;
use storage::Batch;

use crate::scene::{NOW, Scene, address, later};

pub const FIRST: &str = "From: Erin <erin@client.example>\nTo: help@acme.example, dave@client.example\nCc: zoe@client.example, sales@acme.example\nSubject: Printer\nMessage-ID: <first@client.example>\n\nIt smokes.\n";

pub async fn enter(
    scene: &Scene,
    account: &Account,
    incoming: &Incoming,
    route: RouteAnswer,
    tagging: &Tagging,
) -> Outcome {
    let (product, tagging) = (&scene.product, tagging.clone());
    let answers = Answers { route, tagging };
    loop {
        let gathered = intake::gather(account, incoming).await.unwrap();
        let mut batch = Batch::new();
        let entered = intake::enter(
            account, product, &mut batch, incoming, gathered, &answers, NOW,
        )
        .await;
        match account.commit(batch).await {
            Ok(_durable) => return entered.unwrap(),
            Err(Error::Changed) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

/// An authenticated message that made a ticket, as tagging would have it.
pub async fn first_ticket(scene: &Scene) -> Ticket {
    scene.connect(&scene.acme, "acme.example").await;
    scene.add(&scene.acme, "help@acme.example").await;
    scene.add(&scene.acme, "sales@acme.example").await;
    let incoming = scene
        .incoming(
            &scene.acme,
            Some("acme.example"),
            "help@acme.example",
            FIRST,
        )
        .await;
    let tagging = Tagging {
        system: vec![SystemTag::AuthenticatedTicket],
        tags: vec!["printer".into()],
    };
    let outcome = enter(
        scene,
        &scene.acme,
        &incoming,
        RouteAnswer::Ticket { brand: 1 },
        &tagging,
    )
    .await;
    let Outcome::Entered(Event::Created { ticket, .. }) = outcome else {
        panic!("{outcome:?}")
    };
    tickets::find(&scene.acme, ticket).await.unwrap()
}

fn mail(from: &str, extra: &str, body: &str) -> String {
    let id = desk::sortable_id(NOW);
    format!(
        "From: {from}\nTo: help@acme.example\nSubject: Re: Printer\nMessage-ID: <{id}@client.example>\n{extra}\n{body}\n"
    )
}

#[tokio::test]
async fn an_authenticated_message_makes_a_tagged_ticket_with_its_copies() {
    let scene = Scene::new().await;
    let ticket = first_ticket(&scene).await;
    assert_eq!(ticket.id, 1);
    assert!(ticket.created_authenticated && ticket.tags.contains(tags::AUTHENTICATED_TICKET));
    assert!(ticket.tags.contains("printer"));
    assert_eq!(ticket.requester, address("erin@client.example"));
    assert_eq!(ticket.recipient, Some(address("help@acme.example")));
    let copies = [
        address("dave@client.example"),
        address("zoe@client.example"),
    ];
    assert_eq!(ticket.email_ccs, copies, "support addresses are no CCs");
    let comment = tickets::comments(&scene.acme, 1).await.unwrap().remove(0);
    assert!(comment.authenticated && comment.body.contains("It smokes."));
    assert_eq!(comment.via.unwrap().tls.as_deref(), Some("TLSv1.3"));
}

#[tokio::test]
async fn an_unauthenticated_twin_is_not_tagged_whatever_a_policy_says() {
    let scene = Scene::new().await;
    let incoming = scene
        .incoming(&scene.acme, None, "support@acme.desk.example", FIRST)
        .await;
    let tagging = Tagging {
        system: vec![SystemTag::AuthenticatedTicket],
        tags: Vec::new(),
    };
    enter(
        &scene,
        &scene.acme,
        &incoming,
        RouteAnswer::Ticket { brand: 1 },
        &tagging,
    )
    .await;
    let ticket = tickets::find(&scene.acme, 1).await.unwrap();
    assert!(!ticket.created_authenticated && ticket.tags.is_empty());
    assert!(!tickets::comments(&scene.acme, 1).await.unwrap()[0].authenticated);
}

#[tokio::test]
async fn replies_find_their_ticket_by_each_trace_in_order() {
    let scene = Scene::new().await;
    let ticket = first_ticket(&scene).await;
    let token = ticket.encoded_id();
    let root = ticket.thread[0].to_string();
    let native = format!("support+id{token}@acme.desk.example");
    let quoted = format!("> please see [{token}]");
    let refers = |ids: &str| format!("References: {ids}\n");
    for (recipient, extra, body, expected) in [
        (
            "help@acme.example",
            refers("<first@client.example>"),
            "",
            Some(ThreadEvidence::References),
        ),
        (
            "help@acme.example",
            refers(&root),
            "",
            Some(ThreadEvidence::References),
        ),
        (
            "help@acme.example",
            "In-Reply-To: <first@client.example>\n".into(),
            "",
            Some(ThreadEvidence::References),
        ),
        (
            "help@acme.example",
            refers("<unknown@x.example>"),
            quoted.as_str(),
            Some(ThreadEvidence::BodyToken),
        ),
        (
            native.as_str(),
            String::new(),
            "no token",
            Some(ThreadEvidence::PlusAddress),
        ),
        (
            "help@acme.example",
            String::new(),
            "no trace but the subject",
            None,
        ),
        ("help@acme.example", String::new(), "> [AAAAAA-AAAA]", None),
    ] {
        let raw = mail("erin@client.example", &extra, body);
        let incoming = scene
            .incoming(&scene.acme, Some("acme.example"), recipient, &raw)
            .await;
        let gathered = intake::gather(&scene.acme, &incoming).await.unwrap();
        let thread = gathered.arrival.thread;
        assert_eq!(
            thread.map(|found| found.evidence),
            expected,
            "{recipient} {extra} {body}"
        );
        assert!(thread.is_none_or(|found| found.ticket == 1));
    }
}

#[tokio::test]
async fn a_plus_part_counts_in_native_addresses_only() {
    let scene = Scene::new().await;
    let token = first_ticket(&scene).await.encoded_id();
    let recipient = format!("help+id{token}@acme.example");
    let raw = mail("erin@client.example", "", "hello");
    let incoming = scene
        .incoming(&scene.acme, Some("acme.example"), &recipient, &raw)
        .await;
    let gathered = intake::gather(&scene.acme, &incoming).await.unwrap();
    assert_eq!(gathered.arrival.thread, None);
}

#[tokio::test]
async fn a_reused_identifier_does_not_draw_a_thread_away() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let forged = FIRST.replace("erin", "mallory");
    let incoming = scene
        .incoming(&scene.acme, None, "support@acme.desk.example", &forged)
        .await;
    enter(
        &scene,
        &scene.acme,
        &incoming,
        RouteAnswer::Ticket { brand: 1 },
        &Tagging::default(),
    )
    .await;
    let raw = mail(
        "erin@client.example",
        "In-Reply-To: <first@client.example>\n",
        "still smoking",
    );
    let reply = scene
        .incoming(&scene.acme, Some("acme.example"), "help@acme.example", &raw)
        .await;
    let gathered = intake::gather(&scene.acme, &reply).await.unwrap();
    assert_eq!(gathered.arrival.thread.unwrap().ticket, 1);
}

#[tokio::test]
async fn the_author_has_a_role_towards_the_ticket() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    people::register_agent(&scene.acme, &address("ann@acme.example"), "Ann", NOW)
        .await
        .unwrap();
    for (from, expected) in [
        ("Erin <ERIN@client.example>", Role::Requester),
        ("dave@client.example", Role::Copied),
        ("ann@acme.example", Role::Agent),
        ("mallory@evil.example", Role::Stranger),
    ] {
        let raw = mail(from, "In-Reply-To: <first@client.example>\n", "hello");
        let incoming = scene
            .incoming(&scene.acme, Some("acme.example"), "help@acme.example", &raw)
            .await;
        let gathered = intake::gather(&scene.acme, &incoming).await.unwrap();
        assert_eq!(gathered.arrival.author_role, expected, "{from}");
    }
}

/// R30 and R39: what an update by this author on this way does to the ticket.
async fn updated(from: &str, authenticated: bool, flagged: bool) -> Ticket {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let raw = mail(
        from,
        "In-Reply-To: <first@client.example>\nCc: new@client.example\n",
        "more",
    );
    let relay = authenticated.then_some("acme.example");
    let incoming = scene
        .incoming(&scene.acme, relay, "help@acme.example", &raw)
        .await;
    let tagging = Tagging {
        system: vec![SystemTag::UnauthenticatedUpdate],
        tags: Vec::new(),
    };
    let answer = RouteAnswer::Update { ticket: 1, flagged };
    enter(&scene, &scene.acme, &incoming, answer, &tagging).await;
    let comments = tickets::comments(&scene.acme, 1).await.unwrap();
    assert_eq!(
        (comments[1].authenticated, comments[1].flagged),
        (authenticated, flagged)
    );
    tickets::find(&scene.acme, 1).await.unwrap()
}

#[tokio::test]
async fn an_unauthenticated_update_of_an_authenticated_ticket_is_tagged() {
    let ticket = updated("erin@client.example", false, false).await;
    assert!(ticket.tags.contains(tags::UNAUTHENTICATED_UPDATE));
    assert!(
        ticket.tags.contains(tags::AUTHENTICATED_TICKET),
        "tags are never taken away"
    );
    let ticket = updated("erin@client.example", true, false).await;
    assert!(!ticket.tags.contains(tags::UNAUTHENTICATED_UPDATE));
}

#[tokio::test]
async fn only_owners_bring_copies() {
    for (from, flagged, brought) in [
        ("erin@client.example", false, true),
        ("erin@client.example", true, false),
        ("dave@client.example", false, false),
        ("mallory@evil.example", false, false),
        ("mallory@evil.example", true, false),
    ] {
        let ticket = updated(from, true, flagged).await;
        assert_eq!(
            ticket.copies(&address("new@client.example")),
            brought,
            "{from} {flagged}"
        );
        assert!(!ticket.copies(&address("mallory@evil.example")));
    }
}

#[tokio::test]
async fn a_policy_cannot_choose_another_ticket() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let raw = mail("mallory@evil.example", "", "let me in");
    let incoming = scene
        .incoming(&scene.acme, Some("acme.example"), "help@acme.example", &raw)
        .await;
    let answer = RouteAnswer::Update {
        ticket: 1,
        flagged: false,
    };
    let outcome = enter(&scene, &scene.acme, &incoming, answer, &Tagging::default()).await;
    assert!(matches!(
        outcome,
        Outcome::Suspended {
            cause: Cause::PolicyFailed,
            ..
        }
    ));
    assert_eq!(tickets::comments(&scene.acme, 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_suspended_message_keeps_its_raw_source() {
    let scene = Scene::new().await;
    let incoming = scene
        .incoming(&scene.acme, None, "support@acme.desk.example", FIRST)
        .await;
    let answer = RouteAnswer::Suspend(Cause::Loop);
    enter(&scene, &scene.acme, &incoming, answer, &Tagging::default()).await;
    let kept = Shelf::of(&scene.acme).list().await.unwrap().remove(0);
    assert_eq!((kept.cause.id(), kept.subject.as_str()), (4, "Printer"));
    let raw = scene
        .acme
        .store()
        .text(kept.via.text)
        .await
        .unwrap()
        .read_all(10_000)
        .await
        .unwrap();
    assert!(raw.starts_with(b"From: Erin"));
}

#[tokio::test]
async fn a_message_from_nobody_is_suspended_not_lost() {
    let scene = Scene::new().await;
    let raw = "To: help@acme.example\nSubject: who am I\n\nhello\n";
    let incoming = scene
        .incoming(&scene.acme, None, "support@acme.desk.example", raw)
        .await;
    let answer = RouteAnswer::Ticket { brand: 1 };
    let outcome = enter(&scene, &scene.acme, &incoming, answer, &Tagging::default()).await;
    assert!(matches!(
        outcome,
        Outcome::Suspended {
            cause: Cause::Unprocessable,
            ..
        }
    ));
}

#[tokio::test]
async fn a_dropped_message_leaves_no_text() {
    let scene = Scene::new().await;
    let incoming = scene
        .incoming(&scene.acme, None, "support@acme.desk.example", FIRST)
        .await;
    let answer = RouteAnswer::Drop("loop".into());
    enter(&scene, &scene.acme, &incoming, answer, &Tagging::default()).await;
    assert!(scene.acme.store().text(incoming.text).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tickets_made_at_once_have_numbers_of_their_own() {
    let scene = std::sync::Arc::new(Scene::new().await);
    let made: Vec<_> = (0..20)
        .map(|number| {
            let scene = std::sync::Arc::clone(&scene);
            tokio::spawn(async move {
                let raw = FIRST.replace("first@", &format!("n{number}@"));
                let incoming = scene
                    .incoming(&scene.acme, None, "support@acme.desk.example", &raw)
                    .await;
                enter(
                    &scene,
                    &scene.acme,
                    &incoming,
                    RouteAnswer::Ticket { brand: 1 },
                    &Tagging::default(),
                )
                .await
            })
        })
        .collect();
    for one in made {
        one.await.unwrap();
    }
    let ids: Vec<_> = tickets::list(&scene.acme)
        .await
        .unwrap()
        .iter()
        .map(|t| t.id)
        .collect();
    assert_eq!(ids, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn only_agents_reply_and_reserved_tags_stay() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let reply = |agent: &str| NewReply {
        agent: address(agent),
        body: "Turn it off.".into(),
        public: true,
        changes: Changes::default(),
    };
    let mut batch = Batch::new();
    let refused = tickets::reply(
        &scene.acme,
        &mut batch,
        1,
        reply("erin@client.example"),
        NOW,
    )
    .await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
    people::register_agent(&scene.acme, &address("ann@acme.example"), "Ann", NOW)
        .await
        .unwrap();
    let mut batch = Batch::new();
    tickets::reply(
        &scene.acme,
        &mut batch,
        1,
        reply("ann@acme.example"),
        later(5),
    )
    .await
    .unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    let comments = tickets::comments(&scene.acme, 1).await.unwrap();
    assert_eq!((comments.len(), comments[1].role), (2, Role::Agent));
    let all = |tags: &[&str]| Changes {
        tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()),
        ..Changes::default()
    };
    let ticket = scene.change(1, &all(&["vip"])).await.unwrap();
    assert!(ticket.tags.contains(tags::AUTHENTICATED_TICKET) && ticket.tags.contains("vip"));
    let forged = all(&[tags::UNAUTHENTICATED_UPDATE]);
    assert!(scene.change(1, &forged).await.is_err());
}

/// Newest first, by standing and words, a page at a time; nothing is missed between pages.
#[tokio::test]
async fn tickets_are_found_newest_first_a_page_at_a_time() {
    let scene = Scene::new().await;
    let agent = address("anna@staff.example");
    let registered = people::register_agent(&scene.acme, &agent, "", NOW).await;
    registered.unwrap();
    for number in 1..=300 {
        let status = (number % 3 == 0).then_some(Status::Solved);
        let new = matter(&agent, format!("Lamp {number}"), status);
        let mut batch = Batch::new();
        let opened = tickets::open(&scene.acme, &scene.product, &mut batch, new, NOW).await;
        opened.unwrap();
        let _durable = scene.acme.commit(batch).await.unwrap();
    }
    let found = |account: Account, words: &str| {
        let (statuses, words) = (vec![Status::Solved], words.to_owned());
        async move {
            let filter = Filter { statuses, words };
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let page = tickets::search(&account, &filter, before, 40)
                    .await
                    .unwrap();
                assert!(page.tickets.len() <= 40);
                seen.extend(page.tickets.iter().map(|ticket| ticket.id));
                before = page.next;
                if before.is_none() {
                    return seen;
                }
            }
        }
    };
    let solved: Vec<u64> = (1..=300).rev().filter(|number| number % 3 == 0).collect();
    assert_eq!(found(scene.acme.clone(), "lamp ANNA@").await, solved);
    assert_eq!(found(scene.acme.clone(), "#12").await, [12]);
    assert_eq!(found(scene.acme.clone(), "#13 nowhere").await, [0_u64; 0]);
    assert_eq!(found(scene.rival.clone(), "").await, [0_u64; 0]);
}

fn matter(agent: &Address, subject: String, status: Option<Status>) -> NewMatter {
    NewMatter {
        agent: agent.clone(),
        subject,
        body: "It stays dark.".to_owned(),
        public: false,
        requester: None,
        requester_name: String::new(),
        recipient: None,
        brand: None,
        changes: Changes {
            status,
            ..Changes::default()
        },
    }
}
