//! The login: two user name forms, rotation without a gap, discard at once.

use desk::Error;
use desk::credentials::{self, LoginError, PASSWORD_OCTETS_MAX, Right};
use secrecy::{ExposeSecret, SecretString};

use crate::scene::{NOW, Scene, domain, later};

#[tokio::test]
async fn both_user_names_lead_to_the_same_login() {
    let scene = Scene::new().await;
    let issued = scene.connect(&scene.acme, "acme.example").await;
    scene.connect(&scene.acme, "other.example").await;
    let verifier = scene.verifier().await;
    for name in [
        issued.username.as_str(),
        "acme@acme.desk.example",
        "ACME@acme.desk.example",
    ] {
        let login = verifier.login(name, &issued.password, NOW).await.unwrap();
        assert_eq!(login.account, scene.acme.id(), "{name}");
        assert_eq!(
            login.right.connector(),
            Some(&domain("acme.example")),
            "{name}"
        );
        assert_eq!(login.credential, issued.credential.id, "{name}");
    }
}

#[tokio::test]
async fn every_wrong_login_is_refused_alike() {
    let scene = Scene::new().await;
    let issued = scene.connect(&scene.acme, "acme.example").await;
    let rivals = scene.connect(&scene.rival, "rival.example").await;
    let verifier = scene.verifier().await;
    let right = issued.password.expose_secret().to_owned();
    let unknown = format!("rg_2222222222.{}", &right[14..]);
    let long = format!("{right}{}", "x".repeat(PASSWORD_OCTETS_MAX));
    let mut wrong = right.clone();
    wrong.replace_range(right.len() - 1.., "!");
    for (name, password) in [
        (issued.username.as_str(), wrong.as_str()),
        (issued.username.as_str(), ""),
        (issued.username.as_str(), "hunter2"),
        (issued.username.as_str(), &unknown),
        (issued.username.as_str(), &long),
        (rivals.username.as_str(), &right),
        ("rival@rival.desk.example", &right),
        ("nobody", &right),
        ("", &right),
    ] {
        let refused = verifier
            .login(name, &SecretString::from(password), NOW)
            .await;
        assert!(matches!(refused, Err(LoginError::Refused)), "{name}");
    }
}

#[tokio::test]
async fn rotation_leaves_no_gap_and_allows_two_sets() {
    let scene = Scene::new().await;
    let (acme, name) = (&scene.acme, domain("acme.example"));
    let old = scene.connect(acme, "acme.example").await;
    let verifier = scene.verifier().await;
    let new = scene.rotate(acme, &name, None).await.unwrap();
    for issued in [&old, &new] {
        verifier
            .login(&issued.username, &issued.password, NOW)
            .await
            .unwrap();
    }
    let third = scene.rotate(acme, &name, None).await;
    let Err(Error::Invalid(problems)) = third else {
        panic!("a third live set")
    };
    assert_eq!(problems[0].code, "credential_sets_max");
    scene
        .discard(acme, &name, &old.credential.id)
        .await
        .unwrap();
    scene.rotate(acme, &name, None).await.unwrap();
}

#[tokio::test]
async fn a_discarded_set_is_refused_although_its_login_was_remembered() {
    let scene = Scene::new().await;
    let (acme, name) = (&scene.acme, domain("acme.example"));
    let issued = scene.connect(acme, "acme.example").await;
    let verifier = scene.verifier().await;
    verifier
        .login(&issued.username, &issued.password, NOW)
        .await
        .unwrap();
    scene
        .discard(acme, &name, &issued.credential.id)
        .await
        .unwrap();
    let refused = verifier
        .login(&issued.username, &issued.password, NOW)
        .await;
    assert!(matches!(refused, Err(LoginError::Refused)));
    let live = credentials::is_live(acme, &name, &issued.credential.id, NOW)
        .await
        .unwrap();
    assert!(!live, "an open session learns it, too");
}

#[tokio::test]
async fn a_previous_set_expires_when_the_admin_wanted_it() {
    let scene = Scene::new().await;
    let (acme, name) = (&scene.acme, domain("acme.example"));
    let old = scene.connect(acme, "acme.example").await;
    let verifier = scene.verifier().await;
    scene.rotate(acme, &name, Some(later(1_000))).await.unwrap();
    verifier
        .login(&old.username, &old.password, later(999))
        .await
        .unwrap();
    let refused = verifier
        .login(&old.username, &old.password, later(1_000))
        .await;
    assert!(matches!(refused, Err(LoginError::Refused)));
}

#[tokio::test]
async fn of_two_rotations_at_once_one_has_to_look_again() {
    let scene = Scene::new().await;
    let name = domain("acme.example");
    scene.connect(&scene.acme, "acme.example").await;
    let (one, two) = tokio::join!(
        scene.rotate(&scene.acme, &name, None),
        scene.rotate(&scene.acme, &name, None),
    );
    assert!(one.is_ok() != two.is_ok());
    assert_eq!(
        credentials::list(&scene.acme, &name).await.unwrap().len(),
        2
    );
}

#[tokio::test]
async fn the_last_set_goes_only_if_that_is_meant() {
    let scene = Scene::new().await;
    let (acme, name) = (&scene.acme, domain("acme.example"));
    let first = scene.connect(acme, "acme.example").await.credential.id;
    let second = scene.rotate(acme, &name, Some(later(1_000))).await.unwrap();
    let second = second.credential.id;
    let change = credentials::discard(acme, &name, &first, false, NOW).await;
    assert!(!change.unwrap().value(), "another one is live");
    for (now, even_last) in [(NOW, false), (later(1_000), false)] {
        let live_beside_it = now == NOW;
        let change = credentials::discard(acme, &name, &second, even_last, now).await;
        assert_eq!(change.is_ok(), live_beside_it, "an expired set is none");
    }
    let change = credentials::discard(acme, &name, &second, true, later(1_000)).await;
    assert!(*change.unwrap().value());
}

#[tokio::test]
async fn two_sets_for_more_than_a_week_are_overdue() {
    const WEEK: u64 = 7 * 24 * 3_600_000;
    let scene = Scene::new().await;
    let (acme, name) = (&scene.acme, domain("acme.example"));
    scene.connect(acme, "acme.example").await;
    scene
        .rotate(acme, &name, Some(later(3 * WEEK)))
        .await
        .unwrap();
    let overdue = async |now| {
        let sets = credentials::list(acme, &name).await.unwrap();
        sets.iter().filter(|set| set.is_overdue(now)).count()
    };
    assert_eq!(overdue(later(WEEK)).await, 0);
    assert_eq!(overdue(later(WEEK + 1)).await, 1);
    assert_eq!(overdue(later(3 * WEEK)).await, 0, "it has expired");
}

#[tokio::test]
async fn a_place_a_set_is_used_from_is_new_once() {
    let scene = Scene::new().await;
    let (acme, name) = (&scene.acme, domain("acme.example"));
    let issued = scene.connect(acme, "acme.example").await;
    let id = &issued.credential.id;
    let right = Right::Connector(name.clone());
    let first_use = async |peer: &str| {
        let peer = peer.parse().unwrap();
        let first = credentials::peers::first_use(acme, &right, id, peer, NOW).await;
        match first.unwrap() {
            Some(change) => Some(change.commit(acme).await.unwrap()),
            None => None,
        }
    };
    assert_eq!(first_use("192.0.2.1").await.as_deref(), Some("192.0.2.1"));
    assert_eq!(first_use("192.0.2.1").await, None);
    assert_eq!(first_use("192.0.2.2").await.as_deref(), Some("192.0.2.2"));
    assert_eq!(
        first_use("2001:db8::1").await.as_deref(),
        Some("2001:db8::/64")
    );
    assert_eq!(first_use("2001:db8::2").await, None, "the same network");
    scene.discard(acme, &name, id).await.unwrap();
    assert_eq!(
        first_use("192.0.2.1").await.as_deref(),
        Some("192.0.2.1"),
        "all forgotten"
    );
}
