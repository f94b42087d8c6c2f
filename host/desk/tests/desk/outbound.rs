//! What is sent, to whom, in whose name, and what became of it.

use desk::addresses::{self, Described};
use desk::facts::Finding;
use desk::notifications::{self, Event, OutboundDraft, Sender};
use desk::outbound::{self, Attempt, Departing, End, State, TRIES_KEPT};
use desk::people;
use desk::tickets::{self, Changes, NewReply};
use mail::message::{Headers, dsn};
use storage::Batch;

use crate::scene::{NOW, Scene, address, later};
use crate::tickets::first_ticket;

async fn answer(scene: &Scene, public: bool, followers: &[&str]) -> Event {
    people::register_agent(&scene.acme, &address("ann@acme.example"), "Ann", NOW)
        .await
        .unwrap();
    let reply = NewReply {
        agent: address("ann@acme.example"),
        body: "Turn it off.".into(),
        public,
        changes: Changes {
            add_followers: followers.iter().map(|text| address(text)).collect(),
            ..Changes::default()
        },
    };
    let mut batch = Batch::new();
    let (.., event) = tickets::reply(&scene.acme, &mut batch, 1, reply, NOW)
        .await
        .unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    event
}

async fn plan(scene: &Scene, event: Event) -> Vec<OutboundDraft> {
    let mut batch = Batch::new();
    notifications::plan(&scene.acme, &scene.product, &mut batch, event, NOW)
        .await
        .unwrap()
        .drafts
}

fn support() -> Sender {
    Sender::Support(address("help@acme.example"))
}

fn compose(scene: &Scene, draft: &OutboundDraft, sender: &Sender) -> Headers {
    Headers::parse(&draft.compose(&scene.product, sender).unwrap()).unwrap()
}

#[tokio::test]
async fn an_answer_goes_to_requester_and_copies_in_one_message() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let event = answer(&scene, true, &["fred@watch.example"]).await;
    let drafts = plan(&scene, event).await;
    assert_eq!(drafts.len(), 2, "one for end users, one for the follower");
    let headers = compose(&scene, &drafts[0], &support());
    let shown = |name: &str| headers.raw(name).unwrap_or_default();
    assert!(shown("To").contains("erin@client.example"));
    assert!(
        shown("Cc").contains("dave@client.example") && shown("Cc").contains("zoe@client.example")
    );
    assert_eq!(drafts[0].recipients.len(), 3);
    assert_eq!(drafts[1].recipients, [address("fred@watch.example")]);
    let raw = drafts[0].compose(&scene.product, &support()).unwrap();
    assert!(
        !String::from_utf8_lossy(&raw).contains("fred@watch.example"),
        "followers are unseen"
    );
}

#[tokio::test]
async fn an_internal_note_reaches_followers_alone() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let event = answer(&scene, false, &["fred@watch.example"]).await;
    let drafts = plan(&scene, event).await;
    let recipients: Vec<_> = drafts
        .iter()
        .flat_map(|draft| draft.recipients.clone())
        .collect();
    assert_eq!(recipients, [address("fred@watch.example")]);
}

#[tokio::test]
async fn every_message_bears_the_five_fields_and_a_stable_thread() {
    let scene = Scene::new().await;
    let ticket = first_ticket(&scene).await;
    let event = answer(&scene, true, &[]).await;
    let draft = plan(&scene, event).await.remove(0);
    let headers = compose(&scene, &draft, &support());
    for (name, value) in [
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Mailer", "Relaygate Mailer"),
        (
            "X-Relaygate-From-Account-Id",
            &desk::accounts::account_code(scene.acme.id()),
        ),
        ("X-Relaygate-Email-Id", &draft.email_id),
    ] {
        assert_eq!(
            headers.raw(name).as_deref().map(str::trim),
            Some(value),
            "{name}"
        );
    }
    assert!(
        headers
            .raw("References")
            .unwrap()
            .contains(&ticket.thread[0].to_string())
    );
    assert!(
        headers
            .raw("In-Reply-To")
            .unwrap()
            .contains("<first@client.example>")
    );
    assert!(headers.raw("Message-ID").unwrap().contains(&draft.email_id));
    let raw = draft.compose(&scene.product, &support()).unwrap();
    assert!(String::from_utf8_lossy(&raw).contains(&format!("[{}]", ticket.encoded_id())));
    assert_eq!(
        raw,
        draft.compose(&scene.product, &support()).unwrap(),
        "the same at every attempt"
    );
}

#[tokio::test]
async fn only_native_senders_carry_the_token_in_reply_to() {
    let scene = Scene::new().await;
    let ticket = first_ticket(&scene).await;
    let event = answer(&scene, true, &[]).await;
    let draft = plan(&scene, event).await.remove(0);
    let external = compose(&scene, &draft, &support());
    assert!(!external.raw("Reply-To").unwrap_or_default().contains('+'));
    let native = Sender::Native(address("support@acme.desk.example"));
    let expected = format!("support+id{}@acme.desk.example", ticket.encoded_id());
    assert!(
        compose(&scene, &draft, &native)
            .raw("Reply-To")
            .unwrap()
            .contains(&expected)
    );
}

#[tokio::test]
async fn departures_tell_whether_the_customers_server_may_be_used() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let event = answer(&scene, true, &[]).await;
    let before = plan(&scene, event).await.remove(0).departure;
    assert!(before.connected && !before.verified);
    assert_eq!(before.fallback_sender, address("support@acme.desk.example"));
    crate::verification::verify_both(&scene, &address("help@acme.example")).await;
    assert!(
        plan(&scene, event).await.remove(0).departure.verified,
        "the path flips (R21)"
    );
}

/// R105: what used a deleted address falls to the default one, which stays.
#[tokio::test]
async fn a_chosen_default_answers_where_an_address_is_gone() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let event = answer(&scene, true, &[]).await;
    let (help, sales) = (address("help@acme.example"), address("sales@acme.example"));
    let default = Described {
        default: true,
        ..Described::default()
    };
    let unverified = addresses::describe(&scene.acme, &sales, &default).await;
    assert!(unverified.is_err(), "it could not answer");
    crate::verification::verify_both(&scene, &sales).await;
    addresses::describe(&scene.acme, &sales, &default)
        .await
        .unwrap();
    assert!(addresses::remove(&scene.acme, &sales).await.is_err());
    let before = plan(&scene, event).await.remove(0).departure;
    assert_eq!(
        (before.ticket_recipient, before.verified),
        (Some(help.clone()), false)
    );
    addresses::remove(&scene.acme, &help).await.unwrap();
    let after = plan(&scene, event).await.remove(0).departure;
    assert_eq!(
        (after.ticket_recipient, after.verified),
        (Some(sales), true)
    );
}

/// What programs call by number leads to its own account's thing, of its own kind, and
/// nowhere once that is gone (R101, R107).
#[tokio::test]
async fn a_number_leads_to_its_bearer_alone() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let help = address("help@acme.example");
    let found = addresses::find(&scene.acme, &help).await.unwrap().unwrap();
    assert!(found.number >= 1 << 32 && found.number < 1 << 53);
    let by_number = addresses::by_number(&scene.acme, found.number)
        .await
        .unwrap();
    assert_eq!(by_number.address, help);
    assert!(
        addresses::by_number(&scene.rival, found.number)
            .await
            .is_err()
    );
    assert!(people::bearer(&scene.acme, found.number).await.is_err());
    let erin = address("erin@client.example");
    let number = people::number(&scene.acme, &erin).await.unwrap().unwrap();
    assert_eq!(
        people::bearer(&scene.acme, number).await.unwrap().address,
        erin
    );
    assert_eq!(people::number(&scene.rival, &erin).await.unwrap(), None);
    addresses::remove(&scene.acme, &help).await.unwrap();
    assert!(
        addresses::by_number(&scene.acme, found.number)
            .await
            .is_err()
    );
    scene.add(&scene.acme, "help@acme.example").await;
    let again = addresses::find(&scene.acme, &help).await.unwrap().unwrap();
    assert_ne!(
        again.number, found.number,
        "a remembered number hits nothing new"
    );
}

fn attempt(recipient: &str, end: End, reply: &str) -> Attempt {
    Attempt {
        recipient: address(recipient),
        end,
        reason: None,
        reply: Some(reply.to_owned()),
        server: Some("mail.acme.example".into()),
        certificate: None,
        tls: Some("TLSv1.3".into()),
        credential: Some("help@acme.example".into()),
        delayed: false,
    }
}

#[tokio::test]
async fn deliveries_are_followed_recipient_by_recipient_until_they_bounce() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let event = answer(&scene, true, &[]).await;
    let draft = plan(&scene, event).await.remove(0);
    let mut batch = Batch::new();
    let departing = [Departing {
        draft: &draft,
        sender: support(),
        reason: None,
        signed: true,
    }];
    outbound::record(&scene.acme, &scene.product, &mut batch, &departing, NOW)
        .await
        .unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();

    let attempts = [
        attempt("erin@client.example", End::Accepted, "250 2.0.0 ok"),
        attempt("dave@client.example", End::Deferred, "451 4.7.1 later"),
        attempt("zoe@client.example", End::Failed, "550 5.1.1 who"),
    ];
    let mut batch = Batch::new();
    outbound::attempted(
        &scene.acme,
        &mut batch,
        &draft.email_id,
        &attempts,
        later(9),
    )
    .await
    .unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    let kept = outbound::find(&scene.acme, &draft.email_id).await.unwrap();
    assert!(kept.unwrap().signed);
    let states = async || -> Vec<State> {
        let emails = outbound::of_ticket(&scene.acme, 1).await.unwrap();
        emails[0]
            .deliveries
            .iter()
            .map(|delivery| delivery.state)
            .collect()
    };
    assert_eq!(
        states().await,
        [State::AcceptedByCustomerMta, State::Deferred, State::Failed]
    );

    let report = format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.client.example\r\n\r\n\
         Final-Recipient: rfc822; erin@client.example\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         Message-ID: {}\r\nX-Relaygate-Email-Id: {}\r\n\r\n--b--\r\n",
        draft.message_id(&scene.product),
        draft.email_id
    );
    let headers = Headers::parse(report.as_bytes()).unwrap();
    let report = dsn::read(report.as_bytes(), &headers, "Relaygate").unwrap();
    let mut batch = Batch::new();
    assert!(
        outbound::bounced(&scene.rival, &mut batch, &report, Vec::new(), later(10))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        outbound::bounced(&scene.acme, &mut batch, &report, Vec::new(), later(10))
            .await
            .unwrap()
            .is_some()
    );
    let _durable = scene.acme.commit(batch).await.unwrap();
    assert_eq!(
        states().await,
        [State::Bounced, State::Deferred, State::Failed]
    );
}

#[tokio::test]
async fn what_is_shown_of_a_message_is_told_once() {
    let scene = Scene::new().await;
    let email = departed(&scene).await;
    let changed = |field: &str| Finding {
        code: "header_changed".into(),
        fatal: false,
        field: Some(field.into()),
        hint: "let it be".into(),
    };
    for findings in [
        vec![changed("Message-ID")],
        vec![changed("Message-ID"), changed("X-Mailer")],
        Vec::new(),
    ] {
        let mut batch = Batch::new();
        let noticed = outbound::notice(&scene.acme, &mut batch, &email, findings, later(1));
        noticed.await.unwrap();
        let _durable = scene.acme.commit(batch).await.unwrap();
    }
    let kept = outbound::find(&scene.acme, &email).await.unwrap().unwrap();
    assert_eq!(kept.warnings, [changed("Message-ID"), changed("X-Mailer")]);
}

#[tokio::test]
async fn hand_overs_that_a_crash_cut_off_stay_counted() {
    let scene = Scene::new().await;
    let email = departed(&scene).await;
    let unsettled = async || {
        let kept = outbound::find(&scene.acme, &email).await.unwrap();
        kept.unwrap().unsettled
    };
    let settle = async |server: Option<&str>| {
        let attempt = Attempt {
            server: server.map(str::to_owned),
            ..attempt("erin@client.example", End::Deferred, "451 4.7.1 later")
        };
        let mut batch = Batch::new();
        outbound::attempted(&scene.acme, &mut batch, &email, &[attempt], later(9))
            .await
            .unwrap();
        let _durable = scene.acme.commit(batch).await.unwrap();
    };
    for _ in 0..2 {
        outbound::begin(&scene.acme, &email).await.unwrap();
    }
    assert_eq!(unsettled().await, 2, "the first was never settled");
    settle(None).await;
    assert_eq!(unsettled().await, 2, "what reached nobody had not begun");
    settle(Some("mail.acme.example")).await;
    assert_eq!(unsettled().await, 1);
}

/// The id of a message that was noted as leaving.
async fn departed(scene: &Scene) -> String {
    first_ticket(scene).await;
    let event = answer(scene, true, &[]).await;
    let draft = plan(scene, event).await.remove(0);
    let mut batch = Batch::new();
    let departing = [Departing {
        draft: &draft,
        sender: support(),
        reason: None,
        signed: false,
    }];
    outbound::record(&scene.acme, &scene.product, &mut batch, &departing, NOW)
        .await
        .unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    draft.email_id
}

#[tokio::test]
async fn our_own_message_is_known_again_by_its_account_alone() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let event = answer(&scene, true, &[]).await;
    let draft = plan(&scene, event).await.remove(0);
    let headers = compose(&scene, &draft, &support());
    assert!(
        outbound::is_ours(&scene.acme, &scene.product, &headers)
            .await
            .unwrap()
    );
    assert!(
        !outbound::is_ours(&scene.rival, &scene.product, &headers)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn the_last_attempts_are_remembered_one_by_one() {
    let scene = Scene::new().await;
    first_ticket(&scene).await;
    let event = answer(&scene, true, &[]).await;
    let draft = plan(&scene, event).await.remove(0);
    let mut batch = Batch::new();
    let departing = [Departing {
        draft: &draft,
        sender: support(),
        reason: None,
        signed: false,
    }];
    outbound::record(&scene.acme, &scene.product, &mut batch, &departing, NOW)
        .await
        .unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    let count = TRIES_KEPT as u64 + 2;
    for number in 1..=count {
        let end = if number == count {
            End::Accepted
        } else {
            End::Deferred
        };
        let reply = format!("450 4.2.0 time {number}");
        let attempts = [attempt("erin@client.example", end, &reply)];
        let (mut batch, at) = (Batch::new(), later(number));
        outbound::attempted(&scene.acme, &mut batch, &draft.email_id, &attempts, at)
            .await
            .unwrap();
        let _durable = scene.acme.commit(batch).await.unwrap();
    }
    let email = outbound::find(&scene.acme, &draft.email_id).await.unwrap();
    let tries = &email.unwrap().deliveries[0].tries;
    assert_eq!(tries.len(), TRIES_KEPT);
    assert_eq!(tries[0].reply.as_deref(), Some("450 4.2.0 time 3"));
    let last = tries.last().unwrap();
    assert_eq!((last.end, last.at), (End::Accepted, later(count)));
}
