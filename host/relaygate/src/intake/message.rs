//! An accepted message, read once for everything intake asks of it.

use std::sync::Arc;

use desk::Account;
use desk::intake::Letter;
use mail::message::{Content, HEADER_START_OCTETS, Headers};

use super::IntakeError;
use crate::facts::MessageStart;
use crate::runner::Arrived;

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
        let reader = account.store().text(arrived.text).await?;
        let (octets, raw) = (reader.octets(), reader.read(0, READ_OCTETS_MAX).await?);
        let reply_to = arrived.acceptance.author_is_reply_to;
        Ok(Self::read(raw, octets, reply_to))
    }

    /// Reads the start of a message of so many octets.
    pub(super) fn read(raw: Vec<u8>, octets: u64, author_is_reply_to: bool) -> Option<Self> {
        let headers = Headers::parse(&raw[..raw.len().min(HEADER_START_OCTETS)]).ok()?;
        let content = Content::read(&raw, &headers);
        let letter = Letter::read(&headers, &content, author_is_reply_to);
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

/// Text and structure are read from so much of a message; what an attachment
/// beyond that holds is nobody's business here.
pub(super) const READ_OCTETS_MAX: usize = 8 * 1024 * 1024;
