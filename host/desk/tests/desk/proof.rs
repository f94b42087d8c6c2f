//! Whose a domain is (R49), and from where its server may come (R28).

use desk::connectors::proof::{self, ProofState};
use desk::connectors::{self, NewConnector, Options, disconnect};
use desk::facts::Holder;
use desk::{Account, Error};

use crate::scene::{NOW, Scene, domain};

const ACME: &str = "acme.example";

async fn settle(account: &Account, found: bool) -> Result<bool, Error> {
    let change = proof::settle(account, &domain(ACME), found, NOW).await?;
    change.commit(account).await
}

async fn state(account: &Account) -> ProofState {
    let found = connectors::find(account, &domain(ACME)).await.unwrap();
    found.unwrap().proof.state
}

#[tokio::test]
async fn a_proof_is_found_once_and_stays() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, ACME).await;
    assert_eq!(state(&scene.acme).await, ProofState::Unknown);
    assert!(!settle(&scene.acme, false).await.unwrap());
    assert_eq!(state(&scene.acme).await, ProofState::Failed { at: NOW });
    assert!(settle(&scene.acme, true).await.unwrap());
    assert!(!settle(&scene.acme, true).await.unwrap(), "it is told once");
    assert!(!settle(&scene.acme, false).await.unwrap());
    let proved = ProofState::Verified { at: NOW };
    assert_eq!(state(&scene.acme).await, proved, "the record may go");
}

#[tokio::test]
async fn every_connector_has_a_code_of_its_own() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, ACME).await;
    scene.connect(&scene.acme, "other.example").await;
    let codes = connectors::list(&scene.acme).await.unwrap();
    let codes: Vec<_> = codes.into_iter().map(|it| it.proof.code).collect();
    assert_ne!(codes[0], codes[1]);
    for code in codes {
        assert_eq!(code.len(), 16);
        assert!(code.chars().all(|c| c.is_ascii_hexdigit()), "{code}");
    }
    let name = proof::record_name("Relaygate", &domain(ACME));
    assert_eq!(name, "_relaygate-challenge.acme.example");
}

/// As the policy lets it where domains have to be proved: claims stand beside each other until
/// one is proved; that one is the holder, and the others are void.
#[tokio::test]
async fn whoever_proves_a_domain_has_it() {
    let scene = Scene::new().await;
    scene.connect(&scene.rival, ACME).await;
    scene.connect(&scene.acme, ACME).await;
    let holder = || async {
        let found = connectors::holder(&scene.desk, &domain(ACME)).await;
        found.unwrap().unwrap().id()
    };
    assert_eq!(holder().await, scene.rival.id(), "the first claim");
    let void = || async { proof::displaced(&scene.acme, &domain(ACME)).await };
    assert!(settle(&scene.acme, true).await.unwrap());
    assert_eq!(holder().await, scene.acme.id());
    assert_eq!(void().await.unwrap(), [scene.rival.id()]);
    let late = settle(&scene.rival, true).await;
    assert!(matches!(late, Err(Error::Invalid(problems)) if problems[0].code == "domain_taken"));

    let native = &scene.product.native;
    let (facts, basis) = connectors::facts(&scene.rival, native, &domain(ACME))
        .await
        .unwrap();
    assert_eq!(
        (facts.held_by, facts.proved_elsewhere),
        (Holder::ThisAccount, true)
    );
    let change = disconnect::begin(&scene.rival, &domain(ACME), NOW)
        .await
        .unwrap();
    change.commit(&scene.rival).await.unwrap();
    let change = disconnect::revoke(&scene.rival, &domain(ACME))
        .await
        .unwrap();
    change.commit(&scene.rival).await.unwrap();
    let change = disconnect::finish(&scene.rival, &domain(ACME), NOW)
        .await
        .unwrap();
    change.commit(&scene.rival).await.unwrap();
    assert!(void().await.unwrap().is_empty());
    let again = NewConnector {
        domain: domain(ACME),
        name: ACME.to_owned(),
        options: Options::default(),
    };
    let again = connectors::create(&scene.rival, &scene.hasher, again, &basis, NOW).await;
    assert!(
        matches!(again, Err(Error::Changed)),
        "whatever a policy says"
    );
}

#[tokio::test]
async fn a_server_comes_from_its_networks() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, ACME).await;
    let find = || async {
        connectors::find(&scene.acme, &domain(ACME))
            .await
            .unwrap()
            .unwrap()
    };
    assert!(
        find().await.admits("203.0.113.9".parse().unwrap()),
        "any, if none is named"
    );
    let networks = ["192.0.2.0/24", "2001:db8::/32"].map(|it| it.parse().unwrap());
    let acme = domain(ACME);
    let change = connectors::limit_sources(&scene.acme, &acme, networks.to_vec());
    change.await.unwrap().commit(&scene.acme).await.unwrap();
    for (peer, admitted) in [
        ("192.0.2.200", true),
        ("::ffff:192.0.2.200", true),
        ("2001:db8:7::1", true),
        ("192.0.3.1", false),
        ("::ffff:192.0.3.1", false),
        ("2001:db9::1", false),
    ] {
        assert_eq!(
            find().await.admits(peer.parse().unwrap()),
            admitted,
            "{peer}"
        );
    }
}
