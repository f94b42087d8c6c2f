//! Messages: reading what strangers wrote, writing what we send.
//!
//! | file | what is in it |
//! |---|---|
//! | `fields` | the header block cut into fields, with limits; nothing is copied |
//! | `headers` | [`Headers`]: what the fields say, read once a message |
//! | `words` | RFC 2047 encoded words, both ways |
//! | `names` | [`HeaderName`], [`HeaderValue`], [`Field`], [`MessageId`]: text that cannot inject |
//! | `mime` | the tree of body parts, with limits |
//! | `body` | [`Content`]: text, HTML and attachments |
//! | `tokens` | the ticket token and the verification line in a quoted reply |
//! | `edit` | fields taken out and put on top, the rest left byte for byte |
//! | `trace` | `Received` and `Return-Path` |
//! | `hops` | [`Hop`]: the way a message took, by its Received fields |
//! | `results` | `Authentication-Results`, print and parse |
//! | `compose` | [`Composer`]: a notification as octets |
//! | `dkim` | keys, signing, and which signatures a message bears |
//! | `dsn` | delivery reports |
//! | `hints` | facts that tell a person's mail from a program's |
//!
//! Reading takes octets from strangers, so every function here is total: it
//! returns an error or a defect, never panics, and takes time linear in its
//! input. Writing takes values from callers, so every text passes a type that
//! refuses or disarms CR, LF and NUL.
//!
//! Not here: what the facts mean (the policies), where a message is kept
//! (`storage`), dot-stuffing (`crate::framing`), DNS.

mod ambiguity;
mod body;
mod compose;
pub mod dkim;
pub mod dsn;
mod edit;
mod fields;
mod headers;
mod hints;
mod hops;
mod mime;
mod names;
#[cfg(test)]
mod properties;
mod results;
mod tokens;
mod trace;
mod words;

pub use body::{Attachment, Content, TEXT_OCTETS_MAX, decode, text_of_html};
pub use compose::{ComposeError, Composer, Marks, MarksError, NewAttachment, Party};
pub use edit::{Edited, Edits, TooMany};
pub use fields::{
    BLOCK_OCTETS_MAX, FIELD_OCTETS_MAX, FIELDS_MAX, HEADER_START_OCTETS, HeaderError, RawField,
    Split, split,
};
pub use headers::{ADDRESSES_MAX, Defect, Headers, Mailbox};
pub use hints::Hints;
pub use hops::{Hop, hops};
pub use mime::{DEPTH_MAX, PARTS_MAX, TransferEncoding, is_ambiguous};
pub use names::{Field, HeaderName, HeaderValue, MessageId, NameError};
pub use results::{
    AuthenticationResults, AuthorResults, DkimResult, MethodResult, Verdict, author_results,
    receivers_results,
};
pub use tokens::{TOKENS_MAX, TicketToken, ticket_tokens, verification_line, verification_tokens};
pub use trace::{Protocol, Received, TlsFacts, date_line, read_timestamp, return_path, timestamp};
