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
        let octets = reader.octets();
        let length = usize::try_from(octets)
            .unwrap_or(usize::MAX)
            .min(READ_OCTETS_MAX);
        let raw: Arc<[u8]> = reader.read(0, length).await?.into();
        let reply_to = arrived.acceptance.author_is_reply_to;
        let headers_start = &raw[..raw.len().min(HEADER_START_OCTETS)];
        let Ok(headers) = Headers::parse(headers_start) else {
            return Ok(None);
        };
        let content = Content::read(&raw, &headers);
        let letter = Letter::read(&headers, &content, reply_to);
        Ok(Some(Self {
            raw,
            headers: Arc::new(headers),
            letter,
            octets,
        }))
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
const READ_OCTETS_MAX: usize = 8 * 1024 * 1024;
