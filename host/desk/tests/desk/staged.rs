//! R94: a change of the outbound login is tried out before it counts.

use desk::Error;
use desk::addresses::server::{cancel, stage};
use desk::addresses::{
    self, ChangedOutbound, Check, Direction, SupportAddress, Tested, outbound_password,
};
use desk::facts::Finding;
use desk::verification::Consumed;
use mail::address::Address;
use secrecy::SecretString;

use crate::scene::{NOW, OUTBOUND_PASSWORD, Scene};
use crate::verification::{consume, returned, start, verify_both};

/// A usable address, and a new password staged for it.
async fn scene() -> (Scene, Address) {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    let help = scene.add(&scene.acme, "help@acme.example").await.address;
    verify_both(&scene, &help).await;
    let change = ChangedOutbound {
        password: Some(SecretString::from("new password")),
        ..ChangedOutbound::default()
    };
    stage(&scene.acme, &scene.key, &help, change, NOW)
        .await
        .unwrap();
    (scene, help)
}

async fn found(scene: &Scene, at: &Address) -> SupportAddress {
    addresses::find(&scene.acme, at).await.unwrap().unwrap()
}

fn password(scene: &Scene, at: &SupportAddress, tested: Tested) -> String {
    let opened = outbound_password(&scene.acme, &scene.key, at, tested).unwrap();
    String::from_utf8(opened.to_vec()).unwrap()
}

async fn come_round(scene: &Scene, at: &Address, findings: Vec<Finding>) -> Consumed {
    let draft = start(scene, at, Direction::Outbound, NOW).await;
    let back = returned(scene, &draft).await;
    consume(scene, &back, Some("acme.example"), findings, NOW).await
}

#[tokio::test]
async fn what_is_staged_changes_nothing_in_use() {
    let (scene, help) = scene().await;
    let found = found(&scene, &help).await;
    assert!(found.usable());
    assert_eq!(
        password(&scene, &found, Tested::Outbound),
        OUTBOUND_PASSWORD
    );
    assert_eq!(password(&scene, &found, Tested::Staged), "new password");
}

#[tokio::test]
async fn what_came_round_takes_over_and_the_old_password_is_gone() {
    let (scene, help) = scene().await;
    start(&scene, &help, Direction::Outbound, NOW).await;
    let waiting = found(&scene, &help).await;
    assert!(waiting.usable(), "mail goes on with the old set");
    assert!(matches!(
        waiting.staged.map(|staged| staged.check),
        Some(Check::Pending { .. })
    ));
    assert_eq!(
        come_round(&scene, &help, Vec::new()).await,
        Consumed::Verified
    );
    let swapped = found(&scene, &help).await;
    assert!(swapped.usable());
    assert!(swapped.staged.is_none());
    assert_eq!(swapped.outbound.as_ref().map(|set| set.version), Some(2));
    assert_eq!(password(&scene, &swapped, Tested::Outbound), "new password");
}

#[tokio::test]
async fn what_failed_leaves_the_old_set_and_says_why() {
    let (scene, help) = scene().await;
    let finding = Finding {
        code: "protected_field_missing".into(),
        field: Some("Auto-Submitted".into()),
        hint: "Auto-Submitted was taken out".into(),
        fatal: true,
    };
    come_round(&scene, &help, vec![finding]).await;
    let after = found(&scene, &help).await;
    assert!(after.usable());
    assert_eq!(
        password(&scene, &after, Tested::Outbound),
        OUTBOUND_PASSWORD
    );
    let check = after.staged.map(|staged| staged.check.view(NOW));
    let reason = check.and_then(|view| view.reason);
    assert_eq!(reason.as_deref(), Some("protected_field_missing"));
}

#[tokio::test]
async fn refused_credentials_are_told_of_the_set_they_belong_to() {
    let (scene, help) = scene().await;
    let report = addresses::change::report_failure;
    let word = "credentials_refused";
    report(&scene.acme, &help, Tested::Staged, word, None, NOW)
        .await
        .unwrap();
    let after = found(&scene, &help).await;
    assert!(after.usable());
    assert!(
        after
            .staged
            .is_some_and(|staged| staged.check.is_broken(NOW))
    );
}

#[tokio::test]
async fn what_is_not_named_stays_as_it_is_in_use() {
    let (scene, help) = scene().await;
    let change = ChangedOutbound {
        server: Some(("smtp2.acme.example".into(), Some(465))),
        ..ChangedOutbound::default()
    };
    let staged = stage(&scene.acme, &scene.key, &help, change, NOW).await;
    let staged = staged.unwrap();
    assert_eq!(password(&scene, &staged, Tested::Staged), OUTBOUND_PASSWORD);
    let set = staged.staged.unwrap().server;
    assert_eq!((set.host.as_str(), set.port), ("smtp2.acme.example", 465));
    assert_eq!(set.username, "help@acme.example");
    assert_eq!(set.version, 3, "never the version of another set");
}

#[tokio::test]
async fn a_cancelled_change_is_forgotten() {
    let (scene, help) = scene().await;
    let after = cancel(&scene.acme, &help).await.unwrap();
    assert!(after.usable() && after.staged.is_none());
    let again = cancel(&scene.acme, &help).await;
    assert!(matches!(again, Err(Error::NotFound(_))));
}

/// R63: two addresses with one login cannot be told apart at the server.
#[tokio::test]
async fn a_login_that_is_used_twice_is_known() {
    let (scene, help) = scene().await;
    let sales = scene.add(&scene.acme, "sales@acme.example").await.address;
    let shared = async || {
        let (help, sales) = (found(&scene, &help).await, found(&scene, &sales).await);
        (help.shares_login(&sales), sales.shares_login(&help))
    };
    assert_eq!(shared().await, (false, false));
    let change = ChangedOutbound {
        username: Some("help@acme.example".into()),
        ..ChangedOutbound::default()
    };
    stage(&scene.acme, &scene.key, &sales, change, NOW)
        .await
        .unwrap();
    assert_eq!(shared().await, (false, false), "not in use yet");
    come_round(&scene, &sales, Vec::new()).await;
    assert_eq!(shared().await, (true, true));
}
