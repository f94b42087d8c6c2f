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

    /// One that was kept as its octets.
    pub fn from_octets(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// Reads the long form that is printed.
    pub fn parse(text: &str) -> Option<Self> {
        let mut octets = [0; 32];
        if text.len() != 2 * octets.len() || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
            return None;
        }
        for (octet, digits) in octets.iter_mut().zip(text.as_bytes().chunks(2)) {
            *octet = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(octets))
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
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        assert_eq!(Digest::parse("ba78"), None);
        assert_eq!(Digest::parse(&"é".repeat(32)), None);
    }
}
