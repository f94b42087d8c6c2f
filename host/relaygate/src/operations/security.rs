//! Acts the account's admins are told of: the change, its audit row and the notice are one
//! batch, so none of them is missing whatever crashes (R96, R97).

use desk::notices::Notice;
use desk::{Account, Change};
use storage::Batch;
use tracing::info;

use super::{Actor, Outcome, audit};
use crate::dispatch;
use crate::services::Services;

/// Makes a change happen, with what goes with it.
pub(super) async fn commit<T>(
    services: &Services,
    account: &Account,
    actor: &Actor,
    mut change: Change<T>,
    notice: Notice,
) -> Outcome<T> {
    let (action, _, _) = notice.act();
    add(services, account, actor, change.batch(), notice);
    let value = change.commit(account).await?;
    info!(account = account.id().get(), action, "done");
    Ok(value)
}

/// Adds the audit row and the notice to the batch of an act.
pub(crate) fn add(
    services: &Services,
    account: &Account,
    actor: &Actor,
    batch: &mut Batch,
    notice: Notice,
) {
    let (action, subject, credential) = notice.act();
    let credential = credential.map(str::to_owned);
    let act = audit::act(services, actor, action, subject, credential);
    desk::audit::append(account, batch, &act);
    dispatch::inform(account, batch, notice, services.clock.now());
}
