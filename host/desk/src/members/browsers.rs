//! Browsers in which somebody has signed in before.
//!
//! Guesses at a name lock it for a while, from wherever they come; whoever shows by a cookie
//! that they have signed in with this browser before is judged by their own failures alone, so
//! that strangers cannot keep them out. The cookie opens nothing by itself.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::Timestamp;

use super::{Member, change};
use crate::{Error, Installation, random};

/// A browser somebody has signed in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownBrowser {
    /// The hash of its cookie: a copy of the store makes no browser known.
    hash: [u8; 32],
    since: Timestamp,
}

impl KnownBrowser {
    fn counts(&self, now: Timestamp) -> bool {
        now.0.saturating_sub(self.since.0) < KNOWN_MS
    }
}

impl Member {
    /// Whether they have signed in with the browser that bears this mark.
    pub fn knows(&self, mark: &str, now: Timestamp) -> bool {
        let hash = hash(mark);
        let mut known = self.browsers.iter();
        known.any(|browser| browser.hash == hash && browser.counts(now))
    }
}

/// Remembers the browser somebody has just signed in with; gives the mark it is to bear, this
/// once. The oldest is forgotten for it, if there are too many.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Changed`].
pub async fn remember(
    installation: &Installation,
    member: &Member,
    now: Timestamp,
) -> Result<SecretString, Error> {
    let mark = SecretString::from(random::secret_word(MARK_LETTERS).as_str());
    let browser = KnownBrowser {
        hash: hash(mark.expose_secret()),
        since: now,
    };
    let remembered = change(installation, member, |member| {
        member.browsers.retain(|known| known.counts(now));
        let surplus = (member.browsers.len() + 1).saturating_sub(BROWSERS_MAX);
        member.browsers.drain(..surplus);
        member.browsers.push(browser);
    });
    remembered.await?;
    Ok(mark)
}

fn hash(mark: &str) -> [u8; 32] {
    Sha256::digest(mark).into()
}

/// How long a browser is known: half a year.
pub const KNOWN_MS: u64 = 183 * 24 * 3_600_000;
/// Browsers of one member.
const BROWSERS_MAX: usize = 10;
/// Clear letters of a mark: 52 × log2(31) is 257 bits.
const MARK_LETTERS: usize = 52;
