//! Agents and end users, by address; API tokens of agents.
//!
//! Not here: who somebody is to one ticket (`tickets::role`).

mod numbers;

use mail::address::Address;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{AccountId, Batch, Table, Timestamp};
use zeroize::Zeroizing;

use crate::addresses::row_id;
use crate::facts::PersonFacts;
use crate::rows::{Kept, Record};
use crate::{Account, Error, Installation, random, wire};

pub(crate) use numbers::give as give_numbers;
pub use numbers::{Numbered, bearer, everybody, of as number};

/// What somebody may do in the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Answers tickets.
    Agent,
    /// Writes to the account.
    EndUser,
}

/// Somebody the account knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their address; one person has one.
    #[serde(with = "wire::one")]
    pub address: Address,
    /// Their name, as far as known.
    pub name: String,
    /// What they may do.
    pub standing: Standing,
    /// Given by an admin; not from mail.
    pub vouched: bool,
    /// Mail to them came back for good (R113), until they write again.
    pub undeliverable: Option<Undeliverable>,
    /// Since when they are known.
    pub created_at: Timestamp,
}

/// Why somebody cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undeliverable {
    /// Since when.
    pub at: Timestamp,
    /// The enhanced status of the report, for example `5.1.1`.
    pub status: Option<String>,
}

/// An API token; its secret is kept as a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Not secret.
    pub id: String,
    /// Whose it is.
    #[serde(with = "wire::one")]
    pub agent: Address,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A token that was just made: the only moment its secret exists.
pub struct IssuedToken {
    /// The record.
    pub token: ApiToken,
    /// To be shown once, then forgotten.
    pub secret: SecretString,
}

pub(crate) async fn kept(
    account: &Account,
    address: &Address,
) -> Result<Option<Kept<Person>>, Error> {
    account.rows().get(row_id(address)).await
}

/// Finds somebody by address.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn find(account: &Account, address: &Address) -> Result<Option<Person>, Error> {
    Ok(kept(account, address).await?.map(|kept| kept.record))
}

/// What policies may know of somebody (`lookup.person`).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn lookup(account: &Account, address: &Address) -> Result<Option<PersonFacts>, Error> {
    Ok(find(account, address).await?.map(|person| PersonFacts {
        agent: person.standing == Standing::Agent,
        vouched: person.vouched,
    }))
}

/// Makes somebody an agent, whether they were known or not.
///
/// # Errors
/// [`Error::Invalid`] for a support address (R14); [`Error::Changed`].
pub async fn register_agent(
    account: &Account,
    address: &Address,
    name: &str,
    now: Timestamp,
) -> Result<Person, Error> {
    if crate::addresses::find(account, address).await?.is_some() {
        let hint = "a support address cannot be an agent: mail would go in circles";
        return Err(Error::invalid("agent", "agent_is_support_address", hint));
    }
    let known = kept(account, address).await?;
    if let Some(Kept { record, .. }) = &known
        && record.standing == Standing::Agent
    {
        return Ok(record.clone());
    }
    let person = Person {
        address: address.clone(),
        name: if name.is_empty() {
            address.local().to_owned()
        } else {
            name.to_owned()
        },
        standing: Standing::Agent,
        vouched: true,
        undeliverable: None,
        created_at: known.as_ref().map_or(now, |kept| kept.record.created_at),
    };
    let mut batch = Batch::new();
    batch.expect(
        account.rows().key::<Person>(row_id(address)),
        known.map(|kept| kept.revision),
    );
    account.rows().put(&mut batch, row_id(address), &person);
    give_numbers(account, &mut batch, &[address]).await?;
    account.apply(batch).await?;
    Ok(person)
}

/// Notes an end user met by mail, unless they are known. Their name is what
/// they call themselves; it vouches for nothing. Whoever writes can be reached.
pub(crate) async fn meet(
    account: &Account,
    batch: &mut Batch,
    address: &Address,
    name: &str,
    now: Timestamp,
) -> Result<(), Error> {
    match kept(account, address).await? {
        None => {
            let person = met(address, name, now);
            account.rows().create(batch, row_id(address), &person);
        }
        Some(mut kept) if kept.record.undeliverable.is_some() => {
            kept.record.undeliverable = None;
            account.rows().update(batch, row_id(address), &kept);
        }
        Some(_) => {}
    }
    Ok(())
}

fn met(address: &Address, name: &str, now: Timestamp) -> Person {
    Person {
        address: address.clone(),
        name: name.to_owned(),
        standing: Standing::EndUser,
        vouched: false,
        undeliverable: None,
        created_at: now,
    }
}

/// Notes that mail to somebody came back for good (R113).
pub(crate) async fn mark_undeliverable(
    account: &Account,
    batch: &mut Batch,
    address: &Address,
    status: Option<String>,
    now: Timestamp,
) -> Result<(), Error> {
    let undeliverable = Some(Undeliverable { at: now, status });
    match kept(account, address).await? {
        Some(mut kept) => {
            kept.record.undeliverable = undeliverable;
            account.rows().update(batch, row_id(address), &kept);
        }
        None => {
            let person = Person {
                undeliverable,
                ..met(address, "", now)
            };
            account.rows().create(batch, row_id(address), &person);
        }
    }
    Ok(())
}

/// Whether mail to somebody came back for good (R113).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn is_undeliverable(account: &Account, address: &Address) -> Result<bool, Error> {
    let person = find(account, address).await?;
    Ok(person.is_some_and(|person| person.undeliverable.is_some()))
}

/// Every agent of the account.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn agents(account: &Account) -> Result<Vec<Person>, Error> {
    let people: Vec<Person> = account.rows().all(&[]).await?;
    Ok(people
        .into_iter()
        .filter(|person| person.standing == Standing::Agent)
        .collect())
}

/// Makes an API token for an agent, registering them if they are new.
///
/// # Errors
/// As [`register_agent`].
pub async fn create_token(
    account: &Account,
    agent: &Address,
    now: Timestamp,
) -> Result<IssuedToken, Error> {
    register_agent(account, agent, "", now).await?;
    let secret = random::secret_word(TOKEN_LETTERS);
    let secret = Zeroizing::new(format!("{TOKEN_PREFIX}{}", secret.as_str()));
    let id = random::word(TOKEN_ID_LETTERS);
    let token = ApiToken {
        id: id.clone(),
        agent: agent.clone(),
        created_at: now,
    };
    let mut batch = Batch::new();
    let hash = token_hash(&secret);
    account.rows().create(
        &mut batch,
        id.as_str(),
        &KeptToken {
            token: token.clone(),
            hash,
        },
    );
    account.shared().create(
        &mut batch,
        hash,
        &TokenHolder {
            account: account.id(),
            id,
        },
    );
    account.apply(batch).await?;
    Ok(IssuedToken {
        token,
        secret: SecretString::from(secret.as_str()),
    })
}

/// Revokes a token; it stops working with the commit.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn revoke_token(account: &Account, id: &str) -> Result<(), Error> {
    let kept = account
        .rows()
        .get::<KeptToken>(id)
        .await?
        .ok_or(Error::NotFound("token"))?;
    let mut batch = Batch::new();
    account.rows().delete::<KeptToken>(&mut batch, id);
    account
        .shared()
        .delete::<TokenHolder>(&mut batch, kept.record.hash);
    account.apply(batch).await?;
    Ok(())
}

/// The tokens of the account, without their secrets.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn tokens(account: &Account) -> Result<Vec<ApiToken>, Error> {
    let kept: Vec<KeptToken> = account.rows().all(&[]).await?;
    Ok(kept.into_iter().map(|kept| kept.token).collect())
}

/// Who presents this token: the account and the agent, or nobody. The secret has
/// 256 bits, so one fast hash of it is enough, and looking it up by the hash
/// tells nothing by time.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn by_token(
    installation: &Installation,
    secret: &SecretString,
) -> Result<Option<(Account, ApiToken)>, Error> {
    let hash = token_hash(secret.expose_secret());
    let Some(holder) = installation.rows().get::<TokenHolder>(hash).await? else {
        return Ok(None);
    };
    let account = installation.account(holder.record.account);
    let kept = account
        .rows()
        .get::<KeptToken>(holder.record.id.as_str())
        .await?;
    Ok(kept.map(|kept| (account, kept.record.token)))
}

fn token_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Clear letters of a token: 52 × log2(31) is 257 bits.
const TOKEN_LETTERS: usize = 52;
const TOKEN_ID_LETTERS: usize = 10;
/// Lets scanners recognise a leaked token.
const TOKEN_PREFIX: &str = "rgt_";

impl Record for Person {
    const TABLE: Table = Table("person");
}

#[derive(Serialize, Deserialize)]
struct KeptToken {
    token: ApiToken,
    hash: [u8; 32],
}

impl Record for KeptToken {
    const TABLE: Table = Table("token");
}

/// Where a token leads; a row of the installation, under the secret's hash.
#[derive(Serialize, Deserialize)]
struct TokenHolder {
    account: AccountId,
    id: String,
}

impl Record for TokenHolder {
    const TABLE: Table = Table("token_holder");
}
