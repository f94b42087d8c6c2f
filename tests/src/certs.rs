//! A certification authority for one test, and who trusts it.

use std::path::Path;
use std::sync::Arc;

pub use customer::{Authority, Certificate};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// An authority of the test's own in `directory`, usually `certs` below the test's.
pub fn authority(directory: &Path) -> Authority {
    Authority::new(directory).expect("the test's directory can be written")
}

/// Signs a certificate for one name.
pub fn issue(authority: &Authority, name: &str) -> Certificate {
    authority.issue(name, &[]).expect("test names are sound")
}

/// A TLS client that trusts this authority and nobody else.
pub fn client(authority: &Authority) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let own = CertificateDer::from_pem_file(authority.file()).expect("we wrote this file");
    roots.add(own).expect("we made this certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}
