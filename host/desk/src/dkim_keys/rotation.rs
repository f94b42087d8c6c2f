//! Replaces the key that signs, step by step, behind the customers' CNAMEs.
//!
//! 1. [`begin`]: the selector that does not sign gets a new key, whose TXT record the operator
//!    publishes. Nothing signs with it yet.
//! 2. [`switch`]: the record has been seen; the new key signs, the old one retires. Its record
//!    stays, because mail that bears its signature is on its way.
//! 3. [`drop_retired`]: that mail has arrived or come back; the old private key is removed.
//!
//! Nobody had a reason to ask for the first selector's record between step 3 and the next
//! step 1, so no cache holds what it said before.
//!
//! Not here: whether the record is seen, and when this is done (the program).

use std::time::Duration;

use storage::{Batch, Timestamp};

use super::{KeptKey, Key, Ring, Stage};
use crate::audit::{self, Act};
use crate::rows::Kept;
use crate::secrets::SealingKey;
use crate::{Error, Installation};

/// What a rotation would meet.
pub enum Standing<'r> {
    /// The key of this one may be replaced.
    Ready(&'r Key),
    /// A new key waits until its record is seen.
    Awaited(&'r Key),
    /// The last one is not over: the old key's record is still needed.
    Retiring(&'r Key, Timestamp),
    /// There is no second selector.
    Alone,
}

impl Ring {
    /// How far a rotation is. A key that retires is kept for `keep`.
    pub fn standing(&self, keep: Duration) -> Standing<'_> {
        let other = self
            .all()
            .find(|key| !matches!(key.stage, Stage::Signing { .. }));
        let Some(key) = other else {
            return Standing::Alone;
        };
        match key.stage {
            Stage::Awaited { .. } => Standing::Awaited(key),
            Stage::Retiring { since } => Standing::Retiring(key, after(since, keep)),
            Stage::Spare | Stage::Dropped { .. } | Stage::Signing { .. } => Standing::Ready(key),
        }
    }
}

/// Gives a selector that does not sign a new key.
///
/// # Errors
/// [`Error::Changed`] if the selector signs, or another rotation has begun.
pub async fn begin(
    installation: &Installation,
    sealing: &SealingKey,
    selector: &str,
    act: impl FnOnce(&str) -> Act,
    now: Timestamp,
) -> Result<(), Error> {
    let mut kept = kept(installation, selector).await?;
    if !matches!(kept.record.stage, Stage::Spare | Stage::Dropped { .. }) {
        return Err(Error::Changed);
    }
    let stage = Stage::Awaited { since: now };
    kept.record = KeptKey::make(sealing, selector, stage, now).await?;
    let mut batch = Batch::new();
    installation.rows().update(&mut batch, selector, &kept);
    audit::append_installation(installation, &mut batch, &act(&kept.record.id));
    installation.rows().apply(batch).await
}

/// Has the awaited key of a selector sign, and lets the one that signed retire.
///
/// # Errors
/// [`Error::Changed`] if it is not awaited any more.
pub async fn switch(
    installation: &Installation,
    ring: &Ring,
    selector: &str,
    act: &Act,
    now: Timestamp,
) -> Result<(), Error> {
    let rows = installation.rows();
    let mut batch = Batch::new();
    let mut next = kept(installation, selector).await?;
    if !matches!(next.record.stage, Stage::Awaited { .. }) {
        return Err(Error::Changed);
    }
    next.record.stage = Stage::Signing { since: now };
    rows.update(&mut batch, selector, &next);
    if let Some((old, _)) = ring.signing() {
        let mut last = kept(installation, old).await?;
        last.record.stage = Stage::Retiring { since: now };
        rows.update(&mut batch, old, &last);
    }
    audit::append_installation(installation, &mut batch, act);
    rows.apply(batch).await
}

/// Removes the private half of a key that has retired.
///
/// # Errors
/// [`Error::Changed`] if it does not retire.
pub async fn drop_retired(
    installation: &Installation,
    selector: &str,
    act: &Act,
    now: Timestamp,
) -> Result<(), Error> {
    let mut kept = kept(installation, selector).await?;
    if !matches!(kept.record.stage, Stage::Retiring { .. }) {
        return Err(Error::Changed);
    }
    kept.record.stage = Stage::Dropped { since: now };
    kept.record.sealed = None;
    REVOKED.clone_into(&mut kept.record.txt);
    let mut batch = Batch::new();
    installation.rows().update(&mut batch, selector, &kept);
    audit::append_installation(installation, &mut batch, act);
    installation.rows().apply(batch).await
}

async fn kept(installation: &Installation, selector: &str) -> Result<Kept<KeptKey>, Error> {
    let kept = installation.rows().get::<KeptKey>(selector).await?;
    kept.ok_or(Error::NotFound("DKIM key"))
}

fn after(since: Timestamp, keep: Duration) -> Timestamp {
    let keep = u64::try_from(keep.as_millis()).unwrap_or(u64::MAX);
    Timestamp(since.0.saturating_add(keep))
}

/// Says that a selector's key is revoked (RFC 6376 §3.6.1): the customers' CNAMEs go on leading
/// somewhere, and what was stolen is worth nothing.
const REVOKED: &str = "v=DKIM1; p=";
