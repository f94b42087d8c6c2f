//! Sessions of members: kept, so that a restart signs nobody out.
//!
//! The cookie's value has 256 bits and is kept as a hash, so that a copy of the
//! store opens no session. A session is over when it was idle or lived for too
//! long, when its member is gone, or when the member's stamp has changed.

use mail::address::Address;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{Batch, Scope, Table, Timestamp};

use super::Member;
use crate::rows::{Kept, Record};
use crate::{Error, Installation, random, wire};

/// How far somebody has proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The password was right; a one-time code is still asked for.
    Password,
    /// Everything asked for was right.
    Whole,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    scope: Scope,
    #[serde(with = "wire::one")]
    address: Address,
    stamp: u64,
    /// How far they have got.
    pub stage: Stage,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used, to within a few minutes.
    pub seen_at: Timestamp,
    /// When a password was last given.
    pub proved_at: Timestamp,
}

impl Session {
    /// Whether the password was given so lately that credentials may be touched.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        now.0.saturating_sub(self.proved_at.0) < RECENT_MS
    }

    fn is_over(&self, now: Timestamp) -> bool {
        let age = now.0.saturating_sub(self.began_at.0);
        let idle = now.0.saturating_sub(self.seen_at.0);
        let age_max = match self.stage {
            Stage::Password => HALF_WAY_MS,
            Stage::Whole => AGE_MS_MAX,
        };
        age >= age_max || idle >= IDLE_MS_MAX
    }
}

/// Begins a session and gives the cookie's value, this once. `ends` is the one it
/// takes the place of: an id known before signing in is worth nothing after it.
///
/// # Errors
/// [`Error::Commit`].
pub async fn begin(
    installation: &Installation,
    member: &Member,
    stage: Stage,
    ends: Option<&SecretString>,
    now: Timestamp,
) -> Result<SecretString, Error> {
    let secret = random::secret_word(SECRET_LETTERS);
    let session = Session {
        scope: member.scope,
        address: member.address.clone(),
        stamp: member.stamp,
        stage,
        began_at: now,
        seen_at: now,
        proved_at: now,
    };
    let mut batch = Batch::new();
    let rows = installation.rows();
    if let Some(old) = ends {
        rows.delete::<Session>(&mut batch, hash(old.expose_secret()));
    }
    rows.create(&mut batch, hash(&secret), &session);
    rows.apply(batch).await?;
    Ok(SecretString::from(secret.as_str()))
}

/// The session this cookie's value opens, and whose it is.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`], [`Error::Commit`].
pub async fn find(
    installation: &Installation,
    secret: &SecretString,
    now: Timestamp,
) -> Result<Option<(Session, Member)>, Error> {
    let id = hash(secret.expose_secret());
    let Some(mut kept) = installation.rows().get::<Session>(id).await? else {
        return Ok(None);
    };
    if kept.record.is_over(now) {
        return Ok(None);
    }
    let Session { scope, address, .. } = &kept.record;
    let member = super::find(installation, *scope, address).await?;
    let Some(member) = member.filter(|member| member.stamp == kept.record.stamp) else {
        return Ok(None);
    };
    if now.0.saturating_sub(kept.record.seen_at.0) >= SEEN_EVERY_MS {
        see(installation, id, &mut kept, now).await?;
    }
    Ok(Some((kept.record, member)))
}

/// Two requests at once may both want to; one is enough.
async fn see(
    installation: &Installation,
    id: [u8; 32],
    kept: &mut Kept<Session>,
    now: Timestamp,
) -> Result<(), Error> {
    kept.record.seen_at = now;
    let mut batch = Batch::new();
    installation.rows().update(&mut batch, id, kept);
    match installation.rows().apply(batch).await {
        Err(Error::Changed) | Ok(()) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Ends a session.
///
/// # Errors
/// [`Error::Commit`].
pub async fn end(installation: &Installation, secret: &SecretString) -> Result<(), Error> {
    let mut batch = Batch::new();
    let rows = installation.rows();
    rows.delete::<Session>(&mut batch, hash(secret.expose_secret()));
    rows.apply(batch).await
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Clear letters of a cookie's value: 52 × log2(31) is 257 bits.
const SECRET_LETTERS: usize = 52;
/// A session unused for this long is over: eight hours.
const IDLE_MS_MAX: u64 = 8 * 3_600_000;
/// And after this long in any case: a day.
const AGE_MS_MAX: u64 = 24 * 3_600_000;
/// How long the one-time code may take after the password: ten minutes.
const HALF_WAY_MS: u64 = 10 * 60_000;
/// For how long after the password credentials may be touched: ten minutes.
const RECENT_MS: u64 = 10 * 60_000;
/// Use is noted no more often than this: a page view is no write.
const SEEN_EVERY_MS: u64 = 5 * 60_000;

impl Record for Session {
    const TABLE: Table = Table("session");
}

impl crate::upkeep::Aging for Session {
    const KEPT_MS: u64 = AGE_MS_MAX;

    fn at(&self) -> Timestamp {
        self.began_at
    }
}
