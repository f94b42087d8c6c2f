//! AUTH (RFC 4954): offered under TLS only, taken once, nothing behind it.

use std::ops::Range;

use zeroize::Zeroizing;

use super::settings::Role;
use super::{Session, State, Todo};
use crate::reply::Reply;
use crate::sasl::{Exchange, Mechanism, SaslError, Step};

impl<Proof, Identity> Session<Proof, Identity> {
    pub(super) fn on_auth(
        &mut self,
        mechanism: &str,
        initial: Option<Zeroizing<Vec<u8>>>,
    ) -> Option<Todo> {
        if let Some(reply) = self.auth_check() {
            return self.error(reply);
        }
        let offered = |m: &Mechanism| self.settings.mechanisms.contains(m);
        let Some(mechanism) = Mechanism::parse(mechanism).filter(offered) else {
            return self.error(Reply::MECHANISM_UNKNOWN);
        };
        if !self.lines.is_empty() {
            return self.close_with(Reply::UNEXPECTED_INPUT);
        }
        let exchange = Exchange::new(mechanism);
        match initial {
            None => self.challenge(exchange),
            Some(initial) => self.on_step(exchange.respond_initially(&initial)),
        }
    }

    /// What stands in the way of AUTH, if anything.
    fn auth_check(&self) -> Option<Reply> {
        if self.settings.role == Role::Mx {
            return Some(Reply::NOT_IMPLEMENTED);
        }
        if self.peer.tls.is_none() {
            return Some(Reply::ENCRYPTION_REQUIRED);
        }
        let in_place =
            self.peer.esmtp && self.peer.identity.is_none() && matches!(self.state, State::Ready);
        (!in_place).then_some(Reply::BAD_SEQUENCE)
    }

    /// A line while an exchange is open is a response, whatever it looks like.
    pub(super) fn on_response(&mut self, line: Range<usize>) -> Option<Todo> {
        if !self.lines.is_empty() {
            return self.close_with(Reply::UNEXPECTED_INPUT);
        }
        let State::Login(exchange) = self.take_state() else {
            return None;
        };
        let step = exchange.respond(self.lines.slice(line.clone()));
        self.lines.wipe(line);
        self.on_step(step)
    }

    fn on_step(&mut self, step: Result<Step, SaslError>) -> Option<Todo> {
        match step {
            Ok(Step::Challenge(exchange)) => self.challenge(exchange),
            Ok(Step::Done(credentials)) => {
                self.state = State::Verifying(Some(credentials));
                None
            }
            Err(SaslError::Cancelled) => self.error(Reply::AUTH_CANCELLED),
            Err(SaslError::Encoding) => self.error(Reply::AUTH_MALFORMED),
            // The same words as for a wrong password: nobody learns which half was wrong.
            Err(SaslError::Malformed | SaslError::OtherIdentity) => {
                self.on_auth_refused(Reply::CREDENTIALS_INVALID)
            }
        }
    }

    fn challenge(&mut self, exchange: Exchange) -> Option<Todo> {
        self.reply(Reply::bare(334, exchange.challenge()));
        self.state = State::Login(exchange);
        None
    }

    /// Counts a failure if the credentials were wrong, not if we could not tell.
    pub(super) fn on_auth_refused(&mut self, reply: Reply) -> Option<Todo> {
        self.state = State::Ready;
        if reply.is_permanent() {
            self.counts.auth_failures += 1;
            if self.counts.auth_failures >= self.settings.tolerance.auth_failures_max {
                return self.close_with(Reply::TOO_MANY_FAILURES);
            }
        }
        self.error(reply)
    }
}
