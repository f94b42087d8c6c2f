//! A certification authority for one play, and what it signs.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use crate::{Error, make_directory, write};

/// A certification authority; its certificate lies in `ca.pem`, its key in `ca.key`.
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
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Certificate`].
    pub fn new(directory: &Path) -> Result<Self, Error> {
        Self::odd(directory, |_| {})
    }

    /// The same with something about its own certificate changed.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Certificate`].
    pub fn odd(
        directory: &Path,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Result<Self, Error> {
        make_directory(directory)?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Test authority");
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        change(&mut params);
        let key = KeyPair::generate()?;
        let certificate = directory.join("ca.pem");
        write(&certificate, params.self_signed(&key)?.pem())?;
        write(&directory.join("ca.key"), key.serialize_pem())?;
        Ok(Self {
            issuer: Issuer::new(params, key),
            directory: directory.to_path_buf(),
            certificate,
        })
    }

    /// The authority's certificate, as a PEM file others are told to trust.
    pub fn file(&self) -> &Path {
        &self.certificate
    }

    /// Signs a certificate for these names or IP addresses; the files are called after `name`.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Certificate`].
    pub fn issue(&self, name: &str, others: &[&str]) -> Result<Certificate, Error> {
        self.issue_odd(name, others, |_| {})
    }

    /// The same with something about it changed, for who wants to see it refused.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Certificate`].
    pub fn issue_odd(
        &self,
        name: &str,
        others: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Result<Certificate, Error> {
        let names: Vec<String> = std::iter::once(&name)
            .chain(others)
            .map(|name| (*name).to_owned())
            .collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        let key = KeyPair::generate()?;
        let files = Certificate {
            certificate: self.directory.join(format!("{name}.pem")),
            key: self.directory.join(format!("{name}.key")),
        };
        write(
            &files.certificate,
            params.signed_by(&key, &self.issuer)?.pem(),
        )?;
        write(&files.key, key.serialize_pem())?;
        Ok(files)
    }
}
