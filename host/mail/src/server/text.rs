//! Message text: handed on piece by piece, never gathered.

use super::{Session, State, Todo};
use crate::framing::{TextReader, TextStep};
use crate::reply::Reply;

/// Text of a message that was found at fault is read on to its end, up to this
/// many times the size limit; then the connection is closed.
const PATIENCE: u64 = 2;

/// The text of one message so far.
#[derive(Default)]
pub(super) struct Text {
    reader: TextReader,
    octets: u64,
    /// What the reply at the end will be, if the message cannot be kept.
    fault: Option<Reply>,
}

impl<Proof, Identity> Session<Proof, Identity> {
    pub(super) fn read_text(&mut self) -> Option<Todo> {
        let State::Data(_, text) = &mut self.state else {
            return None;
        };
        match text.reader.step(self.lines.rest()) {
            TextStep::More => Some(Todo::Read),
            TextStep::Broken => self.close_with(Reply::BAD_LINE_END),
            TextStep::Dot => {
                self.lines.consume(1);
                None
            }
            TextStep::Text(octets) => self.on_text(octets, None),
            TextStep::LineTooLong(octets) => self.on_text(octets, Some(Reply::TEXT_LINE_TOO_LONG)),
            TextStep::End(octets) => {
                self.lines.consume(octets);
                self.on_end_of_text()
            }
        }
    }

    fn on_text(&mut self, octets: usize, fault: Option<Reply>) -> Option<Todo> {
        let State::Data(_, text) = &mut self.state else {
            return None;
        };
        let octets_max = self.settings.message_octets_max;
        self.clock.text_came(octets);
        let range = self.lines.consume(octets);
        text.octets += octets as u64;
        let too_large = (text.octets > octets_max).then_some(Reply::TOO_LARGE);
        if text.octets > octets_max.saturating_mul(PATIENCE) {
            return self.close_with(Reply::TOO_LARGE);
        }
        match (&text.fault, too_large.or(fault)) {
            (Some(_), _) => None,
            (None, None) => Some(Todo::Text(range)),
            (None, fault) => {
                text.fault = fault;
                Some(Todo::Discard)
            }
        }
    }

    fn on_end_of_text(&mut self) -> Option<Todo> {
        let State::Data(envelope, text) = self.take_state() else {
            return None;
        };
        match text.fault {
            Some(reply) => {
                self.end_transaction();
                self.reply(reply);
                None
            }
            None => {
                self.state = State::Keeping(envelope);
                Some(Todo::EndOfText)
            }
        }
    }
}
