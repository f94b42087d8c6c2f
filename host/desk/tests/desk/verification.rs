//! The confirmation mails: only the right token, over the right relay, once.

use desk::addresses::{self, Direction};
use desk::facts::{Finding, NotificationKind};
use desk::notifications::{OutboundDraft, Sender};
use desk::verification::{self, Consumed, Ignored, Returned};
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

async fn start(scene: &Scene, at: &Address, side: Direction, now: Timestamp) -> OutboundDraft {
    let mut batch = Batch::new();
    let draft = verification::start(&scene.acme, &scene.product, &mut batch, at, side, now);
    let draft = draft.await.unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    draft
}

/// What a person would read in the mail as it comes back.
fn body(scene: &Scene, draft: &OutboundDraft) -> String {
    let sender = Sender::Native(draft.departure.fallback_sender.clone());
    let raw = draft.compose(&scene.product, &sender).unwrap();
    let headers = Headers::parse(&raw).unwrap();
    Content::read(&raw, &headers).readable()
}

async fn returned(scene: &Scene, draft: &OutboundDraft) -> Returned {
    let body = body(scene, draft);
    verification::recognise(&scene.acme, &scene.product, &body)
        .await
        .unwrap()
        .unwrap()
}

async fn consume(
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
        findings,
        now,
    );
    let consumed = consumed.await.unwrap();
    let _durable = scene.acme.commit(batch).await.unwrap();
    consumed
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
    let body = body(&scene, &draft);
    let seen = verification::recognise(&scene.rival, &scene.product, &body)
        .await
        .unwrap();
    assert!(seen.is_none());
}

#[tokio::test]
async fn a_token_dies_with_the_credential_it_tests() {
    let (scene, help) = scene().await;
    let draft = start(&scene, &help, Direction::Outbound, NOW).await;
    let new = new_address("help@acme.example").outbound;
    let changed = addresses::change::change_outbound(&scene.acme, &scene.key, &help, new, NOW);
    changed.await.unwrap();
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
    let finding = |code: &str, fatal| Finding {
        code: code.into(),
        fatal,
        field: None,
        hint: "look at the relay".into(),
    };
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
