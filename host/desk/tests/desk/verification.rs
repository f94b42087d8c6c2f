//! The confirmation mails: only the right token, over the right relay, once.

use desk::accounts;
use desk::addresses::{self, ChangedOutbound, Direction};
use desk::facts::{Finding, NotificationKind};
use desk::notifications::{OutboundDraft, Sender};
use desk::verification::{self, Consumed, Ignored, Returned, Seen, SessionSeen};
use mail::address::Address;
use mail::message::{Content, Headers};
use storage::{Batch, Timestamp};

use crate::scene::{NOW, Scene, address, domain, later, new_address};

const MINUTE: u64 = 60 * 1_000;

async fn scene() -> (Scene, Address) {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    let help = scene.add(&scene.acme, "help@acme.example").await.address;
    (scene, help)
}

pub async fn start(scene: &Scene, at: &Address, side: Direction, now: Timestamp) -> OutboundDraft {
    let mut batch = Batch::new();
    let draft = verification::start(&scene.acme, &scene.product, &mut batch, at, side, now);
    let draft = draft.await.unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    draft
}

/// The mail as it leaves.
fn mail(scene: &Scene, draft: &OutboundDraft) -> Vec<u8> {
    let sender = Sender::Native(draft.departure.fallback_sender.clone());
    draft.compose(&scene.product, &sender).unwrap()
}

/// What is recognised in a message, by its header and by what a person would read.
async fn recognise(scene: &Scene, account: &desk::Account, raw: &[u8]) -> Option<Returned> {
    let headers = Headers::parse(raw).unwrap();
    let body = Content::read(raw, &headers).readable();
    verification::recognise(account, &scene.product, &headers, &body)
        .await
        .unwrap()
}

pub async fn returned(scene: &Scene, draft: &OutboundDraft) -> Returned {
    let raw = mail(scene, draft);
    recognise(scene, &scene.acme, &raw).await.unwrap()
}

fn seen(returned: &Returned, findings: Vec<Finding>, now: Timestamp) -> Seen {
    Seen {
        email_id: returned.email_id.clone(),
        at: now,
        session: SessionSeen {
            id: "s-1".into(),
            peer: "192.0.2.1".into(),
            tls: Some("TLSv1.3 X".into()),
            credential: None,
        },
        copies: returned.copies,
        hops: Vec::new(),
        fields: Vec::new(),
        signature: "kept".into(),
        results: Vec::new(),
        findings,
    }
}

pub async fn consume(
    scene: &Scene,
    returned: &Returned,
    relay: Option<&str>,
    findings: Vec<Finding>,
    now: Timestamp,
) -> Consumed {
    let (mut batch, relay) = (Batch::new(), relay.map(domain));
    let consumed = verification::consume(
        &scene.acme,
        &mut batch,
        returned,
        relay.as_ref(),
        seen(returned, findings, now),
        now,
    );
    let consumed = consumed.await.unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    consumed
}

fn finding(code: &str, fatal: bool) -> Finding {
    Finding {
        code: code.into(),
        fatal,
        field: None,
        hint: "look at the relay".into(),
    }
}

/// Used by other tests that need a usable address.
pub async fn verify_both(scene: &Scene, at: &Address) {
    for side in [Direction::Inbound, Direction::Outbound] {
        let draft = start(scene, at, side, NOW).await;
        let back = returned(scene, &draft).await;
        let relay = Some(at.domain().as_str());
        assert_eq!(
            consume(scene, &back, relay, Vec::new(), NOW).await,
            Consumed::Verified
        );
    }
}

async fn state(scene: &Scene, at: &Address, side: Direction, now: Timestamp) -> (String, String) {
    let found = addresses::find(&scene.acme, at).await.unwrap().unwrap();
    let view = found.check(side).view(now);
    (view.state.to_owned(), view.reason.unwrap_or_default())
}

fn is(state: &str, reason: &str) -> (String, String) {
    (state.to_owned(), reason.to_owned())
}

#[tokio::test]
async fn both_sides_have_to_be_verified() {
    let (scene, help) = scene().await;
    let usable = async || {
        addresses::find(&scene.acme, &help)
            .await
            .unwrap()
            .unwrap()
            .usable()
    };
    let draft = start(&scene, &help, Direction::Inbound, NOW).await;
    assert_eq!(
        draft.departure.notification,
        NotificationKind::InboundVerification
    );
    assert_eq!(draft.recipients, std::slice::from_ref(&help));
    let back = returned(&scene, &draft).await;
    consume(&scene, &back, Some("acme.example"), Vec::new(), NOW).await;
    assert!(!usable().await);
    let draft = start(&scene, &help, Direction::Outbound, NOW).await;
    let back = returned(&scene, &draft).await;
    consume(&scene, &back, Some("acme.example"), Vec::new(), NOW).await;
    assert!(usable().await);
}

/// R15: what was tried out in a sandbox counts after it was tidied up.
#[tokio::test]
async fn a_trial_in_a_sandbox_is_remembered() {
    let mut scene = Scene::new().await;
    let production = scene.acme.id();
    scene.acme = scene.sandbox_of(&scene.acme).await;
    let tried = async |scene: &Scene| {
        let tried = accounts::tried_in_sandbox(&scene.desk, production);
        tried.await.unwrap()
    };
    scene.connect(&scene.acme, "acme.example").await;
    let help = scene.add(&scene.acme, "help@acme.example").await.address;
    assert!(!tried(&scene).await);
    verify_both(&scene, &help).await;
    assert!(tried(&scene).await);
    scene.disconnect(&scene.acme, &domain("acme.example")).await;
    assert!(tried(&scene).await);
    let rivals = accounts::tried_in_sandbox(&scene.desk, scene.rival.id());
    assert!(!rivals.await.unwrap());
}

#[tokio::test]
async fn returned_without_authentication_it_stays_pending() {
    let (scene, help) = scene().await;
    scene.connect(&scene.acme, "other.example").await;
    let draft = start(&scene, &help, Direction::Inbound, NOW).await;
    let back = returned(&scene, &draft).await;
    for relay in [None, Some("other.example")] {
        let consumed = consume(&scene, &back, relay, Vec::new(), NOW).await;
        assert_eq!(consumed, Consumed::Unauthenticated);
        let expected = is("pending", "returned_unauthenticated");
        assert_eq!(
            state(&scene, &help, Direction::Inbound, NOW).await,
            expected
        );
    }
    let consumed = consume(&scene, &back, Some("acme.example"), Vec::new(), NOW).await;
    assert_eq!(consumed, Consumed::Verified, "the token is not used up");
}

/// Outbound-only mode: what is forwarded cannot come back authenticated, and
/// proves its circle all the same; a message that was forwarded to the native
/// address is for the address it names.
#[tokio::test]
async fn an_outbound_only_address_is_verified_by_what_is_forwarded() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    let (native, at) = (&scene.product.native, address("out@acme.example"));
    let (_, basis) = addresses::facts(&scene.acme, native, &at, None)
        .await
        .unwrap();
    let new = addresses::NewAddress {
        outbound_only: true,
        ..new_address("out@acme.example")
    };
    addresses::add(&scene.acme, &scene.key, new, &basis, NOW)
        .await
        .unwrap();
    for side in [Direction::Inbound, Direction::Outbound] {
        let draft = start(&scene, &at, side, NOW).await;
        let back = returned(&scene, &draft).await;
        let consumed = consume(&scene, &back, None, Vec::new(), NOW).await;
        assert_eq!(consumed, Consumed::Verified, "{side:?}");
    }
    let found = addresses::find(&scene.acme, &at).await.unwrap().unwrap();
    assert!(found.usable());
    let profile = desk::accounts::profile(&scene.acme).await.unwrap();
    let forwarded = address("support+x@acme.desk.example");
    for (named, expected) in [
        ("out@acme.example", "out@acme.example"),
        ("stranger@elsewhere.example", "support@acme.desk.example"),
    ] {
        let named = [address(named)];
        let of_record =
            desk::intake::recipient_of_record(&scene.acme, &profile, &forwarded, &named).await;
        assert_eq!(of_record.unwrap(), address(expected));
    }
}

#[tokio::test]
async fn a_replayed_token_is_ignored_and_told() {
    let (scene, help) = scene().await;
    let draft = start(&scene, &help, Direction::Inbound, NOW).await;
    let back = returned(&scene, &draft).await;
    consume(&scene, &back, Some("acme.example"), Vec::new(), NOW).await;
    let again = returned(&scene, &draft).await;
    let consumed = consume(&scene, &again, Some("acme.example"), Vec::new(), NOW).await;
    assert_eq!(consumed, Consumed::Ignored(Ignored::Replayed));
}

/// R62: it came round, was called good, and then came round again.
#[tokio::test]
async fn a_second_copy_takes_the_good_word_back() {
    let (scene, help) = scene().await;
    let (side, relay) = (Direction::Outbound, Some("acme.example"));
    let draft = start(&scene, &help, side, NOW).await;
    let first = returned(&scene, &draft).await;
    assert_eq!(first.copies, 1);
    let consumed = consume(&scene, &first, relay, Vec::new(), NOW).await;
    assert_eq!(consumed, Consumed::Verified);

    let second = returned(&scene, &draft).await;
    assert_eq!(second.copies, 2);
    let stranger = consume(&scene, &second, None, Vec::new(), NOW).await;
    assert_eq!(stranger, Consumed::Ignored(Ignored::Replayed));
    let copies = vec![finding("alias_or_list", true)];
    let consumed = consume(&scene, &second, relay, copies.clone(), later(MINUTE)).await;
    assert_eq!(consumed, Consumed::Failed("alias_or_list".into()));
    let expected = is("failed", "alias_or_list");
    assert_eq!(state(&scene, &help, side, later(MINUTE)).await, expected);

    let third = returned(&scene, &draft).await;
    assert_eq!(third.copies, 3);
    let consumed = consume(&scene, &third, relay, copies, later(MINUTE)).await;
    assert_eq!(consumed, Consumed::Ignored(Ignored::Replayed));
}

#[tokio::test]
async fn a_copy_that_comes_much_later_is_a_replay() {
    let (scene, help) = scene().await;
    let (side, relay) = (Direction::Outbound, Some("acme.example"));
    let draft = start(&scene, &help, side, NOW).await;
    let first = returned(&scene, &draft).await;
    consume(&scene, &first, relay, Vec::new(), NOW).await;
    let again = returned(&scene, &draft).await;
    let copies = vec![finding("alias_or_list", true)];
    let consumed = consume(&scene, &again, relay, copies, later(16 * MINUTE)).await;
    assert_eq!(consumed, Consumed::Ignored(Ignored::Replayed));
    assert_eq!(state(&scene, &help, side, NOW).await, is("verified", ""));
}

/// Somebody answers or forwards the mail: it quotes the token and is no copy.
#[tokio::test]
async fn a_mail_that_quotes_the_token_is_no_copy() {
    let (scene, help) = scene().await;
    let (side, relay) = (Direction::Outbound, Some("acme.example"));
    let draft = start(&scene, &help, side, NOW).await;
    let first = returned(&scene, &draft).await;
    consume(&scene, &first, relay, Vec::new(), NOW).await;
    let raw = String::from_utf8(mail(&scene, &draft)).unwrap();
    let quoted = raw.replace("Message-ID:", "In-Reply-To:");
    let quoted = quoted.replace("X-Relaygate-Email-Id:", "X-Other:");
    let quoted = recognise(&scene, &scene.acme, quoted.as_bytes())
        .await
        .unwrap();
    let copies = vec![finding("alias_or_list", true)];
    let consumed = consume(&scene, &quoted, relay, copies, NOW).await;
    assert_eq!(consumed, Consumed::Ignored(Ignored::Replayed));
    assert_eq!(state(&scene, &help, side, NOW).await, is("verified", ""));
}

#[tokio::test]
async fn five_tests_of_a_side_an_hour_are_enough() {
    let (scene, help) = scene().await;
    let try_at = async |side, now| {
        let mut batch = Batch::new();
        let started =
            verification::start(&scene.acme, &scene.product, &mut batch, &help, side, now).await;
        scene.acme.commit(batch).await.map(drop).unwrap();
        started.is_ok()
    };
    let (inbound, outbound) = (Direction::Inbound, Direction::Outbound);
    for minute in 0..5 {
        assert!(try_at(inbound, later(minute * MINUTE)).await);
    }
    assert!(!try_at(inbound, later(59 * MINUTE)).await, "R81");
    assert!(try_at(outbound, later(59 * MINUTE)).await, "the other side");
    assert!(
        try_at(inbound, later(60 * MINUTE)).await,
        "the first is an hour old"
    );
    assert!(!try_at(inbound, later(60 * MINUTE)).await);
}

#[tokio::test]
async fn what_was_seen_is_kept_for_the_newest_mail() {
    let (scene, help) = scene().await;
    let (side, relay) = (Direction::Inbound, Some("acme.example"));
    let known = async || verification::known(&scene.acme, &help, side).await.unwrap();
    assert!(known().await.email_id.is_none());
    let draft = start(&scene, &help, side, NOW).await;
    assert!(known().await.seen.is_none());
    let back = returned(&scene, &draft).await;
    let findings = vec![finding("header_changed", false)];
    consume(&scene, &back, relay, findings, NOW).await;
    let seen = known().await.seen.unwrap();
    assert_eq!((seen.copies, seen.findings.len()), (1, 1));
    assert_eq!(seen.email_id, draft.email_id);
    let newer = start(&scene, &help, side, NOW).await;
    let now = known().await;
    assert_eq!(now.email_id, Some(newer.email_id));
    assert!(now.seen.is_none(), "what an older mail met is not shown");
}

#[tokio::test]
async fn only_the_newest_token_of_a_side_counts() {
    let (scene, help) = scene().await;
    let older = start(&scene, &help, Direction::Inbound, NOW).await;
    let other_side = start(&scene, &help, Direction::Outbound, NOW).await;
    let newer = start(&scene, &help, Direction::Inbound, NOW).await;
    for (draft, expected) in [
        (older, Consumed::Ignored(Ignored::Superseded)),
        (other_side, Consumed::Verified),
        (newer, Consumed::Verified),
    ] {
        let back = returned(&scene, &draft).await;
        let consumed = consume(&scene, &back, Some("acme.example"), Vec::new(), NOW).await;
        assert_eq!(consumed, expected);
    }
}

#[tokio::test]
async fn a_token_verifies_its_own_side_only() {
    let (scene, help) = scene().await;
    start(&scene, &help, Direction::Outbound, NOW).await;
    let draft = start(&scene, &help, Direction::Inbound, NOW).await;
    let back = returned(&scene, &draft).await;
    assert_eq!(back.direction, Direction::Inbound);
    consume(&scene, &back, Some("acme.example"), Vec::new(), NOW).await;
    assert_eq!(
        state(&scene, &help, Direction::Inbound, NOW).await,
        is("verified", "")
    );
    assert_eq!(
        state(&scene, &help, Direction::Outbound, NOW).await,
        is("pending", "")
    );
}

#[tokio::test]
async fn another_accounts_token_is_not_recognised() {
    let (scene, help) = scene().await;
    let draft = start(&scene, &help, Direction::Inbound, NOW).await;
    let raw = mail(&scene, &draft);
    assert!(recognise(&scene, &scene.rival, &raw).await.is_none());
}

#[tokio::test]
async fn a_token_dies_with_the_credential_it_tests() {
    let (scene, help) = scene().await;
    let draft = start(&scene, &help, Direction::Outbound, NOW).await;
    let change = ChangedOutbound {
        username: Some("other".into()),
        ..ChangedOutbound::default()
    };
    let staged = addresses::server::stage(&scene.acme, &scene.key, &help, change, NOW);
    staged.await.unwrap();
    let back = returned(&scene, &draft).await;
    let consumed = consume(&scene, &back, Some("acme.example"), Vec::new(), NOW).await;
    assert_eq!(consumed, Consumed::Ignored(Ignored::Stale));
}

#[tokio::test]
async fn a_late_token_is_accepted_for_a_day() {
    let (scene, help) = scene().await;
    let draft = start(&scene, &help, Direction::Inbound, NOW).await;
    let side = Direction::Inbound;
    assert_eq!(
        state(&scene, &help, side, later(16 * MINUTE)).await,
        is("failed", "timed_out")
    );
    let back = returned(&scene, &draft).await;
    let relay = Some("acme.example");
    let too_late = later(24 * 60 * MINUTE + 16 * MINUTE);
    let consumed = consume(&scene, &back, relay, Vec::new(), too_late).await;
    assert_eq!(consumed, Consumed::Ignored(Ignored::Expired));
    let late = later(23 * 60 * MINUTE);
    assert_eq!(
        consume(&scene, &back, relay, Vec::new(), late).await,
        Consumed::Verified
    );
}

#[tokio::test]
async fn fatal_findings_fail_the_side_and_others_warn() {
    let (scene, help) = scene().await;
    let draft = start(&scene, &help, Direction::Inbound, NOW).await;
    let back = returned(&scene, &draft).await;
    assert_eq!(back.sent.len(), 6, "the five fields and the Message-ID");
    let findings = vec![
        finding("header_changed", false),
        finding("alias_or_list", true),
    ];
    let consumed = consume(&scene, &back, Some("acme.example"), findings, NOW).await;
    assert_eq!(consumed, Consumed::Failed("alias_or_list".into()));
    let draft = start(&scene, &help, Direction::Inbound, NOW).await;
    let back = returned(&scene, &draft).await;
    let findings = vec![finding("header_changed", false)];
    let consumed = consume(&scene, &back, Some("acme.example"), findings, NOW).await;
    assert_eq!(consumed, Consumed::Verified);
    let expected = is("verified", "header_changed");
    assert_eq!(
        state(&scene, &help, Direction::Inbound, NOW).await,
        expected
    );
}

#[tokio::test]
async fn native_addresses_need_no_verification() {
    let scene = Scene::new().await;
    let (mut batch, at) = (Batch::new(), address("support@acme.desk.example"));
    let side = Direction::Inbound;
    let started =
        verification::start(&scene.acme, &scene.product, &mut batch, &at, side, NOW).await;
    assert!(started.is_err());
}
