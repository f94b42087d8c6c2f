//! The confirmation mails that close the circle (R72-R74, R77, R81, R82).
//!
//! A mail with a one-time token goes to the support address, over the
//! customer's MX (inbound) or the customer's own server (outbound). It counts
//! only if the token comes back in a session that proved a credential of the
//! address's connector. A token is bound to the account (it is looked up there
//! and nowhere else), the address, the direction and the version of the
//! outbound credential.
//!
//! Tokens are kept as hashes. A used or superseded one stays known, so that the
//! mail is recognised and does not become a ticket; after a month it goes.
//!
//! A mail that comes back a second time soon after the first is a sign of a
//! distribution list (R62), so returns are counted. Not every one is a copy: a
//! relay that lost our 250 sends the same again, which reception recognises by
//! its trace and keeps from us, and a person who answers or forwards the mail
//! quotes the token, but neither its e-mail id nor its Message-ID.

mod seen;

use mail::address::{Address, Domain};
use mail::message::{Headers, Marks, verification_tokens};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{Batch, Table, Timestamp};

use crate::accounts::trials;
use crate::addresses::checks::{LATE_MS_MAX, PENDING_MS_MAX};
use crate::addresses::{self, Check, Direction, Tested, row_id};
use crate::facts::Finding;
use crate::notifications::{OutboundDraft, draft};
use crate::rows::{Kept, Record};
use crate::upkeep::Aging;
use crate::{Account, Error, Product, random, wire};

pub(crate) use seen::forget;
pub use seen::{
    Fate, FieldSeen, HOPS_KEPT, Hop, Known, RESULTS_KEPT, ResultSeen, Seen, SessionSeen, known,
};

/// A verification mail that came back and was recognised as one.
#[derive(Debug, Clone)]
pub struct Returned {
    /// The address under test.
    pub address: Address,
    /// Which side of it.
    pub direction: Direction,
    /// The protected fields exactly as they were sent, for the comparison.
    pub sent: Vec<(String, String)>,
    /// The e-mail id of the mail.
    pub email_id: String,
    /// How often it has come back over the right relay, this time included.
    pub copies: u32,
    /// It is the mail itself, not one that quotes it.
    itself: bool,
    hash: [u8; 32],
}

/// What became of a returned mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consumed {
    /// The side is verified now.
    Verified,
    /// The side has failed now, for that reason.
    Failed(String),
    /// It came back without authentication, or over another connector: the side
    /// stays pending and says so (R74). The token is not used up.
    Unauthenticated,
    /// Nothing changed, but perhaps the count of copies.
    Ignored(Ignored),
}

/// Why a returned mail changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// The token had been used.
    Replayed,
    /// A newer mail had been sent (R81).
    Superseded,
    /// Later than the last hour it is accepted.
    Expired,
    /// The address is gone, or its credential is another one by now.
    Stale,
}

impl Ignored {
    /// The word for the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replayed => "verification_replayed",
            Self::Superseded => "verification_superseded",
            Self::Expired => "verification_expired",
            Self::Stale => "verification_stale",
        }
    }
}

/// Sets one side to pending and makes its confirmation mail. Older ones of that
/// side no longer count. The caller asks for the way out, composes, queues and
/// commits, all in this batch.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for an address without a connector.
pub async fn start(
    account: &Account,
    product: &Product,
    batch: &mut Batch,
    address: &Address,
    direction: Direction,
    now: Timestamp,
) -> Result<OutboundDraft, Error> {
    let mut kept = addresses::kept(account, address)
        .await?
        .ok_or(Error::NotFound("address"))?;
    if kept.record.connector().is_none() {
        let hint = "only addresses of a connector are verified";
        return Err(Error::invalid("address", "address_not_smtp", hint));
    }
    let tested = kept.record.tested(direction);
    let secret = random::secret_word(TOKEN_LETTERS);
    let draft =
        draft::verification(account, product, &kept.record, direction, &secret, now).await?;
    let token = Token {
        address: kept.record.address.clone(),
        direction,
        credential_version: kept.record.version(tested).unwrap_or_default(),
        issued_at: now,
        returns: None,
        sent: draft.protected_fields(product)?,
        email_id: draft.email_id.clone(),
    };
    let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    account.rows().create(batch, hash, &token);
    let row = newest_row(&kept.record.address, direction);
    let newest = newest(account, &row, hash, &draft.email_id, now).await?;
    account.rows().put(batch, row, &newest);
    if let Some(check) = kept.record.check_mut(tested) {
        *check = Check::pending(now);
    }
    account
        .rows()
        .update(batch, row_id(&kept.record.address), &kept);
    Ok(draft)
}

/// The row of a mail just made, if there may be another one (R81).
async fn newest(
    account: &Account,
    row: &str,
    hash: [u8; 32],
    email_id: &str,
    now: Timestamp,
) -> Result<Newest, Error> {
    let before = account.rows().get::<Newest>(row).await?;
    let mut started = before.map_or_else(Vec::new, |kept| kept.record.started);
    started.retain(|at| now.0.saturating_sub(at.0) < STARTS_WITHIN_MS);
    if started.len() >= STARTS_MAX {
        let hint =
            "tested five times within an hour; mend what the last result says, then try later";
        return Err(Error::invalid("address", "verified_too_often", hint));
    }
    started.push(now);
    Ok(Newest {
        hash,
        email_id: email_id.to_owned(),
        started,
    })
}

/// Whether a message is a verification mail of this account come back. Asked
/// before anything else, so that it never becomes a ticket (R82).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn recognise(
    account: &Account,
    product: &Product,
    headers: &Headers,
    body: &str,
) -> Result<Option<Returned>, Error> {
    for word in verification_tokens(body, &product.header_prefix) {
        let hash: [u8; 32] = Sha256::digest(word.as_bytes()).into();
        if let Some(Kept { record, .. }) = account.rows().get::<Token>(hash).await? {
            return Ok(Some(Returned {
                itself: is_itself(headers, product, &record.email_id),
                copies: record.returns.map_or(0, |returns| returns.copies) + 1,
                address: record.address,
                direction: record.direction,
                sent: record.sent,
                email_id: record.email_id,
                hash,
            }));
        }
    }
    Ok(None)
}

/// Either identifier will do: there are relays that change one of them.
fn is_itself(headers: &Headers, product: &Product, email_id: &str) -> bool {
    let marked = headers.raw(&Marks::email_id_field(&product.header_prefix));
    let message_id = headers.message_id();
    let left = message_id
        .as_ref()
        .and_then(|id| id.as_str().split_once('@'))
        .map(|(left, _)| left);
    marked.is_some_and(|mark| mark.trim() == email_id) || left == Some(email_id)
}

/// Takes a returned mail. `relay` is the connector whose credential the session
/// proved over TLS; `seen` is what is to be shown of it, header-check's findings
/// among it. The caller drops the raw text and finishes the job in the same batch.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn consume(
    account: &Account,
    batch: &mut Batch,
    returned: &Returned,
    relay: Option<&Domain>,
    mut seen: Seen,
    now: Timestamp,
) -> Result<Consumed, Error> {
    let Some(mut token) = account.rows().get::<Token>(returned.hash).await? else {
        return Ok(Consumed::Ignored(Ignored::Stale));
    };
    if let Some(reason) = disqualified(account, returned, &token.record, now).await? {
        return Ok(Consumed::Ignored(reason));
    }
    let kept = addresses::kept(account, &token.record.address).await?;
    let Some(mut kept) = kept else {
        return Ok(Consumed::Ignored(Ignored::Stale));
    };
    let authenticated = kept.record.takes_back(relay);
    let tested = kept.record.tested(token.record.direction);
    let current = kept.record.version(tested) == Some(token.record.credential_version);
    let Some(check) = kept.record.check_mut(tested).filter(|_| current) else {
        return Ok(Consumed::Ignored(Ignored::Stale));
    };
    let consumed = match (authenticated, token.record.returns) {
        (true, None) => decide(check, seen.findings.clone(), now),
        (true, Some(_)) => withdraw(check, &seen.findings, now),
        (false, None) => {
            check.note(RETURNED_UNAUTHENTICATED, None);
            // What anybody could have brought is evidence against nobody.
            seen.findings.clear();
            Consumed::Unauthenticated
        }
        (false, Some(_)) => return Ok(Consumed::Ignored(Ignored::Replayed)),
    };
    if authenticated {
        token.record.count(now);
        account.rows().update(batch, returned.hash, &token);
    }
    let row = newest_row(&kept.record.address, token.record.direction);
    seen::keep(account, batch, row, seen);
    if tested == Tested::Staged && consumed == Consumed::Verified {
        kept.record.swap();
    }
    if consumed == Consumed::Verified && kept.record.usable() {
        trials::note(account, batch, now);
    }
    account
        .rows()
        .update(batch, row_id(&kept.record.address), &kept);
    Ok(consumed)
}

/// A copy cannot make a side better; it can show that it was called good too soon.
fn withdraw(check: &mut Check, findings: &[Finding], now: Timestamp) -> Consumed {
    match findings.iter().find(|finding| finding.fatal) {
        Some(_) if check.is_verified() => decide(check, findings.to_vec(), now),
        _ => Consumed::Ignored(Ignored::Replayed),
    }
}

fn decide(check: &mut Check, findings: Vec<Finding>, now: Timestamp) -> Consumed {
    match findings.iter().find(|finding| finding.fatal) {
        Some(finding) => {
            *check = Check::failed(&finding.code, Some(finding.hint.clone()), now);
            Consumed::Failed(finding.code.clone())
        }
        None => {
            *check = Check::Verified {
                at: now,
                warnings: findings,
            };
            Consumed::Verified
        }
    }
}

async fn disqualified(
    account: &Account,
    returned: &Returned,
    token: &Token,
    now: Timestamp,
) -> Result<Option<Ignored>, Error> {
    let newest = account
        .rows()
        .get::<Newest>(newest_row(&token.address, token.direction))
        .await?;
    let age = now.0.saturating_sub(token.issued_at.0);
    let replayed = |first: &Returns| {
        !returned.itself || now.0.saturating_sub(first.first_at.0) > PENDING_MS_MAX
    };
    Ok(if token.returns.as_ref().is_some_and(replayed) {
        Some(Ignored::Replayed)
    } else if newest.is_none_or(|kept| kept.record.hash != returned.hash) {
        Some(Ignored::Superseded)
    } else if token.returns.is_none() && age > PENDING_MS_MAX + LATE_MS_MAX {
        Some(Ignored::Expired)
    } else {
        None
    })
}

fn newest_row(address: &Address, direction: Direction) -> String {
    format!("{} {}", direction.as_str(), row_id(address))
}

/// Clear letters of a token: 28 × log2(31) is 138 bits.
const TOKEN_LETTERS: usize = 28;
/// Why a side stays pending although its mail came back (R74).
pub const RETURNED_UNAUTHENTICATED: &str = "returned_unauthenticated";

/// Confirmation mails of one side within [`STARTS_WITHIN_MS`] (R81).
const STARTS_MAX: usize = 5;
const STARTS_WITHIN_MS: u64 = 60 * 60 * 1_000;

/// One confirmation mail; the hash of its token is the key.
#[derive(Serialize, Deserialize)]
pub(crate) struct Token {
    #[serde(with = "wire::one")]
    address: Address,
    direction: Direction,
    credential_version: u32,
    issued_at: Timestamp,
    /// Absent until it came back over the right relay: then it is used.
    returns: Option<Returns>,
    sent: Vec<(String, String)>,
    email_id: String,
}

/// How often a mail came back over the right relay.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Returns {
    first_at: Timestamp,
    copies: u32,
}

impl Token {
    fn count(&mut self, now: Timestamp) {
        let returns = self.returns.get_or_insert(Returns {
            first_at: now,
            copies: 0,
        });
        returns.copies = returns.copies.saturating_add(1);
    }
}

impl Record for Token {
    const TABLE: Table = Table("verification");
}

impl Aging for Token {
    /// As long as anybody might wonder about one.
    const KEPT_MS: u64 = 30 * 24 * 3_600_000;

    fn at(&self) -> Timestamp {
        self.issued_at
    }
}

#[cfg(test)]
pub(crate) fn old_token(issued_at: Timestamp) -> Token {
    Token {
        address: Address::parse("help@acme.example").unwrap(),
        direction: Direction::Inbound,
        credential_version: 1,
        issued_at,
        returns: None,
        sent: Vec::new(),
        email_id: "1".to_owned(),
    }
}

/// The newest mail for one side of one address.
#[derive(Serialize, Deserialize)]
struct Newest {
    /// Of its token.
    hash: [u8; 32],
    email_id: String,
    /// When this side was tested within the last hour.
    started: Vec<Timestamp>,
}

impl Record for Newest {
    const TABLE: Table = Table("verification_newest");
}
