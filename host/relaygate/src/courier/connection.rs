//! Drives one [`Dialogue`] over one [`Wire`]: does what it says, tells what happened.

use std::borrow::Cow;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mail::client::{Action, Cause, Dialogue, Outcome, Settings, Transaction};
use rustls::pki_types::ServerName;
use storage::TextReader;
use tokio::io::AsyncReadExt as _;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tracing::debug;

use super::seats::Seat;
use super::{OpenError, PIECE_OCTETS, egress};
use crate::resolver::CheckedAddr;
use crate::tls::SessionInfo;
use crate::wire::Wire;

/// A connection to another mail server, good for any number of messages.
pub(super) struct Connection {
    dialogue: Dialogue,
    wire: Wire,
    began: Instant,
    connector: TlsConnector,
    name: ServerName<'static>,
    handshake_limit: Duration,
    block_limit: Duration,
    /// Whom the dialogue authenticates as.
    username: Option<String>,
    /// Why the handshake failed, for people.
    tls_trouble: Option<String>,
    closed: bool,
    /// Free for the next one when this one ends.
    _seat: Seat,
}

/// How TLS is done, and with whom.
pub(super) struct TlsPlan {
    pub(super) connector: TlsConnector,
    pub(super) name: ServerName<'static>,
}

/// An [`Action`] that no longer borrows the dialogue.
enum Step {
    Sent(io::Result<()>),
    Read,
    StartTls,
    Ready,
    Text,
    Finished(Vec<Outcome>),
    Close,
}

impl Connection {
    /// Connects from one of `ours` to the first address that answers.
    pub(super) async fn open(
        (addresses, ours): (&[CheckedAddr], &[IpAddr]),
        tls: TlsPlan,
        settings: Settings,
        seat: Seat,
    ) -> Result<Self, OpenError> {
        let wire = connect(addresses, ours)
            .await
            .map_err(OpenError::Unreachable)?;
        Ok(Self {
            wire,
            began: Instant::now(),
            connector: tls.connector,
            name: tls.name,
            handshake_limit: settings.timeouts.handshake,
            block_limit: settings.timeouts.block,
            username: settings.credentials.as_ref().map(|c| c.user().to_owned()),
            dialogue: Dialogue::new(settings),
            tls_trouble: None,
            closed: false,
            _seat: seat,
        })
    }

    /// Whether another message may be tried over it.
    pub(super) fn is_open(&self) -> bool {
        !self.closed
    }

    /// The name or address of the server.
    pub(super) fn server(&self) -> Cow<'_, str> {
        self.name.to_str()
    }

    /// What the handshake agreed on.
    pub(super) fn tls(&self) -> Option<SessionInfo> {
        self.wire.tls()
    }

    /// The user name, once TLS is up: before that no credentials leave.
    pub(super) fn credential(&self) -> Option<&str> {
        self.tls().and(self.username.as_deref())
    }

    /// Why the handshake failed.
    pub(super) fn tls_trouble(&self) -> Option<&str> {
        self.tls_trouble.as_deref()
    }

    /// Hands over one message; an outcome for each recipient.
    pub(super) async fn deliver(
        &mut self,
        transaction: Transaction,
        text: &TextReader,
    ) -> Vec<Outcome> {
        self.dialogue.transmit(transaction);
        let mut at = 0;
        loop {
            match self.step().await {
                Step::Finished(outcomes) => {
                    self.closed |= outcomes.iter().any(is_trouble);
                    return outcomes;
                }
                Step::Text => self.send_text(text, &mut at).await,
                Step::Close => {
                    self.closed = true;
                    return Vec::new();
                }
                step => self.go_on(step).await,
            }
        }
    }

    /// Takes leave; nobody minds if the server does not answer.
    pub(super) async fn quit(mut self) {
        self.dialogue.quit();
        let leave = async {
            loop {
                match self.step().await {
                    Step::Close | Step::Ready | Step::Text | Step::Finished(_) => break,
                    step => self.go_on(step).await,
                }
            }
        };
        if timeout(QUIT_LIMIT, leave).await.is_err() {
            debug!("server did not answer QUIT");
        }
        self.wire.close().await;
    }

    /// Asks the dialogue, and does at once what needs its own buffers.
    async fn step(&mut self) -> Step {
        match self.dialogue.next(self.began.elapsed()) {
            Action::Send(octets) => Step::Sent(self.wire.send(octets, self.block_limit).await),
            Action::Read => Step::Read,
            Action::StartTls => Step::StartTls,
            Action::Ready => Step::Ready,
            Action::Text => Step::Text,
            Action::Finished(outcomes) => Step::Finished(outcomes),
            // The handshake is always over before the next step.
            Action::Wait | Action::Close(_) => Step::Close,
        }
    }

    async fn go_on(&mut self, step: Step) {
        match step {
            Step::Read => self.read().await,
            Step::StartTls => self.start_tls().await,
            Step::Sent(Err(error)) => {
                debug!(%error, "connection lost");
                self.gone();
            }
            Step::Sent(Ok(())) | Step::Ready | Step::Text | Step::Finished(_) | Step::Close => {}
        }
    }

    async fn read(&mut self) {
        let patience = self.dialogue.deadline().unwrap_or(READ_LIMIT);
        let read = self.wire.read_buf(self.dialogue.space());
        match timeout_at(self.began + patience, read).await {
            Ok(Ok(octets)) if octets > 0 => {}
            Ok(_) => self.gone(),
            Err(_) => {
                self.closed = true;
                self.dialogue.deadline_passed();
            }
        }
    }

    async fn start_tls(&mut self) {
        let (connector, name) = (self.connector.clone(), self.name.clone());
        match self
            .wire
            .connect_tls(connector, name, self.handshake_limit)
            .await
        {
            Ok(()) => self.dialogue.tls_started(),
            Err(error) => {
                self.tls_trouble = Some(format!("TLS handshake failed: {error}"));
                self.closed = true;
                self.dialogue.abandon();
            }
        }
    }

    async fn send_text(&mut self, text: &TextReader, at: &mut u64) {
        match text.read(*at, PIECE_OCTETS).await {
            Ok(piece) if piece.is_empty() => self.dialogue.end_of_text(),
            Ok(piece) => {
                *at += piece.len() as u64;
                self.dialogue.text(&piece);
            }
            Err(error) => {
                debug!(%error, "text cannot be read");
                self.closed = true;
                self.dialogue.abandon();
            }
        }
    }

    fn gone(&mut self) {
        self.closed = true;
        self.dialogue.peer_gone();
    }
}

/// Whether the connection itself may be at fault, so that the next message
/// gets a new one.
fn is_trouble(outcome: &Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::Accepted(_)
            | Outcome::Deferred(Cause::Reply(_))
            | Outcome::Failed(Cause::Reply(_))
    )
}

/// Connects from one of `ours` to the first address that answers.
pub(super) async fn connect(addresses: &[CheckedAddr], ours: &[IpAddr]) -> io::Result<Wire> {
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for address in addresses {
        match connect_one(address.socket(), ours).await {
            Ok(wire) => return Ok(wire),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn connect_one(address: SocketAddr, ours: &[IpAddr]) -> io::Result<Wire> {
    match timeout(CONNECT_LIMIT, egress::connect(address, ours)).await {
        Ok(stream) => Wire::new(stream?),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

const CONNECT_LIMIT: Duration = Duration::from_secs(30);
const QUIT_LIMIT: Duration = Duration::from_secs(5);
/// Only for a dialogue that names no deadline while it reads, which none does.
const READ_LIMIT: Duration = Duration::from_secs(300);
