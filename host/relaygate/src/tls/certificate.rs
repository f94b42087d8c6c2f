//! A certificate in one line, for people who look for a fault, and its end.
//!
//! Not here: whether it is believed (`client`).

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};

/// Subject, issuer and end, for example `CN=mail.acme.example, issued by CN=Acme
/// CA, until 2027-01-01T00:00:00Z`. `None` if it cannot be read.
pub(super) fn in_words(der: &CertificateDer<'_>) -> Option<String> {
    let (_, read) = X509Certificate::from_der(der.as_ref()).ok()?;
    Some(format!(
        "{}, issued by {}, until {}",
        name(read.subject()),
        name(read.issuer()),
        mail::message::timestamp(end(der)?),
    ))
}

/// Milliseconds since the epoch at which a certificate ends. `None` if it cannot be read.
pub(super) fn end(der: &CertificateDer<'_>) -> Option<u64> {
    let (_, read) = X509Certificate::from_der(der.as_ref()).ok()?;
    let seconds = u64::try_from(read.validity().not_after.timestamp()).unwrap_or_default();
    Some(seconds.saturating_mul(MILLIS_PER_SECOND))
}

/// A stranger's word for people to read.
fn name(name: &X509Name<'_>) -> String {
    let text = name.to_string();
    let plain = text.chars().filter(|c| !c.is_control());
    let plain: String = plain.take(NAME_CHARACTERS_MAX).collect();
    match plain.is_empty() {
        true => "a nameless one".to_owned(),
        false => plain,
    }
}

const NAME_CHARACTERS_MAX: usize = 200;
const MILLIS_PER_SECOND: u64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subject_issuer_and_end_are_told() {
        let own = rcgen::generate_simple_self_signed(vec!["mail.acme.example".to_owned()]);
        let own = own.expect("a certificate");
        let words = in_words(own.cert.der()).expect("it can be read");
        assert!(words.starts_with("CN=rcgen self signed cert, issued by CN=rcgen"));
        assert!(words.ends_with("until 4096-01-01T00:00:00Z"), "{words}");
        assert_eq!(end(own.cert.der()), Some(67_090_118_400_000));
    }

    #[test]
    fn nonsense_is_no_certificate() {
        assert_eq!(in_words(&CertificateDer::from(vec![1, 2, 3])), None);
    }
}
