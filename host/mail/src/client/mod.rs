//! The sending side of SMTP and LMTP ([`Protocol`]): one [`Dialogue`] for each
//! connection to another server.
//!
//! Like the [`Session`](crate::server::Session) it is a plain value: the program
//! asks what to do ([`Dialogue::next`]), does it, and tells what came of it. A
//! connection takes any number of messages, one after the other
//! ([`Dialogue::transmit`]), and every recipient of each gets its own
//! [`Outcome`], whatever happens to the connection.
//!
//! The server is not trusted. Credentials leave only under TLS and only for a
//! mechanism it offers; nothing that came before TLS counts after it; replies
//! are bounded; a reply nobody asked for ends the dialogue (RFC 3207 §6,
//! FAULTS TLS-02, OUT-03).
//!
//! Not here: which server, which certificate, when to try again
//! (`relaygate::courier`).

mod extensions;
mod opening;
mod outcome;
mod replies;
mod settings;
mod transfer;

use std::time::Duration;

pub use extensions::Extensions;
pub use outcome::{Cause, Outcome, Trouble};
pub use settings::{Protocol, Settings, Timeouts, Tls, Transaction};
use zeroize::Zeroize;

use crate::reply::Reply;
use replies::Replies;
use transfer::Transfer;

/// Room for one read of replies.
const READ_OCTETS: usize = 4 * 1024;
/// The service is going away (RFC 5321 §3.8).
const CLOSING: u16 = 421;

/// One connection to another server.
pub struct Dialogue {
    settings: Settings,
    extensions: Extensions,
    /// TLS has begun.
    secure: bool,
    state: State,
    replies: Replies,
    output: Output,
    queued: Option<Transaction>,
    finished: Option<Vec<Outcome>>,
    trouble: Option<Trouble>,
    /// Since when the reply that is awaited has been awaited.
    reply_since: Option<Duration>,
    deadline: Option<Duration>,
}

/// What the program is to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Action<'d> {
    /// Write these octets. The next [`Dialogue::next`] takes them as written.
    Send(&'d [u8]),
    /// Read once and append it to [`Dialogue::space`].
    Read,
    /// Do the TLS handshake, then call [`Dialogue::tls_started`].
    StartTls,
    /// The program does the handshake; nothing to do before that is told.
    Wait,
    /// Between messages: call [`Dialogue::transmit`] or [`Dialogue::quit`].
    Ready,
    /// Call [`Dialogue::text`] with the next piece, or [`Dialogue::end_of_text`].
    Text,
    /// What came of the message, one for each recipient, in their order.
    Finished(Vec<Outcome>),
    /// The dialogue is over; the trouble it ended with, unless it ended with QUIT.
    Close(Option<Trouble>),
}

enum State {
    TlsDue,
    Tls,
    Greeting,
    Ehlo,
    Helo,
    StartTls,
    /// The last response was sent; 235 is awaited.
    AuthLast,
    /// AUTH XOAUTH2 was sent; 235, or an error that has to be heard out.
    AuthBearer,
    /// AUTH LOGIN was sent; that many responses have been.
    AuthLogin(usize),
    Ready,
    Envelope(Transfer),
    Text(Transfer),
    EndOfText(Transfer),
    /// A message without recipients, or RSET: its reply says nothing about anybody.
    Clearing,
    Quit,
    Closed,
}

#[derive(Default)]
struct Output {
    octets: Vec<u8>,
    sending: bool,
    /// There is a password in it.
    secret: bool,
}

impl Dialogue {
    /// A connection that was just made, at time zero.
    pub fn new(settings: Settings) -> Self {
        let state = if settings.tls == Tls::Implicit {
            State::TlsDue
        } else {
            State::Greeting
        };
        Self {
            settings,
            extensions: Extensions::default(),
            secure: false,
            state,
            replies: Replies::default(),
            output: Output::default(),
            queued: None,
            finished: None,
            trouble: None,
            reply_since: None,
            deadline: None,
        }
    }

    /// What is to be done next. `now` is the time since the connection was made.
    pub fn next(&mut self, now: Duration) -> Action<'_> {
        self.output.forget_sent();
        loop {
            if let Some(outcomes) = self.finished.take() {
                return Action::Finished(outcomes);
            }
            if !self.output.octets.is_empty() {
                return self.write(now);
            }
            match &mut self.state {
                State::TlsDue => {
                    self.state = State::Tls;
                    self.deadline = Some(now + self.settings.timeouts.handshake);
                    return Action::StartTls;
                }
                State::Tls => return Action::Wait,
                State::Ready => match self.queued.take() {
                    Some(transaction) => self.begin(transaction),
                    None => return self.idle(Action::Ready),
                },
                State::Text(_) => return self.idle(Action::Text),
                State::Closed => match self.queued.take() {
                    Some(transaction) => self.finish_unbegun(&transaction),
                    None => {
                        let trouble = self.trouble.clone();
                        return self.idle(Action::Close(trouble));
                    }
                },
                _ => match self.replies.next() {
                    Ok(Some(reply)) => self.on_reply(reply),
                    Ok(None) => return self.read(now),
                    Err(trouble) => self.fail(trouble),
                },
            }
        }
    }

    /// Where to append what was read after [`Action::Read`].
    pub fn space(&mut self) -> &mut Vec<u8> {
        self.replies.lines.space(READ_OCTETS)
    }

    /// Copies octets in; the same as appending them to [`Dialogue::space`].
    pub fn receive(&mut self, wire: &[u8]) {
        self.replies.lines.space(wire.len()).extend_from_slice(wire);
    }

    /// When the action told last has taken too long; then call [`Dialogue::deadline_passed`].
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// What the server offered last.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Hands over a message. May be called at any time when no other is on its
    /// way; [`Action::Finished`] follows in any case.
    pub fn transmit(&mut self, transaction: Transaction) {
        self.queued = Some(transaction);
    }

    /// The next piece of the text; stuffed and mended on its way (`framing::TextWriter`).
    pub fn text(&mut self, piece: &[u8]) {
        if let State::Text(transfer) = &mut self.state {
            transfer.writer.write(piece, &mut self.output.octets);
        }
    }

    /// The text is complete.
    pub fn end_of_text(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Closed) {
            State::Text(mut transfer) => {
                std::mem::take(&mut transfer.writer).finish(&mut self.output.octets);
                State::EndOfText(transfer)
            }
            other => other,
        };
    }

    /// Takes leave. Without effect unless the last action was [`Action::Ready`].
    pub fn quit(&mut self) {
        if matches!(self.state, State::Ready) {
            self.command("QUIT", State::Quit);
        }
    }

    /// The handshake is done and the certificate is what it should be. Nothing
    /// learned before counts any more (RFC 3207 §4.2).
    pub fn tls_started(&mut self) {
        if matches!(self.state, State::Tls) {
            self.secure = true;
            self.replies.clear();
            self.extensions = Extensions::default();
            match self.settings.tls {
                Tls::Implicit => self.state = State::Greeting,
                Tls::Required | Tls::Opportunistic | Tls::None => self.say_ehlo(),
            }
        }
    }

    /// The time told by [`Dialogue::deadline`] has come.
    pub fn deadline_passed(&mut self) {
        self.fail(Trouble::TimedOut);
    }

    /// The connection is gone.
    pub fn peer_gone(&mut self) {
        match self.state {
            State::Quit | State::Closed => self.state = State::Closed,
            _ => self.fail(Trouble::ConnectionLost),
        }
    }

    /// The program cannot go on: no handshake, no text. A message in the middle
    /// of its text is never ended with a dot.
    pub fn abandon(&mut self) {
        self.fail(Trouble::Abandoned);
    }

    fn idle<'d>(&mut self, action: Action<'d>) -> Action<'d> {
        self.deadline = None;
        action
    }

    fn read(&mut self, now: Duration) -> Action<'_> {
        let since = *self.reply_since.get_or_insert(now);
        self.deadline = Some(since + self.patience());
        Action::Read
    }

    fn write(&mut self, now: Duration) -> Action<'_> {
        self.output.sending = true;
        self.reply_since = None;
        self.deadline = Some(now + self.settings.timeouts.block);
        if let State::EndOfText(transfer) = &mut self.state {
            transfer.dot_sent = true;
        }
        Action::Send(&self.output.octets)
    }

    fn patience(&self) -> Duration {
        let timeouts = &self.settings.timeouts;
        match &self.state {
            State::Greeting => timeouts.greeting,
            State::Envelope(transfer) if transfer.awaits_data() => timeouts.data,
            State::EndOfText(_) => timeouts.end_of_text,
            State::Quit => timeouts.quit,
            _ => timeouts.command,
        }
    }

    fn on_reply(&mut self, reply: Reply) {
        self.reply_since = None;
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Envelope(transfer) => self.on_envelope_reply(transfer, reply),
            State::EndOfText(transfer) => self.on_final_reply(transfer, reply),
            State::Quit => {}
            State::Clearing if reply.code() != CLOSING => self.state = State::Ready,
            State::Clearing => self.fail(Trouble::Said(reply)),
            opening => self.on_opening_reply(opening, reply),
        }
    }

    /// Sends a command whose reply is the only one to come.
    fn command(&mut self, line: &str, next: State) {
        if !self.replies.is_empty() {
            return self.fail(Trouble::Unsolicited);
        }
        self.say(line);
        self.state = next;
    }

    fn say(&mut self, line: &str) {
        self.output.octets.extend_from_slice(line.as_bytes());
        self.output.octets.extend_from_slice(b"\r\n");
    }

    /// Ends the dialogue. Recipients that were not settled share its fate.
    fn fail(&mut self, trouble: Trouble) {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Envelope(transfer) | State::Text(transfer) => {
                self.finished = Some(transfer.settle(&Outcome::troubled(trouble.clone())));
            }
            State::EndOfText(transfer) if transfer.dot_sent => {
                self.finished = Some(transfer.settle(&Outcome::Unknown(trouble.clone())));
            }
            State::EndOfText(transfer) => {
                self.finished = Some(transfer.settle(&Outcome::troubled(trouble.clone())));
            }
            _ => {}
        }
        self.trouble.get_or_insert(trouble);
        self.output = Output::default();
        self.replies.clear();
    }

    fn finish_unbegun(&mut self, transaction: &Transaction) {
        let trouble = self.trouble.clone().unwrap_or(Trouble::ConnectionLost);
        self.finish_all(transaction, Outcome::troubled(trouble));
    }

    fn finish_all(&mut self, transaction: &Transaction, outcome: Outcome) {
        self.finished = Some(vec![outcome; transaction.recipients.len()]);
    }
}

impl Output {
    fn forget_sent(&mut self) {
        if std::mem::take(&mut self.sending) {
            if std::mem::take(&mut self.secret) {
                self.octets.zeroize();
            }
            self.octets.clear();
        }
    }
}
