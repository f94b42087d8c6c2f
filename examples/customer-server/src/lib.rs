//! The customer's side of Relaygate: a mail server for one domain, and the rest
//! of the world behind it as one Maildir.
//!
//! The server is a real Postfix where there is one ([`postfix`]), else the small
//! one in `customer_server.py` ([`small`]); both are told the same ([`Setup`]) and
//! do the same: relay their domain's mail to Relaygate with the credentials issued
//! for it, take mail by submission with AUTH, deliver foreign mail into the Maildir.
//! `relaygate demo` and the tests stand on it.
//!
//! Everything lives in one directory, listens on high ports of 127.0.0.1 and ends
//! when the value is dropped.
//!
//! Not here: anything of Relaygate. This side knows it only as host, port,
//! user name and password.

pub mod certs;
mod error;
pub mod maildir;
pub mod ports;
pub mod postfix;
pub mod process;
pub mod small;

use std::path::{Path, PathBuf};

pub use certs::{Authority, Certificate};
pub use error::Error;
pub use maildir::{Maildir, Message};

/// What a customer's server is told.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where it keeps everything.
    pub directory: PathBuf,
    /// The domain it serves.
    pub domain: String,
    /// Certificate for its own listeners.
    pub certificate: Certificate,
    /// The ports it listens on.
    pub ports: Ports,
    /// How it reaches Relaygate.
    pub relay: Relay,
}

/// The customer's listeners, all on 127.0.0.1.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// Where the world delivers the domain's mail.
    pub mx: u16,
    /// Submission with STARTTLS, AUTH required (587).
    pub submission: u16,
    /// Submission with implicit TLS, AUTH required (465).
    pub submissions: u16,
}

impl Ports {
    /// Three ports nobody listens on.
    ///
    /// # Errors
    /// [`Error::NoPort`].
    pub fn free() -> Result<Self, Error> {
        Ok(Self {
            mx: ports::free()?,
            submission: ports::free()?,
            submissions: ports::free()?,
        })
    }
}

/// The way to Relaygate's submission listener on 127.0.0.1.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Its port.
    pub port: u16,
    /// TLS from the first octet (465) instead of STARTTLS (587).
    pub implicit: bool,
    /// Certificates to trust there, a PEM file.
    pub authority: PathBuf,
    /// The name the certificate must be made out to; `None`: any, so long as it is encrypted.
    pub name: Option<String>,
}

/// A running customer's server.
#[derive(Debug)]
pub enum Customer {
    /// Debian's Postfix.
    Postfix(Box<postfix::Customer>),
    /// The small one.
    Small(small::Customer),
}

impl Customer {
    /// Starts a Postfix if there is one and we may, else the small server.
    ///
    /// # Errors
    /// [`Error`] with the server's own words.
    pub fn start(setup: &Setup) -> Result<Self, Error> {
        match postfix::unavailable() {
            None => postfix::Customer::start(setup).map(|it| Self::Postfix(Box::new(it))),
            Some(_) => small::Customer::start(setup).map(Self::Small),
        }
    }

    /// What it is, for people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Postfix(_) => "Postfix",
            Self::Small(_) => "the small server of examples/customer-server",
        }
    }

    /// Makes a login for submission.
    ///
    /// # Errors
    /// [`Error`] with the server's own words.
    pub fn add_login(&self, username: &str, password: &str) -> Result<(), Error> {
        match self {
            Self::Postfix(it) => it.add_login(username, password),
            Self::Small(it) => it.add_login(username, password),
        }
    }

    /// Enters the credentials Relaygate issued and tries the queue again.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_relay_credentials(&self, username: &str, password: &str) -> Result<(), Error> {
        match self {
            Self::Postfix(it) => it.set_relay_credentials(username, password),
            Self::Small(it) => it.set_relay_credentials(username, password),
        }
    }

    /// What arrived for the rest of the world.
    pub fn mailbox(&self) -> Maildir {
        match self {
            Self::Postfix(it) => it.mailbox(),
            Self::Small(it) => it.mailbox(),
        }
    }

    /// Its mail log so far.
    pub fn log(&self) -> String {
        match self {
            Self::Postfix(it) => it.log(),
            Self::Small(it) => it.log(),
        }
    }
}

/// Writes a file, naming it if that fails.
fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|source| Error::io(path, source))
}

/// Makes a directory and those above it, naming it if that fails.
fn make_directory(path: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(path).map_err(|source| Error::io(path, source))
}
