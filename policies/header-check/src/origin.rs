//! How a message came to be written.
//!
//! A delivery report outranks an absence note, which outranks a list: vacation
//! programs like to mark their answers as bulk too.

use alloc::string::String;

use sdk::fields::Field;
use sdk::text;
use sdk::types::Origin;

use crate::Message;

/// Everything the decision needs, gathered in one pass over the block.
#[derive(Default)]
struct Signs {
    report: bool,
    auto_submitted: Option<String>,
    precedence: String,
    list: bool,
    autoreply: bool,
}

/// Reads the origin from the reverse path and the header block.
pub fn read(sender: &str, message: &Message<'_>) -> Origin {
    let mut signs = Signs::default();
    message.fields.iter().for_each(|field| signs.note(field));
    let automatic = signs.auto_submitted.as_deref().filter(|word| *word != "no");
    if signs.report || is_mailer(message.author()) {
        Origin::Bounce
    } else if signs.autoreply
        || automatic == Some("auto-replied")
        || signs.precedence == "auto_reply"
    {
        Origin::Vacation
    } else if sender.is_empty() {
        Origin::Bounce // the null reverse path, RFC 5321 §4.5.5
    } else if signs.list || matches!(signs.precedence.as_str(), "bulk" | "list" | "junk") {
        Origin::Bulk
    } else if automatic.is_some() {
        Origin::Automatic
    } else {
        Origin::Person
    }
}

impl Signs {
    fn note(&mut self, field: &Field<'_>) {
        if field.is("Auto-Submitted") {
            self.auto_submitted = Some(field.keyword());
        } else if field.is("Precedence") {
            self.precedence = field.keyword();
        } else if field.is("List-Id") {
            self.list = true;
        } else if field.is("X-Autoreply") || field.is("X-Autorespond") {
            self.autoreply = true;
        } else if field.is("Content-Type") {
            self.report |= is_report(field);
        }
    }
}

/// RFC 3464 §2: `multipart/report; report-type=delivery-status`.
fn is_report(field: &Field<'_>) -> bool {
    field.keyword() == "multipart/report" && text::holds(field.raw, "delivery-status")
}

fn is_mailer(author: &str) -> bool {
    let local = text::cut_last(author, b'@').map_or("", |(local, _)| local);
    ["mailer-daemon", "postmaster"]
        .iter()
        .any(|name| text::same(local, name))
}
