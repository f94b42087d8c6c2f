//! An accepted message, read once for everything intake asks of it.

use std::sync::Arc;

use desk::Account;
use desk::intake::Letter;
use desk::tickets::files;
use mail::message::{Content, HEADER_START_OCTETS, Headers};
use storage::TextReader;

use super::IntakeError;
use crate::facts::MessageStart;
use crate::runner::Arrived;
use crate::whole;

/// A readable message.
pub(super) struct Message {
    /// The raw octets, at most [`READ_OCTETS_MAX`] of them.
    pub(super) raw: Arc<[u8]>,
    pub(super) headers: Arc<Headers>,
    pub(super) letter: Letter,
    octets: u64,
}

impl Message {
    /// Reads a kept message; `None` if it is none that can be read.
    pub(super) async fn open(
        account: &Account,
        arrived: &Arrived,
    ) -> Result<Option<Self>, IntakeError> {
        let text = account.store().text(arrived.text).await?;
        Ok(Self::of(&text, arrived.acceptance.author_is_reply_to).await?)
    }

    /// Reads a kept text; `None` if it is no message that can be read.
    pub(super) async fn of(
        text: &TextReader,
        author_is_reply_to: bool,
    ) -> Result<Option<Self>, storage::Error> {
        let raw = text.read(0, READ_OCTETS_MAX).await?;
        let read = raw.len() as u64;
        let Some(mut message) = Self::read(raw, text.octets(), author_is_reply_to) else {
            return Ok(None);
        };
        if message.octets > read {
            let whole = whole::read(text).await?;
            let content = Content::read(&whole.octets, &message.headers);
            message.letter.files = files::of(&content, &whole.octets);
        }
        Ok(Some(message))
    }

    /// Reads the start of a message of so many octets.
    pub(super) fn read(raw: Vec<u8>, octets: u64, author_is_reply_to: bool) -> Option<Self> {
        let headers = Headers::parse(&raw[..raw.len().min(HEADER_START_OCTETS)]).ok()?;
        let content = Content::read(&raw, &headers);
        let mut letter = Letter::read(&headers, &content, author_is_reply_to);
        letter.files = files::of(&content, &raw);
        Some(Self {
            raw: raw.into(),
            headers: Arc::new(headers),
            letter,
            octets,
        })
    }

    /// As much of it as policies get to see.
    pub(super) fn start(&self) -> MessageStart {
        MessageStart {
            headers: Arc::clone(&self.headers),
            start: Arc::clone(&self.raw),
            octets: self.octets,
        }
    }
}

/// Text and structure are read from so much of a message; of what is beyond, only where its
/// files stand is of interest.
pub(super) const READ_OCTETS_MAX: usize = 8 * 1024 * 1024;
