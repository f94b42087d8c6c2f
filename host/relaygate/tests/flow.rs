//! Mail in over the MX listener, in process: from the first octet to the ticket.

use std::sync::Arc;
use std::time::Duration;

use desk::accounts::{self, NewAccount, Subdomain};
use desk::tickets;
use mail::address::Address;
use relaygate::clock::Clock;
use relaygate::config::{self, ListenerKind};
use relaygate::operations::suspended;
use relaygate::services::Services;
use relaygate::{listener, runner};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A program with an account `acme` and an MX listener, and nothing else.
struct House {
    services: Arc<Services>,
    account: desk::Account,
    port: u16,
    _directory: tempfile::TempDir,
}

impl House {
    async fn open() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().display();
        let text = format!(
            "hostname = \"relay.desk.example\"\nnative_domain = \"desk.example\"\n\
             data_dir = \"{root}/data\"\nkey_file = \"{root}/relaygate.key\"\n\
             [[listener]]\nkind = \"mx\"\nbind = \"127.0.0.1:2525\"\ntls = \"starttls\"\n"
        );
        let config = config::parse(&text).expect("a configuration");
        let services = Services::open(config, Clock::system())
            .await
            .expect("services");
        let account = make_account(&services).await;
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = socket.local_addr().expect("bound").port();
        let listener = services.config.listeners[0].clone();
        assert_eq!(listener.kind, ListenerKind::Mx);
        tokio::spawn(listener::serve(services.clone(), listener, socket));
        tokio::spawn(runner::run(services.clone()));
        Self {
            services,
            account,
            port,
            _directory: directory,
        }
    }

    /// Sends commands one by one; the code of each reply, the greeting's first.
    async fn say(&self, commands: &[&str]) -> Vec<u16> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))
            .await
            .expect("connected");
        let mut stream = BufReader::new(stream);
        let mut codes = vec![reply(&mut stream).await];
        for command in commands {
            stream
                .write_all(format!("{command}\r\n").as_bytes())
                .await
                .expect("written");
            codes.push(reply(&mut stream).await);
        }
        codes
    }

    /// Waits until the intake lane is empty, then lists the tickets.
    async fn tickets(&self) -> Vec<tickets::Ticket> {
        for _ in 0..TURNS_MAX {
            let mut filter = storage::JobFilter::first(1);
            filter.lane = Some(runner::intake_lane());
            if self
                .services
                .store
                .jobs(filter)
                .await
                .expect("jobs")
                .is_empty()
            {
                return tickets::list(&self.account).await.expect("tickets");
            }
            tokio::time::sleep(TURN).await;
        }
        panic!("the intake lane did not become empty");
    }
}

async fn make_account(services: &Services) -> desk::Account {
    let new = NewAccount {
        subdomain: Subdomain::parse("acme").expect("a label"),
        name: "Acme".to_owned(),
        admins: vec![Address::parse("admin@other.example").expect("an address")],
        sandbox_of: None,
    };
    let now = services.clock.now();
    let made = accounts::create(&services.desk, &services.native, new, now)
        .await
        .expect("made");
    services.desk.account(made.id)
}

/// The code of one reply, however many lines it has.
async fn reply(stream: &mut BufReader<TcpStream>) -> u16 {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("a reply");
        if line.as_bytes().get(3) != Some(&b'-') {
            return line
                .get(..3)
                .and_then(|code| code.parse().ok())
                .expect("a code");
        }
    }
}

const MESSAGE: &str = "From: erika@user.example\r\nTo: support@acme.desk.example\r\n\
    Subject: Printer\r\nMessage-ID: <m1@user.example>\r\n\r\nIt is on fire.\r\n.";
const TURN: Duration = Duration::from_millis(20);
const TURNS_MAX: usize = 500;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_sent_again_makes_one_ticket() {
    let house = House::open().await;
    for _ in 0..2 {
        let codes = house
            .say(&[
                "EHLO mx.user.example",
                "MAIL FROM:<erika@user.example>",
                "RCPT TO:<support@acme.desk.example>",
                "DATA",
                MESSAGE,
            ])
            .await;
        assert_eq!(codes, [220, 250, 250, 250, 354, 250]);
    }
    let tickets = house.tickets().await;
    assert_eq!(tickets.len(), 1, "R111");
    assert!(
        tickets[0].tags.is_empty(),
        "R6: nothing vouches for mail over the MX listener"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_kept_aside_with_its_source() {
    let house = House::open().await;
    let codes = house
        .say(&[
            "EHLO mx.user.example",
            "MAIL FROM:<erika@user.example>",
            "RCPT TO:<support@acme.desk.example>",
            "DATA",
            "no field at all\r\n\r\nIt is on fire.\r\n.",
        ])
        .await;
    assert_eq!(codes, [220, 250, 250, 250, 354, 250]);
    assert!(house.tickets().await.is_empty());
    let listed = suspended::list(&house.services, "acme").await;
    let listed = listed.expect("listed").suspended;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].cause, "unprocessable");
    let shown = suspended::show(&house.services, "acme", &listed[0].id).await;
    let source = shown.expect("shown").source;
    assert!(source.contains("no field at all"), "{source}");
    assert!(source.contains("It is on fire."), "{source}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_relays_through_us() {
    let house = House::open().await;
    let codes = house
        .say(&[
            "EHLO x",
            "MAIL FROM:<a@user.example>",
            "RCPT TO:<b@elsewhere.example>",
            "DATA",
        ])
        .await;
    assert_eq!(codes[..4], [220, 250, 250, 550]);
    assert!(codes[4] >= 500, "no text without a recipient");
    assert!(house.tickets().await.is_empty());
}
