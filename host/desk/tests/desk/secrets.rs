//! No secret is readable where the store keeps it, and none opens elsewhere.

use std::fs;
use std::path::Path;

use desk::addresses::{self, Tested, outbound_password};
use desk::desks::{self, NewDesk, logins};
use desk::{Error, people};
use secrecy::ExposeSecret;
use storage::{Batch, Key, Table};

use crate::scene::{NOW, OUTBOUND_PASSWORD, Scene, address};

const ADDRESS: Table = Table("address");

fn files(directory: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(fs::read(path).unwrap()),
        }
    }
}

#[tokio::test]
async fn the_files_of_the_store_hold_no_secret() {
    let scene = Scene::new().await;
    let issued = scene.connect(&scene.acme, "acme.example").await;
    scene.add(&scene.acme, "help@acme.example").await;
    let token = people::create_token(&scene.acme, &address("ann@acme.example"), NOW)
        .await
        .unwrap();
    let hook = NewDesk::Webhook {
        url: "https://tracker.example/in".into(),
        ca_pem: None,
    };
    let hook = desks::change(&scene.acme, &scene.key, hook, NOW)
        .await
        .unwrap();
    let native = &scene.product.native;
    let login = logins::issue(&scene.acme, &scene.hasher, native, NOW)
        .await
        .unwrap();
    let password = issued.password.expose_secret();
    let secret = password.split_once('.').unwrap().1;
    let key = scene.key.to_text();
    let secrets = [
        OUTBOUND_PASSWORD,
        secret,
        token.secret.expose_secret(),
        hook.secret
            .as_ref()
            .unwrap()
            .expose_secret()
            .trim_start_matches("whsec_"),
        login.password.expose_secret().split_once('.').unwrap().1,
        key.as_str(),
    ];
    let mut found = Vec::new();
    files(scene.directory.path(), &mut found);
    assert!(
        found
            .iter()
            .any(|file| contains(file, b"help@acme.example")),
        "the right files"
    );
    for secret in secrets {
        assert!(!found.iter().any(|file| contains(file, secret.as_bytes())));
    }
    let octets = hook
        .setting
        .webhook_secret(&scene.acme, &scene.key)
        .unwrap();
    assert!(!found.iter().any(|file| contains(file, &octets)));
}

fn contains(file: &[u8], word: &[u8]) -> bool {
    file.windows(word.len()).any(|window| window == word)
}

#[tokio::test]
async fn a_password_opens_in_its_own_row_only() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    let help = scene.add(&scene.acme, "help@acme.example").await;
    let opened = outbound_password(&scene.acme, &scene.key, &help, Tested::Outbound).unwrap();
    assert_eq!(opened.as_slice(), OUTBOUND_PASSWORD.as_bytes());
    // The whole row carried over to another account.
    let from = Key::new(scene.acme.id(), ADDRESS, "help@acme.example");
    let row = scene.store.get(&from).await.unwrap().unwrap();
    let mut batch = Batch::new();
    batch.put(
        Key::new(scene.rival.id(), ADDRESS, "help@acme.example"),
        row.value,
    );
    let _durable = scene.store.commit(batch).await.unwrap();
    let stolen = addresses::find(&scene.rival, &help.address)
        .await
        .unwrap()
        .unwrap();
    let opened = outbound_password(&scene.rival, &scene.key, &stolen, Tested::Outbound);
    assert!(matches!(opened, Err(Error::Sealed(_))));
}

#[tokio::test]
async fn a_token_works_until_it_is_revoked() {
    let scene = Scene::new().await;
    let ann = address("ann@acme.example");
    let issued = people::create_token(&scene.acme, &ann, NOW).await.unwrap();
    let (account, token) = people::by_token(&scene.desk, &issued.secret)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((account.id(), &token.agent), (scene.acme.id(), &ann));
    assert!(
        people::revoke_token(&scene.rival, &token.id).await.is_err(),
        "not ours to revoke"
    );
    people::revoke_token(&scene.acme, &token.id).await.unwrap();
    assert!(
        people::by_token(&scene.desk, &issued.secret)
            .await
            .unwrap()
            .is_none()
    );
}
