//! Drives one [`Session`] over one [`Wire`]: does what it says, tells what happened.
//!
//! Not here: any decision. What the peer may do is the session's business, what
//! the product thinks of it [`Reception`]'s.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mail::address::Address;
use mail::reply::Reply;
use mail::sasl::Credentials;
use mail::server::{Action, Envelope, Event, Settings, TlsInfo};
use storage::Durable;
use tokio::io::AsyncReadExt as _;
use tokio::time::Instant;
use tracing::{Span, debug, info};

use crate::config::ListenerKind;
use crate::facts::{Login, TlsUsed};
use crate::listener::Seat;
use crate::reception::Reception;
use crate::services::Services;
use crate::wire::Wire;

/// A session whose 250 needs the store's own proof.
type Session = mail::server::Session<Durable, Login>;
/// What is told to it.
type Told = Event<Durable, Login>;

/// Serves one connection to its end.
pub(super) async fn run(
    services: Arc<Services>,
    settings: Arc<Settings>,
    kind: ListenerKind,
    wire: Wire,
    seat: Seat,
    peer: SocketAddr,
    id: String,
) {
    let reception = Reception::new(Arc::clone(&services), kind, peer.ip(), id);
    let mut connection = Connection {
        services,
        write_limit: settings.timeouts.write,
        handshake_limit: settings.timeouts.handshake,
        session: Session::new(settings),
        reception,
        wire,
        seat,
        began: Instant::now(),
        stopping: false,
        leaving: false,
    };
    match connection.serve().await {
        Ok(()) => debug!("session ended"),
        Err(error) => debug!(%error, "connection lost"),
    }
    connection.wire.close().await;
}

struct Connection {
    services: Arc<Services>,
    session: Session,
    reception: Reception,
    wire: Wire,
    seat: Seat,
    began: Instant,
    write_limit: Duration,
    handshake_limit: Duration,
    /// The session knows that we are going down.
    stopping: bool,
    /// The session knows that its seat was given away.
    leaving: bool,
}

/// An [`Action`] that no longer borrows the session.
enum Step {
    Go,
    Read,
    Pause(Duration),
    StartTls,
    Verify(Credentials),
    Sender(Envelope),
    Recipient(Address),
    EndOfText(Envelope),
    Close,
}

impl Connection {
    async fn serve(&mut self) -> io::Result<()> {
        loop {
            let step = self.step().await?;
            let told = match step {
                Step::Go => None,
                Step::Read => self.read().await?,
                Step::Pause(time) => self.pause(time).await,
                Step::StartTls => Some(self.start_tls().await?),
                Step::Verify(credentials) => Some(self.verify(credentials).await),
                Step::Sender(envelope) => Some(self.ask_sender(&envelope).await),
                Step::Recipient(candidate) => Some(self.ask_recipient(&candidate).await),
                Step::EndOfText(envelope) => Some(self.keep(envelope).await),
                Step::Close => return Ok(()),
            };
            if let Some(event) = told {
                self.session.handle(event, self.began.elapsed());
            }
        }
    }

    /// Asks the session, and does at once what needs its own buffers.
    async fn step(&mut self) -> io::Result<Step> {
        let crowded = self.services.flow.caps.is_crowded();
        self.session.hurry(crowded);
        Ok(match self.session.next(self.began.elapsed()) {
            Action::Send(octets) => {
                self.wire.send(octets, self.write_limit).await?;
                Step::Go
            }
            Action::Text(octets) => {
                self.reception.text(octets).await;
                Step::Go
            }
            Action::Discard => {
                self.reception.discard();
                Step::Go
            }
            Action::Read => Step::Read,
            Action::Pause(time) => Step::Pause(time),
            Action::StartTls => Step::StartTls,
            Action::Verify(credentials) => Step::Verify(credentials),
            Action::Sender(envelope) => Step::Sender(envelope.clone()),
            Action::Recipient(_, candidate) => Step::Recipient(candidate.clone()),
            Action::EndOfText(envelope) => Step::EndOfText(envelope.clone()),
            // Every question is answered before the next step, so a session
            // that waits for us is broken.
            Action::Wait | Action::Close => Step::Close,
        })
    }

    async fn read(&mut self) -> io::Result<Option<Told>> {
        let deadline = self
            .session
            .deadline()
            .map_or_else(far_future, |after| self.began + after);
        let between_texts = self.session.envelope().is_none() || !self.reception.has_text();
        tokio::select! {
            biased;
            () = self.services.stop.cancelled(), if !self.stopping => {
                self.stopping = true;
                return Ok(Some(Event::Shutdown));
            }
            () = self.seat.lost().cancelled(), if !self.leaving => {
                self.leaving = true;
                self.write_limit = PARTING_LIMIT;
                return Ok(Some(Event::Crowded));
            }
            read = self.wire.read_buf(self.session.space()) => {
                if read? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            () = tokio::time::sleep_until(deadline) => return Ok(Some(Event::DeadlinePassed)),
        }
        if between_texts && self.reception.is_revoked().await {
            info!("credentials were discarded, closing");
            return Ok(Some(Event::Revoked));
        }
        Ok(None)
    }

    async fn pause(&mut self, time: Duration) -> Option<Told> {
        tokio::time::sleep(time).await;
        None
    }

    async fn start_tls(&mut self) -> io::Result<Told> {
        let acceptor = self.services.server_tls.acceptor();
        let handshake = self.wire.accept_tls(acceptor, self.handshake_limit);
        let Some(done) = self.seat.lost().run_until_cancelled(handshake).await else {
            return Err(io::ErrorKind::ConnectionAborted.into());
        };
        done?;
        let used = self.wire.tls().ok_or(io::ErrorKind::InvalidData)?;
        self.reception.tls_started(TlsUsed {
            version: used.version.clone(),
            cipher: used.cipher.clone(),
        });
        Ok(Event::TlsStarted(TlsInfo {
            version: used.version,
            cipher: used.cipher,
        }))
    }

    async fn verify(&mut self, credentials: Credentials) -> Told {
        match self.reception.login(credentials).await {
            Ok(login) => {
                self.seat.keep();
                // Given away while the password was looked at: the peer comes again.
                if self.seat.lost().is_cancelled() {
                    return Event::Refused(Reply::AUTH_TEMPORARY);
                }
                Span::current().record("tenant", login.account.get());
                info!(credential = %login.credential, "authenticated");
                Event::Authenticated(login)
            }
            Err(reply) => Event::Refused(reply),
        }
    }

    async fn ask_sender(&mut self, envelope: &Envelope) -> Told {
        self.reception.greeted(
            self.session.peer().helo.as_deref(),
            self.session.peer().esmtp,
        );
        answer(self.reception.sender(envelope).await)
    }

    async fn ask_recipient(&mut self, candidate: &Address) -> Told {
        answer(self.reception.recipient(candidate).await)
    }

    async fn keep(&mut self, envelope: Envelope) -> Told {
        match self.reception.keep(envelope).await {
            Ok((proof, id)) => Event::Kept(proof, id),
            Err(reply) => Event::Refused(reply),
        }
    }
}

fn answer(verdict: Result<(), Reply>) -> Told {
    match verdict {
        Ok(()) => Event::Accepted,
        Err(reply) => Event::Refused(reply),
    }
}

/// Only for a session that names no deadline while it reads, which none does.
fn far_future() -> Instant {
    Instant::now() + Duration::from_secs(3_600)
}

/// How long a peer whose seat is somebody else's already may take to hear so.
const PARTING_LIMIT: Duration = Duration::from_secs(1);
