//! Words made by chance: ids, tokens, secrets. All from the operating system's
//! seeded generator; nothing here is derived from a counter or a clock alone.

use rand::RngExt;
use storage::Timestamp;
use ulid::Ulid;
use zeroize::Zeroizing;

/// Letters and digits nobody mistakes for each other when copying by hand: no
/// `0 o O`, no `1 i l I`. Safe in a URL, in SASL PLAIN and in a shell word.
pub(crate) const CLEAR_LETTERS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// A word of `length` clear letters: a little under 5 bits each.
pub(crate) fn word(length: usize) -> String {
    let mut rng = rand::rng();
    (0..length)
        .map(|_| char::from(CLEAR_LETTERS[rng.random_range(0..CLEAR_LETTERS.len())]))
        .collect()
}

/// As [`word`], for words that open something: wiped when dropped.
pub(crate) fn secret_word(length: usize) -> Zeroizing<String> {
    // Reserved at once: a growing string would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(length));
    let mut rng = rand::rng();
    for _ in 0..length {
        text.push(char::from(
            CLEAR_LETTERS[rng.random_range(0..CLEAR_LETTERS.len())],
        ));
    }
    text
}

/// An id that sorts by time of making: 26 characters (Crockford's base 32).
pub fn sortable_id(now: Timestamp) -> String {
    Ulid::from_parts(now.0, rand::random()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hold_no_ambiguous_character() {
        let word = secret_word(2_000);
        assert_eq!(word.len(), 2_000);
        assert!(
            word.chars()
                .all(|c| !"0oO1iIlL".contains(c) && c.is_ascii_alphanumeric())
        );
    }

    #[test]
    fn sortable_ids_sort_by_time() {
        let (early, late) = (sortable_id(Timestamp(1_000)), sortable_id(Timestamp(2_000)));
        assert_eq!(early.len(), 26);
        assert!(early < late);
    }
}
