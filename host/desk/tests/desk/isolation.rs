//! Two accounts, the same names and numbers: nothing of one is reached from the
//! other (R107).

use desk::facts::{Role, RouteAnswer, Tagging};
use desk::{Account, addresses, connectors, credentials, intake, outbound, people, tickets};
use proptest::prelude::*;

use crate::scene::{NOW, Scene, address, domain};
use crate::tickets::{enter, first_ticket};

#[tokio::test]
async fn a_trace_of_another_account_leads_nowhere() {
    let scene = Scene::new().await;
    let ticket = first_ticket(&scene).await;
    let (token, root) = (ticket.encoded_id(), ticket.thread[0].to_string());
    for (recipient, extra, body) in [
        (
            "support@rival.desk.example".to_owned(),
            format!("References: {root}\n"),
            String::new(),
        ),
        (
            "support@rival.desk.example".to_owned(),
            "References: <first@client.example>\n".into(),
            String::new(),
        ),
        (
            "support@rival.desk.example".to_owned(),
            String::new(),
            format!("[{token}]"),
        ),
        (
            format!("support+id{token}@rival.desk.example"),
            String::new(),
            String::new(),
        ),
    ] {
        let raw =
            format!("From: erin@client.example\nMessage-ID: <r@x.example>\n{extra}\n{body}\n");
        let incoming = scene.incoming(&scene.rival, None, &recipient, &raw).await;
        let gathered = intake::gather(&scene.rival, &incoming).await.unwrap();
        assert_eq!(gathered.arrival.thread, None, "{recipient} {extra} {body}");
        assert_eq!(
            gathered.arrival.author_role,
            Role::Stranger,
            "known there, not here"
        );
    }
}

#[tokio::test]
async fn a_text_of_another_account_does_not_exist() {
    let scene = Scene::new().await;
    let text = scene.text(&scene.acme, b"canary").await;
    assert!(scene.rival.store().text(text).await.is_err());
}

/// Something one account may hold and another may ask for.
#[derive(Debug, Clone)]
enum Thing {
    Ticket,
    Address(String),
    Person(String),
}

fn things() -> impl Strategy<Value = Vec<(bool, Thing)>> {
    let local = prop::sample::select(vec!["help", "sales", "ann", "erin"]);
    let thing = prop_oneof![
        Just(Thing::Ticket),
        local
            .clone()
            .prop_map(|local| Thing::Address(format!("{local}@shared.example"))),
        local.prop_map(|local| Thing::Person(format!("{local}@people.example"))),
    ];
    prop::collection::vec((any::<bool>(), thing), 1..8)
}

async fn put(scene: &Scene, account: &Account, thing: &Thing) -> bool {
    match thing {
        Thing::Ticket => {
            let raw = format!(
                "From: erin@client.example\nMessage-ID: <{}@x.example>\n\nhello\n",
                desk::sortable_id(NOW)
            );
            let incoming = scene
                .incoming(account, None, "support@any.example", &raw)
                .await;
            enter(
                scene,
                account,
                &incoming,
                RouteAnswer::Ticket { brand: 1 },
                &Tagging::default(),
            )
            .await;
            true
        }
        Thing::Address(text) => {
            let native = &scene.product.native;
            let (_, basis) = addresses::facts(account, native, &address(text), None)
                .await
                .unwrap();
            addresses::add_forwarded(account, address(text), None, 1, &basis, NOW)
                .await
                .is_ok()
        }
        Thing::Person(text) => people::register_agent(account, &address(text), "", NOW)
            .await
            .is_ok(),
    }
}

/// How much of everything an account sees.
async fn seen(account: &Account) -> (usize, usize, usize) {
    (
        tickets::list(account).await.unwrap().len(),
        addresses::list(account).await.unwrap().len(),
        people::agents(account).await.unwrap().len(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever one account does, what the other sees stays as it was.
    #[test]
    fn what_one_account_does_the_other_does_not_see(acts in things()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let scene = Scene::new().await;
            for (acmes, thing) in &acts {
                let (actor, other) = match acmes {
                    true => (&scene.acme, &scene.rival),
                    false => (&scene.rival, &scene.acme),
                };
                let before = seen(other).await;
                put(&scene, actor, thing).await;
                prop_assert_eq!(before, seen(other).await);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn ids_of_another_account_are_not_found() {
    let scene = Scene::new().await;
    let ticket = first_ticket(&scene).await;
    let (rival, name) = (&scene.rival, domain("acme.example"));
    let set = credentials::list(&scene.acme, &name)
        .await
        .unwrap()
        .remove(0);
    assert!(tickets::find(rival, ticket.id).await.is_err());
    assert!(
        tickets::comments(rival, ticket.id)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        outbound::of_ticket(rival, ticket.id)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(connectors::find(rival, &name).await.unwrap().is_none());
    assert!(
        addresses::find(rival, &address("help@acme.example"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(credentials::list(rival, &name).await.unwrap().is_empty());
    assert!(
        !credentials::is_live(rival, &name, &set.id, NOW)
            .await
            .unwrap()
    );
    assert!(scene.discard(rival, &name, &set.id).await.is_err());
    assert!(
        credentials::rotate(rival, &scene.hasher, &name, None, NOW)
            .await
            .is_err()
    );
}
