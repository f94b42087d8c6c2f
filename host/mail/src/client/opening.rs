//! From the greeting to the point where mail may be sent.

use zeroize::Zeroizing;

use super::{Dialogue, Extensions, Protocol, State, Tls, Trouble};
use crate::reply::Reply;
use crate::sasl::{ClientMechanism, Credentials};

/// AUTH goes on (RFC 4954 §4).
const GO_ON: u16 = 334;
/// AUTH succeeded.
const AUTHENTICATED: u16 = 235;

impl Dialogue {
    pub(super) fn on_opening_reply(&mut self, state: State, reply: Reply) {
        let code = reply.code();
        match state {
            State::Greeting if code == 220 => self.say_ehlo(),
            State::Greeting => self.fail(Trouble::Greeting(reply)),
            State::Ehlo if code == 250 => self.on_offer(&reply),
            State::Ehlo if reply.is_permanent() && self.helo_is_enough() => {
                let line = format!("HELO {}", self.settings.host);
                self.command(&line, State::Helo);
            }
            State::Helo if code == 250 => self.state = State::Ready,
            State::Ehlo | State::Helo => self.fail(Trouble::Hello(reply)),
            State::StartTls => self.on_starttls(reply),
            State::AuthLast | State::AuthBearer if code == AUTHENTICATED => {
                self.state = State::Ready;
            }
            // The challenge says why; the refusal itself follows an empty answer.
            State::AuthBearer if code == GO_ON => self.command("", State::AuthLast),
            State::AuthLogin(sent) if code == GO_ON => self.login_response(sent),
            State::AuthLast | State::AuthBearer | State::AuthLogin(_) => {
                self.fail(Trouble::AuthRefused(reply))
            }
            _ => self.fail(Trouble::Said(reply)),
        }
    }

    pub(super) fn say_ehlo(&mut self) {
        let verb = match self.settings.protocol {
            Protocol::Smtp => "EHLO",
            Protocol::Lmtp => "LHLO",
        };
        let line = format!("{verb} {}", self.settings.host);
        self.command(&line, State::Ehlo);
    }

    /// Neither TLS nor AUTH is to come, so the extensions can be done without.
    /// LMTP knows no HELO (RFC 2033 §4.1).
    fn helo_is_enough(&self) -> bool {
        self.settings.protocol == Protocol::Smtp
            && self.settings.credentials.is_none()
            && (self.secure || self.may_stay_clear())
    }

    fn on_offer(&mut self, reply: &Reply) {
        self.extensions = Extensions::parse(reply);
        if !self.secure && self.extensions.starttls && self.settings.tls != Tls::None {
            return self.command("STARTTLS", State::StartTls);
        }
        if !self.secure && !self.may_stay_clear() {
            return self.fail(Trouble::TlsNotOffered);
        }
        self.authenticate();
    }

    /// Credentials never go in the clear, whatever the setting says.
    fn may_stay_clear(&self) -> bool {
        matches!(self.settings.tls, Tls::Opportunistic | Tls::None)
            && self.settings.credentials.is_none()
    }

    /// Octets behind the 220 would be read as if they had come under TLS
    /// (CVE-2021-38371).
    fn on_starttls(&mut self, reply: Reply) {
        if !self.replies.is_empty() {
            return self.fail(Trouble::InjectedBeforeTls);
        }
        match reply.code() {
            220 => self.state = State::TlsDue,
            421 => self.fail(Trouble::Said(reply)),
            _ if self.may_stay_clear() => self.state = State::Ready,
            _ => self.fail(Trouble::TlsRefused(reply)),
        }
    }

    fn authenticate(&mut self) {
        let Some(credentials) = &self.settings.credentials else {
            self.state = State::Ready;
            return;
        };
        match self.extensions.mechanism(self.settings.mechanism) {
            Some(ClientMechanism::Plain) => {
                let line = Zeroizing::new(format!("AUTH PLAIN {}", *credentials.plain_response()));
                self.secret(&line, State::AuthLast);
            }
            Some(ClientMechanism::Xoauth2) => {
                let response = credentials.bearer_response();
                let line = Zeroizing::new(format!("AUTH XOAUTH2 {}", *response));
                self.secret(&line, State::AuthBearer);
            }
            Some(ClientMechanism::Login) => self.command("AUTH LOGIN", State::AuthLogin(0)),
            None => self.fail(Trouble::AuthNotOffered),
        }
    }

    /// The challenges of LOGIN say "Username:" and "Password:" in many tongues; their order is fixed.
    fn login_response(&mut self, sent: usize) {
        let Some(line) = self
            .settings
            .credentials
            .as_ref()
            .map(Credentials::login_responses)
        else {
            return self.fail(Trouble::AuthNotOffered);
        };
        match sent {
            0 => self.secret(&line[0], State::AuthLogin(1)),
            _ => self.secret(&line[1], State::AuthLast),
        }
    }

    fn secret(&mut self, line: &str, next: State) {
        self.output.secret = true;
        self.command(line, next);
    }
}
