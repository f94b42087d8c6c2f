//! DKIM (RFC 6376): signing what we send, naming and checking the signatures of
//! what came.
//!
//! Signed is `rsa-sha256`, `relaxed/relaxed`, without `l=` (R83). The fields
//! that make a message what it is are oversigned: named once more than they
//! stand there, so that a second From or Subject added on the way breaks the
//! signature. The five protected fields are signed too, which makes a kept
//! signature the proof that they survived the relay.
//!
//! Canonicalisation and printing are mail-auth's. Two things are not: its
//! signer reads the clock, and it hashes a relaxed body wrongly that ends in
//! lines of white space only. See [`Signer::sign`] for how that is got round.
//!
//! Not here: DNS, which key signs (`desk`).

mod key;
mod verify;

use mail_auth::common::crypto::{Algorithm, HashAlgorithm, SigningKey as _};
use mail_auth::common::headers::{HeaderStream, Writable, Writer};
use mail_auth::dkim::canonicalize::CanonicalHeaders;
use mail_auth::dkim::{Canonicalization, Signature};

pub use key::{KeyError, SigningKey};
pub use verify::{Broken, verify};

use super::compose::Marks;
use super::fields::{self, HeaderError, RawField};
use super::headers::Headers;
use super::words;
use crate::address::Domain;

/// Why a message was not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The header of the message is beyond a limit.
    #[error("header of the message is beyond a limit")]
    Header(#[source] HeaderError),
    /// There is no From, which a signature has to cover (RFC 6376 §5.4).
    #[error("message has no From field")]
    NoFrom,
    /// The selector is no DNS name.
    #[error("selector is not a DNS name")]
    Selector,
    /// The library could not make the signature.
    #[error("signature could not be made")]
    Crypto,
}

/// Whose signature it is and where its public key is found:
/// `<selector>._domainkey.<domain>`.
#[derive(Debug)]
pub struct Signer<'a> {
    /// The private key.
    pub key: &'a SigningKey,
    /// The customer's domain: `d=`.
    pub domain: &'a Domain,
    /// For example `relaygate1`: `s=`.
    pub selector: &'a str,
    /// The product's header prefix, to know its two fields.
    pub header_prefix: &'a str,
    /// Further fields that are signed, and oversigned.
    pub also: &'a [String],
}

impl Signer<'_> {
    /// The DKIM-Signature field for a message, as lines with CRLF, to be put on
    /// top of it. `at` is now, in milliseconds since the epoch.
    ///
    /// mail-auth 0.13.3 keeps trailing lines of white space when it hashes a
    /// relaxed body; RFC 6376 §3.4.4 has them dropped. We hand it the body
    /// without any white space at its end: by the same section both have the
    /// same canonical form, and what mail-auth makes of ours is right. The
    /// message itself is not changed.
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn sign(&self, message: &[u8], at: u64) -> Result<Vec<u8>, SignError> {
        let split = fields::split(message).map_err(SignError::Header)?;
        let is_from = |field: &RawField| {
            field
                .name
                .clone()
                .is_some_and(|name| message[name].eq_ignore_ascii_case(b"From"))
        };
        if !split.fields.iter().any(is_from) {
            return Err(SignError::NoFrom);
        }
        let mut signature = self.template(at)?;
        let body = trim_end(&message[split.body_start..]);
        let stream = Stream {
            message,
            fields: split.fields.iter(),
            body,
        };
        let (_, headers, names, body) = signature.canonicalize(stream);
        signature.h = names;
        signature.bh = HashAlgorithm::Sha256.hash(body).as_ref().to_vec();
        let input = Input {
            headers,
            signature: &signature,
        };
        let signed = self.key.sign(input).map_err(|_| SignError::Crypto)?;
        signature.b = signed;
        let mut lines = Vec::with_capacity(FIELD_OCTETS_TYPICAL);
        signature.write(&mut lines, true);
        Ok(lines)
    }

    fn template(&self, at: u64) -> Result<Signature, SignError> {
        // A selector is a sub-domain (RFC 6376 §3.1), and so cannot inject tags.
        Domain::parse(&format!("{}.{}", self.selector, self.domain))
            .map_err(|_| SignError::Selector)?;
        Ok(Signature {
            v: 1,
            a: Algorithm::RsaSha256,
            d: self.domain.as_str().to_owned(),
            s: self.selector.to_owned(),
            h: self.names(),
            t: at / MILLIS_PER_SECOND,
            ch: Canonicalization::Relaxed,
            cb: Canonicalization::Relaxed,
            ..Signature::default()
        })
    }

    /// What mail-auth is to sign. It lists a name once for each such field in
    /// the message, and a name given again once more: that is the oversigning.
    fn names(&self) -> Vec<String> {
        let marks = [
            Marks::account_id_field(self.header_prefix),
            Marks::email_id_field(self.header_prefix),
        ];
        let own = marks.iter().map(String::as_str);
        let also = || self.also.iter().map(String::as_str);
        OVERSIGNED
            .into_iter()
            .chain(OVERSIGNED)
            .chain(SIGNED)
            .chain(own)
            .chain(also())
            .chain(also())
            .map(str::to_owned)
            .collect()
    }
}

/// The body without the spaces, tabs and line ends at its end.
fn trim_end(body: &[u8]) -> &[u8] {
    let last = body
        .iter()
        .rposition(|octet| !matches!(octet, b' ' | b'\t' | b'\r' | b'\n'));
    &body[..last.map_or(0, |last| last + 1)]
}

/// The fields and the body of a message, the way mail-auth reads them.
struct Stream<'m> {
    message: &'m [u8],
    fields: std::slice::Iter<'m, RawField>,
    body: &'m [u8],
}

impl<'m> HeaderStream<'m> for Stream<'m> {
    fn next_header(&mut self) -> Option<(&'m [u8], &'m [u8])> {
        self.fields.find_map(|field| {
            let name = field.name.clone()?;
            Some((&self.message[name], &self.message[field.value.clone()]))
        })
    }

    fn body(&mut self) -> &'m [u8] {
        self.body
    }
}

/// What is signed: the header fields, then the signature field without `b=`
/// (RFC 6376 §3.7).
struct Input<'a> {
    headers: CanonicalHeaders<'a>,
    signature: &'a Signature,
}

impl Writable for Input<'_> {
    fn write(self, writer: &mut impl Writer) {
        self.headers.write(writer);
        self.signature.write(writer, false);
    }
}

/// A signature a message bears; what it says, not whether it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFacts {
    /// Who signed: `d=`, lower case.
    pub domain: String,
    /// Which key: `s=`.
    pub selector: String,
    /// The names of the signed fields: `h=`, lower case.
    pub fields: Vec<String>,
    /// The body hash as it is printed, without white space: `bh=`.
    pub body_hash: String,
    /// The signature as it is printed, without white space: `b=`. Tells whether
    /// a signature is the one we made.
    pub signature: String,
    /// The field's value as it stands.
    raw: Vec<u8>,
}

/// The DKIM signatures of a message, topmost first, at most
/// [`SIGNATURES_MAX`]; those without domain, selector or field list are left out.
pub fn signatures(headers: &Headers) -> Vec<SignatureFacts> {
    headers
        .all("DKIM-Signature")
        .take(SIGNATURES_MAX)
        .filter_map(signature_facts)
        .collect()
}

fn signature_facts(raw: &[u8]) -> Option<SignatureFacts> {
    let text = words::unfold(raw);
    let tag = |wanted: &str| {
        let pairs = text.split(';').filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(name, _)| name.trim() == wanted);
        found
            .next()
            .map(|(_, value)| value.split_ascii_whitespace().collect::<String>())
    };
    let (domain, selector, list) = (tag("d")?, tag("s")?, tag("h")?);
    if domain.is_empty() || selector.is_empty() {
        return None;
    }
    Some(SignatureFacts {
        domain: domain.to_ascii_lowercase(),
        selector,
        fields: list.split(':').map(str::to_ascii_lowercase).collect(),
        body_hash: tag("bh").unwrap_or_default(),
        signature: tag("b").unwrap_or_default(),
        raw: raw.to_vec(),
    })
}

/// Signatures looked at in one message.
pub const SIGNATURES_MAX: usize = 20;
/// Signed once more than they stand there (R85, ID-11).
const OVERSIGNED: [&str; 11] = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
];
/// Signed as they stand there.
const SIGNED: [&str; 4] = [
    "In-Reply-To",
    "References",
    "X-Auto-Response-Suppress",
    "X-Mailer",
];
const FIELD_OCTETS_TYPICAL: usize = 1_024;
const MILLIS_PER_SECOND: u64 = 1_000;

#[cfg(test)]
mod tests;
