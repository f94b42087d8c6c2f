//! Mail that was put off because its domain was being disconnected (R100).
//!
//! A mail server that is answered 451 tries again by itself; should it give up, its admin
//! finds here whose mail that was. One row for each pair of sender and recipient, however
//! often it was tried; a bounded number, and for a month.

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{Batch, Table, Timestamp};

use crate::rows::{Kept, Record};
use crate::upkeep::Aging;
use crate::{Account, Error};

/// An envelope that was put off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The domain that was being disconnected.
    pub domain: String,
    /// The session of the last attempt, as the log names it.
    pub session: String,
    /// The reverse path; empty for `<>`.
    pub sender: String,
    /// The recipient.
    pub recipient: String,
    /// How often.
    pub times: u32,
    /// The first time.
    pub first_at: Timestamp,
    /// The last time.
    pub last_at: Timestamp,
}

/// Notes one refusal.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`]; [`Error::Changed`] if the same is noted at once.
pub async fn note(
    account: &Account,
    session: &str,
    sender: Option<&Address>,
    recipient: &Address,
    now: Timestamp,
) -> Result<(), Error> {
    let sender = sender.map(ToString::to_string).unwrap_or_default();
    let (domain, recipient) = (recipient.domain(), recipient.to_string());
    let row = row(domain, &sender, &recipient);
    let mut batch = Batch::new();
    match account.rows().get::<Refused>(row.clone()).await? {
        Some(mut kept) => {
            again(&mut kept, session, now);
            account.rows().update(&mut batch, row, &kept);
        }
        None if list(account, Some(domain)).await?.len() >= ROWS_MAX => return Ok(()),
        None => {
            let refused = Refused {
                domain: domain.to_string(),
                session: session.to_owned(),
                sender,
                recipient,
                times: 1,
                first_at: now,
                last_at: now,
            };
            account.rows().create(&mut batch, row, &refused);
        }
    }
    account.apply(batch).await
}

fn again(kept: &mut Kept<Refused>, session: &str, now: Timestamp) {
    let refused = &mut kept.record;
    refused.times = refused.times.saturating_add(1);
    refused.last_at = now;
    session.clone_into(&mut refused.session);
}

/// What was put off, for one domain or for all.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account, domain: Option<&Domain>) -> Result<Vec<Refused>, Error> {
    account
        .rows()
        .all(&domain.map(prefix).unwrap_or_default())
        .await
}

fn row(domain: &Domain, sender: &str, recipient: &str) -> Vec<u8> {
    let pair = Sha256::new()
        .chain_update((sender.len() as u64).to_be_bytes())
        .chain_update(sender)
        .chain_update(recipient)
        .finalize();
    [prefix(domain), pair.to_vec()].concat()
}

/// No domain name holds a NUL.
fn prefix(domain: &Domain) -> Vec<u8> {
    let mut row = domain.as_str().as_bytes().to_vec();
    row.push(0);
    row
}

impl Record for Refused {
    const TABLE: Table = Table("refused");
}

impl Aging for Refused {
    /// A month.
    const KEPT_MS: u64 = 30 * 24 * 3_600_000;

    fn at(&self) -> Timestamp {
        self.last_at
    }
}

/// Envelopes remembered for one domain.
const ROWS_MAX: usize = 1_000;
