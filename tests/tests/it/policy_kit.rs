//! What a policy's author does with us, in three languages: begun, built, tested, tried out,
//! fuzzed, and asked about real mail.

use std::fs;
use std::path::{Path, PathBuf};

use relaygate_tests::house::{
    ACCOUNT, Cottage, DOMAIN, SUPPORT, USER, message, tags_of, wait_for_ticket,
};
use relaygate_tests::kit::{self, link_tools, policy, text, told};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

use crate::bombs;

/// Ends a test that cannot run here, saying why.
macro_rules! needs {
    ($unavailable:ident) => {
        if let Some(reason) = kit::$unavailable() {
            skip::skipped(reason);
            return;
        }
    };
}

/// Where the examples' components are kept from run to run.
pub(crate) fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("examples")
}

/// Runs the example's cases; all of them hold.
fn cases_hold(example: &str) -> Value {
    let component = kit::built(&scratch(), example);
    let source = kit::source(example);
    let arguments = ["test", text(&source), "--component", text(&component)];
    let report = told(&scratch(), &arguments)["tests"].clone();
    assert_eq!(report["failed"], 0, "{report:#}");
    assert!(report["passed"].as_u64().is_some_and(|passed| passed >= 6));
    report
}

/// An account with the example as its own policy, under these settings.
fn with_policy(example: &str, settings: &str) -> (Cottage, relaygate_tests::house::Credential) {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let file = cottage.directory().join("settings.json");
    fs::write(&file, settings).expect("a file of ours");
    let component = kit::built(&scratch(), example);
    let command = ["policy", "install", "-a", ACCOUNT, text(&component)];
    let more = ["--name", example, "--settings", text(&file)];
    cottage.relay.cli(&[&command[..], &more].concat());
    (cottage, credential)
}

fn submit(cottage: &Cottage, login: &relaygate_tests::house::Credential, from: &str, n: u32) {
    let id = format!("k{n}@enduser.example");
    let text = message(from, SUPPORT, &format!("Matter {n}"), &id, "");
    let reply = cottage.session(login).submit(from, &[SUPPORT], &text);
    assert_eq!(reply.code, 250, "{reply}");
}

#[test]
fn the_cases_of_the_example_in_rust_hold() {
    let report = cases_hold("attachment-types");
    assert_eq!(report["cases"][0]["question"], "headers.inbound");
    assert!(report["cases"][0]["fuel"].as_u64() > Some(0), "{report:#}");
    assert_eq!(report, cases_hold("attachment-types"), "fuel included");
}

/// In JavaScript: the cases hold, and so does the policy with real mail, counter included.
#[test]
fn the_example_in_javascript_tags_who_matters() {
    needs!(javascript_unavailable);
    cases_hold("vip-tagging");
    let settings = format!("{{\"addresses\": [\"{USER}\"], \"flood\": 1}}");
    let (cottage, login) = with_policy("vip-tagging", &settings);
    let tags = |n: u32| {
        tags_of(&wait_for_ticket(
            &cottage.relay,
            ACCOUNT,
            &format!("Matter {n}"),
        ))
    };
    let theirs = |n: u32| {
        let mut tags = tags(n);
        tags.retain(|tag| !tag.starts_with("system_"));
        tags
    };
    submit(&cottage, &login, USER, 1);
    assert_eq!(theirs(1), ["vip"]);
    submit(&cottage, &login, USER, 2);
    assert_eq!(theirs(2), ["vip", "vip_flood"]);
    submit(&cottage, &login, "bob@enduser.example", 3);
    assert_eq!(theirs(3), Vec::<String>::new());
}

/// What goes wrong in JavaScript is told with its place, what is not there by its name.
#[test]
fn a_mistake_in_javascript_is_told_with_its_place() {
    needs!(javascript_unavailable);
    let directory = tempfile::tempdir().expect("a directory");
    let project = directory.path().join("mistaken");
    let new = ["new", text(&project), "--lang", "js", "--question", "tags"];
    told(&scratch(), &new);
    link_tools(&project);
    let says = |body: &str| {
        let source = format!("export const tags = {{\n  delivery() {{ {body} }},\n}};\n");
        fs::write(project.join("policy.js"), source).expect("a file of ours");
        let built = told(&scratch(), &["build", text(&project)]);
        let component = built["component"]["file"]
            .as_str()
            .expect("a file")
            .to_owned();
        told(&scratch(), &["run", &component])
    };
    let thrown = says("throw new Error(\"it went wrong\");");
    assert_eq!(thrown["verdict"], "trap", "{thrown}");
    let log = thrown["log"].to_string();
    assert!(
        log.contains("it went wrong") && log.contains("/policy.js:2:"),
        "{log}"
    );
    let clock = says("return { system: [], tags: [`at-${Date.now()}`] };");
    assert_eq!(clock["verdict"], "wasi", "{clock}");
    assert!(
        clock["failure"].to_string().contains("wasi:clocks/"),
        "{clock}"
    );
}

/// In Python: the cases hold; real mail of a partner gets its tag, that of another is kept
/// aside. CPython is compiled, and asked, under the bounds everything else is.
#[test]
fn the_example_in_python_routes_partners() {
    needs!(python_unavailable);
    cases_hold("partner-routing");
    let settings =
        "{\"senders\": {\"enduser.example\": \"partner\", \"staff.example\": \"suspend\"}}";
    let (cottage, login) = with_policy("partner-routing", settings);
    submit(&cottage, &login, USER, 1);
    let made = wait_for_ticket(&cottage.relay, ACCOUNT, "Matter 1");
    assert!(tags_of(&made).contains(&"partner".to_owned()), "{made:#}");
    submit(&cottage, &login, "boss@mail.staff.example", 2);
    let kept = wait::until("the other kept aside", PATIENCE, || {
        let listed = cottage.relay.cli(&["suspended", "list", "-a", ACCOUNT]);
        let kept = listed["suspended"].as_array().cloned();
        kept.filter(|kept| !kept.is_empty())
    });
    assert_eq!(kept[0]["subject"], "Matter 2", "{kept:#?}");
}

/// Begun, and at once there is a case that passes; never into what is there already.
fn a_new_policy_passes(language: &str, question: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    let project = directory.path().join("first-policy");
    let new = [
        "new",
        text(&project),
        "--lang",
        language,
        "--question",
        question,
    ];
    let begun = told(&scratch(), &new)["policy"].clone();
    link_tools(&project);
    let report = told(&scratch(), &["test", text(&project)])["tests"].clone();
    assert_eq!(
        (&report["failed"], &report["passed"]),
        (&0.into(), &2.into()),
        "{report:#}"
    );
    assert!(project.join("first-policy.wasm").is_file(), "{begun}");
    let readme = fs::read_to_string(project.join("README.md")).expect("it has one");
    for step in begun["next"].as_array().into_iter().flatten().skip(1) {
        assert!(
            readme.contains(step.as_str().unwrap_or("?")),
            "{step}: {readme}"
        );
    }
    let again = policy(&scratch(), &new);
    assert!(!again.status.success());
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(told.contains("there is something in"), "{told}");
}

#[test]
fn a_new_policy_in_rust_passes_its_first_case() {
    for question in ["limits", "headers", "tags", "routes"] {
        a_new_policy_passes("rust", question);
    }
}

#[test]
fn a_new_policy_in_javascript_passes_its_first_case() {
    needs!(javascript_unavailable);
    a_new_policy_passes("js", "headers");
}

#[test]
fn a_new_policy_in_python_passes_its_first_case() {
    needs!(python_unavailable);
    a_new_policy_passes("python", "limits");
}

/// What `policy test` says of a folder with these cases; the exit code, and both outputs.
fn tested(cases: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let folder = directory.path().join("tests");
    fs::create_dir(&folder).expect("a directory of ours");
    fs::write(folder.join("a.toml"), cases).expect("a file of ours");
    let component = kit::built(&scratch(), "attachment-types");
    let test = [
        "test",
        text(directory.path()),
        "--component",
        text(&component),
    ];
    let output = policy(&scratch(), &[&test[..], more].concat());
    let shown = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let (out, err) = (shown(&output.stdout), shown(&output.stderr));
    (output.status.code(), out, err)
}

/// What does not hold is shown line by line, counted, and fails the command.
#[test]
fn a_case_that_does_not_hold_is_shown_with_its_difference() {
    let cases = "[[case]]\nname = \"fine\"\nexpect.verdict = \"accept\"\n\
        [[case]]\nname = \"not fine\"\nexpect = { verdict = \"reject\", flags = [] }\n\
        [[case]]\nname = \"too dear\"\nexpect.fuel_max = 1\n";
    let (code, out, err) = tested(cases, &[]);
    assert_eq!(code, Some(1), "{out}{err}");
    for line in [
        "  ok    fine (",
        "  WRONG not fine (",
        "            flags = []",
        "          - verdict = \"reject\"",
        "          + verdict = \"accept\"",
        "  WRONG too dear (",
        "units of fuel were used, 1 are allowed",
        "1 passed, 2 failed",
    ] {
        assert!(out.contains(line), "{line:?} is missing:\n{out}");
    }
    assert_eq!(err, "relaygate: 2 of 3 cases failed\n");
    let (code, out, _) = tested(cases, &["--json"]);
    assert_eq!(code, Some(1));
    let report: Value = serde_json::from_str(&out).expect("one object");
    let lines = &report["tests"]["cases"][1]["differences"];
    assert_eq!(lines[1], "- verdict = \"reject\"", "{report:#}");
}

/// Cases nobody could mean are errors, with their place.
#[test]
fn a_case_that_is_not_one_is_refused_with_its_place() {
    for (cases, wanted) in [
        ("", "there is no case in"),
        (
            "[[case]]\nname = \"x\"\nexpect.verdikt = \"accept\"\n",
            "line 3",
        ),
        (
            "[[case]]\nname = \"x\"\nexpect = {}\n",
            "it expects nothing",
        ),
        (
            "[[case]]\nname = \"x\"\nmail = \"no.eml\"\nexpect.code = \"\"\n",
            "case \"x\": ",
        ),
        (
            "[[case]]\nname = \"x\"\nfacts.ours = 1\nexpect.code = \"\"\n",
            "headers.inbound: ours: ",
        ),
        (
            "[[case]]\nname = \"x\"\nsettings.refuse = [\"a b\"]\nexpect.code = \"\"\n",
            "/refuse/0",
        ),
        (
            "question = \"tags.delivery\"\n[[case]]\nname = \"x\"\nexpect.code = \"\"\n",
            "it answers headers.inbound",
        ),
    ] {
        let (code, out, err) = tested(cases, &[]);
        assert_eq!(code, Some(1), "{cases}: {out}");
        assert!(err.contains(wanted), "{wanted:?} is missing: {err}");
        assert!(cases.is_empty() || err.contains("tests/a.toml"), "{err}");
    }
}

/// What is missing is told with the command that installs it.
#[test]
fn a_tool_that_is_missing_is_named_with_its_mend() {
    let directory = tempfile::tempdir().expect("a directory");
    let build = |language: &str, mend: &str| {
        let project: &Path = &directory.path().join(language);
        told(&scratch(), &["new", text(project), "--lang", language]);
        let output = std::process::Command::new(relaygate_tests::relaygate::binary())
            .args(["policy", "build", text(project)])
            .env("PATH", "/nowhere")
            .env_remove("VIRTUAL_ENV")
            .output()
            .expect("the program starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(mend), "{told}");
    };
    build("rust", "install Rust with rustup");
    build("js", "npm install");
    build("python", "pip install -r requirements.txt");
}

/// An operator who wants no language runtimes says how large a component may be.
#[test]
fn a_component_is_no_larger_than_the_operator_admits() {
    let cottage = Cottage::start("[policy]\ncomponent_octets_max = 65536\n");
    cottage.connect(ACCOUNT, DOMAIN);
    let component = kit::built(&scratch(), "attachment-types");
    let checked = cottage.relay.cli(&["policy", "check", text(&component)]);
    assert_eq!(checked["questions"][0], "headers.inbound", "{checked}");
    let mut large = fs::read(&component).expect("it was built");
    // A section of 65,536 octets nobody reads: its kind, its length, its name.
    large.extend([0, 0x82, 0x80, 0x04, 1, b'x']);
    large.resize(large.len() + 65_536, 0);
    let file = cottage.directory().join("large.wasm");
    fs::write(&file, large).expect("a file of ours");
    let install = ["policy", "install", "-a", ACCOUNT, text(&file)];
    let refused = cottage.relay.cli_fails(&install, "");
    assert_eq!(refused.error["code"], "component_too_large", "{refused:?}");
    assert!(refused.stderr.contains("65536 are admitted"), "{refused:?}");
}

/// Policies with a language's runtime in them are too long to be cut everywhere; they are cut in
/// some places, and refused with what is wrong where.
fn cut_anywhere_is_refused(example: &str) {
    let octets = fs::read(kit::built(&scratch(), example)).expect("it was built");
    let cuts = crate::times(8, 400);
    for cut in 1..=cuts {
        let end = octets.len() * cut / (cuts + 1);
        let (status, reason) = bombs::compile(&octets[..end]);
        assert_eq!(status.code(), Some(bombs::REFUSED), "{end}: {reason}");
        assert!(
            reason.contains("not a usable component: at octet"),
            "{end}: {reason}"
        );
    }
}

#[test]
fn wasm_09_a_policy_in_javascript_cut_anywhere_is_refused() {
    needs!(javascript_unavailable);
    cut_anywhere_is_refused("vip-tagging");
}

#[test]
fn wasm_09_a_policy_in_python_cut_anywhere_is_refused() {
    needs!(python_unavailable);
    cut_anywhere_is_refused("partner-routing");
}

/// A mistake in JavaScript is found by fuzzing like any other: the code that is looked at is the
/// engine's, and stands in a component inside the policy's.
#[test]
fn a_mistake_in_javascript_is_found_by_fuzzing() {
    needs!(javascript_unavailable);
    let directory = tempfile::tempdir().expect("a directory");
    let project = directory.path().join("planted");
    let new = ["new", text(&project), "--lang", "js", "--question", "tags"];
    told(&scratch(), &new);
    link_tools(&project);
    fs::write(project.join("policy.js"), PLANTED).expect("a file of ours");
    let built = told(&scratch(), &["build", text(&project)]);
    let component = built["component"]["file"].as_str().expect("a file");
    // Neither our code nor the engine's is at its fastest here.
    let fuzz = ["fuzz", component, "--executions", "5000", "--findings", "1"];
    let ran = policy(
        &scratch(),
        &[&fuzz[..], &["--deadline", "2s", "--json"]].concat(),
    );
    let report: Value = serde_json::from_slice(&ran.stdout).expect("it prints JSON");
    assert_eq!(ran.status.code(), Some(3), "{report}");
    assert_eq!(report["findings"][0]["kind"], "trap", "{report}");
    let edges = |which: &str| report["end"][which].as_u64().unwrap_or_default();
    assert!(
        edges("edges") > 300 && edges("edges_all") > 10_000,
        "{report}"
    );
    let command = report["findings"][0]["command"].as_str().expect("one");
    let words: Vec<&str> = command.split(' ').skip(2).collect();
    let again = told(&scratch(), &words);
    assert_eq!(again["verdict"], "trap", "{again}");
    let log = again["log"].to_string();
    assert!(log.contains("/policy.js:6:"), "it says where: {log}");
}

/// An encoded word that is cut off does not match, and nothing has no first member.
const PLANTED: &str = r#"import { header } from "relaygate:policy/mail@0.1.0";

export const tags = {
  delivery() {
    const subject = header("Subject") ?? "";
    const charset = subject.includes("=?") ? /=\?([^?]+)\?[bq]\?/i.exec(subject)[1] : "ascii";
    return { system: [], tags: charset === "utf-7" ? ["odd_charset"] : [] };
  },
};
"#;
