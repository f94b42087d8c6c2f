//! Accounts, connectors and addresses: uniqueness, status, exact limits.

use std::sync::Arc;

use desk::Error;
use desk::accounts::{self, NewAccount, Settings, Subdomain};
use desk::addresses::{self, Tested};
use desk::connectors::{self, Status, disconnect};
use desk::facts::{Holder, RecipientKind};

use crate::scene::{NOW, Scene, address, domain, new_address};

fn code(error: &Error) -> &str {
    match error {
        Error::Invalid(problems) => problems[0].code,
        other => panic!("expected a problem, got {other}"),
    }
}

#[tokio::test]
async fn a_subdomain_is_given_once() {
    let scene = Scene::new().await;
    let again = NewAccount {
        subdomain: Subdomain::parse("ACME").unwrap(),
        name: "Another".into(),
        admins: vec![address("a@b.example")],
        sandbox_of: None,
    };
    let error = accounts::create(&scene.desk, &scene.product.native, again, NOW)
        .await
        .unwrap_err();
    assert_eq!(code(&error), "subdomain_taken");
}

#[test]
fn account_codes_are_seven_hex_digits_and_differ() {
    let codes: std::collections::BTreeSet<_> = (1..2_000)
        .map(|number| accounts::account_code(storage::AccountId::new(number).unwrap()))
        .collect();
    assert_eq!(codes.len(), 1_999);
    assert!(
        codes
            .iter()
            .all(|c| c.len() == 7 && c.bytes().all(|b| b.is_ascii_hexdigit()))
    );
}

#[tokio::test]
async fn a_native_domain_leads_to_its_account() {
    let scene = Scene::new().await;
    let native = &scene.product.native;
    for (name, expected) in [
        ("acme.desk.example", Some(scene.acme.id())),
        ("nobody.desk.example", None),
        ("desk.example", None),
        ("acme.desk.example.org", None),
        ("x.acme.desk.example", None),
    ] {
        let found = accounts::by_native_domain(&scene.desk, native, &domain(name), NOW)
            .await
            .unwrap();
        assert_eq!(found.map(|account| account.id()), expected, "{name}");
    }
}

#[tokio::test]
async fn a_connector_goes_from_setup_to_active_and_degrades() {
    let scene = Scene::new().await;
    let (acme, name) = (&scene.acme, domain("acme.example"));
    let status = async || connectors::summary(acme, &name, NOW).await.unwrap().status;
    scene.connect(acme, "acme.example").await;
    assert_eq!(status().await, Status::SetupIncomplete);
    let help = scene.add(acme, "help@acme.example").await;
    assert_eq!(status().await, Status::ConnectedUnverified);
    crate::verification::verify_both(&scene, &help.address).await;
    assert_eq!(status().await, Status::Active);
    scene.add(acme, "sales@acme.example").await;
    assert_eq!(status().await, Status::Active, "never tested is not broken");
    let sales = address("sales@acme.example");
    let side = Tested::Outbound;
    let report =
        addresses::change::report_failure(acme, &sales, side, "credentials_rejected", None, NOW);
    report.await.unwrap();
    assert_eq!(status().await, Status::Degraded);
    let set = connectors::summary(acme, &name, NOW)
        .await
        .unwrap()
        .credentials
        .remove(0);
    scene.discard(acme, &name, &set.id).await.unwrap();
    assert_eq!(status().await, Status::NoCredentials);
    let begun = disconnect::begin(acme, &name, NOW).await.unwrap();
    begun.commit(acme).await.unwrap();
    assert_eq!(status().await, Status::Disconnecting);
}

#[tokio::test]
async fn a_new_address_has_failed_both_ways_and_is_not_usable() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    let added = scene.add(&scene.acme, "help@acme.example").await;
    for check in [&added.inbound_check, &added.outbound_check] {
        assert_eq!(check.view(NOW).reason.as_deref(), Some("not_yet_verified"));
    }
    assert!(!added.usable());
}

#[tokio::test]
async fn an_address_is_unique_in_the_installation() {
    let scene = Scene::new().await;
    let native = &scene.product.native;
    let help = address("help@shared.example");
    let (_, basis) = addresses::facts(&scene.acme, native, &help, None)
        .await
        .unwrap();
    addresses::add_forwarded(&scene.acme, help.clone(), None, 1, &basis, NOW)
        .await
        .unwrap();
    let again = address("HELP@shared.example");
    let (facts, basis) = addresses::facts(&scene.rival, native, &again, None)
        .await
        .unwrap();
    assert_eq!(facts.held_by, Holder::OtherAccount);
    let added = addresses::add_forwarded(&scene.rival, again.clone(), None, 1, &basis, NOW).await;
    assert!(
        matches!(added, Err(Error::Changed)),
        "even if a policy had let it pass"
    );
    addresses::remove(&scene.acme, &help).await.unwrap();
    let (facts, basis) = addresses::facts(&scene.rival, native, &again, None)
        .await
        .unwrap();
    assert_eq!(facts.held_by, Holder::Nobody);
    addresses::add_forwarded(&scene.rival, again, None, 1, &basis, NOW)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_domain_with_addresses_in_it_says_so() {
    let scene = Scene::new().await;
    let native = &scene.product.native;
    let help = address("help@acme.example");
    let (_, basis) = addresses::facts(&scene.acme, native, &help, None)
        .await
        .unwrap();
    addresses::add_forwarded(&scene.acme, help.clone(), None, 1, &basis, NOW)
        .await
        .unwrap();
    let (facts, _) = connectors::facts(&scene.acme, native, &domain("acme.example"))
        .await
        .unwrap();
    assert_eq!(facts.addresses_in_domain, [help]);
}

#[tokio::test]
async fn an_address_without_a_connector_is_refused() {
    let scene = Scene::new().await;
    let wanted = address("help@acme.example");
    let (facts, basis) = addresses::facts(&scene.acme, &scene.product.native, &wanted, None)
        .await
        .unwrap();
    assert_eq!(facts.connector, None);
    let new = new_address("help@acme.example");
    let added = addresses::add(&scene.acme, &scene.key, new, &basis, NOW).await;
    assert!(matches!(added, Err(Error::NotFound("connector"))));
}

#[tokio::test]
async fn the_default_address_stays() {
    let scene = Scene::new().await;
    let default = address("support@acme.desk.example");
    let error = addresses::remove(&scene.acme, &default).await.unwrap_err();
    assert_eq!(code(&error), "address_is_default");
}

#[tokio::test]
async fn copies_cannot_be_turned_off_under_a_connector() {
    let scene = Scene::new().await;
    let off = Settings {
        copies_enabled: false,
        ..Settings::default()
    };
    accounts::change_settings(&scene.rival, off.clone())
        .await
        .unwrap();
    scene.connect(&scene.acme, "acme.example").await;
    let error = accounts::change_settings(&scene.acme, off)
        .await
        .unwrap_err();
    assert_eq!(code(&error), "ccs_followers_needed");
}

#[tokio::test]
async fn a_disconnected_domain_leaves_nothing_and_may_come_back() {
    let scene = Scene::new().await;
    let name = domain("acme.example");
    scene.connect(&scene.acme, "acme.example").await;
    scene.add(&scene.acme, "help@acme.example").await;
    scene.disconnect(&scene.acme, &name).await;
    assert!(
        connectors::find(&scene.acme, &name)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        addresses::find(&scene.acme, &address("help@acme.example"))
            .await
            .unwrap()
            .is_none()
    );
    scene.connect(&scene.rival, "acme.example").await;
}

#[tokio::test]
async fn recipients_are_sorted_by_what_the_session_proved() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    scene.connect(&scene.acme, "other.example").await;
    scene.connect(&scene.rival, "rival.example").await;
    scene.add(&scene.acme, "help@acme.example").await;
    let proved = domain("acme.example");
    for (connector, recipient, expected) in [
        (Some(&proved), "help@acme.example", RecipientKind::Support),
        (Some(&proved), "HELP@acme.example", RecipientKind::Support),
        (
            Some(&proved),
            "x@acme.example",
            RecipientKind::UnknownInDomain,
        ),
        (Some(&proved), "x@other.example", RecipientKind::Foreign),
        (Some(&proved), "x@rival.example", RecipientKind::Foreign),
        (
            Some(&proved),
            "x@rival.desk.example",
            RecipientKind::Foreign,
        ),
        (Some(&proved), "x@acme.desk.example", RecipientKind::Native),
        (None, "help@acme.example", RecipientKind::Forwarded),
        (None, "x@acme.example", RecipientKind::UnknownInDomain),
        (None, "x@acme.desk.example", RecipientKind::Native),
        (None, "x@nowhere.example", RecipientKind::Foreign),
    ] {
        let facts = addresses::recipient_facts(&scene.acme, connector, &address(recipient)).await;
        assert_eq!(facts.unwrap().kind, expected, "{connector:?} {recipient}");
    }
}

/// R22, as the program does it: facts, decision, add; again if anything changed.
async fn add_within_fifty(scene: &Scene, text: &str) -> bool {
    loop {
        let native = &scene.product.native;
        let (facts, basis) = addresses::facts(&scene.acme, native, &address(text), None)
            .await
            .unwrap();
        if facts.addresses_in_domain >= 50 {
            return false;
        }
        match addresses::add(&scene.acme, &scene.key, new_address(text), &basis, NOW).await {
            Ok(_) => return true,
            Err(Error::Changed) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_adds_at_forty_nine_exactly_one_wins() {
    let scene = Arc::new(Scene::new().await);
    scene.connect(&scene.acme, "acme.example").await;
    for number in 0..49 {
        assert!(add_within_fifty(&scene, &format!("a{number}@acme.example")).await);
    }
    let adds: Vec<_> = (0..50)
        .map(|number| {
            let scene = Arc::clone(&scene);
            tokio::spawn(async move {
                add_within_fifty(&scene, &format!("b{number}@acme.example")).await
            })
        })
        .collect();
    let mut won = 0;
    for add in adds {
        won += usize::from(add.await.unwrap());
    }
    assert_eq!(won, 1);
    let summary = connectors::summary(&scene.acme, &domain("acme.example"), NOW)
        .await
        .unwrap();
    assert_eq!(summary.addresses, 50);
}
