//! What makes counted limits exact, and who holds a contested name.
//!
//! One row per account, the *generation*, changes with every add. A decision is
//! made on counts read together with the generation, and the add requires it
//! unchanged. Removals leave it alone: a count that is too high by one cannot
//! let anything through, and two hundred deletes need not queue up (R103).
//!
//! The limits themselves are the address-limits policy's.

use serde::{Deserialize, Serialize};
use storage::{AccountId, Batch, Table};

use crate::facts::Holder;
use crate::rows::{Basis, Record};
use crate::{Account, Error, Installation, accounts};

/// Counts the adds of an account.
#[derive(Serialize, Deserialize)]
struct Generation(u64);

impl Record for Generation {
    const TABLE: Table = Table("generation");
}

/// The only row of its table.
const ROW: &str = "limits";

/// Notes the generation a decision is made on.
pub(crate) async fn note(account: &Account, basis: &mut Basis) -> Result<(), Error> {
    let rows = account.rows();
    rows.get_noted::<Generation>(ROW, basis).await.map(drop)
}

/// Moves the generation on, so that every other decision on the old one fails.
pub(crate) async fn advance(account: &Account, batch: &mut Batch) -> Result<(), Error> {
    let last = account.rows().get::<Generation>(ROW).await?;
    let next = last.map_or(0, |kept| kept.record.0) + 1;
    account.rows().put(batch, ROW, &Generation(next));
    Ok(())
}

/// What the nearest of several holders is to `account`.
pub(crate) async fn nearest_holder(
    account: &Account,
    holders: &[AccountId],
) -> Result<Holder, Error> {
    let mut nearest = Holder::Nobody;
    for id in holders {
        match holder(account, *id).await? {
            Holder::ThisAccount => return Ok(Holder::ThisAccount),
            Holder::OtherAccount if nearest != Holder::Nobody => {}
            found => nearest = found,
        }
    }
    Ok(nearest)
}

/// What `holder` is to `account`.
pub(crate) async fn holder(account: &Account, holder: AccountId) -> Result<Holder, Error> {
    if holder == account.id() {
        return Ok(Holder::ThisAccount);
    }
    let installation = Installation::new(account.shared_store());
    let own = accounts::profile(account).await?;
    let other = accounts::profile(&installation.account(holder)).await?;
    Ok(match accounts::are_siblings(&own, &other) {
        true => Holder::SiblingAccount,
        false => Holder::OtherAccount,
    })
}
