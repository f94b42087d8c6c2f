//! A domain goes step by step, and mail that was put off meanwhile is remembered.

use desk::Error;
use desk::connectors::{self, disconnect, refused};
use desk::credentials;
use desk::upkeep;

use crate::scene::{NOW, Scene, address, domain, later, new_address};

#[tokio::test]
async fn each_step_leaves_the_rest_and_bears_repetition() {
    let scene = Scene::new().await;
    let (acme, name) = (&scene.acme, domain("acme.example"));
    scene.connect(acme, "acme.example").await;
    for text in ["a@acme.example", "b@acme.example"] {
        scene.add(acme, text).await;
    }
    assert!(disconnect::revoke(acme, &name).await.is_err(), "not begun");
    for begins in [true, false] {
        let change = disconnect::begin(acme, &name, NOW).await.unwrap();
        assert_eq!(change.commit(acme).await.unwrap(), begins);
    }
    for left in [2, 1] {
        assert!(
            disconnect::finish(acme, &name, NOW).await.is_err(),
            "{left} left"
        );
        let addresses = disconnect::addresses_left(acme, &name).await.unwrap();
        assert_eq!(addresses.len(), left);
        for _ in 0..2 {
            let change = disconnect::remove_address(acme, &name, &addresses[0]).await;
            change.unwrap().commit(acme).await.unwrap();
        }
    }
    assert!(
        disconnect::finish(acme, &name, NOW).await.is_err(),
        "credentials left"
    );
    for gone in [1, 0] {
        let change = disconnect::revoke(acme, &name).await.unwrap();
        assert_eq!(change.commit(acme).await.unwrap().len(), gone);
    }
    let change = disconnect::finish(acme, &name, NOW).await.unwrap();
    assert_eq!(disconnect::gone_at(acme, &name).await.unwrap(), None);
    change.commit(acme).await.unwrap();
    assert!(connectors::find(acme, &name).await.unwrap().is_none());
    assert_eq!(disconnect::gone_at(acme, &name).await.unwrap(), Some(NOW));
    const MONTH: u64 = 30 * 24 * 3_600_000;
    upkeep::prune(acme, later(MONTH + 1), 30).await.unwrap();
    assert_eq!(disconnect::gone_at(acme, &name).await.unwrap(), None);
    scene.connect(&scene.rival, "acme.example").await;
}

#[tokio::test]
async fn nothing_is_added_to_a_domain_on_its_way_out() {
    let scene = Scene::new().await;
    let (acme, name) = (&scene.acme, domain("acme.example"));
    scene.connect(acme, "acme.example").await;
    let wanted = address("help@acme.example");
    let facts = desk::addresses::facts(acme, &scene.product.native, &wanted, None).await;
    let (_, before) = facts.unwrap();
    let change = disconnect::begin(acme, &name, NOW).await.unwrap();
    change.commit(acme).await.unwrap();
    let new = new_address("help@acme.example");
    let added = desk::addresses::add(acme, &scene.key, new.clone(), &before, NOW).await;
    assert!(matches!(added, Err(Error::Invalid(_))));
    let rotated = credentials::rotate(acme, &scene.hasher, &name, None, NOW).await;
    assert!(matches!(rotated, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn mail_that_was_put_off_is_listed_once_and_for_a_while() {
    let scene = Scene::new().await;
    let (acme, to) = (&scene.acme, address("help@acme.example"));
    let eve = address("eve@enduser.example");
    for (session, sender, at) in [
        ("s1", Some(&eve), NOW),
        ("s2", Some(&eve), later(5)),
        ("s3", None, later(9)),
    ] {
        refused::note(acme, session, sender, &to, at).await.unwrap();
    }
    let name = domain("acme.example");
    let mut listed = refused::list(acme, Some(&name)).await.unwrap();
    listed.sort_by_key(|refused| refused.last_at);
    let of_eve = &listed[0];
    assert_eq!((of_eve.times, of_eve.session.as_str()), (2, "s2"));
    assert_eq!((of_eve.first_at, of_eve.last_at), (NOW, later(5)));
    assert_eq!(listed[1].sender, "");
    let other = domain("other.example");
    assert!(refused::list(acme, Some(&other)).await.unwrap().is_empty());
    const MONTH: u64 = 30 * 24 * 3_600_000;
    upkeep::prune(acme, later(MONTH + 6), 30).await.unwrap();
    assert_eq!(refused::list(acme, None).await.unwrap().len(), 1);
}
