//! The RSA key of a signing domain, and its public half for the DNS.
//!
//! RSA-2048: what every verifier knows (RFC 8301 §3.2), and a public key of
//! two TXT strings. Made by aws-lc-rs; mail-auth's own generator brings in an
//! RSA library nobody maintains.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::{Algorithm, CryptoError, Sha256, SigningKey as MailAuthKey};
use mail_auth::common::headers::Writable;
use zeroize::Zeroizing;

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The library made none.
    #[error("key could not be made")]
    Generate,
    /// Not the PKCS#8 form of an RSA private key of 2048 bits or more.
    #[error("not an RSA private key in PKCS#8 form")]
    Form,
    /// A good key that cannot be written out.
    #[error("key could not be encoded")]
    Encode,
}

/// An RSA private key. Prints as nothing.
pub struct SigningKey {
    pair: KeyPair,
    random: SystemRandom,
}

impl SigningKey {
    /// Makes a new key of 2048 bits. Takes a tenth of a second and more: not
    /// for a thread that serves connections.
    ///
    /// # Errors
    /// [`KeyError::Generate`].
    pub fn generate() -> Result<Self, KeyError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?;
        Ok(Self {
            pair,
            random: SystemRandom::new(),
        })
    }

    /// Reads what [`Self::to_pkcs8`] wrote.
    ///
    /// # Errors
    /// [`KeyError::Form`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = KeyPair::from_pkcs8(der).map_err(|_| KeyError::Form)?;
        if pair.public_modulus_len() < MODULUS_OCTETS_MIN {
            return Err(KeyError::Form);
        }
        Ok(Self {
            pair,
            random: SystemRandom::new(),
        })
    }

    /// The private key as PKCS#8 DER, to be sealed and kept.
    ///
    /// # Errors
    /// [`KeyError::Encode`].
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let der = AsDer::<Pkcs8V1Der<'static>>::as_der(&self.pair).map_err(|_| KeyError::Encode)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    /// The TXT value for `<selector>._domainkey.<domain>` (RFC 6376 §3.6.1). It
    /// has some 410 octets: two character strings in a zone file, which
    /// resolvers join (RFC 6376 §3.6.2.2).
    ///
    /// # Errors
    /// [`KeyError::Encode`].
    pub fn dns_txt(&self) -> Result<String, KeyError> {
        let public = self.pair.public_key();
        let der = AsDer::<PublicKeyX509Der<'_>>::as_der(public).map_err(|_| KeyError::Encode)?;
        Ok(format!(
            "v=DKIM1; k=rsa; p={}",
            STANDARD.encode(der.as_ref())
        ))
    }
}

impl MailAuthKey for SigningKey {
    type Hasher = Sha256;

    fn sign(&self, input: impl Writable) -> mail_auth::Result<Vec<u8>> {
        let mut data = Vec::new();
        input.write(&mut data);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &self.random, &data, &mut signature)
            .map_err(|_| mail_auth::Error::Crypto(CryptoError::Library("rsa".to_owned())))?;
        Ok(signature)
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::RsaSha256
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

/// 2048 bits: less is refused by the large providers.
const MODULUS_OCTETS_MIN: usize = 256;
