//! The name of a component: the SHA-256 of its bytes.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// SHA-256 of a component. Prints as hex; `{:.12}` is the short form of logs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The raw 32 octets.
    pub fn octets(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2 * self.0.len());
        let nibbles = self.0.iter().flat_map(|octet| [octet >> 4, octet & 0x0f]);
        nibbles
            .take(digits)
            .try_for_each(|nibble| write!(f, "{nibble:x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:.12}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_hex_and_short() {
        let digest = Digest::of(b"abc");
        assert!(
            digest
                .to_string()
                .starts_with("ba7816bf8f01cfea414140de5dae2223")
        );
        assert_eq!(digest.to_string().len(), 64);
        assert_eq!(format!("{digest:.12}"), "ba7816bf8f01");
    }
}
