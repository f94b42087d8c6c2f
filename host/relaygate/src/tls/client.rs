//! Whom we believe when we connect to a customer's server or another MTA.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::TlsConnector;

use super::{TlsError, VERSIONS, provider};

/// The client side of TLS. The certificate and the name are always verified.
#[derive(Debug)]
pub struct ClientTls {
    system: Arc<ClientConfig>,
    /// By the PEM text; sessions are resumed only within one configuration.
    pinned: Mutex<HashMap<String, Arc<ClientConfig>>>,
}

impl ClientTls {
    /// Reads the system's trust store.
    pub fn new() -> Result<Self, TlsError> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(VERSIONS)
            .map_err(TlsError::Setup)?
            .with_platform_verifier()
            .map_err(TlsError::Setup)?;
        let system = Arc::new(builder.with_no_client_auth());
        Ok(Self {
            system,
            pinned: Mutex::default(),
        })
    }

    /// A connector that believes the system's authorities, or only the pinned
    /// ones (one or more certificates in PEM) if there are any.
    pub fn connector(&self, pinned: Option<&str>) -> Result<TlsConnector, TlsError> {
        let config = match pinned {
            None => self.system.clone(),
            Some(pem) => self.pinned(pem)?,
        };
        Ok(TlsConnector::from(config))
    }

    fn pinned(&self, pem: &str) -> Result<Arc<ClientConfig>, TlsError> {
        let mut known = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = known.get(pem) {
            return Ok(config.clone());
        }
        let config = Arc::new(pinned_config(pem)?);
        if known.len() >= PINNED_MAX {
            known.clear();
        }
        known.insert(pem.to_owned(), config.clone());
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
