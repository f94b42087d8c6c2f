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

use mail::address::{Address, Domain};
use mail::message::{MessageId, verification_tokens};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{Batch, Table, Timestamp};

use crate::addresses::checks::{LATE_MS_MAX, PENDING_MS_MAX};
use crate::addresses::{self, Check, Direction, row_id};
use crate::facts::Finding;
use crate::notifications::{OutboundDraft, draft};
use crate::rows::{Kept, Record};
use crate::upkeep::Aging;
use crate::{Account, Error, Product, random, wire};

/// A verification mail that came back and was recognised as one.
#[derive(Debug, Clone)]
pub struct Returned {
    /// The address under test.
    pub address: Address,
    /// Which side of it.
    pub direction: Direction,
    /// The protected fields exactly as they were sent, for the comparison.
    pub sent: Vec<(String, String)>,
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
    /// Nothing changed.
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
    let secret = random::secret_word(TOKEN_LETTERS);
    let draft =
        draft::verification(account, product, &kept.record, direction, &secret, now).await?;
    let token = Token {
        address: kept.record.address.clone(),
        direction,
        credential_version: kept.record.credential_version(),
        issued_at: now,
        used: false,
        sent: draft.protected_fields(product)?,
        message_id: draft.message_id(product),
    };
    let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    account.rows().create(batch, hash, &token);
    account.rows().put(
        batch,
        newest_row(&kept.record.address, direction),
        &Newest(hash),
    );
    *kept.record.check_mut(direction) = Check::pending(now);
    account
        .rows()
        .update(batch, row_id(&kept.record.address), &kept);
    Ok(draft)
}

/// Whether a message is a verification mail of this account come back. Asked
/// before anything else, so that it never becomes a ticket (R82).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn recognise(
    account: &Account,
    product: &Product,
    body: &str,
) -> Result<Option<Returned>, Error> {
    for word in verification_tokens(body, &product.header_prefix) {
        let hash: [u8; 32] = Sha256::digest(word.as_bytes()).into();
        if let Some(Kept { record, .. }) = account.rows().get::<Token>(hash).await? {
            let Token {
                address,
                direction,
                sent,
                ..
            } = record;
            return Ok(Some(Returned {
                address,
                direction,
                sent,
                hash,
            }));
        }
    }
    Ok(None)
}

/// Takes a returned mail. `relay` is the connector whose credential the session
/// proved over TLS; `findings` are header-check's. The caller drops the raw text
/// and finishes the job in the same batch.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn consume(
    account: &Account,
    batch: &mut Batch,
    returned: &Returned,
    relay: Option<&Domain>,
    findings: Vec<Finding>,
    now: Timestamp,
) -> Result<Consumed, Error> {
    let Some(mut token) = account.rows().get::<Token>(returned.hash).await? else {
        return Ok(Consumed::Ignored(Ignored::Stale));
    };
    if let Some(reason) = disqualified(account, returned, &token.record, now).await? {
        return Ok(Consumed::Ignored(reason));
    }
    let kept = addresses::kept(account, &token.record.address).await?;
    let current = |kept: &Kept<addresses::SupportAddress>| {
        kept.record.credential_version() == token.record.credential_version
    };
    let Some(mut kept) = kept.filter(current) else {
        return Ok(Consumed::Ignored(Ignored::Stale));
    };
    let authenticated = relay.is_some() && relay == kept.record.connector();
    let check = kept.record.check_mut(token.record.direction);
    let consumed = if authenticated {
        token.record.used = true;
        account.rows().update(batch, returned.hash, &token);
        decide(check, findings, now)
    } else {
        check.note(RETURNED_UNAUTHENTICATED, None);
        Consumed::Unauthenticated
    };
    account
        .rows()
        .update(batch, row_id(&kept.record.address), &kept);
    Ok(consumed)
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
    Ok(if token.used {
        Some(Ignored::Replayed)
    } else if newest.is_none_or(|kept| kept.record.0 != returned.hash) {
        Some(Ignored::Superseded)
    } else if age > PENDING_MS_MAX + LATE_MS_MAX {
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

/// One confirmation mail; the hash of its token is the key.
#[derive(Serialize, Deserialize)]
pub(crate) struct Token {
    #[serde(with = "wire::one")]
    address: Address,
    direction: Direction,
    credential_version: u32,
    issued_at: Timestamp,
    used: bool,
    sent: Vec<(String, String)>,
    #[serde(with = "wire::one")]
    message_id: MessageId,
}

impl Record for Token {
    const TABLE: Table = Table("verification");
}

impl Aging for Token {
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
        used: true,
        sent: Vec::new(),
        message_id: MessageId::parse("<1@relay.desk.example>").unwrap(),
    }
}

/// The token of the newest mail for one side of one address.
#[derive(Serialize, Deserialize)]
struct Newest([u8; 32]);

impl Record for Newest {
    const TABLE: Table = Table("verification_newest");
}
