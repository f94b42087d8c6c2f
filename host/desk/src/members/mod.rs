//! People who sign in to the pages: operators of the installation, admins and
//! agents of an account.
//!
//! Somebody is a member of one scope by their address there, and of another by
//! another row, with another password: nothing leads from one to the other
//! (R107). Nobody chooses a password for somebody else; a member is invited
//! ([`invitations`]), proves who they are ([`proofs`], [`passkeys`]), and has sessions
//! ([`sessions`]) until their stamp changes; [`browsers`] are those they did that with.
//!
//! Not here: API tokens (`people`), mail servers' credentials (`credentials`),
//! who may do what (the program's pages).

pub mod browsers;
pub mod invitations;
pub mod passkeys;
pub mod proofs;
pub mod sessions;
mod totp;

use mail::address::Address;
use serde::{Deserialize, Serialize};
use storage::{Batch, Scope, Table, Timestamp};

use crate::addresses::row_id;
use crate::rows::{Kept, Record};
use crate::secrets::Sealed;
use crate::{Error, Installation, wire};
use browsers::KnownBrowser;
use passkeys::Passkey;

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks after the installation; sees no account's mail.
    Operator,
    /// Everything in one account.
    Admin,
    /// Tickets and mail of one account; no credentials, settings or policies.
    Agent,
}

/// Somebody who signs in, or is invited to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Whose pages they see.
    pub scope: Scope,
    /// Their address, which is their user name.
    #[serde(with = "wire::one")]
    pub address: Address,
    /// What they may do.
    pub role: Role,
    /// The language they chose, for example `de`.
    pub language: Option<String>,
    /// The argon2id hash of the password in PHC form; none before the first
    /// invitation was taken up.
    pub(crate) hash: Option<String>,
    /// One-time codes, if they are turned on.
    pub(crate) codes: Option<Codes>,
    /// The seed of one-time codes that are being set up.
    pub(crate) pending: Option<Sealed>,
    /// Passkeys, in the order in which they were added.
    pub passkeys: Vec<Passkey>,
    /// Stands for them at their devices (WebAuthn §5.4.3); says nothing of who they are.
    pub handle: [u8; HANDLE_OCTETS],
    /// Browsers they have signed in with.
    pub(crate) browsers: Vec<KnownBrowser>,
    /// The invitation that can be taken up.
    pub(crate) invitation: Option<Invited>,
    /// Drawn anew when sessions must end: another password, another role.
    pub(crate) stamp: u64,
    /// When they were first invited.
    pub created_at: Timestamp,
}

/// One-time codes of a member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Codes {
    seed: Sealed,
    /// The step of the last code that was taken; no code is taken twice (RFC 6238 §5.2).
    last_step: u64,
}

/// An invitation as its member knows it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Invited {
    /// The hash of the link's token.
    token: [u8; 32],
    expires_at: Timestamp,
}

impl Role {
    /// `operator`, `admin` or `agent`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::Agent => "agent",
        }
    }

    /// Operators belong to the installation, the others to an account.
    fn fits(self, scope: Scope) -> bool {
        (self == Self::Operator) == (scope == Scope::Installation)
    }
}

impl Member {
    /// Whether they have ever chosen a password.
    pub fn is_active(&self) -> bool {
        self.hash.is_some()
    }

    /// Whether a one-time code proves them.
    pub fn has_codes(&self) -> bool {
        self.codes.is_some()
    }

    /// Whether something is asked for after the password.
    pub fn has_second_factor(&self) -> bool {
        self.has_codes() || !self.passkeys.is_empty()
    }

    /// Until when their invitation can be taken up.
    pub fn invited_until(&self, now: Timestamp) -> Option<Timestamp> {
        let invited = self.invitation.filter(|it| now < it.expires_at);
        invited.map(|it| it.expires_at)
    }
}

/// Says who it is, never a hash.
impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member")
            .field("scope", &self.scope)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

pub(crate) async fn kept(
    installation: &Installation,
    scope: Scope,
    address: &Address,
) -> Result<Option<Kept<Member>>, Error> {
    installation.rows_of(scope).get(row_id(address)).await
}

async fn known(
    installation: &Installation,
    scope: Scope,
    address: &Address,
) -> Result<Kept<Member>, Error> {
    let kept = kept(installation, scope, address).await?;
    kept.ok_or(Error::NotFound("login"))
}

/// Adds a changed member to a batch; somebody else's change meanwhile undoes the batch.
fn update(installation: &Installation, batch: &mut Batch, kept: &Kept<Member>) {
    let id = row_id(&kept.record.address);
    let rows = installation.rows_of(kept.record.scope);
    rows.update(batch, id, kept);
}

/// Changes a member as they are now, who has to be the one that was read: of two
/// changes at once one fails.
async fn change(
    installation: &Installation,
    member: &Member,
    change: impl FnOnce(&mut Member),
) -> Result<Member, Error> {
    let mut kept = known(installation, member.scope, &member.address).await?;
    if kept.record.stamp != member.stamp {
        return Err(Error::Changed);
    }
    change(&mut kept.record);
    let mut batch = Batch::new();
    update(installation, &mut batch, &kept);
    installation.rows().apply(batch).await?;
    Ok(kept.record)
}

/// The members of a scope, in the order of their addresses.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(installation: &Installation, scope: Scope) -> Result<Vec<Member>, Error> {
    installation.rows_of(scope).all(&[]).await
}

/// Finds a member.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn find(
    installation: &Installation,
    scope: Scope,
    address: &Address,
) -> Result<Option<Member>, Error> {
    Ok(kept(installation, scope, address)
        .await?
        .map(|kept| kept.record))
}

/// Removes a member: sessions and invitations lead nowhere with the commit.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Changed`].
pub async fn remove(
    installation: &Installation,
    scope: Scope,
    address: &Address,
) -> Result<(), Error> {
    let kept = known(installation, scope, address).await?;
    let mut batch = Batch::new();
    let rows = installation.rows_of(scope);
    batch.expect(rows.key::<Member>(row_id(address)), Some(kept.revision));
    rows.delete::<Member>(&mut batch, row_id(address));
    invitations::forget(installation, &mut batch, &kept.record);
    rows.apply(batch).await
}

/// Remembers the language somebody chose; `None`: that of the browser.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Changed`].
pub async fn choose_language(
    installation: &Installation,
    scope: Scope,
    address: &Address,
    language: Option<String>,
) -> Result<(), Error> {
    let mut kept = known(installation, scope, address).await?;
    kept.record.language = language;
    let mut batch = Batch::new();
    update(installation, &mut batch, &kept);
    installation.rows().apply(batch).await
}

/// Octets of what stands for a member at their devices.
pub const HANDLE_OCTETS: usize = 16;

impl Record for Member {
    const TABLE: Table = Table("member");
}
