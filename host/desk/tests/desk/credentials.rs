//! The login: two user name forms, rotation without a gap, discard at once.

use desk::Error;
use desk::credentials::{self, LoginError, PASSWORD_OCTETS_MAX};
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
    let new = credentials::rotate(acme, &scene.hasher, &name, None, NOW)
        .await
        .unwrap();
    for issued in [&old, &new] {
        verifier
            .login(&issued.username, &issued.password, NOW)
            .await
            .unwrap();
    }
    let third = credentials::rotate(acme, &scene.hasher, &name, None, NOW).await;
    let Err(Error::Invalid(problems)) = third else {
        panic!("a third live set")
    };
    assert_eq!(problems[0].code, "credential_sets_max");
    credentials::discard(acme, &name, &old.credential.id)
        .await
        .unwrap();
    credentials::rotate(acme, &scene.hasher, &name, None, NOW)
        .await
        .unwrap();
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
    credentials::discard(acme, &name, &issued.credential.id)
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
    credentials::rotate(acme, &scene.hasher, &name, Some(later(1_000)), NOW)
        .await
        .unwrap();
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
        credentials::rotate(&scene.acme, &scene.hasher, &name, None, NOW),
        credentials::rotate(&scene.acme, &scene.hasher, &name, None, NOW),
    );
    assert!(one.is_ok() != two.is_ok());
    assert_eq!(
        credentials::list(&scene.acme, &name).await.unwrap().len(),
        2
    );
}
