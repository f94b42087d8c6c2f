//! Tags: ordinary ones belong to users, `system_*` ones to us (R108).
//!
//! A reserved tag is written only if the facts bear it out, whoever asks, and
//! is never taken away (R30).

use std::collections::BTreeSet;

use crate::Error;
use crate::facts::{SystemTag, Tagging};

/// The ticket was created by mail over the connector (R11).
pub const AUTHENTICATED_TICKET: &str = "system_authenticated_email_ticket";
/// Created over the connector, updated by mail that was not (R30).
pub const UNAUTHENTICATED_UPDATE: &str = "system_unauthenticated_email_update";

/// What is certain about the message a tag is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grounds {
    /// It makes a new ticket.
    pub(crate) new_ticket: bool,
    /// It came over the connector.
    pub(crate) relay_authenticated: bool,
    /// The ticket was created over the connector.
    pub(crate) created_authenticated: bool,
}

/// The tags a message adds: what the policy asked for, less what is not so.
pub(crate) fn granted(tagging: &Tagging, grounds: Grounds) -> impl Iterator<Item = String> {
    let system = tagging
        .system
        .iter()
        .filter(move |tag| holds(**tag, grounds))
        .map(|tag| word(*tag));
    let ordinary = tagging
        .tags
        .iter()
        .map(String::as_str)
        .filter(|tag| is_ordinary(tag));
    system.chain(ordinary.take(ADDED_MAX)).map(str::to_owned)
}

fn holds(tag: SystemTag, grounds: Grounds) -> bool {
    match tag {
        SystemTag::AuthenticatedTicket => grounds.new_ticket && grounds.relay_authenticated,
        SystemTag::UnauthenticatedUpdate => {
            !grounds.new_ticket && grounds.created_authenticated && !grounds.relay_authenticated
        }
    }
}

fn word(tag: SystemTag) -> &'static str {
    match tag {
        SystemTag::AuthenticatedTicket => AUTHENTICATED_TICKET,
        SystemTag::UnauthenticatedUpdate => UNAUTHENTICATED_UPDATE,
    }
}

/// Replaces the ordinary tags by what a user wants; reserved ones stay as they are.
///
/// # Errors
/// [`Error::Invalid`] for a reserved tag that is not there already, or a word
/// that is no tag.
pub fn replaced(current: &BTreeSet<String>, wanted: &[String]) -> Result<BTreeSet<String>, Error> {
    let mut tags: BTreeSet<String> = current
        .iter()
        .filter(|tag| is_reserved(tag))
        .cloned()
        .collect();
    for tag in wanted {
        if !current.contains(tag) {
            check_ordinary(tag)?;
        }
        tags.insert(tag.clone());
    }
    Ok(tags)
}

/// Whether somebody may add or remove this tag.
///
/// # Errors
/// [`Error::Invalid`] for a reserved word, or one that is no tag.
pub fn check_ordinary(tag: &str) -> Result<(), Error> {
    if is_reserved(tag) {
        let hint = "tags that begin with system_ are set by the system alone";
        return Err(Error::invalid("tags", "tag_reserved", hint));
    }
    check_word(tag)
}

/// Whether this can be a tag at all, reserved or not.
///
/// # Errors
/// [`Error::Invalid`].
pub fn check_word(tag: &str) -> Result<(), Error> {
    match is_word(tag) {
        true => Ok(()),
        false => {
            let hint = "use a-z, 0-9, - and _, at most 64 of them";
            Err(Error::invalid("tags", "tag_malformed", hint))
        }
    }
}

/// Case does not make another word of it.
fn is_reserved(tag: &str) -> bool {
    let prefix = tag.get(..RESERVED_PREFIX.len());
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX))
}

fn is_ordinary(tag: &str) -> bool {
    is_word(tag) && !is_reserved(tag)
}

fn is_word(tag: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=TAG_OCTETS_MAX).contains(&tag.len()) && tag.bytes().all(letter)
}

const RESERVED_PREFIX: &str = "system_";
const TAG_OCTETS_MAX: usize = 64;
/// Tags one message may add.
const ADDED_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn grounds(
        new_ticket: bool,
        relay_authenticated: bool,
        created_authenticated: bool,
    ) -> Grounds {
        Grounds {
            new_ticket,
            relay_authenticated,
            created_authenticated,
        }
    }

    #[test]
    fn reserved_tags_are_written_only_on_their_grounds() {
        let both = Tagging {
            system: vec![
                SystemTag::AuthenticatedTicket,
                SystemTag::UnauthenticatedUpdate,
            ],
            tags: Vec::new(),
        };
        for (grounds, expected) in [
            (grounds(true, true, false), vec![AUTHENTICATED_TICKET]),
            (grounds(true, false, false), vec![]),
            (grounds(false, false, true), vec![UNAUTHENTICATED_UPDATE]),
            (grounds(false, true, true), vec![]),
            (grounds(false, false, false), vec![]),
        ] {
            let tags: Vec<_> = granted(&both, grounds).collect();
            assert_eq!(tags, expected, "{grounds:?}");
        }
    }

    #[test]
    fn a_policy_cannot_write_a_reserved_word_as_an_ordinary_one() {
        let tagging = Tagging {
            system: Vec::new(),
            tags: [
                "system_authenticated_email_ticket",
                "System_x",
                "vip",
                "two words",
                "",
            ]
            .map(str::to_owned)
            .to_vec(),
        };
        let tags: Vec<_> = granted(&tagging, grounds(true, true, true)).collect();
        assert_eq!(tags, ["vip"]);
    }

    #[test]
    fn users_neither_add_nor_remove_reserved_tags() {
        let current = BTreeSet::from([UNAUTHENTICATED_UPDATE.to_owned(), "old".to_owned()]);
        let kept = replaced(&current, &["vip".into()]).unwrap();
        assert_eq!(
            kept,
            BTreeSet::from([UNAUTHENTICATED_UPDATE.to_owned(), "vip".to_owned()])
        );
        for word in [AUTHENTICATED_TICKET, "SYSTEM_other"] {
            assert!(replaced(&current, &[word.to_owned()]).is_err(), "{word}");
        }
    }
}
