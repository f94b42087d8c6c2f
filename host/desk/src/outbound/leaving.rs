//! Messages that can no longer go the way they were to go, since that way is gone.

use mail::address::Address;
use storage::{Batch, Timestamp};

use super::{Email, State, kept};
use crate::{Account, Error};

/// How a message ends that can no longer go the way it was to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Another message in its place goes by our own path.
    ByFallback,
    /// There is nothing to be said any more.
    Failed,
}

/// Notes that recipients will not be served by this message, and why. The caller finishes the
/// job in the same batch. Returns the message after it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Read`], [`Error::Corrupt`].
pub async fn left(
    account: &Account,
    batch: &mut Batch,
    email: &str,
    recipients: &[Address],
    (leaving, reason): (Leaving, &str),
    now: Timestamp,
) -> Result<Email, Error> {
    let mut kept = kept(account, email)
        .await?
        .ok_or(Error::NotFound("email"))?;
    let deliveries = kept.record.deliveries.iter_mut();
    for delivery in deliveries.filter(|delivery| recipients.contains(&delivery.recipient)) {
        delivery.state = match leaving {
            Leaving::ByFallback => State::SentByFallback,
            Leaving::Failed => State::Failed,
        };
        delivery.reason = Some(reason.to_owned());
        delivery.updated_at = now;
    }
    account.rows().update(batch, email, &kept);
    Ok(kept.record)
}
