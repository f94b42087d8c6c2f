//! The number of everybody who has a part in the account, known or only copied:
//! programs call people by it.

use mail::address::Address;
use serde::{Deserialize, Serialize};
use storage::{Batch, Table};

use super::Person;
use crate::addresses::row_id;
use crate::rows::Record;
use crate::{Account, Error, numbers, wire};

/// Somebody with their number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    /// Above 2^32, below 2^53.
    pub number: u64,
    /// Their address.
    #[serde(with = "wire::one")]
    pub address: Address,
}

/// Gives a number to those who have none yet. Once for each batch: what it adds is
/// not seen before the commit.
pub(crate) async fn give(
    account: &Account,
    batch: &mut Batch,
    addresses: &[&Address],
) -> Result<(), Error> {
    for (at, address) in addresses.iter().enumerate() {
        let twice = addresses[..at].iter().any(|it| it.same_mailbox(address));
        if !twice && of(account, address).await?.is_none() {
            let row = row_id(address);
            let numbered = Numbered {
                number: numbers::give::<Numbered>(account.rows(), batch, &row),
                address: (*address).clone(),
            };
            account.rows().create(batch, row, &numbered);
        }
    }
    Ok(())
}

/// The number of somebody, if they have a part in the account.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn of(account: &Account, address: &Address) -> Result<Option<u64>, Error> {
    let kept = account.rows().get::<Numbered>(row_id(address)).await?;
    Ok(kept.map(|kept| kept.record.number))
}

/// Who bears a number.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Read`], [`Error::Corrupt`].
pub async fn bearer(account: &Account, number: u64) -> Result<Numbered, Error> {
    let unknown = Error::NotFound("person");
    let Some(row) = numbers::row::<Numbered>(account.rows(), number).await? else {
        return Err(unknown);
    };
    let kept = account.rows().get::<Numbered>(row).await?;
    kept.map(|kept| kept.record).ok_or(unknown)
}

/// Everybody, with what is known of them, in the order of their addresses.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn everybody(account: &Account) -> Result<Vec<(Numbered, Option<Person>)>, Error> {
    let numbered: Vec<Numbered> = account.rows().all(&[]).await?;
    let mut known = account
        .rows()
        .all::<Person>(&[])
        .await?
        .into_iter()
        .peekable();
    // Both tables are in the order of the same row ids.
    let mut everybody = Vec::with_capacity(numbered.len());
    for numbered in numbered {
        let row = row_id(&numbered.address);
        while known
            .next_if(|person| row_id(&person.address) < row)
            .is_some()
        {}
        let person = known.next_if(|person| row_id(&person.address) == row);
        everybody.push((numbered, person));
    }
    Ok(everybody)
}

impl Record for Numbered {
    const TABLE: Table = Table("person_number");
}
