//! What stands in DNS: the records a domain needs, keys that change behind them, whose a domain
//! is, and where connections come from and may come from.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;

use relaygate_tests::certs;
use relaygate_tests::clients;
use relaygate_tests::dns::{self, Dns, Record};
use relaygate_tests::house::{
    ACCOUNT, AGENT, Cottage, DOMAIN, OUTBOUND_PASSWORD, SUPPORT, USER, add_domain, by_mx,
    create_account, id_of, message, temporary, wait_for_ticket,
};
use relaygate_tests::mailbox::Message;
use relaygate_tests::process;
use relaygate_tests::relaygate::{self, NATIVE_DOMAIN, Relaygate};
use relaygate_tests::troublesome::{Act, Door, Scene, Stage, Trouble};
use relaygate_tests::wait::{self, PATIENCE};
use relaygate_tests::zones::{self, Zones};
use serde_json::Value;

/// What `domain dns` prints is pasted into the zones of a real name server, which takes it; then
/// every record is found, and what is mended wrongly is told: R49, R85, R88.
#[test]
fn the_printed_fragments_stand_in_real_zones() {
    if let Some(reason) = zones::unavailable() {
        return skip::skipped(reason);
    }
    let directory = temporary();
    let mut zones = Zones::start(directory.path(), &[DOMAIN, NATIVE_DOMAIN]);
    let cottage = Cottage::start(&resolver(zones.address()));
    let relay = &cottage.relay;
    create_account(relay, ACCOUNT);
    add_domain(relay, ACCOUNT, DOMAIN);

    let before = look(relay);
    assert_eq!(states(&before), ["missing"; 5], "{before}");
    let status = &before["status"];
    assert_eq!(status["cname_status"], "failed", "{before}");
    assert_eq!(status["spf_status"], "failed", "{before}");
    assert_eq!(status["domain_verification_status"], "unknown", "{before}");

    zones.publish(DOMAIN, text(&before["zone"]["customer"]));
    zones.publish(NATIVE_DOMAIN, text(&before["zone"]["operator"]));
    let after = look(relay);
    assert_eq!(states(&after), ["ok"; 5], "{after}");
    assert_eq!(after["status"]["cname_status"], "verified", "{after}");

    let spf = "@ IN TXT \"v=spf1 include:desk.example -all\"\n";
    let wrong = text(&before["zone"]["customer"]).replace(
        "relaygate2._domainkey.desk.example.",
        "relaygate2._domainkey.elsewhere.example.",
    );
    zones.publish(DOMAIN, &(wrong + spf));
    let mended = look(relay);
    let record = &mended["records"][1];
    assert_eq!(record["state"], "different", "{mended}");
    assert_eq!(record["found"], "relaygate2._domainkey.elsewhere.example");
    assert_eq!(mended["status"]["cname_status"], "failed", "{mended}");
    assert_eq!(mended["status"]["spf_status"], "verified", "{mended}");
    assert_eq!(mended["signing"]["cname_ok"], false, "{mended}");
    assert_all_of_it_is_a_zone(relay);
}

/// What people see is a zone file, too: records, and comments about them.
fn assert_all_of_it_is_a_zone(relay: &Relaygate) {
    let mut command = Command::new(relaygate::binary());
    command
        .arg("--config")
        .arg(relay.directory().join("relaygate.toml"));
    command.args(["domain", "dns", "-a", ACCOUNT, DOMAIN]);
    let printed = process::run(&mut command, b"").stdout;
    let printed = String::from_utf8(printed).expect("it is text");
    let plain = |line: &str| line.is_empty() || line.starts_with(';') || line.contains(" IN ");
    assert!(printed.lines().all(plain), "{printed}");
    assert!(
        printed.contains("\n; different: for signing; found instead: "),
        "{printed}"
    );
}

/// The key that signs is replaced behind the customer's CNAMEs: not before its record is seen,
/// without a restart and across one, and what the old one signed verifies until it is dropped:
/// R83, R84, R85, SEC-03.
#[test]
fn a_key_is_replaced_behind_the_cnames() {
    assert!(
        clients::has_dkimpy(),
        "dkimpy is not installed (make setup)"
    );
    let directory = temporary();
    let mut dns = Dns::start(directory.path(), Vec::new());
    let extra = resolver(dns.address()) + "[dkim]\nlook_seconds = 1\nkeep_seconds = 86400\n";
    let (mut scene, credential) = Scene::ready(&extra);
    let printed = look(&scene.cottage.relay);
    dns.add(dns::printed(&printed["records"]));
    let relay = &scene.cottage.relay;
    relay.cli(&["domain", "dkim", "-a", ACCOUNT, DOMAIN, "--enable"]);
    scene
        .cottage
        .hand_in(&credential, "Signed", "s1@enduser.example");
    let ticket = id_of(&wait_for_ticket(relay, ACCOUNT, "Signed")["ticket"]);

    let first = answered(&scene, &ticket, "with the first key");
    assert_eq!(signed_by(&first), "relaygate1");
    let begun = relay.cli(&["dkim", "rotate"]);
    assert_eq!(stages(&begun), ["signing", "awaited"], "{begun}");
    let refused = relay.cli_fails(&["dkim", "rotate"], "").error;
    assert_eq!(refused["code"], "dkim_key_not_published", "{refused}");
    let meanwhile = answered(&scene, &ticket, "while the new one is awaited");
    assert_eq!(
        signed_by(&meanwhile),
        "relaygate1",
        "its record is not there yet"
    );

    dns.replace(key_records(&begun));
    let switched = keys_when(relay, ["retiring", "signing"]);
    let early = relay.cli_fails(&["dkim", "rotate"], "").error;
    assert_eq!(early["code"], "dkim_key_retiring", "{early}");
    let second = answered(&scene, &ticket, "with the second key");
    assert_eq!(signed_by(&second), "relaygate2");
    for mail in [&first, &meanwhile, &second] {
        assert_verifies(directory.path(), &dns, mail);
    }

    shorten(relay, "keep_seconds = 86400", "keep_seconds = 1");
    scene.cottage.relay.kill_and_restart();
    let relay = &scene.cottage.relay;
    let dropped = keys_when(relay, ["dropped", "signing"]);
    assert_eq!(dropped["keys"][1]["id"], switched["keys"][1]["id"]);
    assert_eq!(dropped["keys"][0]["record"]["value"], "v=DKIM1; p=");
    let third = answered(&scene, &ticket, "after a restart");
    assert_eq!(signed_by(&third), "relaygate2");
    assert_verifies(directory.path(), &dns, &third);
    let told = relay.cli(&["audit", "list"]);
    let expected = ["dkim_key_made", "dkim_key_signs", "dkim_key_dropped"];
    assert_eq!(acts(&told), expected, "each once");
}

/// Changes one setting for the next start.
fn shorten(relay: &Relaygate, from: &str, to: &str) {
    let file = relay.directory().join("relaygate.toml");
    let text = fs::read_to_string(&file).expect("we wrote this file");
    assert!(text.contains(from), "{text}");
    fs::write(&file, text.replace(from, to)).expect("a file of ours");
}

/// A confirmation mail signed with the key before the last change is known as ours when it
/// comes back; whatever its SPF says of us: R85, R86, R88.
#[test]
fn a_confirmation_mail_signed_before_a_rotation_is_ours() {
    let directory = temporary();
    let mut dns = Dns::start(directory.path(), Vec::new());
    let extra = resolver(dns.address()) + "[dkim]\nlook_seconds = 1\n";
    let scene = Scene::start(&extra);
    scene.connect();
    let relay = &scene.cottage.relay;
    let printed = look(relay);
    dns.add(dns::printed(&printed["records"]));
    relay.cli(&["domain", "dkim", "-a", ACCOUNT, DOMAIN, "--enable"]);
    scene.add_address(&[]);
    let busy = Act::Say("451 4.7.1 come back later");
    let busy = Trouble::at(Stage::Rcpt, busy).on(Door::Submission);
    scene.customer.trouble(busy);
    scene.ask_to_verify("outbound");
    wait::until("the mail to be put off", PATIENCE, || {
        let jobs = relay.cli(&["queue", "list"])["jobs"].clone();
        (jobs[0]["attempts"].as_u64() > Some(0)).then_some(())
    });
    dns.replace(key_records(&relay.cli(&["dkim", "rotate"])));
    keys_when(relay, ["retiring", "signing"]);
    scene.customer.calm_down();
    scene.retry_what_waits();
    scene.address_when("the mail to come back", |address| {
        address["outbound"]["state"] == "verified"
    });
    let shown = relay.cli(&["address", "show", "-a", ACCOUNT, SUPPORT]);
    let side = &shown["diagnosis"]["outbound"];
    assert_eq!(side["way_back"]["signature"], "kept", "{shown}");
    let spf = &look(relay)["status"]["spf_status"];
    assert_eq!(spf, "failed", "and the address is usable all the same");
    let letters = scene.customer.letters().into_iter();
    let texts: Vec<_> = letters
        .map(|letter| String::from_utf8_lossy(&letter.text).into_owned())
        .collect();
    assert!(
        texts.iter().any(|text| text.contains("s=relaygate1;")),
        "{texts:?}"
    );
}

/// Where domains have to be proved, a squatter has a claim and nothing else, and loses it to
/// whoever shows the record: R49.
#[test]
fn a_squatter_loses_the_domain_to_its_owner() {
    let directory = temporary();
    let mut dns = Dns::start(directory.path(), Vec::new());
    let extra =
        resolver(dns.address()) + "[policy.settings.address-limits]\nrequire_domain_proof = true\n";
    let cottage = Cottage::start(&extra);
    let relay = &cottage.relay;
    for account in [SQUATTER, ACCOUNT] {
        create_account(relay, account);
    }
    let squatted = add_domain(relay, SQUATTER, DOMAIN);
    let refused = add_address(relay, SQUATTER).expect_err("a claim holds no address");
    assert_eq!(refused["code"], "domain_unproved", "{refused}");
    let mut session = cottage.session(&squatted);
    session.say(&format!("MAIL FROM:<{USER}>"));
    let reply = session.say(&format!("RCPT TO:<{SUPPORT}>"));
    assert_eq!(reply.code, 451, "{reply}");

    let owned = add_domain(relay, ACCOUNT, DOMAIN);
    let shown = prove(relay, ACCOUNT);
    assert_eq!(shown["domain_verification_status"], "failed", "{shown}");
    dns.add([proof_record(&shown)]);
    let shown = prove(relay, ACCOUNT);
    assert_eq!(shown["domain_verification_status"], "verified", "{shown}");
    add_address(relay, ACCOUNT).expect("it is proved");
    cottage.hand_in(&owned, "Owned", "o1@enduser.example");
    wait_for_ticket(relay, ACCOUNT, "Owned");

    wait::until("the claim to go", PATIENCE, || {
        let left = relay.cli(&["domain", "list", "-a", SQUATTER]);
        left["connectors"].as_array()?.is_empty().then_some(())
    });
    let again = relay
        .cli_fails(&["domain", "add", "-a", SQUATTER, DOMAIN], "")
        .error;
    assert_eq!(again["code"], "domain_taken", "{again}");
    dns.replace(vec![Record::Txt(proof_name(&shown), "gone".to_owned())]);
    let shown = prove(relay, ACCOUNT);
    assert_eq!(
        shown["domain_verification_status"], "verified",
        "it stays proved"
    );
}

/// Without that setting a domain works at once, and is its first holder's: R49.
#[test]
fn a_single_operator_proves_nothing() {
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    cottage.hand_in(&credential, "At once", "a1@enduser.example");
    wait_for_ticket(relay, ACCOUNT, "At once");
    create_account(relay, SQUATTER);
    let refused = relay
        .cli_fails(&["domain", "add", "-a", SQUATTER, DOMAIN], "")
        .error;
    assert_eq!(refused["code"], "domain_taken", "{refused}");
    let listed = relay.cli(&["domain", "list", "-a", ACCOUNT]);
    let connector = &listed["connectors"][0];
    let code = text(&connector["domain_verification_code"]);
    assert!(
        code.len() == 16 && code.chars().all(|c| c.is_ascii_hexdigit()),
        "{connector}"
    );
}

/// Every connection of ours comes from an address that is printed: to a customer's server and by
/// our own path: R28.
#[test]
fn connections_come_from_the_printed_addresses() {
    let world = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let customer = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let directory = temporary();
    let authority = certs::authority(&directory.path().join("certs"));
    let routes = vec![
        ("enduser.example".to_owned(), port(&world)),
        ("staff.example".to_owned(), 9),
        (DOMAIN.to_owned(), 9),
    ];
    let extra = "[egress]\naddresses = [\"127.0.0.21\", \"127.0.0.22\"]\n\
                 hostnames = [\"out.desk.example\"]\n";
    let cottage = Cottage::build(directory, authority, routes, extra);
    let relay = &cottage.relay;
    let printed = relay.cli(&["egress"]);
    assert_eq!(printed["hostnames"][0], "out.desk.example", "{printed}");
    create_account(relay, ACCOUNT);
    let to = "support@acme.desk.example";
    let reply = by_mx(
        relay,
        USER,
        to,
        &message(USER, to, "Hello", "e1@enduser.example", ""),
    );
    assert_eq!(reply.code, 250, "{reply}");
    add_domain(relay, ACCOUNT, DOMAIN);
    let server = format!("127.0.0.1:{}", port(&customer));
    relay.cli_with_input(
        &[
            "address",
            "add",
            "-a",
            ACCOUNT,
            SUPPORT,
            "--host",
            &server,
            "--username",
            SUPPORT,
            "--password-stdin",
        ],
        OUTBOUND_PASSWORD,
    );
    relay.cli(&[
        "address",
        "verify",
        "-a",
        ACCOUNT,
        SUPPORT,
        "--direction",
        "outbound",
    ]);
    for listener in [&world, &customer] {
        let peer = visitor(listener);
        let ours = printed["addresses"].to_string();
        assert!(
            ours.contains(&format!("\"{peer}\"")),
            "{peer} is not in {ours}"
        );
    }
}

/// Credentials are good from the connector's networks only; elsewhere they read like wrong ones,
/// and the account is told: R28.
#[test]
fn credentials_from_elsewhere_are_refused() {
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let log_in = |password: &str| {
        let mut client = relay.submission(&cottage.tls());
        client.say("EHLO mail.acme.example");
        client
            .auth_plain(&credential.username, password)
            .to_string()
    };
    let good = || log_in(&credential.password);
    let mut open = cottage.session(&credential);
    let allow = |networks: &[&str]| {
        let arguments = [&["domain", "allow", "-a", ACCOUNT, DOMAIN][..], networks].concat();
        relay.cli(&arguments)
    };
    let set = allow(&["--from", "192.0.2.0/24", "2001:db8::/32"]);
    assert_eq!(set["sources"][1], "2001:db8::/32", "{set}");
    assert_eq!(good(), log_in("wrong"), "nothing tells them apart");
    assert!(good().starts_with("535"), "{}", good());
    assert_eq!(open.say("NOOP").code, 250, "from the next login on");
    let acts = relay.cli(&["audit", "list", "-a", ACCOUNT]);
    let rows = acts["audit"].as_array().expect("a list");
    let refused = rows.iter().find(|row| row["act"] == "auth_source_refused");
    let refused = refused.unwrap_or_else(|| panic!("{acts}"));
    assert_eq!(
        refused["peer"],
        IpAddr::from(Ipv4Addr::LOCALHOST).to_string()
    );
    assert_eq!(refused["credential"], credential.id.as_str());

    allow(&["--from", "192.0.2.0/24", "127.0.0.1"]);
    assert!(good().starts_with("235"), "{}", good());
    allow(&["--from", "192.0.2.0/24"]);
    allow(&["--anywhere"]);
    assert!(good().starts_with("235"), "{}", good());
    let arguments = [
        "domain",
        "allow",
        "-a",
        ACCOUNT,
        DOMAIN,
        "--from",
        "192.0.2.0/33",
    ];
    let failure = relay.cli_fails(&arguments, "").error;
    assert_eq!(failure["code"], "network_malformed", "{failure}");
}

fn resolver(server: impl std::fmt::Display) -> String {
    format!("[resolver]\nservers = [\"{server}\"]\n")
}

fn look(relay: &Relaygate) -> Value {
    relay.cli(&["domain", "dns", "-a", ACCOUNT, DOMAIN])
}

fn states(shown: &Value) -> Vec<&str> {
    let records = shown["records"].as_array().expect("a list");
    records
        .iter()
        .map(|record| text(&record["state"]))
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// An agent answers, and the end user reads it.
fn answered(scene: &Scene, ticket: &str, body: &str) -> Message {
    scene.cottage.relay.cli(&[
        "ticket", "reply", "-a", ACCOUNT, ticket, "--agent", AGENT, "--body", body,
    ]);
    scene
        .customer
        .arrives(USER, |mail| mail.text().contains(body))
}

/// The selector of our signature, which is in the customer's name.
fn signed_by(mail: &Message) -> String {
    tag(mail, "s=")
}

fn tag(mail: &Message, name: &str) -> String {
    let signature = mail.header("DKIM-Signature");
    let signature = signature.unwrap_or_else(|| panic!("unsigned:\n{}", mail.text()));
    let compact: String = signature.chars().filter(|c| !c.is_whitespace()).collect();
    let found = compact.split(';').find_map(|tag| tag.strip_prefix(name));
    found.unwrap_or_default().to_owned()
}

/// By dkimpy, which shares no code with us, with what the customer's CNAME leads to.
fn assert_verifies(directory: &Path, dns: &Dns, mail: &Message) {
    assert_eq!(tag(mail, "d="), DOMAIN);
    let name = format!("{}._domainkey.{DOMAIN}", signed_by(mail));
    let key = dns
        .text(&name)
        .unwrap_or_else(|| panic!("no key under {name}"));
    let verdict = clients::dkimpy(directory, &mail.wire(), &[(name, key)]);
    assert_eq!(verdict.as_deref(), Ok(DOMAIN));
}

fn stages(shown: &Value) -> Vec<&str> {
    let keys = shown["keys"].as_array().expect("a list");
    keys.iter().map(|key| text(&key["stage"])).collect()
}

fn keys_when(relay: &Relaygate, wanted: [&str; 2]) -> Value {
    wait::until(&format!("the keys to be {wanted:?}"), PATIENCE, || {
        Some(relay.cli(&["dkim", "show"])).filter(|shown| stages(shown) == wanted)
    })
}

fn key_records(shown: &Value) -> Vec<Record> {
    let keys = shown["keys"].as_array().expect("a list");
    let records = keys.iter().map(|key| key["record"].clone());
    dns::printed(&Value::Array(records.collect()))
}

fn acts(shown: &Value) -> Vec<&str> {
    let rows = shown["audit"].as_array().expect("a list");
    rows.iter().map(|row| text(&row["act"])).collect()
}

fn prove(relay: &Relaygate, account: &str) -> Value {
    relay.cli(&["domain", "prove", "-a", account, DOMAIN])
}

fn proof_name(shown: &Value) -> String {
    text(&shown["record"]["name"]).to_owned()
}

fn proof_record(shown: &Value) -> Record {
    Record::Txt(
        proof_name(shown),
        text(&shown["record"]["value"]).to_owned(),
    )
}

fn add_address(relay: &Relaygate, account: &str) -> Result<Value, Value> {
    let arguments = [
        "address",
        "add",
        "-a",
        account,
        SUPPORT,
        "--host",
        "127.0.0.1:9",
        "--username",
        SUPPORT,
        "--password-stdin",
    ];
    let output = relay.run(&arguments, OUTBOUND_PASSWORD);
    let printed: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    match output.status.success() {
        true => Ok(printed),
        false => Err(printed["error"].clone()),
    }
}

/// From where the next connection comes.
fn visitor(listener: &TcpListener) -> IpAddr {
    listener.set_nonblocking(true).expect("a socket option");
    wait::until("a connection", PATIENCE, || {
        listener.accept().ok().map(|(_, peer)| peer.ip())
    })
}

fn port(listener: &TcpListener) -> u16 {
    listener.local_addr().expect("it is bound").port()
}

const SQUATTER: &str = "rival";
