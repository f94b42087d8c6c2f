//! Versions of an account's policies, and how long their components are kept.

use desk::policies::{self, ComponentDigest, Installed, NewVersion};
use desk::{Account, Error};
use storage::Batch;

use crate::scene::{NOW, Scene, later};

fn digest(of: u8) -> ComponentDigest {
    [of; 32]
}

/// Installs a version whose component is `of` repeated.
async fn install(account: &Account, name: &str, of: u8) -> Result<Installed, Error> {
    let component = match policies::has(account, digest(of)).await? {
        true => None,
        false => {
            let mut text = account.store().stage();
            text.write(&[of; 100]).await.unwrap();
            Some(text.finish().await.unwrap())
        }
    };
    let new = NewVersion {
        name: name.to_owned(),
        digest: digest(of),
        component,
        settings: format!("{{\"n\":{of}}}"),
        interfaces: Vec::new(),
    };
    let mut batch = Batch::new();
    let installed = policies::install(account, &mut batch, new, later(of.into())).await?;
    let _durable = account.commit(batch).await?;
    Ok(installed)
}

async fn rollback(account: &Account, name: &str) -> Result<Installed, Error> {
    let mut batch = Batch::new();
    let installed = policies::rollback(account, &mut batch, name).await?;
    let _durable = account.commit(batch).await?;
    Ok(installed)
}

async fn remove(account: &Account, name: &str) {
    let mut batch = Batch::new();
    policies::remove(account, &mut batch, name).await.unwrap();
    let _durable = account.commit(batch).await.unwrap();
}

#[tokio::test]
async fn a_version_goes_live_and_back() {
    let scene = Scene::new().await;
    let acme = &scene.acme;
    let first = install(acme, "vip", 1).await.unwrap();
    assert_eq!((first.live().digest, first.previous()), (digest(1), None));
    assert!(
        rollback(acme, "vip").await.is_err(),
        "there was none before"
    );
    install(acme, "vip", 2).await.unwrap();
    let back = rollback(acme, "vip").await.unwrap();
    assert_eq!(back.live().settings, "{\"n\":1}");
    // What was gone back from is not gone back to.
    let third = install(acme, "vip", 3).await.unwrap();
    assert_eq!(third.previous().unwrap().digest, digest(1));
    assert!(!policies::has(acme, digest(2)).await.unwrap());
    assert_eq!(
        policies::component(acme, digest(3)).await.unwrap(),
        [3; 100]
    );
}

#[tokio::test]
async fn policies_keep_their_order_and_are_few() {
    let scene = Scene::new().await;
    let acme = &scene.acme;
    for name in ["z", "a", "m"] {
        install(acme, name, 1).await.unwrap();
    }
    install(acme, "z", 2).await.unwrap();
    let listed = policies::list(acme).await.unwrap();
    let names: Vec<_> = listed.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["z", "a", "m"], "as they came, whatever was renewed");
    for n in 0..5 {
        install(acme, &format!("p{n}"), 1).await.unwrap();
    }
    assert!(install(acme, "ninth", 1).await.is_err());
    for name in ["", "Upper", "a b", &"x".repeat(41)] {
        assert!(install(acme, name, 1).await.is_err(), "{name}");
    }
    assert!(policies::list(&scene.rival).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_component_stays_while_a_version_needs_it() {
    let scene = Scene::new().await;
    let acme = &scene.acme;
    install(acme, "one", 1).await.unwrap();
    install(acme, "two", 1).await.unwrap();
    remove(acme, "one").await;
    assert!(policies::has(acme, digest(1)).await.unwrap(), "two has it");
    for of in 2..=6 {
        install(acme, "two", of).await.unwrap();
    }
    assert!(
        !policies::has(acme, digest(1)).await.unwrap(),
        "five versions are kept"
    );
    let gone = policies::component(acme, digest(1)).await;
    assert!(matches!(gone, Err(Error::NotFound(_))));
    remove(acme, "two").await;
    for of in 2..=6 {
        assert!(!policies::has(acme, digest(of)).await.unwrap());
    }
    assert!(policies::find(acme, "two").await.is_err());
    assert_eq!(
        install(acme, "two", 7).await.unwrap().versions[0].installed_at,
        later(7)
    );
    assert!(NOW < later(7));
}
