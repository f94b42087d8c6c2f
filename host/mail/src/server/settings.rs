//! What an operator decides about a listener, as far as its sessions care.
//!
//! Not here: addresses, certificates, connection limits (`relaygate::config`).

use std::time::Duration;

use crate::address::Domain;
use crate::sasl::Mechanism;

/// What a listener is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// TLS and AUTH before any mail (RFC 6409, RFC 8314).
    Submission,
    /// Mail from anybody; AUTH is not offered.
    Mx,
}

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// With the first octet (RFC 8314 §3).
    Implicit,
    /// After STARTTLS (RFC 3207).
    Starttls,
}

/// Everything a session must be told once; shared by all sessions of a listener.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name in the banner and in EHLO.
    pub host: Domain,
    /// What the listener is for.
    pub role: Role,
    /// When TLS begins.
    pub tls: TlsMode,
    /// What EHLO offers after TLS on a submission listener.
    pub mechanisms: Vec<Mechanism>,
    /// Largest message in octets, announced with SIZE (RFC 1870).
    pub message_octets_max: u64,
    /// Most recipients of one message; the next ones read 452.
    pub recipients_max: usize,
    /// What a misbehaving peer is granted.
    pub tolerance: Tolerance,
    /// How long things may take.
    pub timeouts: Timeouts,
}

impl Settings {
    /// The defaults for a listener: PLAIN, 50 MiB, 100 recipients.
    pub fn new(host: Domain, role: Role, tls: TlsMode) -> Self {
        Self {
            host,
            role,
            tls,
            mechanisms: vec![Mechanism::Plain],
            message_octets_max: 50 * 1024 * 1024,
            recipients_max: 100,
            tolerance: Tolerance::default(),
            timeouts: Timeouts::default(),
        }
    }
}

/// How much misbehaviour a session bears (FAULTS section 0). In a hurry
/// ([`Session::hurry`](super::Session::hurry)) errors and junk are granted half of it.
#[derive(Debug, Clone)]
pub struct Tolerance {
    /// After that many errors every further error reply is held back for a second.
    pub errors_soft: u32,
    /// That many errors close the session.
    pub errors_hard: u32,
    /// More commands than that which bring no mail nearer close the session,
    /// transactions that were refused among them; a kept message sets the count back.
    pub junk_max: u32,
    /// That many failed AUTH commands close the session.
    pub auth_failures_max: u32,
    /// That many over-long command lines close the session.
    pub long_lines_max: u32,
    /// That many RCPT commands of one message that add nobody, because they are
    /// beyond the limit, refused or repeated, close the session.
    pub fruitless_recipients_max: usize,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            errors_soft: 5,
            errors_hard: 10,
            junk_max: 20,
            auth_failures_max: 3,
            long_lines_max: 3,
            fruitless_recipients_max: 1_000,
        }
    }
}

/// How long things may take.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// For the TLS handshake.
    pub handshake: Duration,
    /// From a reply to the end of the next command line.
    pub idle: Duration,
    /// The same in a hurry.
    pub idle_in_hurry: Duration,
    /// For the peer to read what we wrote.
    pub write: Duration,
    /// From MAIL to the end of the message.
    pub transaction: Duration,
    /// Over this time of waiting for text...
    pub pace_window: Duration,
    /// ... at least this many octets a second have to come.
    pub pace_octets_per_second: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            idle: Duration::from_secs(120),
            idle_in_hurry: Duration::from_secs(10),
            write: Duration::from_secs(30),
            transaction: Duration::from_secs(15 * 60),
            pace_window: Duration::from_secs(30),
            pace_octets_per_second: 1_024,
        }
    }
}
