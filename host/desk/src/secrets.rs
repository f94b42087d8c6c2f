//! Sealing of what must be read again: outbound passwords and DKIM keys.
//!
//! XChaCha20-Poly1305 with a key that is kept outside the store (DESIGN.md,
//! promise 4). The place a secret stands in (account, table, row, version) is
//! bound into the seal, so a ciphertext that was moved to another row, another
//! account or back in time does not open (R58, SEC-02).
//!
//! Not here: inbound passwords, which nobody can read again (`credentials`).

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use storage::AccountId;
use zeroize::Zeroizing;

/// Octets of the sealing key.
const KEY_OCTETS: usize = 32;
/// Keys in a key file: the one that seals, and those old seals need.
const KEYS_MAX: usize = 8;
/// More than a line of the key file, so that its text is never moved and copied.
const LINE_OCTETS_MAX: usize = 64;
/// Octets of an XChaCha20 nonce: long enough to be drawn by chance.
const NONCE_OCTETS: usize = 24;

/// The key that seals this installation's secrets, and those before it, which
/// only open until everything has been sealed anew ([`crate::rewrap`]). Wiped when
/// dropped; has no `Debug`, so that it cannot slip into a log.
pub struct SealingKey(RwLock<Vec<RawKey>>);

type RawKey = Zeroizing<[u8; KEY_OCTETS]>;

/// Where a secret stands; it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The account it belongs to; `None` for the installation's own.
    pub account: Option<AccountId>,
    /// The table of its row.
    pub table: &'static str,
    /// The row.
    pub row: &'a [u8],
    /// Counts up with each change of the secret.
    pub version: u32,
}

/// A secret at rest.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    nonce: [u8; NONCE_OCTETS],
    ciphertext: Vec<u8>,
}

/// What can be wrong with a key file or a sealed secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key file does not hold 32 octets in base64.
    #[error("sealing key is not 32 octets in base64")]
    Key,
    /// Wrong key, or the secret was changed or moved.
    #[error("sealed secret does not open in its place")]
    Open,
}

impl SealingKey {
    /// A new key by chance.
    pub fn generate() -> Self {
        Self::of(vec![fresh()])
    }

    fn of(keys: Vec<RawKey>) -> Self {
        Self(RwLock::new(keys))
    }

    /// Reads the text of a key file: a key a line, the one that seals first. White
    /// space around it does not count.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let keys: Vec<RawKey> = text.split_whitespace().map(raw).collect::<Result<_, _>>()?;
        match keys.len() {
            1..=KEYS_MAX => Ok(Self::of(keys)),
            _ => Err(SealError::Key),
        }
    }

    /// The text of a key file.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(KEYS_MAX * LINE_OCTETS_MAX));
        for key in &*self.keys() {
            BASE64.encode_string(key.as_slice(), &mut text);
            text.push('\n');
        }
        text
    }

    /// How many there are; more than one while old seals may be left.
    pub fn count(&self) -> usize {
        self.keys().len()
    }

    /// The same with a new key in front; the oldest goes if there are too many.
    pub fn renewed(&self) -> Self {
        let mut keys = self.keys().clone();
        keys.insert(0, fresh());
        keys.truncate(KEYS_MAX);
        Self::of(keys)
    }

    /// The key that seals, alone.
    pub fn newest(&self) -> Self {
        Self::of(self.keys().iter().take(1).cloned().collect())
    }

    /// A key for another purpose, made of the one that seals; nobody comes back from it.
    pub fn derived(&self, purpose: &[u8]) -> Zeroizing<[u8; KEY_OCTETS]> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.keys()[0].as_slice());
        let mut derived = Zeroizing::new([0; KEY_OCTETS]);
        derived.copy_from_slice(hmac::sign(&key, purpose).as_ref());
        derived
    }

    /// From now on the keys are those of `other`.
    pub fn become_like(&self, other: &Self) {
        let keys = other.keys().clone();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn keys(&self) -> RwLockReadGuard<'_, Vec<RawKey>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Seals a secret for one place.
    pub fn seal(&self, place: Place<'_>, secret: &[u8]) -> Sealed {
        let mut nonce = [0; NONCE_OCTETS];
        rand::fill(&mut nonce[..]);
        let aad = place.bound();
        let keys = self.keys();
        let key = keys.first().expect("there is a key, whoever made it");
        let ciphertext = cipher(key)
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: secret,
                    aad: &aad,
                },
            )
            .expect("a secret is far below the 256 GiB one nonce can seal");
        Sealed { nonce, ciphertext }
    }

    /// Opens a secret in its place.
    pub fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let keys = self.keys();
        let mut opened = keys.iter().filter_map(|key| open_by(key, place, sealed));
        opened.next().ok_or(SealError::Open)
    }

    /// The secret sealed by the newest key; `None` if it is already.
    pub fn reseal(&self, place: Place<'_>, sealed: &Sealed) -> Result<Option<Sealed>, SealError> {
        let is_newest = {
            let keys = self.keys();
            keys.first()
                .and_then(|key| open_by(key, place, sealed))
                .is_some()
        };
        if is_newest {
            return Ok(None);
        }
        let secret = self.open(place, sealed)?;
        Ok(Some(self.seal(place, &secret)))
    }
}

fn fresh() -> RawKey {
    let mut key = Zeroizing::new([0; KEY_OCTETS]);
    rand::fill(key.as_mut_slice());
    key
}

fn raw(text: &str) -> Result<RawKey, SealError> {
    let octets = Zeroizing::new(BASE64.decode(text).map_err(|_| SealError::Key)?);
    let mut key = Zeroizing::new([0; KEY_OCTETS]);
    if octets.len() != KEY_OCTETS {
        return Err(SealError::Key);
    }
    key.copy_from_slice(&octets);
    Ok(key)
}

fn open_by(key: &RawKey, place: Place<'_>, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
    let aad = place.bound();
    let payload = Payload {
        msg: &sealed.ciphertext,
        aad: &aad,
    };
    let opened = cipher(key).decrypt(&XNonce::from(sealed.nonce), payload);
    opened.ok().map(Zeroizing::new)
}

fn cipher(key: &RawKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(**key))
}

impl Place<'_> {
    /// The octets bound into the seal; every part has a fixed length or its
    /// length before it, so that two places never give the same octets.
    fn bound(&self) -> Vec<u8> {
        let account = self.account.map_or(0, |id| id.get());
        let mut octets = account.to_be_bytes().to_vec();
        for part in [self.table.as_bytes(), self.row] {
            octets.extend_from_slice(&(part.len() as u64).to_be_bytes());
            octets.extend_from_slice(part);
        }
        octets.extend_from_slice(&self.version.to_be_bytes());
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u64) -> Option<AccountId> {
        Some(AccountId::new(number).unwrap())
    }

    const HOME: &[u8] = b"help@acme.example";

    fn home() -> Place<'static> {
        Place {
            account: account(1),
            table: "address",
            row: HOME,
            version: 1,
        }
    }

    #[test]
    fn a_secret_opens_in_its_place() {
        let key = SealingKey::generate();
        let sealed = key.seal(home(), b"hunter2");
        assert_eq!(key.open(home(), &sealed).unwrap().as_slice(), b"hunter2");
    }

    #[test]
    fn a_moved_secret_does_not_open() {
        let key = SealingKey::generate();
        let sealed = key.seal(home(), b"hunter2");
        for moved in [
            Place {
                account: account(2),
                ..home()
            },
            Place {
                account: None,
                ..home()
            },
            Place {
                table: "dkim_key",
                ..home()
            },
            Place {
                row: b"sales@acme.example",
                ..home()
            },
            Place {
                version: 2,
                ..home()
            },
        ] {
            assert_eq!(key.open(moved, &sealed), Err(SealError::Open), "{moved:?}");
        }
    }

    #[test]
    fn a_changed_or_cut_secret_does_not_open() {
        let key = SealingKey::generate();
        let sealed = key.seal(home(), b"hunter2");
        for at in 0..sealed.ciphertext.len() {
            let mut changed = sealed.clone();
            changed.ciphertext[at] ^= 1;
            assert_eq!(key.open(home(), &changed), Err(SealError::Open));
            let mut cut = sealed.clone();
            cut.ciphertext.truncate(at);
            assert_eq!(key.open(home(), &cut), Err(SealError::Open));
        }
    }

    #[test]
    fn another_key_does_not_open() {
        let sealed = SealingKey::generate().seal(home(), b"hunter2");
        assert_eq!(
            SealingKey::generate().open(home(), &sealed),
            Err(SealError::Open)
        );
    }

    #[test]
    fn an_old_key_opens_until_everything_is_sealed_anew() {
        let old = SealingKey::generate();
        let sealed = old.seal(home(), b"hunter2");
        let both = SealingKey::parse(&old.renewed().to_text()).unwrap();
        assert_eq!(both.count(), 2);
        assert_eq!(both.open(home(), &sealed).unwrap().as_slice(), b"hunter2");
        let anew = both.reseal(home(), &sealed).unwrap().expect("an old seal");
        assert!(both.reseal(home(), &anew).unwrap().is_none());
        let newest = both.newest();
        assert_eq!(newest.open(home(), &anew).unwrap().as_slice(), b"hunter2");
        assert_eq!(newest.open(home(), &sealed), Err(SealError::Open));
        assert_eq!(old.open(home(), &anew), Err(SealError::Open));
        old.become_like(&newest);
        assert!(old.open(home(), &anew).is_ok());
    }

    #[test]
    fn a_moved_secret_is_not_sealed_anew() {
        let old = SealingKey::generate();
        let sealed = old.seal(home(), b"hunter2");
        let moved = Place {
            version: 2,
            ..home()
        };
        let outcome = old.renewed().reseal(moved, &sealed);
        assert!(matches!(outcome, Err(SealError::Open)));
    }

    #[test]
    fn a_key_file_holds_a_few_keys() {
        let mut key = SealingKey::generate();
        for _ in 0..2 * KEYS_MAX {
            key = key.renewed();
        }
        assert_eq!(key.count(), KEYS_MAX);
        let text = key.to_text();
        assert!(SealingKey::parse(&text).is_ok());
        let more = format!("{}{}", &*text, &*text);
        assert!(matches!(SealingKey::parse(&more), Err(SealError::Key)));
        assert!(matches!(SealingKey::parse(" \n"), Err(SealError::Key)));
    }

    #[test]
    fn the_key_file_round_trips() {
        let key = SealingKey::generate();
        let sealed = key.seal(home(), b"hunter2");
        let read = SealingKey::parse(&format!("{}\n", key.to_text().as_str())).unwrap();
        assert!(read.open(home(), &sealed).is_ok());
        assert!(matches!(SealingKey::parse("c2hvcnQ="), Err(SealError::Key)));
        assert!(matches!(
            SealingKey::parse("not base64!"),
            Err(SealError::Key)
        ));
    }
}
