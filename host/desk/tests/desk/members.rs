//! People who sign in: invitations, passwords, one-time codes, sessions.

use desk::Error;
use desk::credentials::{LoginError, Verifier};
use desk::members::passkeys::{self, PASSKEYS_MAX, Passkey, STATE_OCTETS};
use desk::members::sessions::{self, Stage};
use desk::members::{self, Member, Role, browsers, invitations, proofs};
use secrecy::{ExposeSecret, SecretString};
use storage::{Scope, Timestamp};

use crate::scene::{NOW, Scene, address, domain, later};

const HOUR: u64 = 3_600_000;

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

async fn invite(scene: &Scene, scope: Scope, role: Role) -> invitations::Issued {
    let who = address("anna@staff.example");
    let issued = invitations::issue(&scene.desk, scope, &who, role, NOW);
    issued.await.unwrap()
}

async fn take_up(scene: &Scene, token: &SecretString, at: Timestamp) -> Result<Member, Error> {
    let password = secret("four words nobody expects");
    invitations::take_up(&scene.desk, &scene.hasher, token, &password, at).await
}

async fn member(scene: &Scene) -> Member {
    let issued = invite(scene, scene.acme.scope(), Role::Admin).await;
    take_up(scene, &issued.token, NOW).await.unwrap()
}

async fn sign_in(
    scene: &Scene,
    scope: Option<Scope>,
    password: &str,
) -> Result<Member, LoginError> {
    let native = domain("desk.example");
    let verifier = Verifier::new(scene.desk.clone(), native, scene.hasher.clone());
    let verifier = verifier.await.unwrap();
    let who = address("anna@staff.example");
    proofs::by_password(&scene.desk, &verifier, scope, Some(&who), &secret(password)).await
}

#[tokio::test]
async fn an_invitation_works_once_and_for_three_days() {
    let scene = Scene::new().await;
    let first = invite(&scene, scene.acme.scope(), Role::Agent).await;
    let second = invite(&scene, scene.acme.scope(), Role::Agent).await;
    let gone = take_up(&scene, &first.token, NOW).await;
    assert!(
        matches!(gone, Err(Error::NotFound(_))),
        "a newer one ends it"
    );
    let late = take_up(&scene, &second.token, later(72 * HOUR)).await;
    assert!(matches!(late, Err(Error::NotFound(_))), "it has expired");
    let member = take_up(&scene, &second.token, later(72 * HOUR - 1))
        .await
        .unwrap();
    assert!(member.is_active());
    let again = take_up(&scene, &second.token, NOW).await;
    assert!(matches!(again, Err(Error::NotFound(_))), "it was taken up");
    for token in ["", "x"] {
        let found = invitations::find(&scene.desk, &secret(token), NOW)
            .await
            .unwrap();
        assert!(found.is_none(), "{token:?} is nobody's");
    }
}

#[tokio::test]
async fn a_password_opens_one_scope_only() {
    let scene = Scene::new().await;
    member(&scene).await;
    let acme = Some(scene.acme.scope());
    assert!(
        sign_in(&scene, acme, "four words nobody expects")
            .await
            .is_ok()
    );
    for (scope, password) in [
        (acme, "four words nobody expectS"),
        (acme, ""),
        (Some(scene.rival.scope()), "four words nobody expects"),
        (Some(Scope::Installation), "four words nobody expects"),
        (None, "four words nobody expects"),
    ] {
        let refused = sign_in(&scene, scope, password).await;
        assert!(
            matches!(refused, Err(LoginError::Refused)),
            "{scope:?} {password}"
        );
    }
}

#[tokio::test]
async fn roles_and_scopes_belong_together() {
    let scene = Scene::new().await;
    let who = address("anna@staff.example");
    for (scope, role) in [
        (scene.acme.scope(), Role::Operator),
        (Scope::Installation, Role::Admin),
        (Scope::Installation, Role::Agent),
    ] {
        let refused = invitations::issue(&scene.desk, scope, &who, role, NOW).await;
        assert!(
            matches!(refused, Err(Error::Invalid(_))),
            "{scope:?} {role:?}"
        );
    }
}

#[tokio::test]
async fn a_weak_password_is_not_taken() {
    let scene = Scene::new().await;
    let issued = invite(&scene, scene.acme.scope(), Role::Admin).await;
    for (password, code) in [
        ("elevenchars", "password_length"),
        ("anna@staff.example", "password_plain"),
        (&"x".repeat(1_025), "password_length"),
    ] {
        let (desk, hasher) = (&scene.desk, &scene.hasher);
        let password = secret(password);
        let taken = invitations::take_up(desk, hasher, &issued.token, &password, NOW);
        let Err(Error::Invalid(problems)) = taken.await else {
            panic!("it was taken, {code} was expected");
        };
        assert_eq!(problems[0].code, code);
    }
    assert!(
        take_up(&scene, &issued.token, NOW).await.is_ok(),
        "it still works"
    );
}

#[tokio::test]
async fn a_session_ends_by_age_by_idleness_and_by_its_member() {
    let scene = Scene::new().await;
    let member = member(&scene).await;
    let begin = || sessions::begin(&scene.desk, &member, Stage::Whole, None, NOW);
    let cookie = begin().await.unwrap();
    let find = async |at| sessions::find(&scene.desk, &cookie, at).await.unwrap();
    assert!(
        find(later(8 * HOUR)).await.is_none(),
        "idle for eight hours"
    );
    for hour in [7, 14, 20, 23] {
        assert!(
            find(later(hour * HOUR)).await.is_some(),
            "used all the while: {hour}"
        );
    }
    assert!(find(later(24 * HOUR)).await.is_none(), "a day old");

    let cookie = begin().await.unwrap();
    let again = sessions::begin(&scene.desk, &member, Stage::Whole, Some(&cookie), NOW);
    let again = again.await.unwrap();
    assert!(
        sessions::find(&scene.desk, &cookie, NOW)
            .await
            .unwrap()
            .is_none(),
        "replaced"
    );
    assert!(
        sessions::find(&scene.desk, &again, NOW)
            .await
            .unwrap()
            .is_some()
    );

    let password = secret("another four words here");
    let (desk, hasher) = (&scene.desk, &scene.hasher);
    let changed = proofs::change_password(desk, hasher, &member, &password)
        .await
        .unwrap();
    assert!(
        sessions::find(&scene.desk, &again, NOW)
            .await
            .unwrap()
            .is_none(),
        "stale"
    );
    let fresh = sessions::begin(&scene.desk, &changed, Stage::Whole, None, NOW)
        .await
        .unwrap();
    members::remove(&scene.desk, member.scope, &member.address)
        .await
        .unwrap();
    assert!(
        sessions::find(&scene.desk, &fresh, NOW)
            .await
            .unwrap()
            .is_none(),
        "removed"
    );
}

#[tokio::test]
async fn half_the_way_lasts_ten_minutes() {
    let scene = Scene::new().await;
    let member = member(&scene).await;
    let cookie = sessions::begin(&scene.desk, &member, Stage::Password, None, NOW)
        .await
        .unwrap();
    let at = |minutes: u64| sessions::find(&scene.desk, &cookie, later(minutes * 60_000));
    let (session, _) = at(9).await.unwrap().unwrap();
    assert_eq!(session.stage, Stage::Password);
    assert!(session.is_recent(later(9 * 60_000)));
    assert!(!session.is_recent(later(10 * 60_000)));
    assert!(at(10).await.unwrap().is_none());
}

#[tokio::test]
async fn a_seed_is_sealed_and_counts_once_it_was_tried() {
    let scene = Scene::new().await;
    let member = member(&scene).await;
    proofs::begin_codes(&scene.desk, &scene.key, &member)
        .await
        .unwrap();
    let find = async || {
        let found = members::find(&scene.desk, member.scope, &member.address).await;
        found.unwrap().unwrap()
    };
    let pending = find().await;
    let seed = proofs::pending_seed(&scene.key, &pending).unwrap().unwrap();
    assert_eq!(seed.expose_secret().len(), 32, "20 octets in base32");
    let wrong = proofs::finish_codes(&scene.desk, &scene.key, &pending, "000000", NOW).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))));
    assert!(!find().await.has_codes());
    let other = desk::secrets::SealingKey::generate();
    assert!(matches!(
        proofs::pending_seed(&other, &pending),
        Err(Error::Sealed(_))
    ));
}

fn passkey(id: u8) -> Passkey {
    Passkey {
        id: vec![id],
        name: format!("Key {id}"),
        key: vec![0; 32],
        state: [0; STATE_OCTETS],
        transports: 0,
        created_at: NOW,
        used_at: None,
    }
}

async fn as_kept(scene: &Scene, member: &Member) -> Member {
    let found = members::find(&scene.desk, member.scope, &member.address);
    found.await.unwrap().unwrap()
}

#[tokio::test]
async fn passkeys_are_asked_for_until_they_are_gone() {
    let scene = Scene::new().await;
    let mut who = member(&scene).await;
    assert!(!who.has_second_factor());
    for id in 0..PASSKEYS_MAX as u8 {
        passkeys::add(&scene.desk, &who, passkey(id)).await.unwrap();
        who = as_kept(&scene, &who).await;
    }
    let again = passkeys::add(&scene.desk, &who, passkey(0)).await;
    assert!(
        matches!(again, Err(Error::Invalid(_))),
        "it is there already"
    );
    let more = passkeys::add(&scene.desk, &who, passkey(99)).await;
    assert!(matches!(more, Err(Error::Invalid(_))), "one too many");
    let nameless = Passkey {
        name: "\t".to_owned(),
        ..passkey(98)
    };
    let nameless = passkeys::add(&scene.desk, &who, nameless).await;
    assert!(matches!(nameless, Err(Error::Invalid(_))));
    for id in 0..PASSKEYS_MAX as u8 {
        assert!(who.has_second_factor() && !who.has_codes());
        passkeys::remove(&scene.desk, &who, &[id]).await.unwrap();
        who = as_kept(&scene, &who).await;
    }
    assert!(!who.has_second_factor());
    let gone = passkeys::remove(&scene.desk, &who, &[0]).await;
    assert!(matches!(gone, Err(Error::NotFound(_))));
}

/// A copied device gives itself away by its counter: of two proofs from one state one counts.
#[tokio::test]
async fn a_state_of_a_passkey_proves_once() {
    let scene = Scene::new().await;
    let who = member(&scene).await;
    passkeys::add(&scene.desk, &who, passkey(1)).await.unwrap();
    let (before, next) = (passkey(1), [1; STATE_OCTETS]);
    let first = passkeys::used(&scene.desk, &who, &before, next, later(5)).await;
    first.unwrap();
    let second = passkeys::used(&scene.desk, &who, &before, next, later(6)).await;
    assert!(matches!(second, Err(Error::Changed)));
    let kept = as_kept(&scene, &who).await.passkeys.remove(0);
    assert_eq!((kept.state, kept.used_at), (next, Some(later(5))));
}

/// Who lost their device is invited again, and with that everything that was in it is gone.
#[tokio::test]
async fn an_invitation_takes_passkeys_and_browsers_away() {
    let scene = Scene::new().await;
    let who = member(&scene).await;
    passkeys::add(&scene.desk, &who, passkey(1)).await.unwrap();
    let mark = browsers::remember(&scene.desk, &who, NOW).await.unwrap();
    let mark = mark.expose_secret();
    assert!(as_kept(&scene, &who).await.knows(mark, NOW));
    let again = member(&scene).await;
    assert!(!again.has_second_factor() && !again.knows(mark, NOW));
}

#[tokio::test]
async fn a_browser_is_known_to_its_own_and_for_a_while() {
    let scene = Scene::new().await;
    let who = member(&scene).await;
    let mark = browsers::remember(&scene.desk, &who, NOW).await.unwrap();
    let mark = mark.expose_secret();
    let kept = as_kept(&scene, &who).await;
    assert!(kept.knows(mark, later(browsers::KNOWN_MS - 1)));
    assert!(!kept.knows(mark, later(browsers::KNOWN_MS)));
    assert!(!kept.knows("", NOW) && !kept.knows("x", NOW));
    for number in 0..10 {
        let at = later(number);
        browsers::remember(&scene.desk, &who, at).await.unwrap();
    }
    let kept = as_kept(&scene, &who).await;
    assert!(!kept.knows(mark, NOW), "the oldest went for the eleventh");
}
