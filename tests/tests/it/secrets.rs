//! Secrets do not come out: not in the store, not in a log, not in an answer.

use std::fs;
use std::path::Path;

use relaygate_tests::house::{ACCOUNT, Cottage, DOMAIN, OUTBOUND_PASSWORD, wait_for_ticket};
use relaygate_tests::troublesome::Scene;
use relaygate_tests::wait::{self, PATIENCE};

/// Everything on disk is searched for both passwords: R3, R52, R58, SEC-01.
#[test]
fn no_password_is_on_disk() {
    let mut cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    cottage.hand_in(&credential, "secret", "s1@enduser.example");
    wait_for_ticket(&cottage.relay, ACCOUNT, "secret");
    cottage.relay.stop();
    let secret = credential
        .password
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_owned();
    assert!(
        secret.len() > 20,
        "the secret part of {}",
        credential.password.len()
    );
    for canary in [secret.as_str(), OUTBOUND_PASSWORD] {
        let found = files_with(cottage.relay.directory(), canary.as_bytes());
        assert!(found.is_empty(), "a password lies in {found:?}");
    }
}

/// The key that seals outbound secrets lies beside the data, not in it, and is private: R58, SEC-02.
#[test]
fn the_key_file_is_private_and_apart() {
    use std::os::unix::fs::PermissionsExt;
    let cottage = Cottage::start("");
    cottage.connect(ACCOUNT, DOMAIN);
    let key = cottage.relay.directory().join("relaygate.key");
    let mode = fs::metadata(&key)
        .expect("the first start makes the key")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let octets = fs::read(&key).expect("we are its owner");
    assert!(files_with(&cottage.relay.data(), octets.trim_ascii()).is_empty());
}

/// No core dump shows what was in memory: SEC-01.
#[test]
fn core_dumps_are_off() {
    let cottage = Cottage::start("");
    let limits = format!("/proc/{}/limits", cottage.relay.id());
    let limits = fs::read_to_string(limits).expect("it runs");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let core: Vec<_> = core.expect("it is listed").split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{core:?}");
}

/// A new sealing key takes the old one's place while mail flows, and an interrupted rotation is
/// gone on with: SEC-02.
#[test]
fn a_new_sealing_key_takes_over() {
    let mut scene = Scene::start("");
    scene.connect();
    scene.add_address(&[]);
    let key = scene.cottage.relay.directory().join("relaygate.key");
    let old = fs::read(&key).expect("we are its owner");
    let rotated = scene.cottage.relay.cli(&["secrets", "rotate"]);
    // Two DKIM keys and the address's password.
    assert_eq!(rotated["resealed"], 3, "{rotated}");
    assert_eq!(rotated["keys"], 2, "{rotated}");
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(&key)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    scene.cottage.relay.kill_and_restart();
    verify(&scene);

    // A key was put before the others and the program died: nothing is sealed by it yet.
    let both = fs::read_to_string(&key).expect("we are its owner");
    let newer = ["BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n", &both].concat();
    scene.cottage.relay.kill();
    fs::write(&key, newer).expect("we are its owner");
    scene.cottage.relay.restart();
    assert_eq!(
        scene.cottage.relay.cli(&["secrets", "rewrap"])["resealed"],
        3
    );
    assert_eq!(
        scene.cottage.relay.cli(&["secrets", "rewrap"])["resealed"],
        0
    );
    let left = scene.cottage.relay.cli(&["secrets", "forget"]);
    assert_eq!(left["keys"], 1, "{left}");
    scene.cottage.relay.kill_and_restart();
    verify(&scene);

    // The old key opens nothing any more.
    scene.cottage.relay.stop();
    fs::write(&key, old).expect("we are its owner");
    let refused = scene.cottage.relay.cli_fails(&["serve"], "");
    assert_eq!(refused.code, 78, "{refused:?}");
}

/// The password opens: the customer's server takes a mail of ours.
fn verify(scene: &Scene) {
    let logins = || {
        scene
            .customer
            .letters()
            .iter()
            .filter(|it| it.login.is_some())
            .count()
    };
    let before = logins();
    scene.ask_to_verify("outbound");
    wait::until("a mail by our login", PATIENCE, || {
        (logins() > before).then_some(())
    });
}

/// No answer of the command line shows an outbound password: R55, R58.
#[test]
fn no_answer_shows_a_stored_password() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let secret = credential.password.rsplit('.').next().unwrap_or_default();
    for arguments in [
        ["address", "list", "-a", ACCOUNT].as_slice(),
        &["domain", "list", "-a", ACCOUNT],
        &["account", "show", ACCOUNT],
        &["queue", "list"],
    ] {
        let said = cottage.relay.run(arguments, "");
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        );
        assert!(
            !said.contains(OUTBOUND_PASSWORD) && !said.contains(secret),
            "{arguments:?}: {said}"
        );
    }
}

/// Files below `directory` that contain these octets.
fn files_with(directory: &Path, octets: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)
        .expect("a directory of ours")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, octets));
        } else if fs::read(&path)
            .is_ok_and(|text| text.windows(octets.len()).any(|part| part == octets))
        {
            found.push(path.display().to_string());
        }
    }
    found
}
