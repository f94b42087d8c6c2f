//! What was seen of a confirmation mail on its way back: facts for the
//! diagnosis, kept beside the address for the newest mail of each side.
//!
//! What was seen on its way out stands in the message's own record
//! (`outbound`). Not here: what it means (header-check), in which words it is
//! shown (the program).

use mail::address::Address;
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use super::newest_row;
use crate::addresses::Direction;
use crate::facts::Finding;
use crate::rows::Record;
use crate::{Account, Error};

/// A confirmation mail as it came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The mail's e-mail id; what is known of its way out is found by it.
    pub email_id: String,
    /// When it came back.
    pub at: Timestamp,
    /// The session it came back by.
    pub session: SessionSeen,
    /// How often it has come back, this time included.
    pub copies: u32,
    /// The servers it passed, oldest first, ourselves not counted; at most [`HOPS_KEPT`].
    pub hops: Vec<Hop>,
    /// The protected fields, and what became of each.
    pub fields: Vec<FieldSeen>,
    /// `unsigned`, `kept`, `broken`, `removed` or `re_signed` (R86).
    pub signature: String,
    /// What the receiver's server says of SPF, DKIM and DMARC (R89); at most [`RESULTS_KEPT`].
    pub results: Vec<ResultSeen>,
    /// What header-check made of it.
    pub findings: Vec<Finding>,
}

/// A session by which a mail came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSeen {
    /// Its id, as in our Received field and in the log.
    pub id: String,
    /// The peer's address.
    pub peer: String,
    /// TLS version and cipher; absent in clear text.
    pub tls: Option<String>,
    /// The credential proved; absent without AUTH.
    pub credential: Option<String>,
}

/// What one server said of itself in a Received field. Its word, no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The server.
    pub by: String,
    /// Where it got the mail from.
    pub from: Option<String>,
    /// The protocol, for example `ESMTPS`.
    pub with: Option<String>,
    /// Seconds since the server before it; absent if a clock is wrong or missing.
    pub seconds: Option<u64>,
}

/// A protected field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSeen {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// As it was sent.
    Kept,
    /// There, with another value.
    Changed,
    /// Gone.
    Missing,
}

/// One result of the receiver's server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultSeen {
    /// `spf`, `dkim` or `dmarc`.
    pub method: String,
    /// For example `pass`.
    pub verdict: String,
    /// The domain it speaks of.
    pub domain: Option<String>,
}

/// Servers remembered of one way back.
pub const HOPS_KEPT: usize = 30;
/// Results remembered of one way back.
pub const RESULTS_KEPT: usize = 12;

impl Fate {
    /// `kept`, `changed` or `missing`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Changed => "changed",
            Self::Missing => "missing",
        }
    }
}

/// What is known of the newest confirmation mail of one side.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Its e-mail id; absent if none was ever sent.
    pub email_id: Option<String>,
    /// How it came back, if it did.
    pub seen: Option<Seen>,
}

/// What is known of the newest confirmation mail of one side.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn known(
    account: &Account,
    address: &Address,
    direction: Direction,
) -> Result<Known, Error> {
    let row = newest_row(address, direction);
    let newest = account.rows().get::<super::Newest>(row.as_str()).await?;
    let Some(newest) = newest else {
        return Ok(Known::default());
    };
    let email_id = newest.record.email_id;
    let seen = account.rows().get::<Seen>(row).await?;
    // What came back of an older mail says nothing of this one.
    let seen = seen.map(|kept| kept.record);
    let seen = seen.filter(|seen| seen.email_id == email_id);
    Ok(Known {
        email_id: Some(email_id),
        seen,
    })
}

/// Drops what was seen of an address that goes. How often it was tested stays
/// known, so that removing and adding it wins nothing; so do the tokens.
pub(crate) fn forget(account: &Account, batch: &mut Batch, address: &Address) {
    for direction in [Direction::Inbound, Direction::Outbound] {
        let row = newest_row(address, direction);
        account.rows().delete::<Seen>(batch, row);
    }
}

/// Takes the place of what was seen before.
pub(super) fn keep(account: &Account, batch: &mut Batch, row: String, mut seen: Seen) {
    seen.hops.truncate(HOPS_KEPT);
    seen.results.truncate(RESULTS_KEPT);
    account.rows().put(batch, row, &seen);
}

impl Record for Seen {
    const TABLE: Table = Table("verification_seen");
}
