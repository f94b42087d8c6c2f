//! Who made a component: the makers the operator trusts, by their keys.
//!
//! A signature is Ed25519 (RFC 8032) over the component's octets, in base64. Keys are PEM, as
//! `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` make them.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject as _;

/// A key in PEM, as its 32 octets.
pub fn key(pem: &str) -> Option<[u8; 32]> {
    let key = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).ok()?;
    key.as_ref().strip_prefix(&PREFIX)?.try_into().ok()
}

/// Why a component is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// It has no signature.
    #[error("only signed components are taken here; give its signature with --signature")]
    Missing,
    /// What it has is none.
    #[error("write the signature in base64")]
    Malformed,
    /// It is not one of this component by any of the makers.
    #[error("it is not the signature of this component by a maker of policy.signers")]
    Unknown,
}

impl Unsigned {
    /// The code of the refusal.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::Malformed => "signature_malformed",
            Self::Unknown => "signature_unknown",
        }
    }
}

/// Whether one of these has signed a component; if there are none, nobody has to.
///
/// # Errors
/// [`Unsigned`].
pub fn check(signers: &[String], octets: &[u8], signature: Option<&str>) -> Result<(), Unsigned> {
    if signers.is_empty() {
        return Ok(());
    }
    let signature = signature.ok_or(Unsigned::Missing)?;
    let signature = BASE64.decode(signature.trim());
    let signature = signature.map_err(|_| Unsigned::Malformed)?;
    let fits = |key: [u8; 32]| UnparsedPublicKey::new(&ED25519, key).verify(octets, &signature);
    let mut keys = signers.iter().filter_map(|pem| key(pem));
    match keys.any(|key| fits(key).is_ok()) {
        true => Ok(()),
        false => Err(Unsigned::Unknown),
    }
}

/// What stands before the key in its DER (RFC 8410 §4).
const PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    fn maker() -> (Ed25519KeyPair, String) {
        let pair = Ed25519KeyPair::generate().expect("a key");
        let der = [&PREFIX[..], pair.public_key().as_ref()].concat();
        let text = BASE64.encode(der);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
        (pair, pem)
    }

    #[test]
    fn only_what_a_trusted_maker_signed_is_taken() {
        let ((ours, our_pem), (other, other_pem)) = (maker(), maker());
        let sign = |pair: &Ed25519KeyPair, text: &[u8]| BASE64.encode(pair.sign(text));
        let signers = [other_pem, our_pem];
        let checked = |signature: Option<&str>| check(&signers, b"component", signature);
        assert_eq!(check(&[], b"component", None), Ok(()), "nobody has to");
        assert_eq!(checked(Some(&sign(&ours, b"component"))), Ok(()));
        assert_eq!(checked(Some(&sign(&other, b"component"))), Ok(()));
        let (stranger, _) = maker();
        let wrong = [sign(&stranger, b"component"), sign(&ours, b"another")];
        for wrong in wrong {
            assert_eq!(checked(Some(&wrong)), Err(Unsigned::Unknown));
        }
        assert_eq!(checked(Some("no base64!")), Err(Unsigned::Malformed));
        assert_eq!(checked(None), Err(Unsigned::Missing));
    }
}
