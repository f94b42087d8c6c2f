//! What the program tells: answers to questions, and news from outside.
//!
//! An answer nobody waits for any more, because a deadline or a lost connection
//! overtook it, changes nothing.

use std::time::Duration;

use super::action::Event;
use super::envelope::TlsInfo;
use super::settings::TlsMode;
use super::{Farewell, Gathering, Session, State};
use crate::reply::Reply;

/// The code that announces the end of a session (RFC 5321 §3.8).
const CLOSING: u16 = 421;

impl<Proof, Identity> Session<Proof, Identity> {
    /// Takes what happened. Ask [`Session::next`] afterwards.
    pub fn handle(&mut self, event: Event<Proof, Identity>, now: Duration) {
        self.clock.woke(now);
        match event {
            Event::TlsStarted(info) => self.on_tls(info),
            Event::Authenticated(identity) => self.on_authenticated(identity),
            Event::Accepted => self.on_accepted(),
            Event::Refused(reply) => self.on_refused(reply.or_defer()),
            Event::Kept(proof, id) => self.on_kept(proof, &id),
            Event::DeadlinePassed => self.on_deadline(now),
            Event::Shutdown => self.farewell = self.farewell.or(Some(Farewell::Shutdown)),
            Event::Revoked => self.farewell = Some(Farewell::Revoked),
            Event::Crowded => self.farewell = self.farewell.or(Some(Farewell::Crowded)),
            Event::PeerGone => self.hang_up(),
        }
    }

    /// Nothing learned before TLS is kept (RFC 3207 §4.2).
    fn on_tls(&mut self, info: TlsInfo) {
        if !matches!(self.state, State::Tls) {
            return;
        }
        self.peer.tls = Some(info);
        self.peer.helo = None;
        self.peer.esmtp = false;
        self.lines.clear();
        self.state = match self.settings.tls {
            TlsMode::Implicit => State::Greeting,
            TlsMode::Starttls => State::Ready,
        };
    }

    fn on_authenticated(&mut self, identity: Identity) {
        if matches!(self.state, State::Verifying(None)) {
            self.peer.identity = Some(identity);
            self.state = State::Ready;
            self.reply(Reply::AUTHENTICATED);
        }
    }

    fn on_accepted(&mut self) {
        self.state = match self.take_state() {
            State::AskingSender(envelope, true) => {
                self.reply(Reply::SENDER_OK);
                State::Mail(Gathering {
                    envelope,
                    refused: 0,
                    fruitless: 0,
                })
            }
            State::AskingRecipient(mut gathering, recipient, true) => {
                gathering.envelope.recipients.push(recipient);
                self.reply(Reply::RECIPIENT_OK);
                State::Mail(gathering)
            }
            other => other,
        };
    }

    fn on_refused(&mut self, reply: Reply) {
        match self.take_state() {
            State::Verifying(None) => {
                self.on_auth_refused(reply.clone());
            }
            State::AskingSender(_, true) | State::Keeping(_) => {
                self.end_transaction();
                self.junk(reply.clone());
            }
            State::AskingRecipient(gathering, _, true) => {
                self.on_recipient_refused(gathering, reply.clone());
            }
            other => {
                self.state = other;
                return;
            }
        }
        if reply.code() == CLOSING && !matches!(self.state, State::Closing) {
            self.state = State::Closing;
            self.lines.clear();
        }
    }

    /// A refused recipient is an error only of strangers: they may be guessing
    /// addresses, while a customer's relay passes on what its users typed.
    fn on_recipient_refused(&mut self, mut gathering: Gathering, reply: Reply) {
        gathering.refused += 1;
        gathering.fruitless += 1;
        self.state = State::Mail(gathering);
        if self.peer.identity.is_none() && reply.is_permanent() {
            self.error(reply);
        } else {
            self.reply(reply);
        }
    }

    /// The only way to 250 after message text: it takes the proof.
    fn on_kept(&mut self, _proof: Proof, id: &str) {
        if matches!(self.state, State::Keeping(_)) {
            self.end_transaction();
            self.counts.errors = 0;
            self.counts.junk = 0;
            self.reply(Reply::kept_as(id));
        }
    }

    fn on_deadline(&mut self, now: Duration) {
        if self.clock.deadline.take().is_none() {
            return;
        }
        let deaf = self.output.sending || matches!(self.state, State::Tls);
        let in_text = matches!(self.state, State::Data(..));
        if deaf {
            self.hang_up();
        } else if !in_text || self.clock.text_is_late(now, &self.settings.timeouts) {
            self.close_with(Reply::TIMED_OUT);
        }
        // Else the window is over, but text came fast enough: another one begins.
    }

    /// Ends without another word: nobody listens.
    fn hang_up(&mut self) {
        self.output = super::Output::default();
        self.state = State::Closing;
        self.lines.clear();
    }
}
