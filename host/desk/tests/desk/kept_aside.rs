//! Messages kept aside: for a fortnight, on the shelf of whom they belong to.

use desk::facts::{Cause, RouteAnswer, Tagging};
use desk::suspended::{Shelf, Suspended};
use desk::{Error, brands, tickets, upkeep};
use storage::Timestamp;

use crate::scene::{NOW, Scene, address, domain, later};
use crate::tickets::{FIRST, enter};

const DAY_MS: u64 = 24 * 3_600_000;

async fn suspended(scene: &Scene) -> Suspended {
    let incoming = scene
        .incoming(&scene.acme, None, "support@acme.desk.example", FIRST)
        .await;
    let answer = RouteAnswer::Suspend(Cause::Vacation);
    enter(scene, &scene.acme, &incoming, answer, &Tagging::default()).await;
    Shelf::of(&scene.acme).list().await.unwrap().remove(0)
}

async fn has_text(scene: &Scene, kept: &Suspended) -> bool {
    scene.acme.store().text(kept.via.text).await.is_ok()
}

#[tokio::test]
async fn after_a_fortnight_a_message_goes_with_its_source() {
    let scene = Scene::new().await;
    let kept = suspended(&scene).await;
    let prune = |now: Timestamp| upkeep::prune(&scene.acme, now, 30);
    prune(later(14 * DAY_MS)).await.unwrap();
    assert!(Shelf::of(&scene.acme).find(&kept.id).await.is_ok());
    prune(later(14 * DAY_MS + 1)).await.unwrap();
    assert!(Shelf::of(&scene.acme).list().await.unwrap().is_empty());
    assert!(!has_text(&scene, &kept).await);
}

#[tokio::test]
async fn deleting_takes_the_source_with_it_and_nobody_elses() {
    let scene = Scene::new().await;
    let kept = suspended(&scene).await;
    let theirs = Shelf::of(&scene.rival).delete(&kept.id).await;
    assert!(matches!(theirs, Err(Error::NotFound(_))), "R107");
    let operators = Shelf::of_operator(&scene.desk).delete(&kept.id).await;
    assert!(matches!(operators, Err(Error::NotFound(_))));
    assert!(has_text(&scene, &kept).await);
    Shelf::of(&scene.acme).delete(&kept.id).await.unwrap();
    assert!(!has_text(&scene, &kept).await);
}

#[tokio::test]
async fn a_message_arrives_again_as_it_came() {
    let scene = Scene::new().await;
    let incoming = scene
        .incoming(&scene.acme, None, "support@acme.desk.example", FIRST)
        .await;
    let kept = suspended(&scene).await;
    let again = kept.arrive(incoming.letter.clone(), None);
    assert_eq!(again.ingress, incoming.ingress);
    assert_eq!(again.recipient, incoming.recipient);
    assert_eq!(again.letter, incoming.letter);
    assert!(
        !again.relay_authenticated(),
        "letting it through vouches for nothing"
    );
}

/// R66: what a brand is called and where it is reached.
#[tokio::test]
async fn a_brand_has_a_name_and_an_address_of_its_own() {
    let scene = Scene::new().await;
    let add = async |name: &str, local: Option<&str>| {
        let new = brands::NewBrand {
            name: name.to_owned(),
            local: local.map(str::to_owned),
        };
        brands::add(&scene.acme, &domain("desk.example"), &new, NOW).await
    };
    let brand = add("Blue & Line!", None).await.unwrap();
    assert_eq!(
        (brand.id, brand.default_address),
        (2, address("blue-line@acme.desk.example"))
    );
    for (name, local, code) in [
        ("blue & line!", Some("other"), "brand_exists"),
        ("Support", None, "address_exists"),
        ("  ", None, "brand_malformed"),
        ("火", None, "address_malformed"),
        ("Post", Some("postmaster"), "address_malformed"),
        ("Plus", Some("a+b"), "address_malformed"),
    ] {
        let Err(Error::Invalid(problems)) = add(name, local).await else {
            panic!("{name} was taken")
        };
        assert_eq!(problems[0].code, code, "{name}");
    }
    let raw = FIRST.replace("help@acme.example", "blue-line@acme.desk.example");
    let incoming = scene
        .incoming(&scene.acme, None, "blue-line@acme.desk.example", &raw)
        .await;
    let gathered = desk::intake::gather(&scene.acme, &incoming).await.unwrap();
    assert_eq!(gathered.arrival.brand, 2);
    assert!(tickets::list(&scene.acme).await.unwrap().is_empty());
}
