//! Reading replies from a server that may be hostile: bounded in lines and octets.

use super::outcome::Trouble;
use crate::framing::{Line, Lines};
use crate::reply::{self, REPLY_LINES_MAX, REPLY_OCTETS_MAX, Reply};

/// Input of a dialogue, cut into replies.
#[derive(Default)]
pub(super) struct Replies {
    pub(super) lines: Lines,
    /// The lines of the reply so far, CRLF included.
    begun: Vec<u8>,
    count: usize,
}

impl Replies {
    /// The next whole reply, if it has come.
    pub(super) fn next(&mut self) -> Result<Option<Reply>, Trouble> {
        loop {
            let range = match self.lines.next_line(usize::MAX) {
                Line::Complete(range) => range,
                Line::Partial if self.lines.rest().len() + self.begun.len() > REPLY_OCTETS_MAX => {
                    return Err(Trouble::ReplyTooLong);
                }
                Line::Partial => return Ok(None),
                Line::Endless => return Err(Trouble::ReplyTooLong),
                Line::TooLong | Line::Broken => return Err(Trouble::BadLineEnd),
            };
            let line = self.lines.slice(range);
            let (_, is_last, _) = reply::split_line(line).map_err(Trouble::Malformed)?;
            self.begun.extend_from_slice(line);
            self.begun.extend_from_slice(b"\r\n");
            self.count += 1;
            if self.count > REPLY_LINES_MAX || self.begun.len() > REPLY_OCTETS_MAX {
                return Err(Trouble::ReplyTooLong);
            }
            if is_last {
                self.count = 0;
                let reply = Reply::parse(&std::mem::take(&mut self.begun));
                return reply.map(Some).map_err(Trouble::Malformed);
            }
        }
    }

    /// True if nothing came that was not asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.begun.is_empty()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
