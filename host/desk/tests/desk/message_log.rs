//! The message log: found again by what a message was, a page at a time, until it
//! is let go.

use desk::desks::sent;
use desk::messages::search::{self, Cursor, Filter};
use desk::messages::{self, Direction, Line, Message, Session, Standing, State, Verdict};
use desk::outbound::{self, Attempt, End};
use desk::{Account, upkeep};
use mail::message::MessageId;
use storage::{Batch, ListRange, Scope, Table, Timestamp};

use crate::scene::{NOW, Scene, address, domain, later};

/// A message that came in at `at` for the address.
fn inbound(id: &str, recipient: &str, at: Timestamp) -> Message {
    Message {
        id: id.to_owned(),
        direction: Direction::Inbound,
        message_id: MessageId::parse(&format!("{id}@client.example")).ok(),
        sender: Some(address("erin@client.example")),
        recipients: vec![address(recipient)],
        connector: Some(domain("acme.example")),
        session: Some(Session {
            peer: "192.0.2.1".to_owned(),
            tls: Some("TLSv1.3 TLS13_AES_256_GCM_SHA384".to_owned()),
            credential: Some("c1".to_owned()),
            identity: Some("acme.example".to_owned()),
        }),
        ticket: None,
        at,
    }
}

/// A message of our own about a ticket.
fn outbound(id: &str, ticket: u64, at: Timestamp) -> Message {
    Message {
        direction: Direction::Outbound,
        sender: Some(address("help@acme.example")),
        recipients: vec![address("erin@client.example")],
        session: None,
        ticket: Some(ticket),
        ..inbound(id, "help@acme.example", at)
    }
}

async fn enter(account: &Account, message: &Message) {
    let mut batch = Batch::new();
    messages::open(account, &mut batch, message);
    let line = Line::new(message.at, "accepted", "250 2.0.0 kept");
    messages::add(account, &mut batch, &message.id, &line);
    let _durable = account.commit(batch).await.unwrap();
}

async fn settle(account: &Account, message: &Message, state: State, ticket: Option<u64>) {
    let mut batch = Batch::new();
    let standing = Standing {
        ticket,
        reason: (state == State::Suspended).then(|| "loop".to_owned()),
        ..Standing::new(message.recipients[0].clone(), state, message.at)
    };
    messages::settle(account, &mut batch, &message.id, &standing);
    let _durable = account.commit(batch).await.unwrap();
}

/// The ids of every message a filter finds, page by page.
async fn found(account: &Account, filter: &Filter, limit: usize) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = search::search(account, filter, after, limit).await.unwrap();
        assert!(page.entries.len() <= limit);
        ids.extend(page.entries.into_iter().map(|entry| entry.message.id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

#[tokio::test]
async fn a_message_is_found_by_each_of_its_names() {
    let scene = Scene::new().await;
    let message = inbound("m1", "help@acme.example", NOW);
    enter(&scene.acme, &message).await;
    let mut batch = Batch::new();
    let verdict = Verdict {
        policy: "routing".to_owned(),
        digest: [7; 32],
        question: "route-inbound".to_owned(),
        verdict: "ticket".to_owned(),
        code: None,
    };
    let line = Line::new(later(1), "ticket_created", "1").because_of(vec![verdict.clone()]);
    messages::add(&scene.acme, &mut batch, "m1", &line);
    let _durable = scene.acme.commit(batch).await.unwrap();
    settle(&scene.acme, &message, State::TicketCreated, Some(1)).await;
    for term in ["m1", "<m1@client.example>", "m1@client.example"] {
        let entries = messages::trace(&scene.desk, term).await.unwrap();
        assert_eq!(entries.len(), 1, "{term}");
        let entry = &entries[0];
        assert_eq!(entry.account, scene.acme.id());
        let whats: Vec<_> = entry.lines.iter().map(|line| line.what.as_str()).collect();
        assert_eq!(whats, ["accepted", "ticket_created"]);
        assert_eq!(entry.lines[1].verdicts.first(), Some(&verdict), "R4");
        assert_eq!(entry.standings[0].ticket, Some(1), "R4");
        let rival = messages::trace_in(&scene.rival, term).await.unwrap();
        assert!(rival.is_empty(), "R107");
        let own = messages::trace_in(&scene.acme, term).await.unwrap();
        assert_eq!(own.len(), 1, "{term}");
    }
}

#[tokio::test]
async fn pages_tell_every_message_once_while_new_ones_come() {
    let scene = Scene::new().await;
    for number in 0..25_u64 {
        // Three at a time have the same time.
        let message = inbound(
            &format!("m{number:02}"),
            "help@acme.example",
            later(number / 3),
        );
        enter(&scene.acme, &message).await;
    }
    let all = Filter::default();
    let first = search::search(&scene.acme, &all, None, 10).await.unwrap();
    let newest = inbound("new", "help@acme.example", later(1_000));
    enter(&scene.acme, &newest).await;
    let cursor = first.next.expect("there is more").to_string();
    let (mut ids, mut after) = (Vec::new(), Cursor::parse(&cursor));
    while let Some(cursor) = after {
        let page = search::search(&scene.acme, &all, Some(cursor), 10)
            .await
            .unwrap();
        ids.extend(page.entries.into_iter().map(|entry| entry.message.id));
        after = page.next;
    }
    let shown = first.entries.into_iter().map(|entry| entry.message);
    let shown: Vec<Message> = shown.collect();
    assert!(shown.is_sorted_by_key(|message| std::cmp::Reverse(message.at)));
    ids.extend(shown.into_iter().map(|message| message.id));
    ids.sort();
    let expected: Vec<_> = (0..25).map(|number| format!("m{number:02}")).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn each_filter_finds_its_own() {
    let scene = Scene::new().await;
    let by_relay = inbound("relayed", "help@acme.example", later(1));
    let by_mx = Message {
        connector: None,
        session: Some(Session {
            peer: "198.51.100.9".to_owned(),
            tls: None,
            credential: None,
            identity: None,
        }),
        ..inbound("plain", "Sales@acme.example", later(2))
    };
    let answer = outbound("answer", 7, later(3));
    for message in [&by_relay, &by_mx, &answer] {
        enter(&scene.acme, message).await;
    }
    settle(&scene.acme, &by_relay, State::TicketCreated, Some(7)).await;
    settle(&scene.acme, &by_mx, State::Suspended, None).await;
    deliver(&scene.acme, &answer).await;
    let none = Filter::default;
    let filters = [
        (
            Filter {
                direction: Some(Direction::Outbound),
                ..none()
            },
            vec!["answer"],
        ),
        (
            Filter {
                domain: Some(domain("acme.example")),
                ..none()
            },
            vec!["answer", "plain", "relayed"],
        ),
        (
            Filter {
                domain: Some(domain("other.example")),
                ..none()
            },
            vec![],
        ),
        (
            Filter {
                address: Some(address("sales@acme.example")),
                ..none()
            },
            vec!["plain"],
        ),
        (
            Filter {
                address: Some(address("help@acme.example")),
                ..none()
            },
            vec!["answer", "relayed"],
        ),
        (
            Filter {
                recipient: Some(address("erin@client.example")),
                ..none()
            },
            vec!["answer"],
        ),
        (
            Filter {
                peer: Some("192.0.2.1".to_owned()),
                ..none()
            },
            vec!["relayed"],
        ),
        (
            Filter {
                credential: Some("c1".to_owned()),
                ..none()
            },
            vec!["relayed"],
        ),
        (
            Filter {
                credential: Some("relay-user".to_owned()),
                ..none()
            },
            vec!["answer"],
        ),
        (
            Filter {
                message_id: Some("PLAIN@client".to_owned()),
                ..none()
            },
            vec!["plain"],
        ),
        (
            Filter {
                ticket: Some(7),
                ..none()
            },
            vec!["answer", "relayed"],
        ),
        (
            Filter {
                state: Some(State::Suspended),
                ..none()
            },
            vec!["plain"],
        ),
        (
            Filter {
                state: Some(State::AcceptedByCustomerMta),
                ..none()
            },
            vec!["answer"],
        ),
        (
            Filter {
                reason: Some("loop".to_owned()),
                ..none()
            },
            vec!["plain"],
        ),
        (
            Filter {
                since: Some(later(2)),
                ..none()
            },
            vec!["answer", "plain"],
        ),
        (
            Filter {
                until: Some(later(2)),
                ..none()
            },
            vec!["plain", "relayed"],
        ),
        (
            Filter {
                since: Some(later(2)),
                until: Some(later(2)),
                ..none()
            },
            vec!["plain"],
        ),
    ];
    for (filter, expected) in filters {
        for limit in [1, 50] {
            assert_eq!(
                found(&scene.acme, &filter, limit).await,
                expected,
                "{filter:?}"
            );
        }
    }
}

/// The customer's server takes the message over.
async fn deliver(account: &Account, message: &Message) {
    let mut batch = Batch::new();
    let record = sent::Submitted {
        id: message.id.clone(),
        sender: message.sender.clone().unwrap(),
        message_id: message.message_id.clone().unwrap(),
        signed: false,
        recipients: message.recipients.clone(),
    };
    sent::record(account, &mut batch, record, message.at);
    let _durable = account.commit(batch).await.unwrap();
    let mut batch = Batch::new();
    let attempt = Attempt {
        recipient: message.recipients[0].clone(),
        end: End::Accepted,
        reason: None,
        reply: Some("250 2.0.0 taken".to_owned()),
        server: None,
        certificate: None,
        tls: Some("TLSv1.3 TLS13_AES_256_GCM_SHA384".to_owned()),
        credential: Some("relay-user".to_owned()),
        delayed: false,
    };
    let attempts = [attempt];
    outbound::attempted(account, &mut batch, &message.id, &attempts, message.at)
        .await
        .unwrap();
    let _durable = account.commit(batch).await.unwrap();
}

#[tokio::test]
async fn how_a_message_we_sent_stands_is_told_by_its_record() {
    let scene = Scene::new().await;
    let answer = outbound("answer", 7, NOW);
    enter(&scene.acme, &answer).await;
    let standing = async || {
        let all = Filter::default();
        let page = search::search(&scene.acme, &all, None, 1).await;
        page.unwrap().entries.remove(0).standings.remove(0)
    };
    assert_eq!(standing().await.state, State::Queued);
    deliver(&scene.acme, &answer).await;
    let after = standing().await;
    assert_eq!(after.state, State::AcceptedByCustomerMta);
    assert_eq!(after.reply.as_deref(), Some("250 2.0.0 taken"));
    assert_eq!(after.identity.as_deref(), Some("relay-user"));
}

#[tokio::test]
async fn a_message_to_two_stands_for_each_by_itself() {
    let scene = Scene::new().await;
    let message = Message {
        recipients: vec![address("help@acme.example"), address("sales@acme.example")],
        ..inbound("m1", "help@acme.example", NOW)
    };
    enter(&scene.acme, &message).await;
    settle(&scene.acme, &message, State::TicketCreated, Some(3)).await;
    let entries = messages::trace_in(&scene.acme, "m1").await.unwrap();
    let states = entries[0].standings.iter();
    let states: Vec<_> = states
        .map(|it| (it.recipient.to_string(), it.state))
        .collect();
    let expected = [
        ("help@acme.example".to_owned(), State::TicketCreated),
        ("sales@acme.example".to_owned(), State::Accepted),
    ];
    assert_eq!(states, expected);
}

/// A page looks at so many messages and no more, and says where to go on.
#[tokio::test]
async fn a_rare_message_takes_several_pages() {
    let scene = Scene::new().await;
    let mut batch = Batch::new();
    for number in 0..4_500_u64 {
        let message = inbound(&format!("m{number}"), "help@acme.example", later(number));
        messages::open(&scene.acme, &mut batch, &message);
    }
    let _durable = scene.acme.commit(batch).await.unwrap();
    let rare = Filter {
        message_id: Some("m0@".to_owned()),
        ..Filter::default()
    };
    let (mut pages, mut after, mut ids) = (0, None, Vec::new());
    loop {
        let page = search::search(&scene.acme, &rare, after, 50).await.unwrap();
        pages += 1;
        ids.extend(page.entries.into_iter().map(|entry| entry.message.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids, ["m0"]);
    assert_eq!(pages, 3, "2,048 messages each");
}

#[tokio::test]
async fn an_account_sees_its_own_messages_and_the_operator_all() {
    let scene = Scene::new().await;
    // A message by the MX for both has one queue id.
    enter(&scene.acme, &inbound("shared", "help@acme.example", NOW)).await;
    enter(&scene.rival, &inbound("shared", "help@rival.example", NOW)).await;
    enter(
        &scene.rival,
        &inbound("secret", "help@rival.example", later(1)),
    )
    .await;
    settle(
        &scene.rival,
        &inbound("shared", "help@rival.example", NOW),
        State::Suspended,
        None,
    )
    .await;
    let all = Filter::default();
    assert_eq!(found(&scene.acme, &all, 1).await, ["shared"], "R107");
    let own = messages::trace_in(&scene.acme, "shared").await.unwrap();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].message.recipients, [address("help@acme.example")]);
    assert_eq!(own[0].standings[0].state, State::Accepted, "R107");
    assert!(
        messages::trace_in(&scene.acme, "secret")
            .await
            .unwrap()
            .is_empty()
    );

    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = search::search_all(&scene.desk, &all, after, 1)
            .await
            .unwrap();
        seen.extend(
            page.entries
                .iter()
                .map(|it| (it.account, it.message.id.clone())),
        );
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let (acme, rival) = (scene.acme.id(), scene.rival.id());
    let mut expected = vec![
        (rival, "secret".to_owned()),
        (acme, "shared".to_owned()),
        (rival, "shared".to_owned()),
    ];
    assert_eq!(seen[0], expected[0], "the newest first");
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
    assert_eq!(
        messages::trace(&scene.desk, "shared").await.unwrap().len(),
        2
    );

    // A place in one log opens nothing in another.
    let page = search::search_all(&scene.desk, &all, None, 1)
        .await
        .unwrap();
    let page = search::search(&scene.acme, &all, page.next, 50)
        .await
        .unwrap();
    assert!(page.entries.iter().all(|it| it.account == acme));
}

/// What hangs on the log, of one scope.
async fn rows(scene: &Scene, scope: Scope) -> usize {
    let mut rows = 0;
    for table in TABLES {
        let range = ListRange::first(10_000);
        rows += scene
            .store
            .list(scope, Table(table), range)
            .await
            .unwrap()
            .len();
    }
    rows
}

#[tokio::test]
async fn old_messages_go_with_everything_that_hangs_on_them() {
    let scene = Scene::new().await;
    for number in 0..150 {
        let message = inbound(&format!("old{number}"), "help@acme.example", later(number));
        enter(&scene.acme, &message).await;
        settle(&scene.acme, &message, State::TicketCreated, Some(number)).await;
    }
    let young = inbound("young", "help@acme.example", later(DAY_MS));
    enter(&scene.acme, &young).await;
    let on_its_way = outbound("waiting", 1, NOW);
    enter(&scene.acme, &on_its_way).await;
    let mut batch = Batch::new();
    let line = Line::new(later(DAY_MS), "deferred", "450 4.2.0 later");
    messages::add(&scene.acme, &mut batch, "waiting", &line);
    let _durable = scene.acme.commit(batch).await.unwrap();
    enter(&scene.rival, &inbound("old1", "help@rival.example", NOW)).await;

    let before = later(30 * DAY_MS - 1);
    assert_eq!(upkeep::prune(&scene.acme, before, 30).await.unwrap(), 0);
    let then = later(31 * DAY_MS);
    let gone = upkeep::prune(&scene.acme, then, 30).await.unwrap();
    assert_eq!(
        gone,
        150 * 6,
        "message, line, standing, order, and two names"
    );
    let all = Filter::default();
    assert_eq!(found(&scene.acme, &all, 50).await, ["young", "waiting"]);
    assert!(
        messages::trace(&scene.desk, "old0")
            .await
            .unwrap()
            .is_empty()
    );
    let rivals = messages::trace(&scene.desk, "old1").await.unwrap();
    assert_eq!(rivals.len(), 1, "the other account's stays");
    assert_eq!(rows(&scene, scene.acme.scope()).await, 2 + 3);
    assert_eq!(rows(&scene, Scope::Installation).await, 3 + 2 * 3);

    let at_last = later(32 * DAY_MS);
    upkeep::prune(&scene.acme, at_last, 30).await.unwrap();
    assert_eq!(rows(&scene, scene.acme.scope()).await, 0);
}

const DAY_MS: u64 = 24 * 3_600_000;
const TABLES: [&str; 5] = [
    "message",
    "message_line",
    "message_standing",
    "message_holder",
    "message_order",
];
