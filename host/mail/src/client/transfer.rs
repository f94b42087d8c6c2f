//! One message: MAIL, RCPT and DATA together where PIPELINING is offered
//! (RFC 2920 §3.1), then its text, and what came of each recipient.

use std::collections::VecDeque;

use super::{CLOSING, Dialogue, Outcome, Protocol, State, Transaction, Trouble};
use crate::framing::TextWriter;
use crate::reply::Reply;

/// Commands sent ahead of their replies. Their replies fit the receive buffers
/// of any system, so neither side can end up waiting for the other (RFC 2920 §3.1).
const AHEAD_MAX: usize = 100;

/// A message on its way.
pub(super) struct Transfer {
    transaction: Transaction,
    slots: Vec<Slot>,
    /// Commands whose replies have not come.
    sent: VecDeque<Command>,
    /// What is to be sent next; `None` after DATA.
    next: Option<Command>,
    pub(super) writer: TextWriter,
    /// The final dot has been handed to the connection.
    pub(super) dot_sent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Mail,
    Rcpt(usize),
    Data,
}

/// How far a recipient has come.
#[derive(Debug, Clone)]
enum Slot {
    Open,
    /// RCPT was accepted; the reply after the text decides.
    Taken,
    Settled(Outcome),
}

impl Dialogue {
    pub(super) fn begin(&mut self, transaction: Transaction) {
        if let Some(trouble) = self.obstacle(&transaction) {
            return self.finish_all(&transaction, Outcome::troubled(trouble));
        }
        let mut transfer = Transfer::new(transaction);
        if self.replies.is_empty() {
            self.send_ahead(&mut transfer);
            self.state = State::Envelope(transfer);
        } else {
            self.state = State::Envelope(transfer);
            self.fail(Trouble::Unsolicited);
        }
    }

    /// Why this server cannot take this message, as far as its offer tells.
    fn obstacle(&self, transaction: &Transaction) -> Option<Trouble> {
        let offer = &self.extensions;
        if let Some(limit) = offer
            .octets_max()
            .filter(|&limit| transaction.octets > limit)
        {
            return Some(Trouble::TooLarge { limit });
        }
        if transaction.needs_utf8() && !offer.utf8 {
            return Some(Trouble::Utf8NotOffered);
        }
        (transaction.eight_bit && !offer.eight_bit).then_some(Trouble::EightBitNotOffered)
    }

    /// Sends as many commands as may be under way at once.
    fn send_ahead(&mut self, transfer: &mut Transfer) {
        let ahead_max = if self.extensions.pipelining {
            AHEAD_MAX
        } else {
            1
        };
        while transfer.sent.len() < ahead_max
            && let Some(command) = transfer.next_command()
        {
            let line = self.line(command, &transfer.transaction);
            self.say(&line);
            transfer.sent.push_back(command);
        }
    }

    fn line(&self, command: Command, transaction: &Transaction) -> String {
        match command {
            Command::Mail => self.mail_line(transaction),
            Command::Rcpt(index) => format!("RCPT TO:<{}>", transaction.recipients[index]),
            Command::Data => "DATA".to_owned(),
        }
    }

    fn mail_line(&self, transaction: &Transaction) -> String {
        let sender = transaction
            .sender
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let mut line = format!("MAIL FROM:<{sender}>");
        if self.extensions.size.is_some() {
            line.push_str(&format!(" SIZE={}", transaction.octets));
        }
        if transaction.eight_bit {
            line.push_str(" BODY=8BITMIME");
        }
        if transaction.needs_utf8() {
            line.push_str(" SMTPUTF8");
        }
        line
    }

    pub(super) fn on_envelope_reply(&mut self, mut transfer: Transfer, reply: Reply) {
        let command = transfer.sent.pop_front();
        let misplaced = reply.code() / 100 == 3 && command != Some(Command::Data);
        if reply.code() == CLOSING || misplaced {
            self.state = State::Envelope(transfer);
            return self.fail(Trouble::Said(reply));
        }
        match command {
            Some(Command::Mail) => transfer.on_mail(reply),
            Some(Command::Rcpt(index)) => transfer.on_rcpt(index, reply),
            Some(Command::Data) | None => return self.on_data_reply(transfer, reply),
        }
        self.send_ahead(&mut transfer);
        if transfer.sent.is_empty() {
            self.finish(transfer, None);
            self.command("RSET", State::Clearing);
        } else {
            self.state = State::Envelope(transfer);
        }
    }

    fn on_data_reply(&mut self, transfer: Transfer, reply: Reply) {
        let go_on = reply.code() == 354;
        if go_on && !self.replies.is_empty() {
            // A verdict on a text that was not sent yet.
            self.state = State::Envelope(transfer);
            self.fail(Trouble::Unsolicited);
        } else if go_on && transfer.has_taken() {
            self.state = State::Text(transfer);
        } else if go_on && self.settings.protocol == Protocol::Lmtp {
            // RFC 2033 §4.2 wants a 503 here; how many replies would follow nobody knows.
            self.state = State::Envelope(transfer);
            self.fail(Trouble::Said(reply));
        } else if go_on {
            // RFC 2920 §3.1: with no recipient left, an empty message is the way out.
            self.finish(transfer, None);
            self.command(".", State::Clearing);
        } else if reply.is_positive() || reply.code() / 100 == 3 {
            self.state = State::Envelope(transfer);
            self.fail(Trouble::Said(reply));
        } else {
            self.finish(transfer, Some(Outcome::refused(reply)));
            self.command("RSET", State::Clearing);
        }
    }

    pub(super) fn on_final_reply(&mut self, transfer: Transfer, reply: Reply) {
        if !transfer.dot_sent || reply.code() / 100 == 3 {
            self.state = State::EndOfText(transfer);
            return self.fail(Trouble::Said(reply));
        }
        let closing = (reply.code() == CLOSING).then(|| Trouble::Said(reply.clone()));
        let outcome = if reply.is_positive() {
            Outcome::Accepted(reply)
        } else {
            Outcome::refused(reply)
        };
        if self.settings.protocol == Protocol::Lmtp {
            return self.on_recipient_reply(transfer, outcome, closing);
        }
        self.finish(transfer, Some(outcome));
        match closing {
            Some(trouble) => self.fail(trouble),
            None => self.state = State::Ready,
        }
    }

    /// One of the replies after the text: for the next recipient that was taken
    /// and has no answer yet (RFC 2033 §4.2).
    fn on_recipient_reply(
        &mut self,
        mut transfer: Transfer,
        outcome: Outcome,
        closing: Option<Trouble>,
    ) {
        transfer.settle_next(outcome);
        match closing {
            Some(trouble) => {
                self.finish(transfer, Some(Outcome::troubled(trouble.clone())));
                self.fail(trouble);
            }
            None if transfer.has_taken() => self.state = State::EndOfText(transfer),
            None => {
                self.finish(transfer, None);
                self.state = State::Ready;
            }
        }
    }

    /// `rest` is for the recipients that were taken; without any, none was.
    fn finish(&mut self, transfer: Transfer, rest: Option<Outcome>) {
        let rest = rest.unwrap_or_else(|| Outcome::troubled(Trouble::Abandoned));
        self.finished = Some(transfer.settle(&rest));
    }
}

impl Transfer {
    fn new(transaction: Transaction) -> Self {
        Self {
            slots: vec![Slot::Open; transaction.recipients.len()],
            transaction,
            sent: VecDeque::new(),
            next: Some(Command::Mail),
            writer: TextWriter::default(),
            dot_sent: false,
        }
    }

    /// The next command, unless everything hangs on a reply: DATA alone is
    /// pointless once every recipient was refused.
    fn next_command(&mut self) -> Option<Command> {
        let command = self.next?;
        if command == Command::Data && self.sent.is_empty() && !self.has_taken() {
            return None;
        }
        let recipients = self.slots.len();
        self.next = match command {
            Command::Mail if recipients > 0 => Some(Command::Rcpt(0)),
            Command::Rcpt(index) if index + 1 < recipients => Some(Command::Rcpt(index + 1)),
            Command::Mail | Command::Rcpt(_) => Some(Command::Data),
            Command::Data => None,
        };
        Some(command)
    }

    pub(super) fn awaits_data(&self) -> bool {
        self.sent.front() == Some(&Command::Data)
    }

    fn has_taken(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot, Slot::Taken))
    }

    /// A refused sender is refused for everybody; what is on its way already is
    /// waited for, nothing else is sent.
    fn on_mail(&mut self, reply: Reply) {
        if !reply.is_positive() {
            self.slots.fill(Slot::Settled(Outcome::refused(reply)));
            self.next = None;
        }
    }

    fn on_rcpt(&mut self, index: usize, reply: Reply) {
        if let Slot::Open = self.slots[index] {
            self.slots[index] = match reply.code() {
                200..=299 => Slot::Taken,
                // RFC 5321 §4.5.3.1.10: some servers say 552 where they mean 452.
                552 => Slot::Settled(Outcome::Deferred(super::Cause::Reply(reply))),
                _ => Slot::Settled(Outcome::refused(reply)),
            };
        }
    }

    /// Settles the first recipient that was taken and has no answer yet.
    fn settle_next(&mut self, outcome: Outcome) {
        let next = self
            .slots
            .iter_mut()
            .find(|slot| matches!(slot, Slot::Taken));
        if let Some(slot) = next {
            *slot = Slot::Settled(outcome);
        }
    }

    /// One outcome for each recipient; `rest` for those that have none yet.
    pub(super) fn settle(self, rest: &Outcome) -> Vec<Outcome> {
        let settled = |slot| match slot {
            Slot::Settled(outcome) => outcome,
            Slot::Open | Slot::Taken => rest.clone(),
        };
        self.slots.into_iter().map(settled).collect()
    }
}

impl Transaction {
    fn needs_utf8(&self) -> bool {
        let addresses = self.sender.iter().chain(&self.recipients);
        self.utf8 || addresses.into_iter().any(|address| !address.is_ascii())
    }
}
