//! Commands: check, ask, proceed.

use std::time::Duration;

use super::command::{Command, Mail, Rcpt};
use super::envelope::Envelope;
use super::settings::{Role, TlsMode};
use super::text::Text;
use super::{Session, State, Todo};
use crate::address::{Address, Domain};
use crate::framing::{AUTH_OCTETS_MAX, COMMAND_OCTETS_MAX, Line};
use crate::reply::Reply;

impl<Proof, Identity> Session<Proof, Identity> {
    pub(super) fn read_line(&mut self, now: Duration) -> Option<Todo> {
        match self.lines.next_line(self.line_octets_max()) {
            Line::Partial => Some(Todo::Read),
            Line::Broken => self.close_with(Reply::BAD_LINE_END),
            Line::TooLong => self.on_long_line(),
            Line::Endless => self.close_with(Reply::LINE_TOO_LONG),
            Line::Complete(range) => {
                self.clock.command_came();
                if matches!(self.state, State::Login(_)) {
                    return self.on_response(range);
                }
                let command = Command::parse(self.lines.slice(range.clone()));
                if matches!(command, Ok(Command::Auth { .. })) {
                    self.lines.wipe(range);
                }
                match command {
                    Ok(command) => self.on_command(command, now),
                    Err(reply) if reply == Reply::UNKNOWN_COMMAND => self.unknown(reply),
                    Err(reply) => self.error(reply),
                }
            }
        }
    }

    fn line_octets_max(&self) -> usize {
        let carries_response = matches!(self.state, State::Login(_))
            || self
                .lines
                .rest()
                .get(..5)
                .is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH "));
        if carries_response {
            AUTH_OCTETS_MAX
        } else {
            COMMAND_OCTETS_MAX
        }
    }

    fn on_long_line(&mut self) -> Option<Todo> {
        self.clock.command_came();
        self.counts.long_lines += 1;
        if self.counts.long_lines >= self.settings.tolerance.long_lines_max {
            return self.close_with(Reply::TOO_MANY_ERRORS);
        }
        if matches!(self.state, State::Login(_)) {
            self.state = State::Ready;
            return self.error(Reply::AUTH_TOO_LONG);
        }
        self.error(Reply::LINE_TOO_LONG)
    }

    fn on_command(&mut self, command: Command, now: Duration) -> Option<Todo> {
        match command {
            Command::Ehlo(name) => self.on_ehlo(name),
            Command::Helo(name) => self.on_helo(name),
            Command::StartTls => self.on_starttls(),
            Command::Auth { mechanism, initial } => self.on_auth(&mechanism, initial),
            Command::Mail(mail) => self.on_mail(mail, now),
            Command::Rcpt(rcpt) => self.on_rcpt(rcpt),
            Command::Data => self.on_data(),
            Command::Rset => {
                self.end_transaction();
                self.junk(Reply::OK)
            }
            Command::Noop => self.junk(Reply::OK),
            Command::Vrfy => self.junk(Reply::NOT_VERIFIED),
            Command::Help => self.junk(Reply::HELP),
            Command::Quit => self.close_with(Reply::GOODBYE),
            Command::Missing => self.unknown(Reply::NOT_IMPLEMENTED),
            Command::Foreign => self.close_with(Reply::NOT_SMTP),
        }
    }

    /// Both an error and junk.
    fn unknown(&mut self, reply: Reply) -> Option<Todo> {
        self.counts.junk += 1;
        self.error(reply)
    }

    /// EHLO also ends a transaction (RFC 5321 §4.1.4).
    fn on_ehlo(&mut self, name: String) -> Option<Todo> {
        self.end_transaction();
        self.peer.helo = Some(name);
        self.peer.esmtp = true;
        let offer = self.offer();
        self.junk(offer)
    }

    fn on_helo(&mut self, name: String) -> Option<Todo> {
        self.end_transaction();
        self.peer.helo = Some(name);
        self.peer.esmtp = false;
        let host = self.settings.host.to_string();
        self.junk(Reply::HELLO.with_text(host))
    }

    fn offer(&self) -> Reply {
        let settings = &self.settings;
        let mut offer = format!(
            "{}\nPIPELINING\nSIZE {}\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES",
            settings.host, settings.message_octets_max
        );
        if self.peer.tls.is_none() && settings.tls == TlsMode::Starttls {
            offer.push_str("\nSTARTTLS");
        }
        if self.offers_auth() {
            let names: Vec<&str> = settings.mechanisms.iter().map(|m| m.name()).collect();
            offer.push_str("\nAUTH ");
            offer.push_str(&names.join(" "));
        }
        Reply::bare(250, "").with_text(offer)
    }

    fn offers_auth(&self) -> bool {
        self.settings.role == Role::Submission && self.peer.tls.is_some()
    }

    /// Check: not under TLS, not inside a transaction, nothing behind it (RFC 3207 §4).
    fn on_starttls(&mut self) -> Option<Todo> {
        if self.peer.tls.is_some() || !matches!(self.state, State::Ready) {
            return self.error(Reply::BAD_SEQUENCE);
        }
        if !self.lines.is_empty() {
            return self.close_with(Reply::UNEXPECTED_INPUT);
        }
        self.reply(Reply::START_TLS);
        self.state = State::TlsDue;
        None
    }

    /// What stands in the way of mail, if anything.
    fn mail_check(&self) -> Option<Reply> {
        let submission = self.settings.role == Role::Submission;
        if submission && self.peer.tls.is_none() {
            return Some(Reply::STARTTLS_REQUIRED);
        }
        if submission && self.peer.identity.is_none() {
            return Some(Reply::AUTH_REQUIRED);
        }
        let in_place = self.peer.helo.is_some() && matches!(self.state, State::Ready);
        (!in_place).then_some(Reply::BAD_SEQUENCE)
    }

    fn on_mail(&mut self, mail: Mail, now: Duration) -> Option<Todo> {
        if let Some(reply) = self.mail_check() {
            return self.error(reply);
        }
        let octets_max = self.settings.message_octets_max;
        if mail
            .declared_octets
            .is_some_and(|octets| octets > octets_max)
        {
            return self.junk(Reply::TOO_LARGE);
        }
        let envelope = Envelope {
            sender: mail.sender,
            recipients: Vec::new(),
            declared_octets: mail.declared_octets,
            eight_bit: mail.eight_bit,
            utf8: mail.utf8,
        };
        self.clock.transaction_began(now);
        self.state = State::AskingSender(envelope, false);
        None
    }

    fn on_rcpt(&mut self, rcpt: Rcpt) -> Option<Todo> {
        let State::Mail(gathering) = &mut self.state else {
            return self.error(self.mail_check().unwrap_or(Reply::BAD_SEQUENCE));
        };
        if rcpt.needs_utf8 && !gathering.envelope.utf8 {
            return self.error(Reply::BAD_OCTETS);
        }
        if gathering.fruitless >= self.settings.tolerance.fruitless_recipients_max {
            return self.close_with(Reply::TOO_MANY_ERRORS);
        }
        let recipient = rcpt
            .recipient
            .unwrap_or_else(|| postmaster(&self.settings.host));
        let recipients = &gathering.envelope.recipients;
        let answer = if recipients.contains(&recipient) {
            Reply::RECIPIENT_OK
        } else if recipients.len() >= self.settings.recipients_max {
            Reply::TOO_MANY_RECIPIENTS
        } else {
            self.ask_about(recipient);
            return None;
        };
        gathering.fruitless += 1;
        self.reply(answer);
        None
    }

    fn ask_about(&mut self, recipient: Address) {
        self.state = match self.take_state() {
            State::Mail(gathering) => State::AskingRecipient(gathering, recipient, false),
            other => other,
        };
    }

    fn on_data(&mut self) -> Option<Todo> {
        match self.take_state() {
            State::Mail(gathering) if !gathering.envelope.recipients.is_empty() => {
                if !self.lines.is_empty() {
                    return self.close_with(Reply::UNEXPECTED_INPUT);
                }
                self.reply(Reply::SEND_TEXT);
                self.clock.text_began();
                self.state = State::Data(gathering.envelope, Text::default());
                None
            }
            // A client that pipelines finds out only now; that is no error of its own the
            // first time (RFC 2920 §3.1).
            State::Mail(mut gathering) if gathering.refused > 0 => {
                gathering.refused = 0;
                self.state = State::Mail(gathering);
                self.reply(Reply::NO_RECIPIENTS);
                None
            }
            state => {
                self.state = state;
                self.error(self.mail_check().unwrap_or(Reply::BAD_SEQUENCE))
            }
        }
    }
}

/// `<Postmaster>` without a domain is ours (RFC 5321 §4.5.1).
fn postmaster(host: &Domain) -> Address {
    Address::new("postmaster", host.clone()).expect("ten letters make a local part")
}
