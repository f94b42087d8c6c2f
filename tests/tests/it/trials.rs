//! Versions on trial, and decisions made again: what a change of policy would do is known
//! before it does anything.

use relaygate_tests::house::{ACCOUNT, SUPPORT, USER, message, tickets, wait_for_ticket};
use relaygate_tests::wait;
use serde_json::Value;

use crate::fuzzing::buggy;
use crate::own_policies::{Scene, example, with_attachment};

const NAME: &str = "attachment-types";

impl Scene {
    /// Exe files are refused, and a version that refuses others is tried beside.
    fn with_trial() -> Self {
        let scene = Self::start();
        let strict = scene.settings("{\"refuse\": [\"exe\"]}");
        scene.install(&["--settings", &strict]);
        scene.shadow("{\"refuse\": [\"zip\"]}");
        scene
    }

    fn shadow(&self, settings: &str) -> Value {
        let settings = self.settings(settings);
        let file = example();
        let file = file.to_str().expect("a path of ours");
        let command = [
            "policy",
            "shadow",
            "-a",
            ACCOUNT,
            file,
            "--settings",
            &settings,
        ];
        self.cottage.relay.cli(&command)
    }

    fn policy(&self, verb: &str, more: &[&str]) -> Value {
        let command = ["policy", verb, "-a", ACCOUNT, NAME];
        self.cottage.relay.cli(&[&command, more].concat())
    }

    fn replay(&self, more: &[&str]) -> Value {
        let command = ["policy", "replay", "-a", ACCOUNT, "--since", "1h"];
        self.cottage.relay.cli(&[&command, more].concat())
    }

    fn sends(&self, file: &str, id: &str) -> u16 {
        let text = with_attachment(file, id);
        self.session().submit(USER, &[SUPPORT], &text).code
    }

    /// What the trial has come to, once that holds.
    fn trial(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        wait::until(what, wait::PATIENCE, || {
            let trial = self.policy("show", &[])["trial"].clone();
            holds(&trial).then_some(trial)
        })
    }
}

/// The live version decides, the other one is asked the same, and what it would have said
/// otherwise is listed with the message; then it decides itself.
#[test]
fn a_version_is_tried_beside_the_live_one_and_promoted() {
    let scene = Scene::with_trial();
    assert_eq!(scene.sends("a.exe", "t1"), 554, "the live version decides");
    assert_eq!(scene.sends("b.zip", "t2"), 250, "the live version decides");
    assert_eq!(scene.sends("c.txt", "t3"), 250);
    // The answers that go out to the author are asked about, too.
    let trial = scene.trial("all three to be compared", |trial| {
        trial["compared"].as_u64() >= Some(3) && trial["different"] == 2
    });
    assert_eq!(trial["decided"], 0, "{trial}");
    let different = &trial["differences"][0];
    assert_eq!(different["question"], "headers.inbound", "{trial}");
    let told = |side: &str| different[side].as_str().unwrap_or_default().to_owned();
    assert!(told("live").contains("attachment_type"), "{trial}");
    assert!(told("candidate").contains("accept"), "{trial}");
    let id = trial["differences"][1]["message_id"]
        .as_str()
        .expect("an id");
    wait_for_ticket(&scene.cottage.relay, ACCOUNT, "b.zip");
    let life = scene.cottage.relay.cli(&["trace", id]);
    assert!(
        life.to_string().contains("t2@enduser.example"),
        "its life is found by it: {life}"
    );

    let promoted = scene.policy("promote", &[]);
    assert_eq!(
        promoted["policy"]["versions"][1]["live"], true,
        "{promoted}"
    );
    assert_eq!(scene.sends("d.exe", "t4"), 250, "the new one decides");
    assert_eq!(scene.sends("e.zip", "t5"), 554, "the new one decides");
    assert_eq!(scene.policy("show", &[])["trial"], Value::Null);
    scene.policy("rollback", &[]);
    assert_eq!(scene.sends("f.exe", "t6"), 554, "one command takes it back");
}

/// With a share it decides for some messages and not for others, and withdrawn for none; a
/// restart in between changes nothing.
#[test]
fn a_version_decides_for_its_share_until_it_is_withdrawn() {
    let mut scene = Scene::with_trial();
    let shared = scene.policy("promote", &["--percent", "50"]);
    assert_eq!(shared["trial"]["percent"], 50, "{shared}");
    scene.cottage.relay.restart();
    let codes: Vec<u16> = (0..20)
        .map(|n| scene.sends("a.exe", &format!("s{n}")))
        .collect();
    let taken = codes.iter().filter(|code| **code == 250).count();
    let refused = codes.iter().filter(|code| **code == 554).count();
    assert_eq!(taken + refused, 20, "{codes:?}");
    assert!(taken >= 5 && refused >= 5, "both decide: {codes:?}");
    let trial = scene.trial("its decisions to be counted", |trial| {
        trial["decided"]
            .as_u64()
            .is_some_and(|decided| decided >= taken as u64)
    });
    assert_eq!(trial["failures"], 0, "{trial}");
    scene.policy("withdraw", &[]);
    for n in 0..4 {
        assert_eq!(scene.sends("a.exe", &format!("w{n}")), 554, "withdrawn");
    }
    let none = scene
        .cottage
        .relay
        .cli_fails(&["policy", "promote", "-a", ACCOUNT, NAME], "");
    assert_eq!(none.error["code"], "not_found", "{none:?}");
}

/// A version that traps where it decides is stopped by itself, and the mail it put off is
/// taken when it comes again.
#[test]
fn a_version_that_fails_is_stopped_by_itself() {
    let mut scene = Scene::start();
    for told in [
        "policy failed",
        "deferred",
        "a version on trial was stopped",
    ] {
        scene.cottage.relay.announce(told);
    }
    let file = buggy().join("subject_word.wasm");
    let file = file.to_str().expect("a path of ours");
    let relay = &scene.cottage.relay;
    let named = ["-a", ACCOUNT, "subject"];
    relay.cli(&["policy", "shadow", "-a", ACCOUNT, file, "--name", "subject"]);
    relay.cli(&[&["policy", "promote"], &named[..], &["--percent", "99"]].concat());
    let sends = |id: &str| {
        let text = message(
            USER,
            SUPPORT,
            "=?utf-8?=",
            &format!("{id}@enduser.example"),
            "",
        );
        scene.session().submit(USER, &[SUPPORT], &text).code
    };
    let put_off = wait::until("it to be put off", wait::PATIENCE, || {
        let code = sends("c0");
        assert!([250, 451].contains(&code), "{code}: never refused for good");
        (code == 451).then_some(code)
    });
    assert_eq!(put_off, 451);
    let stopped = wait::until("it to be stopped", wait::PATIENCE, || {
        sends("c1");
        let shown = relay.cli(&[&["policy", "show"], &named[..]].concat());
        shown["trial"]["stopped"].as_str().map(str::to_owned)
    });
    assert!(stopped.contains("calls failed"), "{stopped}");
    for id in ["c0", "c1", "c2"] {
        assert_eq!(sends(id), 250, "what was put off comes again");
    }
    let refused = relay.cli_fails(&[&["policy", "promote"], &named[..]].concat(), "");
    assert_eq!(refused.error["code"], "trial_stopped", "{refused:?}");
    relay.cli(&[&["policy", "withdraw"], &named[..]].concat());
}

/// What really arrived, decided again: with another version it says what would have been
/// different and how often; with the same one nothing is, down to the fuel.
#[test]
fn past_decisions_are_made_again() {
    let mut scene = Scene::start();
    let strict = scene.settings("{\"refuse\": [\"exe\"]}");
    scene.install(&["--settings", &strict]);
    for n in 0..3 {
        assert_eq!(scene.sends("a.exe", &format!("x{n}")), 554);
        assert_eq!(scene.sends("b.zip", &format!("z{n}")), 250);
    }
    wait::until("the tickets", wait::PATIENCE, || {
        (tickets(&scene.cottage.relay, ACCOUNT).len() == 3).then_some(())
    });
    // The last are written down at the latest when the program ends.
    scene.cottage.relay.restart();

    let same = scene.replay(&["--name", NAME]);
    // The answers that went out to the author were decided about, too.
    assert!(same["asked"].as_u64() >= Some(6), "{same}");
    assert_eq!(same["same"], same["asked"], "{same}");
    for nothing in [
        "different",
        "unsteady",
        "changed_since",
        "cut",
        "unreadable",
        "failures",
    ] {
        assert_eq!(same[nothing], 0, "{nothing}: {same}");
    }
    let decisions = same["decisions"].as_u64().unwrap_or_default();
    assert!(
        decisions >= 6 + 2 * 6 + 2 * 3,
        "sender, recipient, headers; tags, route: {same}"
    );

    let file = example();
    let file = file.to_str().expect("a path of ours");
    let other = scene.settings("{\"refuse\": [\"zip\"]}");
    let with = scene.replay(&[file, "--settings", &other]);
    assert_eq!(with["different"], 6, "{with}");
    assert_eq!(with["unsteady"], 0, "{with}");
    let changes = with["changes"].as_array().expect("a list");
    let count = |from: &str, to: &str| {
        let mut found = changes.iter();
        let found = found.find(|change| change["from"] == from && change["to"] == to);
        found.map_or(Value::Null, |change| change["count"].clone())
    };
    assert_eq!(count("reject attachment_type", "accept"), 3, "{with}");
    assert_eq!(count("accept", "reject attachment_type"), 3, "{with}");
    assert!(with["differences"][0]["message_id"].is_string(), "{with}");
    assert_eq!(
        scene.sends("c.zip", "after"),
        250,
        "nothing was changed by looking"
    );
}
