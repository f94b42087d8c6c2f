//! An account's own policies: built as their authors do, installed while mail flows, taken
//! back in one command, and never able to undo what the operator's said.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use relaygate_tests::house::{
    ACCOUNT, Cottage, DOMAIN, SUPPORT, USER, message, tickets, wait_for_ticket,
};
use relaygate_tests::kit;
use relaygate_tests::relaygate::binary;
use relaygate_tests::smtp::Client;
use relaygate_tests::wait;
use serde_json::Value;

use crate::fuzzing::buggy;

/// The example in Rust, built by the command its author would use.
pub(crate) fn example() -> PathBuf {
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("examples");
    kit::built(&scratch, "attachment-types")
}

/// A message with an attachment of that name.
pub(crate) fn with_attachment(name: &str, id: &str) -> String {
    let extra = format!("Content-Disposition: attachment; filename=\"{name}\"\r\n");
    message(
        USER,
        SUPPORT,
        name,
        &format!("{id}@enduser.example"),
        &extra,
    )
}

pub(crate) struct Scene {
    pub(crate) cottage: Cottage,
    credential: relaygate_tests::house::Credential,
}

impl Scene {
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// With these lines in the configuration.
    pub(crate) fn with(extra: &str) -> Self {
        let cottage = Cottage::start(extra);
        let credential = cottage.connect(ACCOUNT, DOMAIN);
        Self {
            cottage,
            credential,
        }
    }

    pub(crate) fn session(&self) -> Client {
        self.cottage.session(&self.credential)
    }

    pub(crate) fn install(&self, more: &[&str]) -> Value {
        let file = example();
        let file = file.to_str().expect("a path of ours");
        let command = ["policy", "install", "-a", ACCOUNT, file];
        self.cottage.relay.cli(&[&command, more].concat())
    }

    pub(crate) fn settings(&self, text: &str) -> String {
        let file = self.cottage.directory().join("settings.json");
        fs::write(&file, text).expect("a file of ours");
        file.to_str().expect("a path of ours").to_owned()
    }
}

/// Installed, asked, renewed with other settings, and taken back; what it says is told with
/// its word and stands in the message's life.
#[test]
fn a_policy_is_installed_renewed_and_taken_back() {
    let scene = Scene::start();
    let checked =
        scene
            .cottage
            .relay
            .cli(&["policy", "check", example().to_str().expect("a path")]);
    assert_eq!(checked["questions"][0], "headers.inbound", "{checked}");
    assert!(checked["settings_schema"]["properties"]["refuse"].is_object());
    let mut before = scene.session();
    scene.install(&["--question", "headers"]);
    let mut client = scene.session();
    let refused = client.submit(USER, &[SUPPORT], &with_attachment("setup.exe", "a1"));
    assert_eq!(refused.code, 554, "{refused:?}");
    assert!(
        refused.lines.concat().contains("(attachment_type)"),
        "{refused:?}"
    );
    let kept = before.submit(USER, &[SUPPORT], &with_attachment("old.exe", "a2"));
    assert_eq!(kept.code, 250, "a session goes on with what it began with");

    let settings = scene.settings("{\"refuse\": [\"zip\"], \"flag\": [\"exe\"]}");
    let renewed = scene.install(&["--settings", &settings]);
    assert_eq!(renewed["versions"][1]["live"], true, "{renewed}");
    let mut client = scene.session();
    let zipped = client.submit(USER, &[SUPPORT], &with_attachment("a.zip", "a3"));
    assert_eq!(zipped.code, 554, "{zipped:?}");
    let flagged = client.submit(USER, &[SUPPORT], &with_attachment("b.exe", "a4"));
    assert_eq!(flagged.code, 250, "{flagged:?}");
    wait_for_ticket(&scene.cottage.relay, ACCOUNT, "b.exe");

    let name = ["-a", ACCOUNT, "attachment-types"];
    let policy = |verb: &'static str| [&["policy", verb][..], &name].concat();
    let back = scene.cottage.relay.cli(&policy("rollback"));
    assert_eq!(back["versions"][0]["live"], true, "{back}");
    let refused = scene
        .session()
        .submit(USER, &[SUPPORT], &with_attachment("c.exe", "a5"));
    assert_eq!(refused.code, 554, "{refused:?}");
    let none = scene.cottage.relay.cli_fails(&policy("rollback"), "");
    assert_eq!(none.error["code"], "no_earlier_version", "{none:?}");
    scene.cottage.relay.cli(&policy("remove"));
    let taken = scene
        .session()
        .submit(USER, &[SUPPORT], &with_attachment("d.exe", "a6"));
    assert_eq!(taken.code, 250, "{taken:?}");
}

/// Tried out without a program that serves: the answer in the words of the contract, and
/// the same fuel for the same message, however often.
#[test]
fn a_policy_is_tried_out_on_one_message() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str, text: &str| {
        let file = directory.path().join(name);
        fs::write(&file, text).expect("a file of ours");
        file.to_str().expect("a path of ours").to_owned()
    };
    let component = example();
    let component = component.to_str().expect("a path of ours");
    let run = |more: &[&str]| {
        let ran = Command::new(binary())
            .args(["policy", "run", "--json", component])
            .args(more)
            .output()
            .expect("the program starts");
        serde_json::from_slice::<Value>(&ran.stdout).expect("it prints JSON")
    };
    let bad = file("bad.eml", &with_attachment("a.exe", "r1"));
    let ran = run(&[&bad]);
    assert_eq!(ran["question"], "headers.inbound", "{ran}");
    assert_eq!(ran["answer"]["reject"]["code"], "attachment_type", "{ran}");
    assert!(ran["fuel"].as_u64().is_some_and(|fuel| fuel > 0), "{ran}");
    assert_eq!(
        run(&[&bad])["fuel"],
        ran["fuel"],
        "it is counted, not timed"
    );
    let settings = file(
        "settings.json",
        "{\"refuse\": [\"zip\"], \"flag\": [\"exe\"]}",
    );
    let flagged = run(&[&bad, "--settings", &settings]);
    let flags = &flagged["answer"]["accept"]["flags"];
    assert_eq!(flags[0], "attachment_type", "{flagged}");
    let facts = file(
        "facts.json",
        "{\"facts\": {\"session\": {\"ingress\": \"smtp\"}}}",
    );
    let refused = run(&[&bad, "--facts", &facts]);
    assert!(refused.to_string().contains("ingress"), "{refused}");
}

/// What is no policy, or is given what it cannot use, is refused with what and where.
#[test]
fn what_is_no_policy_is_refused_with_its_reason() {
    let scene = Scene::start();
    let directory = scene.cottage.directory();
    let whole = fs::read(example()).expect("it was built");
    let write = |name: &str, octets: &[u8]| {
        let file = directory.join(name);
        fs::write(&file, octets).expect("a file of ours");
        file.to_str().expect("a path of ours").to_owned()
    };
    let install = |file: &str, more: &[&str]| {
        let command = ["policy", "install", "-a", ACCOUNT, file];
        let refused = scene
            .cottage
            .relay
            .cli_fails(&[&command, more].concat(), "");
        (refused.error["code"].clone(), refused.error.to_string())
    };
    let module = write("module.wasm", b"\0asm\x01\0\0\0");
    let (code, told) = install(&module, &[]);
    assert_eq!(code, "component_unfit");
    assert!(told.contains("core module"), "{told}");
    let cut = write("cut.wasm", &whole[..whole.len() / 2]);
    assert!(install(&cut, &[]).1.contains("at octet"), "it says where");
    let text = write("text.wasm", b"(component)");
    assert_eq!(install(&text, &[]).0, "component_unfit");
    let file = example();
    let file = file.to_str().expect("a path of ours");
    let wrong = "0".repeat(64);
    assert_eq!(install(file, &["--digest", &wrong]).0, "digest_differs");
    assert_eq!(
        install(file, &["--question", "tags"]).0,
        "question_unanswered"
    );
    assert_eq!(
        install(file, &["--name", "Not A Name"]).0,
        "policy_name_malformed"
    );
    let settings = scene.settings("{\"refuse\": [\"not an end\"]}");
    let (code, told) = install(file, &["--settings", &settings]);
    assert_eq!(code, "settings_unfit");
    assert!(told.contains("/refuse/0"), "it says where: {told}");
    let (code, _) = install(&wrong, &["--name", "unknown"]);
    assert_eq!(code, "component_unknown");
    let listed = scene.cottage.relay.cli(&["policy", "list", "-a", ACCOUNT]);
    let own = |policy: &Value| policy["owner"] == "account";
    let policies = listed["policies"].as_array().expect("a list");
    assert!(!policies.iter().any(own), "nothing was installed: {listed}");
}

/// A hundred changes under load: every message gets one whole answer, none is lost, and a
/// restart finds the last version again, from the code it kept or without it.
#[test]
fn a_policy_is_exchanged_a_hundred_times_under_load() {
    let mut scene = Scene::start();
    let strict = scene.settings("{\"refuse\": [\"exe\"]}");
    scene.install(&["--settings", &strict]);
    let (done, taken, refused) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for worker in 0..2 {
            let (scene, done, taken, refused) = (&scene, &done, &taken, &refused);
            scope.spawn(move || {
                for n in 0.. {
                    if done.load(Ordering::Relaxed) {
                        return;
                    }
                    let text = with_attachment("load.exe", &format!("l{worker}-{n}"));
                    let reply = scene.session().submit(USER, &[SUPPORT], &text);
                    match reply.code {
                        250 => taken.fetch_add(1, Ordering::Relaxed),
                        554 => refused.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other}: neither version says that: {reply:?}"),
                    };
                }
            });
        }
        let file = scene.cottage.directory().join("lax.json");
        fs::write(&file, "{\"refuse\": [\"scr\"]}").expect("a file of ours");
        let lax = file.to_str().expect("a path of ours");
        for n in 0..100 {
            let settings = if n % 2 == 0 { lax } else { strict.as_str() };
            scene.install(&["--settings", settings]);
        }
        done.store(true, Ordering::Relaxed);
    });
    let (taken, refused) = (taken.into_inner(), refused.into_inner());
    assert!(
        taken > 0 && refused > 0,
        "both versions were met: {taken}, {refused}"
    );
    wait::until("every message to be a ticket", wait::PATIENCE, || {
        let made = tickets(&scene.cottage.relay, ACCOUNT).len();
        (made == taken as usize).then_some(())
    });
    let code = scene.cottage.directory().join("relaygate/data/code");
    for kept in [true, false] {
        if !kept {
            fs::remove_dir_all(&code).expect("it was kept there");
        }
        scene.cottage.relay.stop();
        scene.cottage.relay.restart();
        let text = with_attachment("e.exe", &format!("z-{kept}"));
        let refused = scene.session().submit(USER, &[SUPPORT], &text);
        assert_eq!(refused.code, 554, "the last one was strict: {refused:?}");
    }
    assert!(code.exists(), "what is gone is compiled again");
}

/// Who brings a component another account has is kept waiting for the compiler as if they were
/// the first, and who names one by its digest is told what everybody is told.
#[test]
fn wasm_11_bringing_a_component_does_not_tell_who_has_it() {
    let scene = Scene::start();
    let relay = &scene.cottage.relay;
    scene.cottage.connect("globex", "other.example");
    let file = example();
    let file = file.to_str().expect("a path of ours");
    let compiled = || relay.log().matches("component compiled").count();
    let installs = |account: &str| {
        let (before, started) = (compiled(), Instant::now());
        let installed = relay.cli(&["policy", "install", "-a", account, file]);
        let took = started.elapsed();
        wait::until("it to be logged", wait::PATIENCE, || {
            (compiled() > before).then_some(())
        });
        (installed["versions"][0]["digest"].clone(), took)
    };
    let (digest, first) = installs(ACCOUNT);
    let digest = digest.as_str().expect("a digest");
    let told = |digest: &str| {
        let install = [
            "policy", "install", "-a", "globex", digest, "--name", "theirs",
        ];
        relay.cli_fails(&install, "").error
    };
    assert_eq!(told(digest), told(&"0".repeat(64)), "nobody has the latter");
    let (_, second) = installs("globex");
    eprintln!("{first:?} for the first, {second:?} for the second account");
    assert!(second > first / 4, "{second:?} and {first:?}");

    let before = compiled();
    scene.install(&["--name", "once-more"]);
    assert_eq!(compiled(), before, "the account has it");
}

/// An account that has used up its computing time has mail that nobody can be asked about:
/// it waits, none of it is kept aside, and each becomes the ticket it would have been.
#[test]
fn mail_waits_while_a_policy_cannot_be_asked() {
    let mut cottage = Cottage::start("[policy]\naccount_percent = 5\ndeadline_ms = 10000\n");
    for told in ["policy failed", "message not settled yet"] {
        cottage.relay.announce(told);
    }
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let file = buggy().join("busy_tags.wasm");
    let file = file.to_str().expect("a path of ours");
    let install = ["policy", "install", "-a", ACCOUNT, file, "--name", "busy"];
    cottage.relay.cli(&install);
    let mut client = cottage.hand_in(&credential, "Slow one", "w0@enduser.example");
    wait_for_ticket(&cottage.relay, ACCOUNT, "Slow one");
    for (subject, id) in [("Second", "w1"), ("Third", "w2")] {
        let id = format!("{id}@enduser.example");
        let text = message(USER, SUPPORT, subject, &id, "");
        assert_eq!(client.submit(USER, &[SUPPORT], &text).code, 250);
    }
    let put_back = wait::until("both to wait", wait::PATIENCE, || {
        let jobs = waiting(&cottage);
        (jobs.len() == 2 && jobs.iter().all(|job| job["attempts"] == 1)).then_some(jobs)
    });
    for job in &put_back {
        let why = job["last_reply"].as_str().unwrap_or_default();
        assert!(why.contains("computing time"), "{job}");
    }
    // Time comes together as it passes; the couriers' own patience would be half a minute.
    for seconds in [1, 2, 4, 8, 16] {
        wait::pause(Duration::from_secs(seconds));
        for job in waiting(&cottage) {
            let id = job["id"].as_str().expect("an id");
            drop(cottage.relay.run(&["queue", "retry", id], ""));
        }
        if waiting(&cottage).is_empty() {
            break;
        }
    }
    for subject in ["Second", "Third"] {
        wait_for_ticket(&cottage.relay, ACCOUNT, subject);
    }
    let aside = cottage.relay.cli(&["suspended", "list", "-a", ACCOUNT]);
    assert_eq!(
        aside["suspended"].as_array().map(Vec::len),
        Some(0),
        "{aside}"
    );
}

/// The account's accepted messages that have become nothing yet.
pub(crate) fn waiting(cottage: &Cottage) -> Vec<Value> {
    let listed = ["queue", "list", "-a", ACCOUNT, "--lane", "intake"];
    let listed = cottage.relay.cli(&listed);
    let jobs = listed["jobs"].as_array().cloned().unwrap_or_default();
    let inbound = |job: &Value| job["subject_kind"] == "inbound";
    jobs.into_iter().filter(inbound).collect()
}
