//! What an attempt tells of the support address it was made with or for.
//!
//! Not here: the attempt's own record (`settle`), the checks themselves (`desk`).

use desk::Account;
use desk::addresses::change::{report_delay, report_failure};
use desk::addresses::{self, Tested};
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

/// Tells the support address's checks what the attempt has shown (R26, R61, R72),
/// once more where somebody else was faster.
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
    let mut told = tell_once(account, delivery, attempted, note, now).await;
    for _ in 0..CONFLICTS_MAX {
        if !matches!(told, Err(desk::Error::Changed)) {
            break;
        }
        told = tell_once(account, delivery, attempted, note, now).await;
    }
    told
}

async fn tell_once(
    account: &Account,
    delivery: &Delivery,
    attempted: &Attempted,
    note: &Attempt,
    now: Timestamp,
) -> Result<(), desk::Error> {
    let word = note.reason.as_deref().unwrap_or("refused_by_server");
    let detail = note.reply.clone();
    if let Some((address, tested)) = shown_wrong(delivery, attempted) {
        warn!(?tested, "customer's server refused our credentials");
        let word = "credentials_refused";
        return failed(account, address, tested, word, detail, now).await;
    }
    match (tested(delivery), note.end) {
        (Some((address, tested)), End::Failed) => {
            failed(account, address, tested, word, detail, now).await
        }
        (Some((address, tested)), End::Deferred) => {
            report_delay(account, address, tested, word, detail).await
        }
        _ => Ok(()),
    }
}

/// What a verification mail tests: its own recipient.
fn tested(delivery: &Delivery) -> Option<(&Address, Tested)> {
    let address = delivery.recipients.first()?;
    match (delivery.notification, &delivery.path) {
        (NotificationKind::InboundVerification, _) => Some((address, Tested::Inbound)),
        (NotificationKind::OutboundVerification, Path::Staged(_)) => {
            Some((address, Tested::Staged))
        }
        (NotificationKind::OutboundVerification, _) => Some((address, Tested::Outbound)),
        (NotificationKind::Ticket | NotificationKind::Security, _) => None,
    }
}

/// Credentials refused for good are hard evidence. Of those in use: from now on
/// the fallback sends; of those staged: the others stay. The admin sees why.
fn shown_wrong<'d>(delivery: &'d Delivery, attempted: &Attempted) -> Option<(&'d Address, Tested)> {
    let refused = attempted.outcomes.iter().any(|outcome| match outcome {
        Outcome::Deferred(Cause::Trouble(Trouble::AuthRefused(reply))) => reply.is_permanent(),
        _ => false,
    });
    match &delivery.path {
        Path::Smarthost(address) if refused => Some((address, Tested::Outbound)),
        Path::Staged(address) if refused => Some((address, Tested::Staged)),
        _ => None,
    }
}

/// Notes that a check failed, and tells the admins (R96) unless it had failed for that reason
/// before, or the set is only staged and nothing has changed for the mail.
async fn failed(
    account: &Account,
    address: &Address,
    tested: Tested,
    reason: &str,
    detail: Option<String>,
    now: Timestamp,
) -> Result<(), desk::Error> {
    let found = addresses::find(account, address).await?;
    let check = found.as_ref().and_then(|found| found.check_of(tested));
    let known = check.is_none_or(|check| {
        let view = check.view(now);
        view.state == "failed" && view.reason.as_deref() == Some(reason)
    });
    report_failure(account, address, tested, reason, detail, now).await?;
    if known || tested == Tested::Staged {
        return Ok(());
    }
    let notice = Notice::VerificationFailed {
        address: address.to_string(),
        direction: tested.direction().as_str().to_owned(),
        reason: reason.to_owned(),
    };
    let mut batch = Batch::new();
    dispatch::inform(account, &mut batch, notice, now);
    account.commit(batch).await.map(drop)
}

/// Times the row of an address is read anew.
const CONFLICTS_MAX: usize = 8;
