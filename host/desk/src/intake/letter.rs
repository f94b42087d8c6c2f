//! What a message says, read once: author, copies, subject, identifiers, body.

use mail::address::Address;
use mail::message::{Content, Headers, Mailbox, MessageId};

use crate::tickets::{AuthorChecks, File};

/// Who wrote, as the header has it. A claim, not a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// What they call themselves.
    pub name: String,
    /// Their address.
    pub address: Address,
}

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// Absent if the message names none that can be answered.
    pub author: Option<Author>,
    /// Everybody in To and Cc who has an address.
    pub addressed: Vec<Address>,
    /// Decoded.
    pub subject: String,
    /// Its own identifier.
    pub message_id: Option<MessageId>,
    /// `References`, newest first, then `In-Reply-To`.
    pub references: Vec<MessageId>,
    /// What a person would read.
    pub body: String,
    /// As HTML, as it was written.
    pub html: Option<String>,
    /// What came with it.
    pub files: Vec<File>,
    /// What its topmost Authentication-Results say.
    pub checks: Option<AuthorChecks>,
}

impl Letter {
    /// Reads a message. `author_is_reply_to`: header-check wants the author
    /// taken from `Reply-To` (R39), of which only the first mailbox counts. Its files are
    /// for the caller to add ([`crate::tickets::files::of`]), who has the whole message.
    pub fn read(headers: &Headers, content: &Content, author_is_reply_to: bool) -> Self {
        let field = if author_is_reply_to {
            "Reply-To"
        } else {
            "From"
        };
        Self {
            author: author(headers.mailboxes(field)),
            addressed: ["To", "Cc"]
                .iter()
                .flat_map(|name| addresses(headers, name))
                .collect(),
            subject: headers.text("Subject").unwrap_or_default(),
            message_id: headers.message_id(),
            references: headers.references(),
            body: content.readable(),
            html: content.html.clone(),
            files: Vec::new(),
            checks: AuthorChecks::read(headers),
        }
    }
}

fn author(mailboxes: Vec<Mailbox>) -> Option<Author> {
    mailboxes
        .into_iter()
        .find_map(|Mailbox { name, address, .. }| {
            Some(Author {
                name,
                address: address?,
            })
        })
}

fn addresses(headers: &Headers, name: &str) -> impl Iterator<Item = Address> + use<> {
    headers
        .mailboxes(name)
        .into_iter()
        .filter_map(|mailbox| mailbox.address)
}
