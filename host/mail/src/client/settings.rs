//! What the program decides about a connection to another server.

use std::time::Duration;

use crate::address::{Address, Domain, ReversePath};
use crate::sasl::{ClientMechanism, Credentials};

/// What the server speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protocol {
    /// SMTP: one reply after the text, for all recipients.
    #[default]
    Smtp,
    /// LMTP (RFC 2033): LHLO instead of EHLO, and after the text one reply for
    /// each recipient that was taken, in their order.
    Lmtp,
}

/// When TLS begins, and whether there may be none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// With the first octet (RFC 8314 §3).
    Implicit,
    /// After STARTTLS, which must be offered.
    Required,
    /// After STARTTLS if it is offered, in the clear if not (RFC 7435). For our
    /// own path only; credentials are never used with it.
    Opportunistic,
    /// Never, whatever is offered: for servers on this machine or in a network of
    /// the operator's own. Credentials are never used with it.
    None,
}

/// Everything a dialogue must be told once.
pub struct Settings {
    /// Our name in EHLO.
    pub host: Domain,
    /// What the server speaks.
    pub protocol: Protocol,
    /// When TLS begins.
    pub tls: Tls,
    /// Whom we authenticate as. With credentials, a server that does not take
    /// them gets no mail.
    pub credentials: Option<Credentials>,
    /// How we authenticate; the better of PLAIN and LOGIN if absent.
    pub mechanism: Option<ClientMechanism>,
    /// How long to wait for each reply.
    pub timeouts: Timeouts,
}

/// How long to wait (RFC 5321 §4.5.3.2).
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For the greeting.
    pub greeting: Duration,
    /// For the replies to EHLO, STARTTLS, AUTH, MAIL, RCPT and RSET.
    pub command: Duration,
    /// For the 354.
    pub data: Duration,
    /// For the peer to take a block of octets.
    pub block: Duration,
    /// For the reply after the final dot.
    pub end_of_text: Duration,
    /// For the reply to QUIT; nobody minds if it does not come.
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            handshake: minutes(1),
            greeting: minutes(5),
            command: minutes(5),
            data: minutes(2),
            block: minutes(3),
            end_of_text: minutes(10),
            quit: Duration::from_secs(5),
        }
    }
}

/// One message to hand over; its text is asked for later.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// The reverse path.
    pub sender: ReversePath,
    /// Whom it is for; at least one.
    pub recipients: Vec<Address>,
    /// How large the text is, for SIZE.
    pub octets: u64,
    /// The text has octets beyond ASCII (RFC 6152).
    pub eight_bit: bool,
    /// The header fields have (RFC 6531); addresses are looked at here.
    pub utf8: bool,
}
