//! The receiving side of SMTP: one [`Session`] for each connection.
//!
//! A session is a plain value. The program asks it what to do ([`Session::next`],
//! an [`Action`]), does it, and tells what came of it ([`Session::handle`], an
//! [`Event`]); octets go in through [`Session::space`]. It never touches a
//! socket, a clock or a disk, so a transcript in `tests/transcripts/` can drive
//! it byte by byte.
//!
//! Every command passes three gates, always in this order:
//!
//! 1. *check*: may it appear here at all? (RFC 5321 §4.1.4)
//! 2. *ask*: does the program, and with it the account's policy, allow it?
//! 3. *proceed*: change the state, send the reply.
//!
//! Two things a session cannot do: say 250 after message text without a `Proof`
//! that the message is durable, and belong to two identities.
//!
//! Message text is handed out as slices of the session's own input, so a message
//! of any size costs no memory and no copy here. Replies are gathered and
//! written together when the session has nothing left to read (RFC 2920 §3.2).
//!
//! Not here: TLS and sockets (`relaygate::listener`); what makes a message
//! durable (`relaygate::reception`); Received hops and headers (`message`).

mod action;
mod answers;
mod clock;
mod command;
mod dialogue;
mod envelope;
mod login;
mod settings;
mod text;

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

pub use action::{Action, Event};
pub use envelope::{Envelope, Peer, TlsInfo};
pub use settings::{Role, Settings, Timeouts, TlsMode, Tolerance};

use crate::address::Address;
use crate::framing::Lines;
use crate::reply::Reply;
use crate::sasl::{Credentials, Exchange};
use clock::Clock;
use text::Text;

/// Replies are written at the latest when there are this many octets of them.
const OUTPUT_OCTETS_MAX: usize = 8 * 1024;
/// Room for one read between messages; small, since most connections are idle.
const COMMAND_READ_OCTETS: usize = 4 * 1024;
/// Room for one read of message text: a TLS record.
const TEXT_READ_OCTETS: usize = 16 * 1024;
/// How long an error reply is held back beyond the soft limit.
const ERROR_PAUSE: Duration = Duration::from_secs(1);

/// One connection. `Proof` is the type whose value proves that a message is
/// durable; `Identity` is whatever the program wants to find again after AUTH.
pub struct Session<Proof, Identity> {
    settings: Arc<Settings>,
    peer: Peer<Identity>,
    state: State,
    lines: Lines,
    output: Output,
    clock: Clock,
    counts: Counts,
    farewell: Option<Farewell>,
    proof: PhantomData<fn(Proof)>,
}

/// Where a connection stands. Only the states inside a transaction carry an
/// envelope, so a recipient without MAIL has nothing to be added to.
enum State {
    /// The program is to do the handshake.
    TlsDue,
    /// The program does the handshake.
    Tls,
    /// The banner has not been said.
    Greeting,
    /// Between transactions.
    Ready,
    /// AUTH was begun; a response is awaited.
    Login(Exchange),
    /// The program is to check these; `None` once it does.
    Verifying(Option<Credentials>),
    /// The program is to judge the sender, and does once told so.
    AskingSender(Envelope, Asked),
    /// The program is to judge this recipient.
    AskingRecipient(Gathering, Address, Asked),
    /// MAIL was accepted; recipients are being gathered (RFC 5321 §3.3).
    Mail(Gathering),
    /// 354 was sent; what comes now is message text.
    Data(Envelope, Text),
    /// The text is complete; the program makes it durable.
    Keeping(Envelope),
    /// Nothing more is read; what is left to say is said.
    Closing,
}

/// Whether a question has been put to the program.
type Asked = bool;

/// An envelope that is open for recipients.
struct Gathering {
    envelope: Envelope,
    /// RCPT commands the program refused.
    refused: usize,
    /// RCPT commands that added nobody.
    fruitless: usize,
}

/// Why a session that misbehaved nowhere is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Farewell {
    Shutdown,
    Revoked,
    Crowded,
}

/// Replies that were not written yet.
#[derive(Default)]
struct Output {
    octets: Vec<u8>,
    /// The program was told to write them.
    sending: bool,
    /// Something in them is to be held back.
    pause: bool,
}

/// What a peer has used up of our tolerance.
#[derive(Debug, Default)]
struct Counts {
    errors: u32,
    junk: u32,
    auth_failures: u32,
    long_lines: u32,
}

/// An [`Action`] before it borrows anything.
enum Todo {
    Send,
    Read,
    Pause,
    StartTls,
    Verify(Credentials),
    Sender,
    Recipient,
    Text(Range<usize>),
    Discard,
    EndOfText,
    Wait,
    Close,
}

impl<Proof, Identity> Session<Proof, Identity> {
    /// A connection that was just accepted, at time zero.
    pub fn new(settings: Arc<Settings>) -> Self {
        let state = match settings.tls {
            TlsMode::Implicit => State::TlsDue,
            TlsMode::Starttls => State::Greeting,
        };
        Self {
            settings,
            peer: Peer {
                helo: None,
                esmtp: false,
                tls: None,
                identity: None,
            },
            state,
            lines: Lines::default(),
            output: Output::default(),
            clock: Clock::default(),
            counts: Counts::default(),
            farewell: None,
            proof: PhantomData,
        }
    }

    /// What is to be done next. `now` is the time since the connection was accepted.
    pub fn next(&mut self, now: Duration) -> Action<'_> {
        self.clock.woke(now);
        self.output.forget_sent();
        let todo = loop {
            if let Some(todo) = self.advance(now) {
                break self.after_output(todo);
            }
            if self.output.octets.len() >= OUTPUT_OCTETS_MAX {
                break self.output.write();
            }
        };
        self.set_deadline(&todo, now);
        self.lend(todo)
    }

    /// Where to append what was read after [`Action::Read`].
    pub fn space(&mut self) -> &mut Vec<u8> {
        match self.state {
            State::Data(..) => self.lines.space(TEXT_READ_OCTETS),
            _ => self.lines.space(COMMAND_READ_OCTETS),
        }
    }

    /// Copies octets in; the same as appending them to [`Session::space`].
    pub fn receive(&mut self, wire: &[u8]) {
        self.lines.space(wire.len()).extend_from_slice(wire);
    }

    /// When the action told last has taken too long; then tell [`Event::DeadlinePassed`].
    /// `None` while the program itself is at work.
    pub fn deadline(&self) -> Option<Duration> {
        self.clock.deadline
    }

    /// Whether others want our place: idleness and mistakes are borne for less
    /// long then. May change at any time.
    pub fn hurry(&mut self, hurry: bool) {
        self.clock.hurry = hurry;
    }

    /// Who speaks.
    pub fn peer(&self) -> &Peer<Identity> {
        &self.peer
    }

    /// The transaction in flight.
    pub fn envelope(&self) -> Option<&Envelope> {
        match &self.state {
            State::AskingSender(envelope, _)
            | State::AskingRecipient(Gathering { envelope, .. }, ..)
            | State::Mail(Gathering { envelope, .. })
            | State::Data(envelope, _)
            | State::Keeping(envelope) => Some(envelope),
            _ => None,
        }
    }

    /// One step; `None` if there may be another one right away.
    fn advance(&mut self, now: Duration) -> Option<Todo> {
        if let Some(reply) = self.parting_words() {
            return self.close_with(reply);
        }
        match &mut self.state {
            State::TlsDue => Some(Todo::StartTls),
            State::Tls | State::Keeping(_) => Some(Todo::Wait),
            State::Greeting => self.greet(),
            State::Ready | State::Mail(..) | State::Login(_) => self.read_line(now),
            State::Verifying(credentials) => {
                Some(credentials.take().map_or(Todo::Wait, Todo::Verify))
            }
            State::AskingSender(_, asked) => Some(ask_once(asked, Todo::Sender)),
            State::AskingRecipient(_, _, asked) => Some(ask_once(asked, Todo::Recipient)),
            State::Data(..) => self.read_text(),
            State::Closing => Some(Todo::Close),
        }
    }

    /// Why we end the session of our own accord, if now is the time to say so.
    fn parting_words(&self) -> Option<Reply> {
        match (self.farewell?, &self.state) {
            (Farewell::Shutdown, State::Greeting | State::Ready | State::Login(_)) => {
                Some(Reply::SHUTTING_DOWN)
            }
            (
                Farewell::Revoked,
                State::Ready | State::Login(_) | State::Mail(..) | State::Data(..),
            ) => Some(Reply::REVOKED),
            (
                Farewell::Crowded,
                State::Greeting
                | State::Ready
                | State::Login(_)
                | State::Mail(..)
                | State::Data(..),
            ) => Some(Reply::CROWDED),
            _ => None,
        }
    }

    fn greet(&mut self) -> Option<Todo> {
        if !self.lines.is_empty() {
            return self.close_with(Reply::EARLY_TALKER);
        }
        self.reply(Reply::bare(220, "").with_text(format!("{} ESMTP", self.settings.host)));
        self.state = State::Ready;
        None
    }

    /// Before we wait for the peer, it must have what we said.
    fn after_output(&mut self, todo: Todo) -> Todo {
        let waits = matches!(todo, Todo::Read | Todo::StartTls | Todo::Close);
        if waits && !self.output.octets.is_empty() {
            self.output.write()
        } else {
            todo
        }
    }

    fn set_deadline(&mut self, todo: &Todo, now: Duration) {
        let timeouts = &self.settings.timeouts;
        match (todo, &self.state) {
            (Todo::Send, _) => self.clock.deadline = Some(now + timeouts.write),
            (Todo::StartTls, _) => self.clock.deadline = Some(now + timeouts.handshake),
            (Todo::Read, State::Data(..)) => self.clock.await_text(now, timeouts),
            (Todo::Read, _) => self.clock.await_command(now, timeouts),
            (Todo::Wait, State::Tls) => {}
            _ => self.clock.deadline = None,
        }
    }

    fn lend(&mut self, todo: Todo) -> Action<'_> {
        if matches!(todo, Todo::StartTls) {
            self.state = State::Tls;
        }
        match (todo, &self.state) {
            (Todo::Send, _) => Action::Send(&self.output.octets),
            (Todo::Read, _) => Action::Read,
            (Todo::Pause, _) => Action::Pause(ERROR_PAUSE),
            (Todo::StartTls, _) => Action::StartTls,
            (Todo::Verify(credentials), _) => Action::Verify(credentials),
            (Todo::Sender, State::AskingSender(envelope, _)) => Action::Sender(envelope),
            (Todo::Recipient, State::AskingRecipient(gathering, recipient, _)) => {
                Action::Recipient(&gathering.envelope, recipient)
            }
            (Todo::Text(range), _) => Action::Text(self.lines.slice(range)),
            (Todo::Discard, _) => Action::Discard,
            (Todo::EndOfText, State::Keeping(envelope)) => Action::EndOfText(envelope),
            (Todo::Close, _) => Action::Close,
            (Todo::Wait | Todo::Sender | Todo::Recipient | Todo::EndOfText, _) => Action::Wait,
        }
    }

    fn reply(&mut self, reply: Reply) {
        reply.write_to(&mut self.output.octets);
    }

    /// Says why, and ends the session. What the peer sent besides is not looked at.
    fn close_with(&mut self, reply: Reply) -> Option<Todo> {
        self.reply(reply);
        self.state = State::Closing;
        self.lines.clear();
        None
    }

    /// Replies to a mistake of the peer's, or loses patience.
    fn error(&mut self, reply: Reply) -> Option<Todo> {
        let tolerance = &self.settings.tolerance;
        self.counts.errors += 1;
        if self.counts.errors >= self.granted(tolerance.errors_hard) {
            return self.close_with(Reply::TOO_MANY_ERRORS);
        }
        self.output.pause |= self.counts.errors > self.granted(tolerance.errors_soft);
        self.reply(reply);
        None
    }

    /// Replies to a command that brings no mail nearer.
    fn junk(&mut self, reply: Reply) -> Option<Todo> {
        self.counts.junk += 1;
        if self.counts.junk > self.granted(self.settings.tolerance.junk_max) {
            return self.close_with(Reply::TOO_MUCH_JUNK);
        }
        self.reply(reply);
        None
    }

    /// What is left of a limit.
    fn granted(&self, limit: u32) -> u32 {
        match self.clock.hurry {
            true => limit / 2,
            false => limit,
        }
    }

    /// Takes the state away to put another in its place.
    fn take_state(&mut self) -> State {
        std::mem::replace(&mut self.state, State::Ready)
    }

    /// Back between transactions.
    fn end_transaction(&mut self) {
        self.state = State::Ready;
        self.clock.transaction_ended();
    }
}

impl Output {
    fn write(&mut self) -> Todo {
        if std::mem::take(&mut self.pause) {
            return Todo::Pause;
        }
        self.sending = true;
        Todo::Send
    }

    fn forget_sent(&mut self) {
        if std::mem::take(&mut self.sending) {
            self.octets.clear();
        }
    }
}

fn ask_once(asked: &mut Asked, question: Todo) -> Todo {
    if std::mem::replace(asked, true) {
        Todo::Wait
    } else {
        question
    }
}
