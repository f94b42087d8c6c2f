//! Numbers for what the public API calls by number and we by name: support
//! addresses, people, messages kept aside, mail we sent (API.md, section 1).
//!
//! Drawn by chance, so that none tells how many there are and drawing one keeps
//! nobody waiting (R103); never given twice in an account while the first bearer
//! lives. They are above 2^32, as programs expect, and below 2^53, up to which every
//! reader of JSON keeps them exact.

use rand::RngExt;
use serde::{Deserialize, Serialize};
use storage::{Batch, Key, Scope, Table};

use crate::Error;
use crate::rows::{Record, Rows};

/// Draws a number for the row of that record, in the batch that makes it. Should
/// somebody bear it already the batch conflicts, and is tried again with another.
pub(crate) fn give<R: Record>(rows: Rows<'_>, batch: &mut Batch, row: &str) -> u64 {
    let number = rand::rng().random_range(FIRST..END);
    let bearer = Bearer {
        table: R::TABLE.0.to_owned(),
        row: row.to_owned(),
    };
    rows.create(batch, number.to_be_bytes(), &bearer);
    number
}

/// The row that bears the number, if it is one of that record.
pub(crate) async fn row<R: Record>(rows: Rows<'_>, number: u64) -> Result<Option<String>, Error> {
    let kept = rows.get::<Bearer>(number.to_be_bytes()).await?;
    let bearer = kept.map(|kept| kept.record);
    Ok(bearer.filter(|it| it.table == R::TABLE.0).map(|it| it.row))
}

/// The number leads nowhere any more.
pub(crate) fn take_back(scope: Scope, batch: &mut Batch, number: u64) {
    batch.delete(Key::new(scope, Bearer::TABLE, number.to_be_bytes()));
}

/// Whose a number is.
#[derive(Serialize, Deserialize)]
struct Bearer {
    table: String,
    row: String,
}

impl Record for Bearer {
    const TABLE: Table = Table("number");
}

const FIRST: u64 = 1 << 32;
const END: u64 = 1 << 53;
