//! A certification authority for one test, and what it signs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// A certification authority of our own; its certificate lies in `ca.pem`.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    directory: PathBuf,
    certificate: PathBuf,
}

/// A certificate and its key, as PEM files.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Authority {
    /// Makes an authority that keeps its files in `directory`.
    pub fn new(directory: &Path) -> Self {
        fs::create_dir_all(directory).expect("the test's directory can be written");
        let mut params = CertificateParams::new(Vec::new()).expect("no names cannot be wrong");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Test authority");
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("the system has randomness");
        let own = params.self_signed(&key).expect("the parameters are sound");
        let certificate = directory.join("ca.pem");
        fs::write(&certificate, own.pem()).expect("the test's directory can be written");
        Self {
            issuer: Issuer::new(params, key),
            directory: directory.to_path_buf(),
            certificate,
        }
    }

    /// The authority's certificate, as a PEM file others are told to trust.
    pub fn file(&self) -> &Path {
        &self.certificate
    }

    /// Signs a certificate for these names (or IP addresses); the files are called after the first.
    pub fn issue(&self, names: &[&str]) -> Certificate {
        let owned: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(owned).expect("test names are sound");
        params.distinguished_name.push(DnType::CommonName, names[0]);
        let key = KeyPair::generate().expect("the system has randomness");
        let signed = params
            .signed_by(&key, &self.issuer)
            .expect("the parameters are sound");
        let files = Certificate {
            certificate: self.directory.join(format!("{}.pem", names[0])),
            key: self.directory.join(format!("{}.key", names[0])),
        };
        fs::write(&files.certificate, signed.pem()).expect("the test's directory can be written");
        fs::write(&files.key, key.serialize_pem()).expect("the test's directory can be written");
        files
    }

    /// A TLS client that trusts this authority and nobody else.
    pub fn client(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        let own = CertificateDer::from_pem_file(&self.certificate).expect("we wrote this file");
        roots.add(own).expect("we made this certificate");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config)
    }
}
