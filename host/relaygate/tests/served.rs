//! The program as an operator meets it: started, asked, told off, stopped.

mod peers;
mod program;

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use program::{Directory, Program, code, error_line};
use serde_json::Value;

#[test]
fn an_account_is_made_shown_and_listed() {
    let program = Program::start();
    let made = program.ask(&[
        "account",
        "create",
        "--subdomain",
        "Acme",
        "--name",
        "Acme Ltd",
        "--admin",
        "boss@home.example",
    ]);
    assert_eq!(made["subdomain"], "acme");
    assert_eq!(made["native_domain"], "acme.desk.example");
    assert_eq!(made["kind"], "production");
    assert_eq!(made["admins"][0], "boss@home.example");
    assert_eq!(program.ask(&["account", "show", "acme"]), made);
    assert_eq!(program.ask(&["account", "list"])["accounts"][0], made);
}

#[test]
fn a_sandbox_belongs_to_its_account() {
    let program = Program::with_account();
    let made = program.ask(&[
        "account",
        "create",
        "--subdomain",
        "acme-test",
        "--name",
        "Acme test",
        "--admin",
        "boss@home.example",
        "--sandbox-of",
        "acme",
    ]);
    assert_eq!(made["kind"], "sandbox");
}

#[test]
fn a_taken_subdomain_is_refused() {
    let program = Program::with_account();
    let (exit, error) = program.refused(&[
        "account",
        "create",
        "--subdomain",
        "acme",
        "--name",
        "x",
        "--admin",
        "boss@home.example",
    ]);
    assert_eq!((exit, &error["code"]), (1, &Value::from("subdomain_taken")));
    assert_eq!(error["details"][0]["field"], "subdomain");
}

#[test]
fn another_accounts_name_leads_nowhere() {
    let program = Program::with_account();
    let (exit, error) = program.refused(&["domain", "list", "-a", "nobody"]);
    assert_eq!((exit, &error["code"]), (1, &Value::from("not_found")));
}

#[test]
fn a_domain_prints_its_password_once() {
    let program = Program::with_account();
    let added = program.ask(&[
        "domain",
        "add",
        "-a",
        "acme",
        "ACME.example.",
        "--name",
        "Main",
    ]);
    assert_eq!(added["connector"]["domain"], "acme.example");
    assert_eq!(added["connector"]["status"], "setup_incomplete");
    let credential = &added["credential"];
    assert_eq!(credential["username_alias"], "acme@acme.desk.example");
    let password = credential["password"].as_str().expect("it is shown");
    let listed = program.ask(&["domain", "list", "-a", "acme"]);
    assert_eq!(
        listed["connectors"][0]["credentials"][0]["id"],
        credential["id"]
    );
    assert_eq!(
        listed["connectors"][0]["credentials"][0]["state"],
        "current"
    );
    assert!(!listed.to_string().contains(password));
}

#[test]
fn the_fifth_domain_is_refused_by_policy() {
    let program = Program::with_account();
    for number in 1..=4 {
        program.ask(&[
            "domain",
            "add",
            "-a",
            "acme",
            &format!("acme{number}.example"),
        ]);
    }
    let (exit, error) = program.refused(&["domain", "add", "-a", "acme", "acme5.example"]);
    assert_eq!((exit, &error["code"]), (1, &Value::from("limit_domains")));
}

#[test]
fn a_native_domain_cannot_be_connected() {
    let program = Program::with_account();
    let (exit, error) = program.refused(&["domain", "add", "-a", "acme", "other.desk.example"]);
    assert_eq!(exit, 1, "{error}");
}

#[test]
fn two_sets_live_side_by_side_until_one_is_discarded() {
    let program = Program::with_account();
    let first =
        program.ask(&["domain", "add", "-a", "acme", "acme.example"])["credential"]["id"].clone();
    let second =
        program.ask(&["domain", "rotate", "-a", "acme", "acme.example"])["credential"]["id"]
            .clone();
    assert_ne!(first, second);
    let (_, error) = program.refused(&["domain", "rotate", "-a", "acme", "acme.example"]);
    assert_eq!(error["code"], "credential_sets_max");
    let first = first.as_str().expect("an id");
    let left = program.ask(&["domain", "discard", "-a", "acme", "acme.example", first]);
    assert_eq!(left["credentials"].as_array().map(Vec::len), Some(1));
    assert_eq!(left["credentials"][0]["id"], second);
}

#[test]
fn a_disconnected_domain_can_be_connected_anew() {
    let program = Program::with_account();
    program.ask(&["domain", "add", "-a", "acme", "acme.example"]);
    program.ask(&[
        "domain",
        "disconnect",
        "-a",
        "acme",
        "acme.example",
        "--wait",
    ]);
    assert_eq!(
        program.ask(&["domain", "list", "-a", "acme"])["connectors"],
        Value::Array(Vec::new())
    );
    program.ask(&["domain", "add", "-a", "acme", "acme.example"]);
}

#[test]
fn an_address_starts_unverified_and_can_be_removed() {
    let program = Program::with_account();
    program.ask(&["domain", "add", "-a", "acme", "acme.example"]);
    let added = program.add_address("help@acme.example", "outbound secret 1");
    assert_eq!(added["address"]["inbound"]["state"], "failed");
    assert_eq!(added["address"]["inbound"]["reason"], "not_yet_verified");
    assert_eq!(added["address"]["usable"], false);
    assert_eq!(added["address"]["port"], 2587);
    assert_eq!(
        program.ask(&["address", "list", "-a", "acme"])["addresses"][0],
        added["address"]
    );
    program.ask(&["address", "remove", "-a", "acme", "help@acme.example"]);
    let left = program.ask(&["address", "list", "-a", "acme"]);
    assert!(!left.to_string().contains("help@acme.example"));
}

#[test]
fn an_address_needs_its_domain_first() {
    let program = Program::with_account();
    let (exit, _) = program.refused_with(
        &[
            "address",
            "add",
            "-a",
            "acme",
            "help@acme.example",
            "--host",
            "h.example",
            "--username",
            "u",
            "--password-stdin",
        ],
        "x",
    );
    assert_eq!(exit, 1);
}

#[test]
fn a_token_is_shown_once_and_revoked() {
    let program = Program::with_account();
    let made = program.ask(&[
        "token",
        "create",
        "-a",
        "acme",
        "--agent",
        "amy@home.example",
    ]);
    assert_eq!(made["token"]["agent"], "amy@home.example");
    let id = made["token"]["id"].as_str().expect("an id");
    program.ask(&["token", "revoke", "-a", "acme", id]);
    let (_, error) = program.refused(&["token", "revoke", "-a", "acme", id]);
    assert_eq!(error["code"], "not_found");
}

#[test]
fn no_secret_is_in_log_store_or_answers() {
    let program = Program::with_account();
    let issued = program.ask(&["domain", "add", "-a", "acme", "acme.example"]);
    let token = program.ask(&[
        "token",
        "create",
        "-a",
        "acme",
        "--agent",
        "amy@home.example",
    ]);
    let added = program.add_address("help@acme.example", "canary-outbound-6fA1");
    let secret = |value: &Value| value.as_str().expect("a secret").to_owned();
    let canaries = [
        "canary-outbound-6fA1".to_owned(),
        secret(&issued["credential"]["password"]),
        secret(&token["token"]["secret"]),
    ];
    assert!(!added.to_string().contains(&canaries[0]));
    let directory = program.stop();
    for canary in canaries {
        let found = directory.files_with(canary.as_bytes());
        assert!(found.is_empty(), "{canary} is in {found:?}");
    }
}

#[test]
fn the_key_and_the_socket_are_for_us_alone() {
    let program = Program::with_account();
    for file in ["relaygate.key", "data/admin.sock"] {
        let metadata = std::fs::metadata(program.path(file)).expect("it is there");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{file}");
    }
}

#[test]
fn what_was_made_is_there_after_a_restart() {
    let program = Program::with_account();
    let shown = program.ask(&["account", "show", "acme"]);
    let program = Program::start_in(program.stop());
    assert_eq!(program.ask(&["account", "show", "acme"]), shown);
}

#[test]
fn stopping_is_clean() {
    let directory = Program::with_account().stop();
    assert!(!directory.path("data/admin.sock").exists());
    let verified = directory.run(&["journal", "verify"], "");
    assert_eq!(code(&verified), 0, "{}", error_line(&verified));
}

#[test]
fn a_stopped_program_is_missed() {
    let directory = Directory::new();
    let output = directory.run(&["account", "list"], "");
    assert_eq!(code(&output), 1);
    assert!(
        error_line(&output).contains("start it with `relaygate serve`"),
        "{}",
        error_line(&output)
    );
}

#[test]
fn a_socket_left_behind_is_replaced() {
    let directory = Directory::new();
    std::fs::create_dir_all(directory.path("data")).expect("ours");
    drop(UnixListener::bind(directory.path("data/admin.sock")).expect("bound"));
    assert!(directory.path("data/admin.sock").exists());
    Program::start_in(directory).ask(&["account", "list"]);
}

#[test]
fn a_socket_in_use_is_left_alone() {
    let directory = Directory::new();
    std::fs::create_dir_all(directory.path("data")).expect("ours");
    let _theirs = UnixListener::bind(directory.path("data/admin.sock")).expect("bound");
    let output = directory.run(&["serve"], "");
    assert_eq!(code(&output), 78);
    assert!(
        error_line(&output).contains("admin.socket"),
        "{}",
        error_line(&output)
    );
}

#[test]
fn a_port_in_use_is_named_and_nothing_is_touched() {
    let directory = Directory::new();
    let _taken = TcpListener::bind(("127.0.0.1", directory.ports[0])).expect("it was free");
    let output = directory.run(&["serve"], "");
    assert_eq!(code(&output), 78);
    let expected = format!(
        ": listener[0].bind: 127.0.0.1:{} cannot be bound (address already in use); stop the program that has it, or name another port",
        directory.ports[0]
    );
    assert!(
        error_line(&output).ends_with(&expected),
        "{}",
        error_line(&output)
    );
    assert!(!directory.path("data").exists());
    assert!(!directory.path("relaygate.key").exists());
}

#[test]
fn a_store_is_opened_once() {
    let program = Program::start();
    let second = program.second_configuration();
    let output = program::run(&second, &["serve"], "");
    assert_eq!(code(&output), 78);
    assert!(
        error_line(&output).contains("data_dir"),
        "{}",
        error_line(&output)
    );
    program.ask(&["account", "list"]);
}

#[test]
fn a_lost_key_is_not_replaced_by_a_new_one() {
    let directory = Program::with_account().stop();
    std::fs::remove_file(directory.path("relaygate.key")).expect("ours");
    let output = directory.run(&["serve"], "");
    assert_eq!(code(&output), 78);
    assert!(
        error_line(&output).contains("is missing, but the store has been used"),
        "{}",
        error_line(&output)
    );
    assert!(!directory.path("relaygate.key").exists());
}

#[test]
fn check_config_says_the_same_as_serve() {
    let directory = Directory::new();
    assert_eq!(code(&directory.run(&["check-config"], "")), 0);
    assert!(!directory.path("data").exists());
    directory.write("relaygate.toml", "hostnme = \"x\"\n");
    let (checked, served) = (
        directory.run(&["check-config"], ""),
        directory.run(&["serve"], ""),
    );
    assert_eq!((code(&checked), code(&served)), (78, 78));
    assert_eq!(error_line(&checked), error_line(&served));
    let file = directory.path("relaygate.toml");
    let named = program::run(
        std::path::Path::new("/nonexistent"),
        &["check-config", &file.display().to_string()],
        "",
    );
    assert_eq!(error_line(&named), error_line(&checked));
}

#[test]
fn health_and_metrics_are_served() {
    let program = Program::start();
    assert_eq!(program.http("/healthz"), (200, "journal ok\n".to_owned()));
    assert_eq!(
        program.http("/readyz"),
        (200, "journal ok\ndisk ok\nlisteners ok\n".to_owned())
    );
    assert_eq!(program.http("/metrics").0, 200);
    assert_eq!(program.http("/elsewhere").0, 404);
}

#[test]
fn a_bad_certificate_after_sighup_is_said_and_not_used() {
    let program = Program::start();
    std::fs::write(program.path("data/tls/certificate.pem"), "nonsense").expect("ours");
    program.hang_up();
    program.wait_for_log("new certificate refused, the old one stays in use");
    program.ask(&["account", "list"]);
}

#[test]
fn nonsense_on_the_socket_is_refused() {
    let program = Program::start();
    let answer = program.say_to_socket("{\"account\":{\"destroy\":{}}}\n");
    assert_eq!(answer["error"]["code"], "bad_request");
}
