//! Somebody else's help desk: its setting, its secrets, and its logins.

use desk::credentials::{self, LoginError, Right};
use desk::desks::{self, HelpDesk, NewDesk, NewServer, ServerProtocol, ServerTls, logins};
use desk::{Error, accounts};
use secrecy::{ExposeSecret, SecretString};

use crate::scene::{NOW, Scene, later};

const PASSWORD: &str = "inbound-desk-canary";

fn server() -> NewDesk {
    NewDesk::Server(NewServer {
        protocol: ServerProtocol::Lmtp,
        host: "lmtp.tracker.example".into(),
        port: 24,
        tls: ServerTls::Implicit,
        ca_pem: None,
        login: Some(("relay".into(), SecretString::from(PASSWORD))),
    })
}

fn hook() -> NewDesk {
    NewDesk::Webhook {
        url: "https://tracker.example/in".into(),
        ca_pem: None,
    }
}

#[tokio::test]
async fn an_account_has_our_own_desk_until_it_is_set() {
    let scene = Scene::new().await;
    assert!(!desks::setting(&scene.acme).await.unwrap().desk.is_foreign());
    desks::change(&scene.acme, &scene.key, server(), NOW)
        .await
        .unwrap();
    let setting = desks::setting(&scene.acme).await.unwrap();
    assert_eq!(setting.desk.as_str(), "lmtp");
    let password = setting.password(&scene.acme, &scene.key).unwrap().unwrap();
    assert_eq!(password.as_slice(), PASSWORD.as_bytes());
    assert!(
        !desks::setting(&scene.rival)
            .await
            .unwrap()
            .desk
            .is_foreign()
    );
    desks::change(&scene.acme, &scene.key, NewDesk::Embedded, later(1))
        .await
        .unwrap();
    assert!(!desks::setting(&scene.acme).await.unwrap().desk.is_foreign());
}

#[tokio::test]
async fn a_desks_secrets_open_for_their_own_account_only() {
    let scene = Scene::new().await;
    let changed = desks::change(&scene.acme, &scene.key, hook(), NOW)
        .await
        .unwrap();
    let shown = changed.secret.unwrap();
    assert!(shown.expose_secret().starts_with("whsec_"));
    let setting = desks::setting(&scene.acme).await.unwrap();
    assert_eq!(
        setting
            .webhook_secret(&scene.acme, &scene.key)
            .unwrap()
            .len(),
        32
    );
    let moved = setting.webhook_secret(&scene.rival, &scene.key);
    assert!(matches!(moved, Err(Error::Sealed(_))));
    let again = desks::change(&scene.acme, &scene.key, hook(), later(1))
        .await
        .unwrap();
    assert_ne!(
        again.secret.unwrap().expose_secret(),
        shown.expose_secret(),
        "a new one each time"
    );
}

#[tokio::test]
async fn an_endpoint_that_is_gone_stays_gone_until_it_is_set_again() {
    let scene = Scene::new().await;
    desks::change(&scene.acme, &scene.key, hook(), NOW)
        .await
        .unwrap();
    for at in [later(5), later(9)] {
        let mut batch = storage::Batch::new();
        desks::gone(&scene.acme, &mut batch, at).await.unwrap();
        let _durable = scene.acme.commit(batch).await.unwrap();
    }
    let since = |setting: desks::Setting| match setting.desk {
        HelpDesk::Webhook(hook) => hook.gone_since,
        _ => panic!("it is a webhook"),
    };
    assert_eq!(
        since(desks::setting(&scene.acme).await.unwrap()),
        Some(later(5))
    );
    desks::change(&scene.acme, &scene.key, hook(), later(10))
        .await
        .unwrap();
    assert_eq!(since(desks::setting(&scene.acme).await.unwrap()), None);
}

#[tokio::test]
async fn a_desks_login_is_of_another_kind_than_a_connectors() {
    let scene = Scene::new().await;
    let connector = scene.connect(&scene.acme, "acme.example").await;
    let native = &scene.product.native;
    let issued = logins::issue(&scene.acme, &scene.hasher, native, NOW)
        .await
        .unwrap();
    assert_eq!(issued.username, "desk@acme.desk.example");
    let verifier = scene.verifier().await;
    let login = verifier
        .login("DESK@acme.desk.example", &issued.password, NOW)
        .await
        .unwrap();
    assert_eq!(
        (login.account, &login.right),
        (scene.acme.id(), &Right::Desk)
    );
    for (name, password) in [
        (connector.username.as_str(), &issued.password),
        ("acme@acme.desk.example", &issued.password),
        ("desk@rival.desk.example", &issued.password),
        (issued.username.as_str(), &connector.password),
    ] {
        let refused = verifier.login(name, password, NOW).await;
        assert!(matches!(refused, Err(LoginError::Refused)), "{name}");
    }
    let domain = crate::scene::domain("acme.example");
    let live = credentials::is_live(&scene.acme, &domain, &login.credential, NOW)
        .await
        .unwrap();
    assert!(!live, "it opens no connector");
}

#[tokio::test]
async fn two_logins_live_and_a_discarded_one_is_gone_at_once() {
    let scene = Scene::new().await;
    let native = &scene.product.native;
    let verifier = scene.verifier().await;
    let first = logins::issue(&scene.acme, &scene.hasher, native, NOW)
        .await
        .unwrap();
    logins::issue(&scene.acme, &scene.hasher, native, later(1))
        .await
        .unwrap();
    let third = logins::issue(&scene.acme, &scene.hasher, native, later(2)).await;
    assert!(
        matches!(third, Err(Error::Invalid(problems)) if problems[0].code == "desk_logins_max")
    );
    let login = verifier
        .login(&first.username, &first.password, NOW)
        .await
        .unwrap();
    assert!(
        login
            .right
            .is_live(&scene.acme, &login.credential, NOW)
            .await
            .unwrap()
    );
    assert!(matches!(
        logins::discard(&scene.rival, &login.credential).await,
        Err(Error::NotFound(_))
    ));
    logins::discard(&scene.acme, &login.credential)
        .await
        .unwrap();
    assert!(
        !login
            .right
            .is_live(&scene.acme, &login.credential, NOW)
            .await
            .unwrap()
    );
    let again = verifier.login(&first.username, &first.password, NOW).await;
    assert!(
        matches!(again, Err(LoginError::Refused)),
        "a remembered login, too"
    );
    assert_eq!(logins::list(&scene.acme).await.unwrap().len(), 1);
    assert_eq!(accounts::list(&scene.desk).await.unwrap().len(), 2);
}
