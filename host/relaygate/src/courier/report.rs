//! What an attempt tells of the support address it was made with or for.
//!
//! Not here: the attempt's own record (`settle`), the checks themselves (`desk`).

use desk::Account;
use desk::addresses::{self, Direction};
use desk::facts::NotificationKind;
use desk::notices::Notice;
use desk::outbound::{Attempt, End};
use mail::address::Address;
use mail::client::{Cause, Outcome, Trouble};
use storage::{Batch, Timestamp};
use tracing::warn;

use super::Attempted;
use crate::dispatch;
use crate::runner::{Delivery, Path};

/// Tells the support address's checks what the attempt has shown (R26, R61, R72).
pub(super) async fn tell(
    account: &Account,
    delivery: &Delivery,
    attempted: &Attempted,
    notes: &[Attempt],
    now: Timestamp,
) -> Result<(), desk::Error> {
    let Some(note) = notes.first() else {
        return Ok(());
    };
    let word = note.reason.as_deref().unwrap_or("refused_by_server");
    let detail = note.reply.clone();
    match (tested(delivery), note.end) {
        (Some((address, direction)), End::Failed) => {
            failed(account, address, direction, word, detail, now).await
        }
        (Some((address, direction)), End::Deferred) => {
            addresses::change::report_delay(account, address, direction, word, detail).await
        }
        (None, _) => refused_credentials(account, delivery, attempted, detail, now).await,
        _ => Ok(()),
    }
}

/// The support address a verification mail tests: its own recipient.
fn tested(delivery: &Delivery) -> Option<(&Address, Direction)> {
    let address = delivery.recipients.first()?;
    match delivery.notification {
        NotificationKind::InboundVerification => Some((address, Direction::Inbound)),
        NotificationKind::OutboundVerification => Some((address, Direction::Outbound)),
        NotificationKind::Ticket | NotificationKind::Security => None,
    }
}

/// Credentials refused for good are hard evidence: from now on the fallback
/// sends, and the admin sees why.
async fn refused_credentials(
    account: &Account,
    delivery: &Delivery,
    attempted: &Attempted,
    detail: Option<String>,
    now: Timestamp,
) -> Result<(), desk::Error> {
    let Path::Smarthost(address) = &delivery.path else {
        return Ok(());
    };
    let refused = attempted.outcomes.iter().any(|outcome| match outcome {
        Outcome::Deferred(Cause::Trouble(Trouble::AuthRefused(reply))) => reply.is_permanent(),
        _ => false,
    });
    if !refused {
        return Ok(());
    }
    warn!(
        "customer's server refused our credentials; the address is not usable until verified again"
    );
    let word = "credentials_refused";
    failed(account, address, Direction::Outbound, word, detail, now).await
}

/// Notes that a check failed, and tells the admins (R96) unless it had failed for that reason
/// before.
async fn failed(
    account: &Account,
    address: &Address,
    direction: Direction,
    reason: &str,
    detail: Option<String>,
    now: Timestamp,
) -> Result<(), desk::Error> {
    let found = addresses::find(account, address).await?;
    let known = found.is_some_and(|found| {
        let view = found.check(direction).view(now);
        view.state == "failed" && view.reason.as_deref() == Some(reason)
    });
    addresses::change::report_failure(account, address, direction, reason, detail, now).await?;
    if known {
        return Ok(());
    }
    let notice = Notice::VerificationFailed {
        address: address.to_string(),
        direction: direction.as_str().to_owned(),
        reason: reason.to_owned(),
    };
    let mut batch = Batch::new();
    dispatch::inform(account, &mut batch, notice, now);
    account.commit(batch).await.map(drop)
}
