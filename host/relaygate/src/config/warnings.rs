//! What works as configured and still should not stay so.
//!
//! Only looked at, never changed. `check-config` prints it, `serve` logs it.

use std::fmt;
use std::path::Path;

use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use serde::Serialize;

use super::{Config, WebConfig};

/// One thing about one key, with its mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigWarning {
    /// The key, for example `web.certificate`.
    pub key: &'static str,
    /// What should be otherwise.
    pub problem: String,
    /// What to do about it.
    pub mend: &'static str,
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.key, self.problem, self.mend)
    }
}

/// What should be otherwise in a configuration that was found to be good.
pub fn warnings(config: &Config) -> Vec<ConfigWarning> {
    match &config.web {
        Some(web) => names_apart(config, web),
        None => Vec::new(),
    }
}

/// Mail and pages that answer to one name can be taken for each other: somebody in between
/// leads a browser to the mail's port, and what comes back counts as ours (SMG-05, ALPACA).
/// ALPN prevents that where both ends speak it, names of their own do everywhere.
fn names_apart(config: &Config, web: &WebConfig) -> Vec<ConfigWarning> {
    let page = web.host().unwrap_or(&config.hostname);
    if page.eq_ignore_ascii_case(&config.hostname) {
        return vec![ConfigWarning {
            key: "web.url",
            problem: format!("pages and mail share the name {page}"),
            mend: "give the pages a name of their own, and a certificate for it alone",
        }];
    }
    let mail = config.tls.certificate.as_deref();
    let pages = web.certificate.as_deref().or(mail);
    let also = |key, whose: &str, certificate: Option<&Path>, name: &str| {
        let good = certificate.is_some_and(|file| is_good_for(file, name));
        good.then(|| ConfigWarning {
            key,
            problem: format!("the certificate of {whose} is good for {name}, too"),
            mend: "have it issued for its own name alone",
        })
    };
    let found = [
        also("web.certificate", "the pages", pages, &config.hostname),
        also("tls.certificate", "the mail", mail, page),
    ];
    found.into_iter().flatten().collect()
}

/// Whether a client that wants to reach this name believes this certificate.
fn is_good_for(file: &Path, name: &str) -> bool {
    let Ok(certificate) = CertificateDer::from_pem_file(file) else {
        return false;
    };
    let parsed = ParsedCertificate::try_from(&certificate);
    match (parsed, ServerName::try_from(name)) {
        (Ok(parsed), Ok(name)) => verify_server_name(&parsed, &name).is_ok(),
        _ => false,
    }
}
