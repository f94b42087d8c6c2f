//! Under which keys the log stands. The store lists in the order of keys, oldest
//! number first; so that the newest message comes first, its time stands inverted.

use storage::{AccountId, Timestamp};

/// A message among those of its account.
pub(super) fn message_row(at: Timestamp, id: &str) -> Vec<u8> {
    let mut row = inverted(at).to_vec();
    row.extend_from_slice(id.as_bytes());
    row
}

/// A message among those of all accounts.
pub(super) fn order_row(at: Timestamp, account: AccountId, id: &str) -> Vec<u8> {
    let mut row = inverted(at).to_vec();
    row.extend_from_slice(&account.get().to_be_bytes());
    row.extend_from_slice(id.as_bytes());
    row
}

/// Whose message an [`order_row`] is, and the [`message_row`] it stands for there.
pub(super) fn ordered(row: &[u8]) -> Option<(AccountId, Vec<u8>)> {
    let (at, rest) = row.split_first_chunk::<8>()?;
    let (account, id) = rest.split_first_chunk::<8>()?;
    let account = AccountId::new(u64::from_be_bytes(*account))?;
    Some((account, [at.as_slice(), id].concat()))
}

/// Before every message of that time or an older one, of either kind of row.
pub(super) fn from(at: Timestamp) -> Vec<u8> {
    inverted(at).to_vec()
}

/// Where a term leads for one account.
pub(super) fn holder_row(term: &str, account: AccountId, id: &str) -> Vec<u8> {
    let mut row = holders_of(term, Some(account));
    row.extend_from_slice(id.as_bytes());
    row
}

/// What begins every [`holder_row`] of a term. No identifier holds a NUL.
pub(super) fn holders_of(term: &str, account: Option<AccountId>) -> Vec<u8> {
    let mut prefix = format!("{term}\0").into_bytes();
    prefix.extend(account.map(|id| id.get().to_be_bytes()).iter().flatten());
    prefix
}

/// What begins the row of everything that hangs on a message. No id holds a space.
pub(super) fn of_message(id: &str) -> Vec<u8> {
    format!("{id} ").into_bytes()
}

fn inverted(at: Timestamp) -> [u8; 8] {
    (u64::MAX - at.0).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_comes_first() {
        let rows = [9, 8, 7].map(|at| message_row(Timestamp(at), "01J"));
        assert!(rows.is_sorted());
        let at_eight = from(Timestamp(8));
        assert!(rows[0] < at_eight && at_eight < rows[1]);
    }

    #[test]
    fn an_order_row_tells_whose_message_it_is() {
        let account = AccountId::new(7).expect("not zero");
        let row = order_row(Timestamp(9), account, "01J");
        let message = message_row(Timestamp(9), "01J");
        assert_eq!(ordered(&row), Some((account, message)));
        assert_eq!(ordered(b"short"), None);
    }
}
