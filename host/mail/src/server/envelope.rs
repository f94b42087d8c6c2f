//! Who speaks, and for whom the message is.

use crate::address::{Address, ReversePath};

/// The other end of a session.
#[derive(Debug)]
pub struct Peer<Identity> {
    /// The argument of EHLO or HELO, as sent; forgotten when TLS begins (RFC 3207 §4.2).
    pub helo: Option<String>,
    /// It said EHLO.
    pub esmtp: bool,
    /// What TLS came to, once it has.
    pub tls: Option<TlsInfo>,
    /// Set by AUTH, never changed.
    pub identity: Option<Identity>,
}

/// What a handshake came to, for the Received field and the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsInfo {
    /// For example `TLSv1.3`.
    pub version: String,
    /// For example `TLS_AES_256_GCM_SHA384`.
    pub cipher: String,
}

/// One transaction so far (RFC 5321 §3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The reverse path; `None` is `<>`.
    pub sender: ReversePath,
    /// Accepted recipients, in the order of their RCPT, each once.
    pub recipients: Vec<Address>,
    /// What SIZE declared (RFC 1870).
    pub declared_octets: Option<u64>,
    /// `BODY=8BITMIME` (RFC 6152).
    pub eight_bit: bool,
    /// `SMTPUTF8` (RFC 6531).
    pub utf8: bool,
}
