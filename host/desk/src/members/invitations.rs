//! Invitation links: how a member comes by a password, the first time and after
//! one was lost.
//!
//! The token in the link has 256 bits and is kept as a hash; it works once and
//! for three days, and a newer one ends it. Taking it up sets the password and
//! takes away one-time codes and passkeys, whose device may be what was lost.

use mail::address::Address;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{Batch, Scope, Table, Timestamp};

use super::{Invited, Member, Role, kept, known, update};
use crate::addresses::row_id;
use crate::credentials::{Hasher, PASSWORD_OCTETS_MAX};
use crate::rows::{Kept, Record};
use crate::{Error, Installation, random, wire};

/// An invitation in the one moment in which its token exists.
pub struct Issued {
    /// Who is invited.
    pub member: Member,
    /// What stands at the end of the link.
    pub token: SecretString,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Invites somebody, new or known; who is known keeps their password until the
/// link is followed.
///
/// # Errors
/// [`Error::Invalid`] if the role does not fit the scope, or there are too many
/// members; [`Error::Changed`].
pub async fn issue(
    installation: &Installation,
    scope: Scope,
    address: &Address,
    role: Role,
    now: Timestamp,
) -> Result<Issued, Error> {
    check_role(scope, role)?;
    let before = kept(installation, scope, address).await?;
    if before.is_none() {
        check_room(installation, scope).await?;
    }
    let token = random::secret_word(TOKEN_LETTERS);
    let expires_at = Timestamp(now.0 + VALID_MS);
    let hash = token_hash(&token);
    let member = invited(before.as_ref(), scope, address, role, now);
    let member = Member {
        invitation: Some(Invited {
            token: hash,
            expires_at,
        }),
        ..member
    };

    let mut batch = Batch::new();
    let rows = installation.rows_of(scope);
    let revision = before.as_ref().map(|kept| kept.revision);
    batch.expect(rows.key::<Member>(row_id(address)), revision);
    rows.put(&mut batch, row_id(address), &member);
    if let Some(before) = &before {
        forget(installation, &mut batch, &before.record);
    }
    let holder = Holder {
        scope,
        address: address.clone(),
        expires_at,
    };
    installation.rows().create(&mut batch, hash, &holder);
    rows.apply(batch).await?;
    Ok(Issued {
        member,
        token: SecretString::from(token.as_str()),
        expires_at,
    })
}

fn check_role(scope: Scope, role: Role) -> Result<(), Error> {
    if role.fits(scope) {
        return Ok(());
    }
    let hint = match scope {
        Scope::Installation => "admins and agents belong to an account: name it",
        Scope::Account(_) => "an account has admins and agents; operators belong to none",
    };
    Err(Error::invalid("role", "role_elsewhere", hint))
}

async fn check_room(installation: &Installation, scope: Scope) -> Result<(), Error> {
    if super::list(installation, scope).await?.len() < MEMBERS_MAX {
        return Ok(());
    }
    let hint = "remove logins that are no longer used";
    Err(Error::invalid("address", "logins_max", hint))
}

/// What stays of somebody known. Another role ends their sessions.
fn invited(
    before: Option<&Kept<Member>>,
    scope: Scope,
    address: &Address,
    role: Role,
    now: Timestamp,
) -> Member {
    match before.map(|kept| kept.record.clone()) {
        Some(known) if known.role == role => known,
        Some(known) => Member {
            role,
            stamp: rand::random(),
            ..known
        },
        None => Member {
            scope,
            address: address.clone(),
            role,
            language: None,
            hash: None,
            codes: None,
            pending: None,
            passkeys: Vec::new(),
            handle: rand::random(),
            browsers: Vec::new(),
            invitation: None,
            stamp: rand::random(),
            created_at: now,
        },
    }
}

/// Takes the row an invitation of this member leads by out, in a batch.
pub(super) fn forget(installation: &Installation, batch: &mut Batch, member: &Member) {
    if let Some(invited) = member.invitation {
        installation.rows().delete::<Holder>(batch, invited.token);
    }
}

/// Who is invited by this token, if it still works.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn find(
    installation: &Installation,
    token: &SecretString,
    now: Timestamp,
) -> Result<Option<Member>, Error> {
    let hash = token_hash(token.expose_secret());
    let Some(holder) = installation.rows().get::<Holder>(hash).await? else {
        return Ok(None);
    };
    let Holder { scope, address, .. } = holder.record;
    let member = super::find(installation, scope, &address).await?;
    Ok(member.filter(|it| it.invitation.is_some_and(|it| it.works(hash, now))))
}

/// Takes an invitation up: from now on this is the password, and every session
/// before is over.
///
/// # Errors
/// [`Error::NotFound`] if the token does not work (any more); [`Error::Invalid`]
/// for a password too short or too long; [`Error::Changed`].
pub async fn take_up(
    installation: &Installation,
    hasher: &Hasher,
    token: &SecretString,
    password: &SecretString,
    now: Timestamp,
) -> Result<Member, Error> {
    let unknown = Error::NotFound("invitation");
    let member = find(installation, token, now).await?.ok_or(unknown)?;
    check_password(password, &member.address)?;
    let hash = hasher.hash(password).await?;
    let mut kept = known(installation, member.scope, &member.address).await?;
    let still = kept.record.invitation == member.invitation;
    if !still {
        return Err(Error::Changed);
    }
    let mut batch = Batch::new();
    forget(installation, &mut batch, &kept.record);
    kept.record.hash = Some(hash);
    kept.record.codes = None;
    kept.record.pending = None;
    kept.record.passkeys.clear();
    kept.record.browsers.clear();
    kept.record.invitation = None;
    kept.record.stamp = rand::random();
    update(installation, &mut batch, &kept);
    installation.rows().apply(batch).await?;
    Ok(kept.record)
}

/// Long enough to be worth hashing, short enough to be hashed, and not what
/// everybody tries first (NIST SP 800-63B-4 §3.1.1.2: length, not classes of characters).
pub(super) fn check_password(password: &SecretString, address: &Address) -> Result<(), Error> {
    let text = password.expose_secret();
    let long = text.chars().count() >= PASSWORD_CHARS_MIN && text.len() <= PASSWORD_OCTETS_MAX;
    if !long {
        let hint = "choose a password of 12 characters or more, for example four words";
        return Err(Error::invalid("password", "password_length", hint));
    }
    if text.eq_ignore_ascii_case(&address.to_string()) {
        let hint = "choose a password that is not your address";
        return Err(Error::invalid("password", "password_plain", hint));
    }
    Ok(())
}

impl Invited {
    fn works(&self, token: [u8; 32], now: Timestamp) -> bool {
        self.token == token && now < self.expires_at
    }
}

/// The token has 256 bits: a fast hash is enough, and looking it up by the hash
/// tells nothing by time.
fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Clear letters of a token: 52 × log2(31) is 257 bits.
const TOKEN_LETTERS: usize = 52;
/// How long an invitation works: three days.
const VALID_MS: u64 = 72 * 3_600_000;
/// Members of one scope.
const MEMBERS_MAX: usize = 1_000;
const PASSWORD_CHARS_MIN: usize = 12;

/// Where a token leads; a row of the installation, under the token's hash.
#[derive(Serialize, Deserialize)]
pub(crate) struct Holder {
    scope: Scope,
    #[serde(with = "wire::one")]
    address: Address,
    expires_at: Timestamp,
}

impl Record for Holder {
    const TABLE: Table = Table("invitation");
}

impl crate::upkeep::Aging for Holder {
    const KEPT_MS: u64 = VALID_MS;

    fn at(&self) -> Timestamp {
        Timestamp(self.expires_at.0.saturating_sub(VALID_MS))
    }
}
