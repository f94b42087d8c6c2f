//! Passkeys: devices and password managers somebody proves themselves with after the
//! password. What those say is judged by the program, which knows WebAuthn; here it is kept
//! which there are.
//!
//! Not here: ceremonies and signatures (the program's `operations::passkeys`).

use serde::{Deserialize, Serialize};
use storage::{Batch, Timestamp};

use super::{Member, change, known, update};
use crate::{Error, Installation};

/// One passkey. Its private half never leaves its device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// What its device calls it by.
    pub id: Vec<u8>,
    /// Its name for people.
    pub name: String,
    /// Its public key, as the program wrote it down.
    pub key: Vec<u8>,
    /// Its counter and flags, as the program wrote them down the last time.
    pub state: [u8; STATE_OCTETS],
    /// How its device is reached: a hint for browsers.
    pub transports: u8,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last proved somebody.
    pub used_at: Option<Timestamp>,
}

/// Adds a passkey.
///
/// # Errors
/// [`Error::Invalid`] for a name that cannot be, a passkey that is there already, or one too
/// many; [`Error::Changed`].
pub async fn add(
    installation: &Installation,
    member: &Member,
    mut new: Passkey,
) -> Result<(), Error> {
    new.name = check_name(&new.name)?;
    if member.passkeys.iter().any(|known| known.id == new.id) {
        let hint = "this device has a passkey of yours already";
        return Err(Error::invalid("passkey", "passkey_exists", hint));
    }
    if member.passkeys.len() >= PASSKEYS_MAX {
        let hint = "remove one that is no longer used";
        return Err(Error::invalid("passkey", "passkeys_max", hint));
    }
    let added = change(installation, member, |member| member.passkeys.push(new));
    added.await.map(drop)
}

fn check_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    match fits && !name.chars().any(char::is_control) {
        true => Ok(name.to_owned()),
        false => {
            let hint = format!("give it a name of 1 to {NAME_CHARS_MAX} characters");
            Err(Error::invalid("name", "passkey_name", hint))
        }
    }
}

/// Removes a passkey.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Changed`].
pub async fn remove(installation: &Installation, member: &Member, id: &[u8]) -> Result<(), Error> {
    if member.passkeys.iter().all(|known| known.id != id) {
        return Err(Error::NotFound("passkey"));
    }
    let removed = change(installation, member, |member| {
        member.passkeys.retain(|known| known.id != id);
    });
    removed.await.map(drop)
}

/// Writes down that a passkey proved its member. A counter that was read by two proofs at
/// once counts for one: a copied device shows by that (WebAuthn §6.1.1).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Changed`] if another proof was written down meanwhile.
pub async fn used(
    installation: &Installation,
    member: &Member,
    before: &Passkey,
    state: [u8; STATE_OCTETS],
    now: Timestamp,
) -> Result<(), Error> {
    let mut kept = known(installation, member.scope, &member.address).await?;
    let mut passkeys = kept.record.passkeys.iter_mut();
    let passkey = passkeys.find(|known| known.id == before.id && known.state == before.state);
    let passkey = passkey.ok_or(Error::Changed)?;
    passkey.state = state;
    passkey.used_at = Some(now);
    let mut batch = Batch::new();
    update(installation, &mut batch, &kept);
    installation.rows().apply(batch).await
}

/// Octets of a passkey's counter and flags.
pub const STATE_OCTETS: usize = 7;
/// Passkeys of one member.
pub const PASSKEYS_MAX: usize = 10;
const NAME_CHARS_MAX: usize = 60;
