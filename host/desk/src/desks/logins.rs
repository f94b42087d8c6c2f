//! The logins by which a foreign help desk sends: issued by us, shown once, kept
//! as a hash, like a connector's credentials but for another right. A connector's
//! credential lets mail *in* for its domain; one of these lets mail *out* in the
//! name of the account's live support addresses, and neither does the other's work.
//!
//! At most two are live, so that a help desk can change over without a gap.

use mail::address::{Address, Domain};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, Table, Timestamp};

use crate::accounts::Subdomain;
use crate::credentials::{CredentialId, Hasher, Right, password, peers};
use crate::rows::Record;
use crate::{Account, Error, accounts};

/// One login.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskLogin {
    /// Its id, which also stands in its password.
    pub id: CredentialId,
    /// The argon2id hash of the password, in PHC form.
    pub(crate) hash: String,
    /// When it was issued.
    pub created_at: Timestamp,
}

/// A login that was just made: the only moment its password exists.
pub struct IssuedLogin {
    /// The record.
    pub login: DeskLogin,
    /// The user name that goes with it.
    pub username: String,
    /// To be shown once, then forgotten.
    pub password: SecretString,
}

/// Says which login it is, never the hash.
impl std::fmt::Debug for DeskLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeskLogin").field("id", &self.id).finish()
    }
}

/// The user name of every login of an account: `desk@<sub>.<native>`.
pub fn username(subdomain: &Subdomain, native: &Domain) -> Address {
    Address::new(LOCAL_PART, subdomain.domain(native)).expect("a plain word is a local part")
}

/// Issues a login.
///
/// # Errors
/// [`Error::Invalid`] with code `desk_logins_max` while there are two;
/// [`Error::Changed`] if two are issued at once.
pub async fn issue(
    account: &Account,
    hasher: &Hasher,
    native: &Domain,
    now: Timestamp,
) -> Result<IssuedLogin, Error> {
    let profile = accounts::profile(account).await?;
    let live = list(account).await?;
    if live.len() >= LIVE_MAX {
        let hint = "discard one of the two logins first: account desk-login --discard ID";
        return Err(Error::invalid("account", "desk_logins_max", hint));
    }
    let id = CredentialId::generate();
    let password = password::generate(&id);
    let login = DeskLogin {
        hash: hasher.hash(&password).await?,
        id,
        created_at: now,
    };
    let mut batch = Batch::new();
    turn(account, &mut batch).await?;
    account.rows().create(&mut batch, login.id.as_str(), &login);
    let holder = DeskLoginHolder(account.id());
    account
        .shared()
        .create(&mut batch, login.id.as_str(), &holder);
    account.apply(batch).await?;
    Ok(IssuedLogin {
        login,
        username: username(&profile.subdomain, native).to_string(),
        password,
    })
}

/// Of two changes to the logins of an account at once, one fails.
async fn turn(account: &Account, batch: &mut Batch) -> Result<(), Error> {
    let last = account.rows().get::<Turn>(TURN).await?;
    batch.expect(
        account.rows().key::<Turn>(TURN),
        last.as_ref().map(|kept| kept.revision),
    );
    let next = last.map_or(0, |kept| kept.record.0) + 1;
    account.rows().put(batch, TURN, &Turn(next));
    Ok(())
}

/// Discards a login; it stops working with the commit, open sessions included.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`].
pub async fn discard(account: &Account, id: &CredentialId) -> Result<(), Error> {
    find(account, id).await?.ok_or(Error::NotFound("login"))?;
    let mut batch = Batch::new();
    turn(account, &mut batch).await?;
    account.rows().delete::<DeskLogin>(&mut batch, id.as_str());
    account
        .shared()
        .delete::<DeskLoginHolder>(&mut batch, id.as_str());
    peers::forget(account, &mut batch, &Right::Desk, id).await?;
    account.apply(batch).await
}

/// The account's logins, oldest first.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<DeskLogin>, Error> {
    let mut logins: Vec<DeskLogin> = account.rows().all(&[]).await?;
    logins.sort_by_key(|login| login.created_at);
    Ok(logins)
}

pub(crate) async fn find(account: &Account, id: &CredentialId) -> Result<Option<DeskLogin>, Error> {
    let kept = account.rows().get::<DeskLogin>(id.as_str()).await?;
    Ok(kept.map(|kept| kept.record))
}

/// Whether the login of an open session still opens anything (AUTH-10).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn is_live(account: &Account, id: &CredentialId) -> Result<bool, Error> {
    Ok(find(account, id).await?.is_some())
}

const LOCAL_PART: &str = "desk";
/// Logins an account may have.
const LIVE_MAX: usize = 2;
/// The only row of its table.
const TURN: &str = "desk_login";

impl Record for DeskLogin {
    const TABLE: Table = Table("desk_login");
}

/// Where a login's id leads; a row of the installation.
#[derive(Serialize, Deserialize)]
pub(crate) struct DeskLoginHolder(pub(crate) AccountId);

impl Record for DeskLoginHolder {
    const TABLE: Table = Table("desk_login_holder");
}

/// Counts the changes to an account's logins.
#[derive(Serialize, Deserialize)]
struct Turn(u64);

impl Record for Turn {
    const TABLE: Table = Table("desk_login_turn");
}
