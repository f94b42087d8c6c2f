//! Broken files and the one line each of them gets.

use std::fs;
use std::path::Path;

use super::*;

/// A sound file; `{dir}` is a directory of the test.
const SOUND: &str = r#"
hostname = "relay.desk.example"
data_dir = "{dir}/data"
native_domain = "desk.example"
key_file = "{dir}/relaygate.key"
[[listener]]
kind = "submission"
bind = "127.0.0.1:2465"
tls = "implicit"
"#;

fn loaded(directory: &Path, text: &str) -> Result<Config, String> {
    let file = directory.join("relaygate.toml");
    let text = text.replace("{dir}", &directory.display().to_string());
    fs::write(&file, text).expect("the directory is ours");
    load(&file).map_err(|error| {
        error
            .to_string()
            .replace(&directory.display().to_string(), "{dir}")
    })
}

/// Changes one thing in the sound file and compares the line that comes out.
fn check(from: &str, to: &str, expected: &str) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    assert!(SOUND.contains(from), "{from:?} is not in the sound file");
    let line = loaded(directory.path(), &SOUND.replacen(from, to, 1)).map(drop);
    assert_eq!(
        line,
        Err(format!("{{dir}}/relaygate.toml{expected}")),
        "{from:?} -> {to:?}"
    );
}

/// Puts something after the sound file.
fn check_added(added: &str, expected: &str) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let line = loaded(directory.path(), &format!("{SOUND}{added}")).map(drop);
    assert_eq!(
        line,
        Err(format!("{{dir}}/relaygate.toml{expected}")),
        "{added:?}"
    );
}

#[test]
fn the_sound_file_loads() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let config = loaded(directory.path(), SOUND).expect("it is sound");
    assert_eq!(config.limits.message_octets_max, 50 * 1024 * 1024);
    assert_eq!(
        config.admin_socket(),
        directory.path().join("data/admin.sock")
    );
}

#[test]
fn loading_touches_nothing() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    loaded(directory.path(), SOUND).expect("it is sound");
    let names: Vec<_> = fs::read_dir(directory.path())
        .expect("readable")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["relaygate.toml"]);
}

#[test]
fn an_absent_file_is_named() {
    let error = load(Path::new("/nonexistent/relaygate.toml")).expect_err("there is none");
    assert_eq!(
        error.to_string(),
        "/nonexistent/relaygate.toml: cannot be read (no such file or directory); \
         name a readable file with --config or RELAYGATE_CONFIG"
    );
}

#[test]
fn shapes() {
    check(
        "hostname =",
        "hostnme =",
        " line 2: hostnme: unknown key; remove it or use one of: hostname, data_dir, \
         native_domain, key_file, product, tls, listener, metrics, web, admin, resolver, native, \
         outbound, egress, dkim, limits, auth, policy, log",
    );
    check(
        "tls = \"implicit\"",
        "",
        " line 6: listener[0].tls: missing; expected: `implicit` (RFC 8314, port 465) or `starttls` (ports 587 and 25)",
    );
    check(
        "tls = \"implicit\"",
        "tls = \"yes\"",
        " line 9: listener[0].tls: unknown variant `yes`, expected `implicit` or `starttls`; expected: `implicit` (RFC 8314, port 465) or `starttls` (ports 587 and 25)",
    );
    check(
        "127.0.0.1:2465",
        "localhost",
        " line 8: listener[0].bind: invalid socket address syntax; expected: Address and port, for example `0.0.0.0:465`",
    );
    check(
        "kind = \"submission\"",
        "kind = \"pop3\"",
        " line 7: listener[0].kind: unknown variant `pop3`, expected `submission` or `mx`; expected: `submission` (customers' servers, with AUTH) or `mx` (native and forwarded mail, without)",
    );
    check(
        "hostname = \"relay.desk.example\"",
        "hostname = 7",
        " line 2: hostname: invalid type: integer `7`, expected a string; expected: The name of this server: banner, EHLO, Received fields, Message-IDs. For example `relay.desk.example`",
    );
    check(
        "hostname = \"relay.desk.example\"\n",
        "",
        " line 1: hostname: missing; expected: The name of this server: banner, EHLO, Received fields, Message-IDs. For example `relay.desk.example`",
    );
    check(
        "[[listener]]",
        "[listener]",
        " line 6: listener: invalid type: map, expected a sequence; expected: The SMTP listeners, one `[[listener]]` each",
    );
    check(
        "hostname = \"",
        "hostname = ",
        " line 2: not TOML (missing opening quote, expected `\"`); mend the syntax, see https://toml.io",
    );
}

#[test]
fn shapes_of_sections() {
    check_added(
        "[limits]\nrecipients = 5",
        " line 11: limits.recipients: unknown key; remove it or use one of: message_octets_max, recipients_max, connections_max, connections_per_peer_max, connections_per_account_max, handshake_seconds, idle_seconds, transaction_seconds, api_requests_per_minute, hops_max, jobs_at_once_max, jobs_per_account_at_once_max, drain_seconds, message_log_days, rename_grace_days, stop_seconds, disk_free_octets_min",
    );
    check_added(
        "[tls]\ncert = \"x\"",
        " line 11: tls.cert: unknown key; remove it or use one of: certificate, key",
    );
    check_added(
        "[metrics]\nbind = 9090",
        " line 11: metrics.bind: invalid type: integer `9090`, expected socket address; expected: Address and port of `/metrics`, `/healthz` and `/readyz`, for example `127.0.0.1:9090`",
    );
    check_added(
        "[limits]\nrecipients_max = -1",
        " line 11: limits.recipients_max: invalid value: integer `-1`, expected u32; expected: Recipients of one message; at most 1,000. More are answered 452 4.5.3",
    );
    check_added(
        "[outbound]\nallowed_networks = [\"10.0.0.0/33\"]",
        " line 11: outbound.allowed_networks[0]: invalid IP address syntax; expected: Networks that may be reached although they are special, at any port, for example `[\"10.1.0.0/16\"]`",
    );
    check_added(
        "[product]\nselectors = [\"one\"]",
        " line 11: product.selectors: invalid length 1, expected an array of length 2; expected: The two DKIM selectors whose CNAMEs customers set; two, so that keys can change behind them",
    );
    check_added(
        "[log]\nformat = \"xml\"",
        " line 11: log.format: unknown variant `xml`, expected `human` or `json`; expected: `human` or `json` (one object a line)",
    );
    check_added(
        "[[native.route]]\ndomain = \"acme.example\"",
        " line 10: native.route[0].host: missing; expected: Name or address of the server",
    );
}

#[test]
fn values() {
    check(
        "relay.desk.example",
        "localhost",
        ": hostname: \"localhost\" is not a full domain name; use a name such as relay.desk.example",
    );
    check(
        "native_domain = \"desk.example\"",
        "native_domain = \"desk_.example.\"",
        ": native_domain: \"desk_.example.\" is not a full domain name; use a name such as relay.desk.example",
    );
    check(
        "{dir}/relaygate.key",
        "{dir}/data/../data/relaygate.key",
        ": key_file: lies inside data_dir; keep it elsewhere, so that a copy of the data does not carry its key",
    );
    check(
        "{dir}/data",
        "{dir}/relaygate.toml",
        ": data_dir: is not a directory; name a directory, or a path where one can be made",
    );
    check(
        "kind = \"submission\"",
        "kind = \"mx\"",
        ": listener[0].tls: an mx listener cannot have implicit TLS; use tls = \"starttls\"",
    );
    check_added(
        "[[listener]]\nkind = \"mx\"\nbind = \"127.0.0.1:2525\"\ntls = \"starttls\"\nlogin = true",
        ": listener[1].login: an mx listener offers no AUTH; leave it out",
    );
    check_added(
        "[[listener]]\nkind = \"mx\"\nbind = \"127.0.0.1:2465\"\ntls = \"starttls\"",
        ": listener[1].bind: 127.0.0.1:2465 is named twice; give each listener its own address and port",
    );
    check_added(
        "[tls]\nkey = \"/x\"",
        ": tls.certificate: missing beside tls.key; name both, or neither for a self-made certificate",
    );
    check_added(
        "[tls]\ncertificate = \"{dir}/x\"\nkey = \"{dir}/y\"",
        ": tls.certificate: {dir}/x cannot be read (no such file or directory); name a file this user can read",
    );
    check_added(
        "[limits]\nrecipients_max = 5000",
        ": limits.recipients_max: 5000 is out of range; use 1 to 1000",
    );
    check_added(
        "[egress]\naddresses = [\"192.0.2.99\"]",
        ": egress.addresses[0]: 192.0.2.99 cannot be bound (cannot assign requested address); name an address of this machine, or none",
    );
    check_added(
        "[egress]\naddresses = [\"127.0.0.1\", \"0.0.0.0\"]",
        ": egress.addresses[1]: 0.0.0.0 is no address to send from; name an address of this machine, or none",
    );
    check_added(
        "[egress]\nhostnames = [\"out\"]",
        ": egress.hostnames[0]: \"out\" is not a full domain name; use a name such as relay.desk.example",
    );
    check_added(
        "[dkim]\nkeep_seconds = 0",
        ": dkim.keep_seconds: 0 is out of range; use 1 to 7776000",
    );
    check_added(
        "[native]\nport = 0",
        ": native.port: 0 is out of range; use 1 to 65535",
    );
    check_added(
        "[product]\nheader_prefix = \"My Desk\"",
        ": product.header_prefix: \"My Desk\" is not a label; use letters, digits and inner hyphens, at most 63",
    );
    check_added(
        "[product]\nselectors = [\"a\", \"A\"]",
        ": product.selectors: both are the same; name two selectors",
    );
    check_added(
        "[policy.settings.address-limit]\ndomains = 9",
        ": policy.settings.address-limit: there is no such policy; use one of: header-check, address-limits, tagging, routing",
    );
    check_added(
        "[log]\nlevel = \"loud=very\"",
        ": log.level: \"loud=very\" is not a log level; use for example info or debug",
    );
}

/// Every bound, put wrong in every way a hand may: OPS-02.
#[test]
fn sixty_broken_bounds_are_named() {
    const LIMITS: [&str; 15] = [
        "message_octets_max",
        "recipients_max",
        "connections_max",
        "connections_per_peer_max",
        "connections_per_account_max",
        "handshake_seconds",
        "idle_seconds",
        "transaction_seconds",
        "auth_failures_per_connection_max",
        "auth_failures_per_peer_max",
        "hops_max",
        "jobs_at_once_max",
        "jobs_per_account_at_once_max",
        "drain_seconds",
        "stop_seconds",
    ];
    let directory = tempfile::tempdir().expect("a temporary directory");
    for limit in LIMITS {
        for value in ["0", "999999999999999999", "-1", "\"many\""] {
            let text = format!("{SOUND}[limits]\n{limit} = {value}\n");
            let line = loaded(directory.path(), &text).map(drop);
            let line = line.expect_err(&format!("{limit} = {value}"));
            assert!(line.contains(&format!("limits.{limit}: ")), "{line}");
        }
    }
}

#[test]
fn no_listener() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let end = SOUND.find("[[listener]]").expect("there is one");
    let line = loaded(directory.path(), &SOUND[..end]).map(drop);
    let expected =
        "{dir}/relaygate.toml: listener: there is none; add at least one, with kind, bind and tls";
    assert_eq!(line, Err(expected.to_owned()));
}

#[test]
fn a_socket_path_the_system_cannot_take() {
    let long = format!("[admin]\nsocket = \"/{}\"", "s".repeat(120));
    check_added(
        &long,
        ": admin.socket: path is longer than 107 octets; name a shorter path",
    );
}

/// Writes the key file and says what loading makes of it.
fn with_key(text: &str, mode: u32) -> String {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a temporary directory");
    let key = directory.path().join("relaygate.key");
    fs::write(&key, text).expect("the directory is ours");
    fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("it is ours");
    loaded(directory.path(), SOUND)
        .map(drop)
        .expect_err("the key is no good")
}

#[test]
fn a_key_file_others_can_read() {
    let key = desk::secrets::SealingKey::generate();
    let expected =
        "{dir}/relaygate.toml: key_file: {dir}/relaygate.key can be read by others; chmod 600 it";
    assert_eq!(with_key(&key.to_text(), 0o640), expected);
}

#[test]
fn a_key_file_that_holds_no_key() {
    let expected = "{dir}/relaygate.toml: key_file: {dir}/relaygate.key does not hold 32 octets in base64; \
                    bring the original back, or remove it before the first start to have one made";
    assert_eq!(with_key("hunter2", 0o600), expected);
}

#[test]
fn a_certificate_with_a_foreign_key() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for name in ["a", "b"] {
        let own = rcgen::generate_simple_self_signed(vec![format!("{name}.example")])
            .expect("a certificate");
        fs::write(directory.path().join(format!("{name}.pem")), own.cert.pem()).expect("written");
        fs::write(
            directory.path().join(format!("{name}.key")),
            own.signing_key.serialize_pem(),
        )
        .expect("written");
    }
    let text = format!("{SOUND}[tls]\ncertificate = \"{{dir}}/a.pem\"\nkey = \"{{dir}}/b.key\"");
    let expected = "{dir}/relaygate.toml: tls.certificate: certificate {dir}/a.pem does not belong to the key; \
                    name a PEM certificate chain and the private key that belongs to it";
    assert_eq!(
        loaded(directory.path(), &text).map(drop),
        Err(expected.to_owned())
    );
    let text = format!("{SOUND}[tls]\ncertificate = \"{{dir}}/a.pem\"\nkey = \"{{dir}}/a.pem\"");
    let expected = "{dir}/relaygate.toml: tls.key: {dir}/a.pem holds no PEM private key; \
                    name a PEM certificate chain and the private key that belongs to it";
    assert_eq!(
        loaded(directory.path(), &text).map(drop),
        Err(expected.to_owned())
    );
}

#[test]
fn where_pages_are_served() {
    let web = "[web]\nbind = \"127.0.0.1:2443\"\n";
    check_added(
        &format!("{web}url = \"http://desk.example\""),
        ": web.url: \"http://desk.example\" is not the address of a site; use for example https://desk.example",
    );
    check_added(
        &format!("{web}certificate = \"{{dir}}/web.pem\""),
        ": web.key: missing beside web.certificate; name both, or neither for that of [tls]",
    );
}
