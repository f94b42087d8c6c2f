//! Whether a signature holds, given the public key: no DNS is asked here.
//!
//! Choosing the signed fields, canonical forms, hashes and the key are
//! mail-auth's. Its verifier as a whole is not used: it asks a resolver of its
//! own, which nobody needs for our own key, and it reads header fields more
//! generously than we do.
//!
//! Not here: whose key it is and where it comes from (the program).

use mail_auth::AuthenticatedMessage;
use mail_auth::common::crypto::HashAlgorithm;
use mail_auth::common::parse::TxtRecordParser as _;
use mail_auth::common::verify::DomainKey;
use mail_auth::dkim::{Canonicalization, Signature};

use super::{Algorithm, SignatureFacts, trim_end};
use crate::message::Headers;

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The signature or the key cannot be read, or is of a kind that nobody
    /// should trust (RFC 8301).
    #[error("signature or key cannot be used")]
    Unusable,
    /// The body is another one.
    #[error("body was changed")]
    Body,
    /// A signed header field is another one, or the key is.
    #[error("signed header field was changed")]
    Header,
}

/// Checks one signature of a message against the TXT value of its key
/// (RFC 6376 §6.1). `message` is whole, `headers` its header. Whether the
/// signature has expired is not looked at: we ask what happened to the text.
///
/// # Errors
/// See [`Broken`].
pub fn verify(
    message: &[u8],
    headers: &Headers,
    facts: &SignatureFacts,
    dns_txt: &str,
) -> Result<(), Broken> {
    let signature = Signature::parse(&facts.raw).map_err(|_| Broken::Unusable)?;
    let key = DomainKey::parse(dns_txt.as_bytes()).map_err(|_| Broken::Unusable)?;
    if signature.a == Algorithm::RsaSha1 {
        return Err(Broken::Unusable);
    }
    let body = message.get(headers.body_start()..).unwrap_or_default();
    if body_hash(&signature, body) != signature.bh {
        return Err(Broken::Body);
    }
    let fields = AuthenticatedMessage {
        headers: headers
            .fields()
            .map(|(name, value)| (name.as_bytes(), value))
            .collect(),
        ..AuthenticatedMessage::default()
    };
    let unsigned = without_signature(&facts.raw);
    let mut signed = fields.signed_headers(&signature.h, b"DKIM-Signature", &unsigned);
    key.p
        .verify(&mut signed, &signature.b, signature.ch, signature.a)
        .map_err(|_| Broken::Header)
}

/// Of the whole body, whatever `l=` says: a signature over a part of it holds only if
/// nothing was added behind that part (RFC 6376 §8.2). See [`super::Signer::sign`] for the
/// white space.
fn body_hash(signature: &Signature, body: &[u8]) -> Vec<u8> {
    let body = match signature.cb {
        Canonicalization::Relaxed => trim_end(body),
        Canonicalization::Simple => body,
    };
    let canonical = signature.cb.canonical_body(body, 0);
    HashAlgorithm::from(signature.a)
        .hash(canonical)
        .as_ref()
        .to_vec()
}

/// The field's value with nothing behind `b=`, and without the line break at
/// its end (RFC 6376 §3.7).
fn without_signature(raw: &[u8]) -> Vec<u8> {
    let raw = raw.strip_suffix(b"\r\n").unwrap_or(raw);
    let tags = raw.split(|&octet| octet == b';').map(|tag| {
        let equals = tag.iter().position(|&octet| octet == b'=');
        match equals {
            Some(at) if tag[..at].trim_ascii() == b"b" => &tag[..=at],
            _ => tag,
        }
    });
    tags.collect::<Vec<_>>().join(&b';')
}
