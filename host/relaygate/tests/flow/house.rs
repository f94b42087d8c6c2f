//! A program with an account `acme` and an MX listener, and a mail server that
//! takes what it sends to `user.example`.

use std::sync::Arc;
use std::time::Duration;

use desk::accounts::{self, NewAccount, Subdomain};
use desk::{outbound, tickets};
use mail::address::Address;
use relaygate::clock::Clock;
use relaygate::config::{self, ListenerKind};
use relaygate::services::Services;
use relaygate::{listener, runner};
use relaygate_tests::certs;
use relaygate_tests::troublesome::{Setup, Troublesome};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// All of it, in one process.
pub(crate) struct House {
    /// The program.
    pub(crate) services: Arc<Services>,
    /// The account `acme`.
    pub(crate) account: desk::Account,
    /// Where `user.example` takes its mail.
    pub(crate) users: Troublesome,
    port: u16,
    _directory: tempfile::TempDir,
}

impl House {
    /// With the system's clock.
    pub(crate) async fn open() -> Self {
        Self::with(Clock::system(), "", |services| services).await
    }

    /// With another clock, more lines of configuration, and changed services.
    pub(crate) async fn with(
        clock: Clock,
        extra: &str,
        change: impl FnOnce(Services) -> Services,
    ) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let users = users(&directory);
        let config = configuration(&directory, &users, extra);
        let services = Services::open(config, clock).await.expect("services");
        let services = Arc::into_inner(services).expect("nobody else has it yet");
        let services = Arc::new(change(services));
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
            users,
            port,
            _directory: directory,
        }
    }

    /// Sends commands one by one; the code of each reply, the greeting's first.
    pub(crate) async fn say(&self, commands: &[&str]) -> Vec<u16> {
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

    /// Hands in a message, which makes a ticket that erika is told of.
    pub(crate) async fn erika_writes(&self) {
        self.writes("erika@user.example").await;
    }

    /// The same by somebody else.
    pub(crate) async fn writes(&self, who: &str) {
        let sender = format!("MAIL FROM:<{who}>");
        let message = format!(
            "From: {who}\r\nTo: support@acme.desk.example\r\nSubject: Printer\r\n\
             Message-ID: <m1.{who}>\r\n\r\nIt is on fire.\r\n."
        );
        let codes = self
            .say(&[
                "EHLO mx.user.example",
                &sender,
                "RCPT TO:<support@acme.desk.example>",
                "DATA",
                &message,
            ])
            .await;
        assert_eq!(codes, [220, 250, 250, 250, 354, 250]);
    }

    /// Waits until the intake lane is empty, then lists the tickets.
    pub(crate) async fn tickets(&self) -> Vec<tickets::Ticket> {
        let nothing_in = |jobs: Vec<storage::Job>| {
            let intake = |job: &storage::Job| job.lane == runner::intake_lane();
            (!jobs.iter().any(intake)).then_some(())
        };
        self.jobs_when(nothing_in).await;
        tickets::list(&self.account).await.expect("tickets")
    }

    /// What became of the messages about the first ticket, once there are some
    /// and `wanted` likes them all.
    pub(crate) async fn deliveries_when(
        &self,
        wanted: impl Fn(&outbound::Delivery) -> bool,
    ) -> Vec<outbound::Delivery> {
        for _ in 0..TURNS_MAX {
            let emails = outbound::of_ticket(&self.account, 1).await.expect("emails");
            let deliveries: Vec<_> = emails.into_iter().flat_map(|it| it.deliveries).collect();
            if !deliveries.is_empty() && deliveries.iter().all(&wanted) {
                return deliveries;
            }
            tokio::time::sleep(TURN).await;
        }
        panic!("no delivery became what it should");
    }

    /// Looks at the queue until `wanted` finds in it what it wants.
    pub(crate) async fn jobs_when<T>(&self, wanted: impl Fn(Vec<storage::Job>) -> Option<T>) -> T {
        for _ in 0..TURNS_MAX {
            let jobs = self
                .services
                .store
                .jobs(storage::JobFilter::first(100))
                .await;
            if let Some(found) = wanted(jobs.expect("jobs")) {
                return found;
            }
            tokio::time::sleep(TURN).await;
        }
        panic!("the queue did not become what it should");
    }

    /// Waits until there is nothing to do any more.
    pub(crate) async fn queue_is_empty(&self) {
        self.jobs_when(|jobs| jobs.is_empty().then_some(())).await;
    }
}

fn users(directory: &tempfile::TempDir) -> Troublesome {
    let authority = certs::authority(&directory.path().join("certs"));
    let certificate = authority.issue("mx.user.example", &["127.0.0.1"]);
    Troublesome::start(Setup {
        domain: "elsewhere.example".to_owned(),
        certificate: certificate.expect("the name is sound"),
        starttls: true,
        mechanisms: Vec::new(),
    })
}

fn configuration(
    directory: &tempfile::TempDir,
    users: &Troublesome,
    extra: &str,
) -> config::Config {
    let root = directory.path().display();
    let port = users.doors().mx;
    let text = format!(
        "hostname = \"relay.desk.example\"\nnative_domain = \"desk.example\"\n\
         data_dir = \"{root}/data\"\nkey_file = \"{root}/relaygate.key\"\n\
         [[listener]]\nkind = \"mx\"\nbind = \"127.0.0.1:2525\"\ntls = \"starttls\"\n\
         [outbound]\nallowed_networks = [\"127.0.0.0/8\"]\nconnections_per_host_max = 2\n\
         [[native.route]]\ndomain = \"user.example\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         {extra}"
    );
    config::parse(&text).expect("a configuration")
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

const TURN: Duration = Duration::from_millis(20);
const TURNS_MAX: usize = 500;
