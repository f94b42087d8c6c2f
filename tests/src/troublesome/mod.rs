//! A customer's mail server that misbehaves as it is told.
//!
//! Postfix shows how a sound server behaves; this one shows the others. It takes
//! the domain's mail from everybody ([`Doors::mx`]) and from whoever logs in
//! ([`Doors::submission`], [`Doors::submissions`]), hands what is for its own domain
//! back to our program like a relay does, and keeps the rest as the world's mail.
//! On the way it can be told to
//!
//! - say anything, hang up, fall silent or lose its own reply at any command ([`Trouble`]),
//! - change what it relays: fields, body, DKIM, copies, aliases ([`Habits`], [`Rewrite`]),
//! - offer no TLS, odd mechanisms, or a certificate nobody should believe ([`Setup`]).
//!
//! Everything that was said to it is kept ([`Troublesome::heard`]), so that a test can
//! show what never left our house. It shares no code with the product.

mod relay;
mod rewrite;
mod scene;
mod session;
mod trouble;

use std::collections::HashMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use customer::{Certificate, Message};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

use crate::wait::{self, PATIENCE};

pub use relay::{Relayed, Way};
pub use rewrite::{Resigner, Rewrite};
pub use scene::Scene;
pub use trouble::{Act, Door, Stage, Trouble};

/// How it is built.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its own domain; mail for it is relayed.
    pub domain: String,
    /// What it shows on all its doors.
    pub certificate: Certificate,
    /// Whether the doors without TLS offer STARTTLS.
    pub starttls: bool,
    /// What it offers after EHLO, with TLS, where a login is wanted.
    pub mechanisms: Vec<&'static str>,
}

/// Its ports on 127.0.0.1.
#[derive(Debug, Clone, Copy)]
pub struct Doors {
    /// For everybody; STARTTLS if it is offered.
    pub mx: u16,
    /// STARTTLS and a login.
    pub submission: u16,
    /// TLS from the first octet and a login.
    pub submissions: u16,
}

/// What it does to mail for its own domain.
#[derive(Debug, Clone, Default)]
pub struct Habits {
    /// Changes to each message, in this order.
    pub rewrites: Vec<Rewrite>,
    /// Local addresses that stand for others.
    pub aliases: HashMap<String, Vec<String>>,
    /// How often each message is handed on besides the first time.
    pub more_copies: usize,
}

/// A message it took.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Where it came in.
    pub door: Door,
    /// User name proved.
    pub login: Option<String>,
    /// Whether TLS was on.
    pub tls: bool,
    /// The reverse path, without brackets.
    pub sender: String,
    /// The recipients it accepted.
    pub recipients: Vec<String>,
    /// The text, dots unstuffed.
    pub text: Vec<u8>,
}

/// A running one. Its doors close when it is dropped.
pub struct Troublesome {
    shared: Arc<Shared>,
    doors: Doors,
}

struct Shared {
    setup: Setup,
    tls: Arc<ServerConfig>,
    stopped: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    logins: HashMap<String, String>,
    troubles: Vec<Trouble>,
    habits: Habits,
    way: Option<Way>,
    letters: Vec<Letter>,
    relayed: Vec<Relayed>,
    heard: Vec<String>,
}

impl Troublesome {
    /// Opens its doors.
    pub fn start(setup: Setup) -> Self {
        let shared = Arc::new(Shared {
            tls: tls(&setup.certificate),
            setup,
            stopped: AtomicBool::new(false),
            state: Mutex::default(),
        });
        let doors = Doors {
            mx: open(&shared, Door::Mx),
            submission: open(&shared, Door::Submission),
            submissions: open(&shared, Door::Submissions),
        };
        Self { shared, doors }
    }

    /// Where it listens.
    pub fn doors(&self) -> Doors {
        self.doors
    }

    /// SHA-256 of the certificate it shows, in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let file = &self.shared.setup.certificate.certificate;
        let certificate = CertificateDer::from_pem_file(file).expect("we wrote this file");
        let digest = Sha256::digest(&certificate);
        digest.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// Makes a login, or changes its password (a token for XOAUTH2).
    pub fn add_login(&self, username: &str, password: &str) {
        let mut state = self.shared.state();
        state
            .logins
            .insert(username.to_owned(), password.to_owned());
    }

    /// Tells it how to hand its domain's mail to our program.
    pub fn relay_by(&self, way: Way) {
        self.shared.state().way = Some(way);
    }

    /// Makes trouble; the first that fits is made.
    pub fn trouble(&self, trouble: Trouble) {
        self.shared.state().troubles.push(trouble);
    }

    /// Behaves from now on.
    pub fn calm_down(&self) {
        self.shared.state().troubles.clear();
    }

    /// Changes its habits.
    pub fn set_habits(&self, habits: Habits) {
        self.shared.state().habits = habits;
    }

    /// Every message it took, its domain's own included, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.shared.state().letters.clone()
    }

    /// What it took for one address.
    pub fn mail_to(&self, address: &str) -> Vec<Message> {
        let to_it = |letter: &Letter| letter.recipients.iter().any(|it| it == address);
        let letters = self.letters().into_iter().filter(to_it);
        letters.map(|letter| Message::new(letter.text)).collect()
    }

    /// Waits for a message to an address.
    pub fn arrives(&self, address: &str, wanted: impl Fn(&Message) -> bool) -> Message {
        wait::until(&format!("mail to {address}"), PATIENCE, || {
            self.mail_to(address).into_iter().find(|it| wanted(it))
        })
    }

    /// What became of the mail it handed to our program.
    pub fn relayed(&self) -> Vec<Relayed> {
        self.shared.state().relayed.clone()
    }

    /// Every command line said to it so far, on any door, in order.
    pub fn heard(&self) -> Vec<String> {
        self.shared.state().heard.clone()
    }
}

impl Drop for Troublesome {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        for port in [self.doors.mx, self.doors.submission, self.doors.submissions] {
            // Wakes the listener, which sees that it is over.
            let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, port));
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn is_own(&self, recipient: &str) -> bool {
        let domain = recipient.rsplit_once('@').map(|(_, domain)| domain);
        domain.is_some_and(|it| it.eq_ignore_ascii_case(&self.setup.domain))
    }

    /// Keeps a message; what is for its own domain goes on to our program.
    fn take(self: &Arc<Self>, letter: Letter) {
        let own: Vec<String> = letter
            .recipients
            .iter()
            .filter(|it| self.is_own(it))
            .cloned()
            .collect();
        self.state().letters.push(letter.clone());
        for recipient in own {
            relay::hand_on(self, &letter, &recipient);
        }
    }
}

fn open(shared: &Arc<Shared>, door: Door) -> u16 {
    // A program of another test may be faster to take the same one.
    let listener = (0..PORTS_TRIED)
        .find_map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, crate::free_port())).ok())
        .expect("some port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let shared = Arc::clone(shared);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if shared.is_stopped() {
                return;
            }
            let shared = Arc::clone(&shared);
            // A peer that vanishes ends its session and nothing else.
            thread::spawn(move || session::serve(&shared, door, stream));
        }
    });
    port
}

fn tls(certificate: &Certificate) -> Arc<ServerConfig> {
    let chain =
        vec![CertificateDer::from_pem_file(&certificate.certificate).expect("we wrote this file")];
    let key = PrivateKeyDer::from_pem_file(&certificate.key).expect("we wrote this file");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("certificate and key belong together");
    Arc::new(config)
}

const PORTS_TRIED: usize = 10;
