//! Mail clients administrators have at hand, as further witnesses: swaks, msmtp,
//! Python's smtplib, OpenSSL's `s_client`, curl, testssl.sh; and two verifiers of DKIM
//! signatures.
//!
//! Each is run as a program; what it prints is the test's evidence.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use serde::Deserialize;

use crate::process;
use crate::relaygate::HOSTNAME;

/// A submission: where, as whom, from whom, to whom.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// Port on 127.0.0.1.
    pub port: u16,
    /// TLS from the first octet, or after STARTTLS.
    pub implicit: bool,
    /// The authority to trust, a PEM file.
    pub authority: &'a Path,
    /// User name and password.
    pub login: (&'a str, &'a str),
    /// Reverse path.
    pub from: &'a str,
    /// Forward path.
    pub to: &'a str,
}

/// Sends with swaks; what it printed is the dialogue.
pub fn swaks(submission: &Submission<'_>, subject: &str) -> Output {
    let mut command = Command::new("swaks");
    command
        .args([
            "--server",
            "127.0.0.1",
            "--port",
            &submission.port.to_string(),
        ])
        .args(["--from", submission.from, "--to", submission.to])
        .args([
            "--auth",
            "PLAIN",
            "--auth-user",
            submission.login.0,
            "--auth-password",
            submission.login.1,
        ])
        .args(["--tls-verify", "--tls-ca-path"])
        .arg(submission.authority)
        .args([
            "--header",
            &format!("Subject: {subject}"),
            "--body",
            "sent by swaks",
        ])
        .args(["--tls-sni", HOSTNAME])
        .arg(if submission.implicit {
            "--tls-on-connect"
        } else {
            "--tls"
        });
    process::run(&mut command, b"")
}

/// Sends with msmtp, which checks our certificate's name.
pub fn msmtp(directory: &Path, submission: &Submission<'_>, message: &str) -> Output {
    let file = directory.join("msmtprc");
    fs::write(&file, msmtp_configuration(submission)).expect("the test's directory can be written");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a file of ours");
    let mut command = Command::new("msmtp");
    command
        .arg(format!("--file={}", file.display()))
        .arg("--debug")
        .arg(submission.to);
    process::run(&mut command, message.as_bytes())
}

/// The configuration file of an msmtp that hands in there.
pub fn msmtp_configuration(submission: &Submission<'_>) -> String {
    format!(
        "account default\nhost 127.0.0.1\nport {}\ntls on\ntls_starttls {}\ntls_trust_file {}\n\
         tls_host_override {HOSTNAME}\nauth plain\nuser {}\npassword \"{}\"\nfrom {}\n",
        submission.port,
        if submission.implicit { "off" } else { "on" },
        submission.authority.display(),
        submission.login.0,
        submission.login.1,
        submission.from,
    )
}

/// Sends with Python's smtplib, certificate and name checked.
pub fn smtplib(submission: &Submission<'_>, message: &str) -> Output {
    let mut command = python(SMTPLIB);
    command
        .arg(submission.port.to_string())
        .arg(if submission.implicit {
            "implicit"
        } else {
            "starttls"
        })
        .arg(submission.authority)
        .arg(HOSTNAME)
        .args([
            submission.login.0,
            submission.login.1,
            submission.from,
            submission.to,
        ]);
    process::run(&mut command, message.as_bytes())
}

/// Tries a TLS handshake with OpenSSL; `options` for example `-tls1_1`.
pub fn s_client(port: u16, options: &[&str]) -> Output {
    let mut command = Command::new("openssl");
    command.args([
        "s_client",
        "-connect",
        &format!("127.0.0.1:{port}"),
        "-servername",
        HOSTNAME,
    ]);
    command.args(options);
    process::run(&mut command, b"QUIT\r\n")
}

/// Runs curl, a few seconds at most.
pub fn curl(options: &[&str]) -> Output {
    let mut command = Command::new("curl");
    command.args(["--silent", "--noproxy", "*", "--max-time", "10"]);
    process::run(command.args(options), b"")
}

/// Something testssl.sh found.
#[derive(Debug, Deserialize)]
pub struct Finding {
    /// What was looked at.
    pub id: String,
    /// From `OK` to `CRITICAL`.
    pub severity: String,
    /// In words.
    pub finding: String,
}

impl Finding {
    /// Worth mending. That nobody knows our authority is none of the server's faults.
    pub fn is_bad(&self) -> bool {
        let of_trust = [
            "chain_of_trust",
            "trust",
            "caa",
            "ocsp",
            "crl",
            "revocation",
        ];
        let id = self.id.to_ascii_lowercase();
        matches!(self.severity.as_str(), "MEDIUM" | "HIGH" | "CRITICAL")
            && !of_trust.iter().any(|word| id.contains(word))
    }
}

/// Has testssl.sh look at a port; `file` takes its report.
pub fn testssl(port: u16, options: &[&str], file: &Path) -> Vec<Finding> {
    let mut command = Command::new("testssl");
    command.args([
        "--quiet",
        "--color",
        "0",
        "--warnings",
        "off",
        "--ip",
        "127.0.0.1",
    ]);
    command.arg("--jsonfile").arg(file);
    command.args(options).arg(format!("{HOSTNAME}:{port}"));
    process::run(&mut command, b"");
    let report = fs::read_to_string(file).unwrap_or_default();
    serde_json::from_str(&report).unwrap_or_else(|error| panic!("testssl: {error}: {report}"))
}

/// Verifies the first DKIM signature with dkimpy; `text` answers for TXT names.
///
/// `Ok` gives the signature's `d=`; `Err` what dkimpy said.
pub fn dkimpy(directory: &Path, wire: &[u8], text: &[(String, String)]) -> Result<String, String> {
    let names = directory.join("dkim-names.json");
    let table: serde_json::Map<String, serde_json::Value> = text
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    fs::write(&names, serde_json::Value::from(table).to_string())
        .expect("the test's directory can be written");
    let output = process::run(python(DKIMPY).arg(&names), wire);
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        Ok(said)
    } else {
        Err(said + &String::from_utf8_lossy(&output.stderr))
    }
}

/// Whom Python's email package reads as the author of each of these header blocks (base64, by
/// name): `{"author": …}`, or `{"failed": …}` where it gives up.
pub fn python_authors(blocks: &serde_json::Value) -> serde_json::Value {
    let output = process::run(&mut python(AUTHORS), blocks.to_string().as_bytes());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Whether dkimpy is there.
pub fn has_dkimpy() -> bool {
    process::run(&mut python("import dkim"), b"")
        .status
        .success()
}

/// `PYTHON` or `python3`, with a program on the command line.
fn python(program: &str) -> Command {
    let mut command = Command::new(env::var_os("PYTHON").unwrap_or_else(|| "python3".into()));
    command.arg("-c").arg(program);
    command
}

const SMTPLIB: &str = r#"
import smtplib, ssl, sys
port, mode, authority, name, user, password, sender, recipient = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
# The name to check is not the address to dial.
wrap = context.wrap_socket
context.wrap_socket = lambda sock, **options: wrap(sock, **{**options, "server_hostname": name})
if mode == "implicit":
    client = smtplib.SMTP_SSL("127.0.0.1", int(port), context=context)
else:
    client = smtplib.SMTP("127.0.0.1", int(port))
    client.starttls(context=context)
client.login(user, password)
client.sendmail(sender, [recipient], sys.stdin.buffer.read())
client.quit()
"#;

const DKIMPY: &str = r#"
import dkim, json, sys
table = json.load(open(sys.argv[1]))
def answer(name, timeout=5):
    name = name.decode() if isinstance(name, bytes) else name
    value = table.get(name.rstrip("."))
    return value.encode() if value else None
message = dkim.DKIM(sys.stdin.buffer.read())
good = message.verify(dnsfunc=answer)
print(message.domain.decode() if message.domain else "no signature")
sys.exit(0 if good else 1)
"#;

const AUTHORS: &str = r#"
import base64, email, email.policy, json, sys
def author(octets):
    message = email.message_from_bytes(octets, policy=email.policy.default)
    for field in message.get_all("From", []):
        for address in field.addresses:
            if address.username and address.domain:
                # Octets beyond ASCII are kept as half surrogates, which no JSON has.
                return address.addr_spec.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
def read(block):
    try:
        return {"author": author(base64.b64decode(block))}
    except Exception as error:
        return {"failed": type(error).__name__}
print(json.dumps({name: read(block) for name, block in json.load(sys.stdin).items()}))
"#;
