//! One key after the other (R85, SEC-03).

use std::fs;
use std::path::Path;
use std::time::Duration;

use desk::Error;
use desk::audit::{self, Act};
use desk::dkim_keys::rotation::{self, Standing};
use desk::dkim_keys::{DkimKeys, Ring, Stage};
use desk::secrets::SealingKey;
use storage::{Key, Scope, Table, Timestamp};

use crate::scene::{NOW, Scene, later};

const KEEP: Duration = Duration::from_secs(7 * 24 * 3_600);

async fn open(scene: &Scene) -> DkimKeys {
    let selectors = ["one".to_owned(), "two".to_owned()];
    DkimKeys::open(&scene.desk, &scene.key, &selectors, NOW)
        .await
        .unwrap()
}

fn act(action: &str) -> Act {
    Act {
        at: NOW,
        actor: "operator:0".to_owned(),
        peer: None,
        action: action.to_owned(),
        subject: "two".to_owned(),
        credential: None,
    }
}

async fn begin(scene: &Scene, selector: &str) -> Result<(), Error> {
    let made = |_: &str| act("made");
    rotation::begin(&scene.desk, &scene.key, selector, made, NOW).await
}

fn stages(ring: &Ring) -> Vec<Stage> {
    ring.all().map(|key| key.stage).collect()
}

fn signs(ring: &Ring) -> String {
    let (selector, key) = ring.signing().unwrap();
    format!("{selector} {}", key.dns_txt().unwrap())
}

#[tokio::test]
async fn dkim_keys_are_made_once() {
    let scene = Scene::new().await;
    let (made, again) = (open(&scene).await.now(), open(&scene).await.now());
    assert_eq!(stages(&made), [Stage::Signing { since: NOW }, Stage::Spare]);
    assert_eq!(signs(&made), signs(&again));
    let other = SealingKey::generate();
    let selectors = ["one".to_owned()];
    let opened = DkimKeys::open(&scene.desk, &other, &selectors, NOW).await;
    assert!(matches!(opened, Err(Error::Sealed(_))));
}

#[tokio::test]
async fn a_new_key_signs_only_when_it_is_told_to() {
    let scene = Scene::new().await;
    let keys = open(&scene).await;
    let first = signs(&keys.now());
    begin(&scene, "two").await.unwrap();
    keys.reload(&scene.desk, &scene.key).await.unwrap();
    let ring = keys.now();
    assert_eq!(signs(&ring), first, "its record was not seen yet");
    assert!(matches!(ring.standing(KEEP), Standing::Awaited(key) if key.selector == "two"));
    for selector in ["one", "two"] {
        let again = begin(&scene, selector).await;
        assert!(matches!(again, Err(Error::Changed)), "{selector}");
    }

    let then = later(1_000);
    let signs_now = Act {
        at: then,
        ..act("signs")
    };
    rotation::switch(&scene.desk, &ring, "two", &signs_now, then)
        .await
        .unwrap();
    keys.reload(&scene.desk, &scene.key).await.unwrap();
    let ring = keys.now();
    let expected = [
        Stage::Retiring { since: then },
        Stage::Signing { since: then },
    ];
    assert_eq!(stages(&ring), expected);
    assert!(signs(&ring).starts_with("two "), "what was awaited");
    let reopened = open(&scene).await.now();
    assert_eq!(signs(&reopened), signs(&ring), "it survives a restart");
    let until = Timestamp(then.0 + 7 * 24 * 3_600_000);
    assert!(matches!(ring.standing(KEEP), Standing::Retiring(_, at) if at == until));
    assert!(ring.public("ONE").is_some_and(|txt| first.ends_with(txt)));

    let again = rotation::switch(&scene.desk, &ring, "two", &act("signs"), then).await;
    assert!(matches!(again, Err(Error::Changed)));
    let told = audit::latest_installation(&scene.desk, 10).await.unwrap();
    let told: Vec<_> = told.into_iter().map(|act| act.action).collect();
    assert_eq!(told, ["made", "signs"], "each with what was done");
}

#[tokio::test]
async fn a_dropped_key_is_gone_and_its_selector_says_so() {
    let scene = Scene::new().await;
    let keys = open(&scene).await;
    begin(&scene, "two").await.unwrap();
    let early = rotation::drop_retired(&scene.desk, "one", &act("dropped"), NOW).await;
    assert!(matches!(early, Err(Error::Changed)), "it signs");
    rotation::switch(&scene.desk, &keys.now(), "two", &act("signs"), NOW)
        .await
        .unwrap();
    let sealed = row(&scene, "one").await;
    rotation::drop_retired(&scene.desk, "one", &act("dropped"), NOW)
        .await
        .unwrap();
    let left = row(&scene, "one").await;
    assert!(
        sealed.len() > 1_000 && left.len() < 100,
        "{} octets",
        left.len()
    );

    keys.reload(&scene.desk, &scene.key).await.unwrap();
    let ring = keys.now();
    let dropped = ring.all().next().unwrap();
    assert_eq!(dropped.txt, "v=DKIM1; p=", "RFC 6376 §3.6.1");
    assert_eq!(
        ring.public("one"),
        None,
        "what it says it signed is not ours"
    );
    assert!(matches!(ring.standing(KEEP), Standing::Ready(key) if key.selector == "one"));
    begin(&scene, "one").await.unwrap();
    let ring = open(&scene).await.now();
    assert!(matches!(ring.standing(KEEP), Standing::Awaited(key) if key.selector == "one"));
}

#[tokio::test]
async fn keys_lie_sealed_and_open_in_their_place_only() {
    let scene = Scene::new().await;
    let keys = open(&scene).await;
    let private = keys.now().signing().unwrap().1.to_pkcs8().unwrap();
    // The private exponents are at the end; what is before is the public half, too.
    let tail = &private[private.len() - 64..];
    assert!(!any_file_holds(scene.directory.path(), tail));
    // The row of one selector under the name of the other.
    let stolen = row(&scene, "one").await;
    let mut batch = storage::Batch::new();
    batch.put(key_of("two"), stolen);
    let _durable = scene.store.commit(batch).await.unwrap();
    let reloaded = keys.reload(&scene.desk, &scene.key).await;
    assert!(matches!(reloaded, Err(Error::Sealed(_))));
}

fn key_of(selector: &str) -> Key {
    Key::new(Scope::Installation, Table("dkim_key"), selector)
}

async fn row(scene: &Scene, selector: &str) -> Vec<u8> {
    scene
        .store
        .get(&key_of(selector))
        .await
        .unwrap()
        .unwrap()
        .value
}

fn any_file_holds(directory: &Path, wanted: &[u8]) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => any_file_holds(&path, wanted),
            false => {
                let file = fs::read(path).unwrap();
                file.windows(wanted.len()).any(|window| window == wanted)
            }
        }
    })
}
