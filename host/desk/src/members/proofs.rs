//! How somebody proves who they are: a password, and a one-time code if they have
//! turned those on.
//!
//! Who is unknown, not yet active or mistaken gets the same answer after the same
//! work (AUTH-06).

use mail::address::Address;
use secrecy::SecretString;
use storage::{Batch, Scope, Timestamp};
use zeroize::Zeroizing;

use super::invitations::check_password;
use super::{Codes, Member, change, known, totp, update};
use crate::addresses::row_id;
use crate::credentials::{Hasher, LoginError, Verifier};
use crate::rows::Record;
use crate::secrets::{Place, Sealed, SealingKey};
use crate::{Error, Installation};

/// Whoever has this password in that scope. `scope` is absent for an account that
/// does not exist: it is refused after the same work.
///
/// # Errors
/// [`LoginError`]; a refusal says nothing about why.
pub async fn by_password(
    installation: &Installation,
    verifier: &Verifier,
    scope: Option<Scope>,
    address: Option<&Address>,
    password: &SecretString,
) -> Result<Member, LoginError> {
    let member = match (scope, address) {
        (Some(scope), Some(address)) => super::find(installation, scope, address).await?,
        _ => None,
    };
    let hash = member.as_ref().and_then(|member| member.hash.clone());
    match verifier.matches(password, hash).await? {
        true => member.ok_or(LoginError::Refused),
        false => Err(LoginError::Refused),
    }
}

/// Sets another password; every session before is over.
///
/// # Errors
/// [`Error::Invalid`] for a password too short or too long; [`Error::Changed`].
pub async fn change_password(
    installation: &Installation,
    hasher: &Hasher,
    member: &Member,
    password: &SecretString,
) -> Result<Member, Error> {
    check_password(password, &member.address)?;
    let hash = hasher.hash(password).await?;
    change(installation, member, |member| {
        member.hash = Some(hash.clone());
        member.stamp = rand::random();
    })
    .await
}

/// Begins to set up one-time codes: the seed counts once a code of it was given.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Changed`].
pub async fn begin_codes(
    installation: &Installation,
    key: &SealingKey,
    member: &Member,
) -> Result<(), Error> {
    let mut seed = Zeroizing::new([0; totp::SEED_OCTETS]);
    rand::fill(seed.as_mut_slice());
    let sealed = key.seal(place(member, &row_id(&member.address)), seed.as_slice());
    let begun = change(installation, member, |member| {
        member.pending = Some(sealed.clone());
    });
    begun.await.map(drop)
}

/// The seed that is being set up, as apps read it.
///
/// # Errors
/// [`Error::Sealed`].
pub fn pending_seed(key: &SealingKey, member: &Member) -> Result<Option<SecretString>, Error> {
    let Some(sealed) = &member.pending else {
        return Ok(None);
    };
    let seed = open(key, member, sealed)?;
    Ok(Some(totp::base32(&seed).into()))
}

/// Turns one-time codes on, if this is one of the seed that is being set up.
///
/// # Errors
/// [`Error::Invalid`] for a wrong code; [`Error::Sealed`]; [`Error::Changed`].
pub async fn finish_codes(
    installation: &Installation,
    key: &SealingKey,
    member: &Member,
    code: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let pending = member.pending.clone().ok_or(Error::NotFound("seed"))?;
    let seed = open(key, member, &pending)?;
    let step = totp::step_of(&seed, &tidy(code), 0, now).ok_or_else(wrong_code)?;
    let finished = change(installation, member, |member| {
        member.codes = Some(Codes {
            seed: pending.clone(),
            last_step: step,
        });
        member.pending = None;
    });
    finished.await.map(drop)
}

/// Turns one-time codes off.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Changed`].
pub async fn end_codes(installation: &Installation, member: &Member) -> Result<(), Error> {
    let ended = change(installation, member, |member| {
        member.codes = None;
        member.pending = None;
    });
    ended.await.map(drop)
}

/// Takes a one-time code, which works this once.
///
/// # Errors
/// [`Error::Invalid`] for a wrong or used code; [`Error::Sealed`]; [`Error::Changed`].
pub async fn take_code(
    installation: &Installation,
    key: &SealingKey,
    member: &Member,
    code: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let mut kept = known(installation, member.scope, &member.address).await?;
    let codes = kept.record.codes.clone().ok_or_else(wrong_code)?;
    let seed = open(key, &kept.record, &codes.seed)?;
    let step = totp::step_of(&seed, &tidy(code), codes.last_step, now).ok_or_else(wrong_code)?;
    kept.record.codes = Some(Codes {
        last_step: step,
        ..codes
    });
    let mut batch = Batch::new();
    update(installation, &mut batch, &kept);
    installation.rows().apply(batch).await
}

fn wrong_code() -> Error {
    let hint = "type the six digits your app shows now";
    Error::invalid("code", "code_wrong", hint)
}

/// Apps show digits in groups.
fn tidy(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace())
        .take(CODE_CHARS_MAX)
        .collect()
}

fn open(key: &SealingKey, member: &Member, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Error> {
    Ok(key.open(place(member, &row_id(&member.address)), sealed)?)
}

fn place<'a>(member: &Member, row: &'a str) -> Place<'a> {
    Place {
        account: match member.scope {
            Scope::Installation => None,
            Scope::Account(id) => Some(id),
        },
        table: Member::TABLE.0,
        row: row.as_bytes(),
        version: 1,
    }
}

/// More than a code has; the rest is not looked at.
const CODE_CHARS_MAX: usize = 16;
