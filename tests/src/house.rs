//! The whole house for one test: our program, a customer's mail server, a mailbox
//! end, a name server; and the steps every scenario begins with.
//!
//! The customer is `acme.example`, the account `acme`, the support address
//! `support@acme.example`; end users live in `enduser.example`, agents in
//! `staff.example`.

use std::fs::Permissions;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::{env, fs};

use rustls::ClientConfig;
use serde_json::Value;
use tempfile::TempDir;

use crate::certs::{self, Authority, Certificate};
use crate::dns::{Dns, Record};
use crate::mailbox::{self, Maildir, Message};
use crate::postfix::{self, Customer};
use crate::relaygate::{HOSTNAME, Ports, Relaygate, Settings};
use crate::smtp::{Client, Reply};
use crate::wait;

/// The account's subdomain.
pub const ACCOUNT: &str = "acme";
pub use crate::postfix::DOMAIN;
/// The support address in it.
pub const SUPPORT: &str = "support@acme.example";
/// An end user.
pub const USER: &str = "eve@enduser.example";
/// An agent of the account.
pub const AGENT: &str = "anna@staff.example";
/// An admin of the account.
pub const ADMIN: &str = "admin@staff.example";

/// How the house is built; the default is what most scenarios want.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The name our certificate has to carry for the customer's server; `None`: any, so long
    /// as it is encrypted.
    pub relay_name: Option<String>,
    /// Whether it uses our implicit-TLS port or the STARTTLS one.
    pub relay_implicit: bool,
    /// More lines for our configuration.
    pub extra: String,
}

/// Everything running. Fields are dropped, and so stopped, in this order.
pub struct House {
    /// Our program.
    pub relay: Relaygate,
    /// The customer's mail server, and behind it where end users and agents read their mail.
    pub customer: Customer,
    /// The name server.
    pub dns: Dns,
    /// Who signed all certificates.
    pub authority: Authority,
    directory: TempDir,
}

/// A credential set we issued, as printed once.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Its public id.
    pub id: String,
    /// The user name.
    pub username: String,
    /// The user name for servers that want an e-mail address.
    pub alias: String,
    /// The password.
    pub password: String,
}

impl House {
    /// Starts everything; no account exists yet.
    pub fn start(plan: &Plan) -> Self {
        let directory = temporary();
        let base = directory.path();
        let authority = certs::authority(&base.join("certs"));
        let ours = certs::issue(&authority, HOSTNAME);
        let dns = Dns::start(&base.join("dns"), names());
        let ports = Ports::free();
        let port = match plan.relay_implicit {
            true => ports.implicit,
            false => ports.starttls,
        };
        let mut setup = postfix::setup(base, &authority, port);
        setup.relay.implicit = plan.relay_implicit;
        setup.relay.name.clone_from(&plan.relay_name);
        let customer = Customer::start(&setup).expect("the customer's Postfix starts");
        let relay = start_relay(base, ports, &ours, &dns, &customer, &plan.extra);
        Self {
            relay,
            customer,
            dns,
            authority,
            directory,
        }
    }

    /// A directory for the test's own files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A TLS client that trusts the test's authority.
    pub fn tls(&self) -> Arc<ClientConfig> {
        certs::client(&self.authority)
    }

    /// Mail that reached end users and agents.
    pub fn mail(&self) -> Maildir {
        self.customer.mailbox()
    }

    /// Account, connector and the credentials put into the customer's server.
    pub fn connect_domain(&self) -> Credential {
        create_account(&self.relay, ACCOUNT);
        let credential = add_domain(&self.relay, ACCOUNT, DOMAIN);
        self.customer
            .set_relay_credentials(&credential.username, &credential.password)
            .expect("the customer's server takes the credentials");
        credential
    }

    /// Adds the support address with a login at the customer's submission port.
    pub fn add_address(&self) -> Value {
        self.add_address_at(self.customer.ports().submission, "starttls")
    }

    /// Adds the support address with a login at this port of the customer's server; `tls` is
    /// what the command line calls it.
    pub fn add_address_at(&self, port: u16, tls: &str) -> Value {
        self.customer
            .add_login(SUPPORT, OUTBOUND_PASSWORD)
            .expect("the customer's server takes a login");
        let host = format!("{}:{port}", postfix::HOST);
        let authority = self.authority.file().to_string_lossy().into_owned();
        let arguments = [
            "address",
            "add",
            "-a",
            ACCOUNT,
            SUPPORT,
            "--host",
            &host,
            "--username",
            SUPPORT,
            "--password-stdin",
            "--tls",
            tls,
            "--ca",
            &authority,
        ];
        self.relay.cli_with_input(&arguments, OUTBOUND_PASSWORD)["address"].clone()
    }

    /// An agent answers the ticket that `ticket show` printed.
    pub fn answer(&self, shown: &Value, body: &str) {
        let id = id_of(&shown["ticket"]);
        self.relay.cli(&[
            "ticket", "reply", "-a", ACCOUNT, &id, "--agent", AGENT, "--body", body,
        ]);
    }

    /// Starts both verifications and waits until they are green.
    pub fn verify(&self) -> Value {
        let printed = self.relay.cli(&[
            "address",
            "verify",
            "-a",
            ACCOUNT,
            SUPPORT,
            "--direction",
            "both",
            "--wait",
            "60",
        ]);
        let address = printed["address"].clone();
        for direction in ["inbound", "outbound"] {
            assert_eq!(
                address[direction]["state"],
                "verified",
                "{direction}: {address}\n{}",
                self.logs()
            );
        }
        address
    }

    /// The state in which day-to-day scenarios start: connected, verified, one agent.
    pub fn ready(plan: &Plan) -> (Self, Credential) {
        let house = Self::start(plan);
        let credential = house.connect_domain();
        house.add_address();
        house.verify();
        house
            .relay
            .cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
        (house, credential)
    }

    /// An end user writes to the support address: their server speaks to the customer's MX.
    pub fn user_writes(&self, from: &str, message: &str) {
        let mut client = Client::plain(self.customer.ports().mx);
        client.say("EHLO mx.enduser.example");
        let reply = client.submit(from, &[SUPPORT], message);
        assert_eq!(reply.code, 250, "the customer's MX: {reply}");
        client.say("QUIT");
    }

    /// Waits for the account's ticket with that subject and shows it whole.
    pub fn ticket(&self, subject: &str) -> Value {
        wait_for_ticket(&self.relay, ACCOUNT, subject)
    }

    /// Shows a ticket by id once it has so many comments.
    pub fn ticket_with(&self, id: &str, comments: usize) -> Value {
        wait::until(
            &format!("{comments} comments on ticket {id}"),
            wait::PATIENCE,
            || {
                let shown = self.relay.cli(&["ticket", "show", "-a", ACCOUNT, id]);
                (shown["comments"].as_array().map_or(0, Vec::len) >= comments).then_some(shown)
            },
        )
    }

    /// Waits for mail to an address at the far end.
    pub fn arrives(&self, address: &str, wanted: impl Fn(&Message) -> bool) -> Message {
        mailbox::arrives(&self.mail(), address, wait::PATIENCE, wanted)
    }

    /// The logs of both mail servers, for a failing test.
    pub fn logs(&self) -> String {
        self.customer.log()
    }
}

/// A house without Postfix: our program alone, for what one peer can show.
pub struct Cottage {
    /// Our program.
    pub relay: Relaygate,
    /// Who signed its certificate.
    pub authority: Authority,
    /// The name server, if it is not the system's.
    pub dns: Option<Dns>,
    directory: TempDir,
}

impl Cottage {
    /// Starts the program with `extra` lines in its configuration; nobody answers its mail.
    pub fn start(extra: &str) -> Self {
        let directory = temporary();
        let authority = certs::authority(&directory.path().join("certs"));
        Self::build(directory, authority, dead_ends(), extra)
    }

    /// The same in a world where only these names exist.
    pub fn among(records: Vec<Record>, extra: &str) -> Self {
        let directory = temporary();
        let authority = certs::authority(&directory.path().join("certs"));
        let dns = Dns::start(&directory.path().join("dns"), records);
        Self::settle(directory, authority, Some(dns), dead_ends(), extra)
    }

    /// Starts the program with these native routes: domain, port on 127.0.0.1. Its certificate is
    /// good for `localhost`, too, which clients reach without a name server.
    pub fn build(
        directory: TempDir,
        authority: Authority,
        routes: Vec<(String, u16)>,
        extra: &str,
    ) -> Self {
        Self::settle(directory, authority, None, routes, extra)
    }

    fn settle(
        directory: TempDir,
        authority: Authority,
        dns: Option<Dns>,
        routes: Vec<(String, u16)>,
        extra: &str,
    ) -> Self {
        let certificate = authority
            .issue(HOSTNAME, &["localhost"])
            .expect("test names are sound");
        let settings = Settings {
            certificate: &certificate,
            resolver: dns.as_ref().map(Dns::address),
            routes,
            extra: extra.to_owned(),
        };
        let relay = Relaygate::start(directory.path(), Ports::free(), &settings);
        Self {
            relay,
            authority,
            dns,
            directory,
        }
    }

    /// A directory for the test's own files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A TLS client that trusts the test's authority.
    pub fn tls(&self) -> Arc<ClientConfig> {
        certs::client(&self.authority)
    }

    /// Account, connector and support address; nothing is verified.
    pub fn connect(&self, account: &str, domain: &str) -> Credential {
        create_account(&self.relay, account);
        let credential = add_domain(&self.relay, account, domain);
        self.add_address(account, &format!("support@{domain}"));
        credential
    }

    /// Adds a support address whose server nobody reaches.
    pub fn add_address(&self, account: &str, address: &str) -> Value {
        let arguments = [
            "address",
            "add",
            "-a",
            account,
            address,
            "--host",
            "127.0.0.1:9",
            "--username",
            address,
            "--password-stdin",
        ];
        self.relay.cli_with_input(&arguments, OUTBOUND_PASSWORD)["address"].clone()
    }

    /// Hands one message in and gives the session, still open.
    pub fn hand_in(&self, credential: &Credential, subject: &str, id: &str) -> Client {
        let mut client = self.session(credential);
        let reply = client.submit(USER, &[SUPPORT], &message(USER, SUPPORT, subject, id, ""));
        assert_eq!(reply.code, 250, "{subject}: {reply}");
        client
    }

    /// A TLS session that has said EHLO and logged in.
    pub fn session(&self, credential: &Credential) -> Client {
        let mut client = self.relay.submission(&self.tls());
        assert_eq!(client.say("EHLO mail.acme.example").code, 250);
        let reply = client.auth_plain(&credential.username, &credential.password);
        assert_eq!(reply.code, 235, "AUTH: {reply}");
        client
    }
}

/// Makes an account with one admin.
pub fn create_account(relay: &Relaygate, subdomain: &str) -> Value {
    let name = format!("The {subdomain} company");
    relay.cli(&[
        "account",
        "create",
        "--subdomain",
        subdomain,
        "--name",
        &name,
        "--admin",
        ADMIN,
    ])
}

/// Connects a domain and reads the credentials that are printed once.
pub fn add_domain(relay: &Relaygate, account: &str, domain: &str) -> Credential {
    let printed = relay.cli(&[
        "domain",
        "add",
        "-a",
        account,
        domain,
        "--name",
        &format!("Mail of {domain}"),
    ]);
    read_credential(&printed)
}

/// The credential in what `domain add` and `domain rotate` print.
pub fn read_credential(printed: &Value) -> Credential {
    let field = |name: &str| match &printed["credential"][name] {
        Value::String(text) => text.clone(),
        Value::Null => panic!("no {name} in {printed}"),
        other => other.to_string(),
    };
    Credential {
        id: field("id"),
        username: field("username"),
        alias: field("username_alias"),
        password: field("password"),
    }
}

/// Hands a message to our MX listener, without AUTH; the reply to its end.
pub fn by_mx(relay: &Relaygate, from: &str, to: &str, text: &str) -> Reply {
    let mut client = Client::plain(relay.ports().mx);
    client.say("EHLO mx.enduser.example");
    let reply = client.submit(from, &[to], text);
    client.say("QUIT");
    reply
}

/// Waits for a ticket with that subject and shows it whole.
pub fn wait_for_ticket(relay: &Relaygate, account: &str, subject: &str) -> Value {
    let id = wait::until(&format!("a ticket about {subject}"), wait::PATIENCE, || {
        tickets(relay, account)
            .iter()
            .find(|ticket| ticket["subject"] == subject)
            .map(id_of)
    });
    relay.cli(&["ticket", "show", "-a", account, &id])
}

/// The account's tickets.
pub fn tickets(relay: &Relaygate, account: &str) -> Vec<Value> {
    relay.cli(&["ticket", "list", "-a", account])["tickets"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

/// A ticket's id as the command line takes it.
pub fn id_of(ticket: &Value) -> String {
    ticket["id"]
        .as_str()
        .map_or_else(|| ticket["id"].to_string(), str::to_owned)
}

/// The tags of what `ticket show` printed.
pub fn tags_of(shown: &Value) -> Vec<String> {
    let tags = shown["ticket"]["tags"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    tags.iter()
        .filter_map(|tag| tag.as_str().map(str::to_owned))
        .collect()
}

/// A plain message, lines ended by CRLF.
pub fn message(from: &str, to: &str, subject: &str, id: &str, extra: &str) -> String {
    format!(
        "From: Eve End <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n{extra}\r\nHello, this is about {subject}.\r\n"
    )
}

fn start_relay(
    base: &Path,
    ports: Ports,
    certificate: &Certificate,
    dns: &Dns,
    customer: &Customer,
    extra: &str,
) -> Relaygate {
    let far_end = customer.mailbox_end().expect("it was started with one");
    let routes = vec![
        (DOMAIN.to_owned(), customer.ports().mx),
        ("enduser.example".to_owned(), far_end.port()),
        ("staff.example".to_owned(), far_end.port()),
    ];
    let settings = Settings {
        certificate,
        resolver: Some(dns.address()),
        routes,
        extra: extra.to_owned(),
    };
    Relaygate::start(base, ports, &settings)
}

/// Nobody answers on these; mail waits in the queue and nothing leaves the machine.
fn dead_ends() -> Vec<(String, u16)> {
    [
        "acme.example",
        "other.example",
        "enduser.example",
        "staff.example",
    ]
    .map(|domain| (domain.to_owned(), 9))
    .to_vec()
}

fn names() -> Vec<Record> {
    vec![
        Record::A("mail.acme.example".to_owned(), Ipv4Addr::LOCALHOST),
        Record::A("mx.enduser.example".to_owned(), Ipv4Addr::LOCALHOST),
        Record::Mx(
            "acme.example".to_owned(),
            "mail.acme.example".to_owned(),
            10,
        ),
        Record::Mx(
            "enduser.example".to_owned(),
            "mx.enduser.example".to_owned(),
            10,
        ),
    ]
}

/// A directory that goes away with the test; `KEEP=1` keeps it for a look.
pub fn temporary() -> TempDir {
    let mut directory = tempfile::Builder::new()
        .prefix("relaygate-test-")
        .tempdir()
        .expect("the system's temporary directory can be written");
    directory.disable_cleanup(env::var_os("KEEP").is_some());
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755))
        .expect("a directory of ours");
    directory
}

/// The program's certificate file below `certs`; its key ends in `.key`.
pub const HOUSE_CERTIFICATE: &str = "relay.desk.example.pem";

/// What the customer's server knows us by; a canary no log may show.
pub const OUTBOUND_PASSWORD: &str = "outbound-Canary-4711-secret";
