//! Whom we believe when we connect to a customer's server or another MTA.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use desk::addresses::Trust;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::TlsConnector;

use super::unchained::{self, Whose};
use super::{TlsError, VERSIONS, provider};

/// The client side of TLS.
#[derive(Debug)]
pub struct ClientTls {
    system: Arc<ClientConfig>,
    anybody: Arc<ClientConfig>,
    /// Sessions are resumed only within one configuration.
    pinned: Mutex<HashMap<Trust, Arc<ClientConfig>>>,
}

impl ClientTls {
    /// Reads the system's trust store.
    pub fn new() -> Result<Self, TlsError> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(VERSIONS)
            .map_err(TlsError::Setup)?
            .with_platform_verifier()
            .map_err(TlsError::Setup)?;
        Ok(Self {
            system: Arc::new(builder.with_no_client_auth()),
            anybody: Arc::new(unchained::config(Whose::Anybodys)?),
            pinned: Mutex::default(),
        })
    }

    /// For a customer's server: believes whom the customer does, and verifies it.
    pub fn connector(&self, trust: &Trust) -> Result<TlsConnector, TlsError> {
        let config = match trust {
            Trust::System => self.system.clone(),
            Trust::Authority(_) | Trust::Certificate(_) => self.pinned(trust)?,
        };
        Ok(TlsConnector::from(config))
    }

    /// For our own path, where no credentials are sent: encrypted where the other
    /// side offers it, whoever it is (RFC 7435). An MX record is no proof of a
    /// name, and most certificates of mail servers verify for nobody; refusing
    /// them would mean clear text instead.
    pub fn opportunistic(&self) -> TlsConnector {
        TlsConnector::from(self.anybody.clone())
    }

    fn pinned(&self, trust: &Trust) -> Result<Arc<ClientConfig>, TlsError> {
        let mut known = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = known.get(trust) {
            return Ok(config.clone());
        }
        let config = Arc::new(match trust {
            Trust::Certificate(digest) => unchained::config(Whose::With(*digest))?,
            Trust::Authority(pem) => pinned_config(pem)?,
            Trust::System => return Ok(self.system.clone()),
        });
        if known.len() >= PINNED_MAX {
            known.clear();
        }
        known.insert(trust.clone(), config.clone());
        Ok(config)
    }
}

fn pinned_config(pem: &str) -> Result<ClientConfig, TlsError> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(VERSIONS)
        .map_err(TlsError::Setup)?
        .with_root_certificates(authorities(pem)?);
    Ok(config.with_no_client_auth())
}

/// Reads pinned authorities; an empty list would believe nobody, so it is an error.
pub(crate) fn authorities(pem: &str) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| TlsError::Authority)?;
        roots.add(certificate).map_err(|_| TlsError::Authority)?;
    }
    if roots.is_empty() {
        Err(TlsError::Authority)
    } else {
        Ok(roots)
    }
}

/// Configurations kept; beyond that they are made anew.
const PINNED_MAX: usize = 1_000;
