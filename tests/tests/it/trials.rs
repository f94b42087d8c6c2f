//! Versions on trial, and decisions made again: what a change of policy would do is known
//! before it does anything.

use std::fs;
use std::thread;
use std::time::Duration;

use relaygate_tests::house::{ACCOUNT, SUPPORT, USER, message, wait_for_ticket};
use relaygate_tests::wait;
use serde_json::Value;

use crate::fuzzing::buggy;
use crate::own_policies::{Scene, example, waiting, with_attachment};

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

    /// Ordinary mail of many people, all of it taken, and all of it settled.
    fn receives(&self, messages: usize) {
        thread::scope(|scope| {
            for worker in 0..WORKERS {
                scope.spawn(move || {
                    let mine: Vec<usize> = (worker..messages).step_by(WORKERS).collect();
                    mine.chunks(100).for_each(|some| self.hands_in(some));
                });
            }
        });
        wait::until("all of it to be settled", SETTLED_WITHIN, || {
            waiting(&self.cottage).is_empty().then_some(())
        });
    }

    fn hands_in(&self, numbers: &[usize]) {
        let mut session = self.session();
        for n in numbers {
            let author = format!("user{}@enduser.example", n % 500);
            let (subject, id) = (format!("Number {n}"), format!("n{n}@enduser.example"));
            let file = "Content-Disposition: attachment; filename=\"c.txt\"\r\n";
            let text = message(&author, SUPPORT, &subject, &id, file);
            let reply = session.submit(&author, &[SUPPORT], &text);
            assert_eq!(reply.code, 250, "{reply:?}");
        }
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
    scene.cottage.relay.stop();
    scene.cottage.relay.restart();
    let codes: Vec<u16> = (0..20)
        .map(|n| scene.sends("a.exe", &format!("s{n}")))
        .collect();
    let taken = codes.iter().filter(|code| **code == 250).count();
    let refused = codes.iter().filter(|code| **code == 554).count();
    assert_eq!(taken + refused, 20, "{codes:?}");
    // Which is told by the session's id: one of 20,000 runs is as lopsided.
    assert!(taken >= 2 && refused >= 2, "both decide: {codes:?}");
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
/// different and how often; with the same one nothing is, down to the fuel. Another start of
/// the program finds the same.
#[test]
fn past_decisions_are_made_again() {
    // However busy the machine is, no policy fails for that: it would not fail again.
    let mut scene = Scene::with("[policy]\naccount_percent = 1000\ndeadline_ms = 10000\n");
    let strict = scene.settings("{\"refuse\": [\"exe\"]}");
    scene.install(&["--settings", &strict]);
    for n in 0..3 {
        assert_eq!(scene.sends("a.exe", &format!("x{n}")), 554);
        assert_eq!(scene.sends("b.zip", &format!("z{n}")), 250);
    }
    scene.receives(crate::times(300, 20_000));
    // The last are written down at the latest when the program ends.
    scene.cottage.relay.stop();
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
        decisions >= crate::times(300 * 5, 100_000) as u64,
        "sender, recipient, headers; tags, route: {same}"
    );
    eprintln!("as things stand: {}", rate(&same));

    let file = example();
    let file = file.to_str().expect("a path of ours");
    let other = scene.settings("{\"refuse\": [\"zip\"]}");
    // What waits for a server that is not there is asked about now and then, meanwhile.
    let so_many = decisions.to_string();
    let those = ["--settings", &other, "--decisions", &so_many];
    let with = scene.replay(&[&[file], &those[..]].concat());
    eprintln!("with a candidate: {}", rate(&with));
    assert_eq!(with["decisions"], same["decisions"], "{with}");
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

    scene.cottage.relay.stop();
    scene.cottage.relay.restart();
    let found = [
        scene.replay(&["--name", NAME, "--decisions", &so_many]),
        scene.replay(&[&[file], &those[..]].concat()),
    ];
    assert_eq!(found.map(timeless), [timeless(same), timeless(with)]);
    assert_eq!(
        scene.sends("c.zip", "after"),
        250,
        "nothing was changed by looking"
    );
}

/// A candidate need not be handed over: a component the account has is named by its digest,
/// and other settings are a candidate, too.
#[test]
fn what_the_account_has_is_a_candidate_by_its_digest() {
    let mut scene = Scene::with_trial();
    assert_eq!(scene.sends("a.exe", "d1"), 554);
    assert_eq!(scene.sends("b.zip", "d2"), 250);
    scene.cottage.relay.stop();
    scene.cottage.relay.restart();
    let digest = scene.policy("show", &[])["trial"]["digest"].clone();
    let digest = digest.as_str().expect("a digest");
    let other = scene.settings("{\"refuse\": [\"zip\"]}");
    let named = ["--name", NAME, "--settings", &other];
    let by_digest = scene.replay(&[&[digest], &named[..]].concat());
    assert_eq!(by_digest["different"], 2, "{by_digest}");
    let by_settings = scene.replay(&named);
    assert_eq!(by_settings["different"], 2, "{by_settings}");

    let as_tried = scene.replay(&[&[digest, "--question", "headers"], &named[..]].concat());
    assert_eq!(as_tried["different"], 2, "{as_tried}");

    let relay = &scene.cottage.relay;
    let tags = ["-a", ACCOUNT, digest, "--name", NAME, "--question", "tags"];
    let refused = relay.cli_fails(&[&["policy", "replay"], &tags[..]].concat(), "");
    assert_eq!(refused.error["code"], "question_unanswered", "{refused:?}");
    let nobodys = ["policy", "replay", digest, "--name", NAME];
    let refused = relay.cli_fails(&nobodys, "");
    assert_eq!(refused.error["code"], "component_missing", "{refused:?}");
    let unknown = "0".repeat(64);
    let unknown = ["policy", "replay", "-a", ACCOUNT, &unknown, "--name", NAME];
    let refused = relay.cli_fails(&unknown, "");
    assert_eq!(refused.error["code"], "component_unknown", "{refused:?}");
}

/// One account's trouble does not keep the operator from hearing about all others.
#[test]
fn an_account_that_cannot_be_asked_is_left_out_and_named() {
    let mut scene = Scene::start();
    for told in ["policy is not ready", "policy failed", "not settled yet"] {
        scene.cottage.relay.announce(told);
    }
    let strict = scene.settings("{\"refuse\": [\"exe\"]}");
    let installed = scene.install(&["--settings", &strict]);
    let other = scene.cottage.connect("globex", "other.example");
    assert_eq!(scene.sends("a.exe", "n1"), 554);
    let text = message(USER, "support@other.example", "Theirs", "n2@x.example", "");
    let mut session = scene.cottage.session(&other);
    let reply = session.submit(USER, &["support@other.example"], &text);
    assert_eq!(reply.code, 250, "{reply:?}");
    wait_for_ticket(&scene.cottage.relay, "globex", "Theirs");

    // Code that cannot be kept cannot be used.
    let digest = installed["versions"][0]["digest"].as_str().expect("one");
    let shelf = scene.cottage.relay.data().join("code").join(&digest[..2]);
    scene.cottage.relay.stop();
    fs::remove_dir_all(&shelf).expect("it was kept there");
    fs::write(&shelf, "").expect("a file of ours");
    scene.cottage.relay.restart();
    let all = ["policy", "replay", "--since", "1h"];
    let told = scene.cottage.relay.cli(&all);
    assert_eq!(told["accounts_left_out"], 1, "{told}");
    assert_eq!(told["not_ready"][0]["account"], ACCOUNT, "{told}");
    let reason = told["not_ready"][0]["reason"].as_str().expect("a text");
    assert!(reason.contains(NAME) && reason.contains("keep"), "{reason}");
    assert!(told["decisions"].as_u64() >= Some(5), "{told}");
    let alone = [&all[..], &["-a", ACCOUNT]].concat();
    let refused = scene.cottage.relay.cli_fails(&alone, "");
    assert_eq!(refused.error["code"], "policies_not_ready", "{refused:?}");

    fs::remove_file(&shelf).expect("it is ours");
    let told = scene.cottage.relay.cli(&all);
    assert_eq!(told["accounts_left_out"], 0, "{told}");
}

/// All that does not depend on the machine.
fn timeless(mut told: Value) -> Value {
    told["millis"] = Value::Null;
    told
}

/// Decisions made again in a second.
fn rate(told: &Value) -> String {
    let number = |name: &str| told[name].as_u64().unwrap_or_default();
    let (decisions, millis) = (number("decisions"), number("millis").max(1));
    format!(
        "{decisions} decisions, {} a second",
        decisions * 1_000 / millis
    )
}

const WORKERS: usize = 4;
const SETTLED_WITHIN: Duration = Duration::from_secs(1_800);
