//! What we show to peers, and its exchange while sessions run.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::material::{check_pair, make};
use super::{TlsError, VERSIONS, certificate, provider};
use crate::config::{Config, WebConfig};

/// The server side of TLS for one purpose.
#[derive(Debug)]
pub struct ServerTls {
    certificate: PathBuf,
    key: PathBuf,
    shown: Arc<Shown>,
    config: Arc<ServerConfig>,
}

/// The certificate of new sessions. Sessions under way keep theirs.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(
            self.0
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }
}

/// When the two files were last written and how long they are.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl ServerTls {
    /// For the SMTP listeners: the configured certificate, or the self-made one,
    /// made if absent.
    pub fn smtp(config: &Config) -> Result<Self, TlsError> {
        Self::open(files(config)?, SMTP_ALPN)
    }

    /// For browsers: a certificate of its own, or the one of the mail.
    pub fn https(config: &Config, web: &WebConfig) -> Result<Self, TlsError> {
        let own = web.certificate.clone().zip(web.key.clone());
        Self::open(own.map_or_else(|| files(config), Ok)?, HTTPS_ALPN)
    }

    fn open((certificate, key): (PathBuf, PathBuf), alpn: &[&[u8]]) -> Result<Self, TlsError> {
        let shown = Arc::new(Shown(RwLock::new(check_pair(&certificate, &key)?)));
        let config = Arc::new(server_config(shown.clone(), alpn)?);
        Ok(Self {
            certificate,
            key,
            shown,
            config,
        })
    }

    /// The acceptor for one handshake; cheap to make.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.clone())
    }

    /// Milliseconds since the epoch at which the certificate shown now ends.
    pub fn expires_at(&self) -> Option<u64> {
        let shown = self.shown.0.read().unwrap_or_else(PoisonError::into_inner);
        certificate::end(shown.cert.first()?)
    }

    /// Reads the files again. If they are no good, the old certificate stays
    /// (TLS-06).
    pub fn reload(&self) -> Result<(), TlsError> {
        let fresh = check_pair(&self.certificate, &self.key)?;
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Reads the files again and says in the log how it went.
    pub fn reload_and_log(&self) {
        match self.reload() {
            Ok(()) => info!("certificate reloaded"),
            Err(reason) => {
                error!(%reason, "new certificate refused, the old one stays in use");
            }
        }
    }

    /// Reloads whenever the files change, until `stop`.
    pub async fn watch(&self, stop: CancellationToken) {
        let mut seen = self.stamp();
        while stop
            .run_until_cancelled(tokio::time::sleep(LOOK_EVERY))
            .await
            .is_some()
        {
            let now = self.stamp();
            if now != seen {
                seen = now;
                self.reload_and_log();
            }
        }
    }

    fn stamp(&self) -> Stamp {
        [&self.certificate, &self.key].map(|path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }
}

fn files(config: &Config) -> Result<(PathBuf, PathBuf), TlsError> {
    if let (Some(certificate), Some(key)) = (&config.tls.certificate, &config.tls.key) {
        return Ok((certificate.clone(), key.clone()));
    }
    let directory = config.tls_dir();
    let (certificate, key) = (directory.join("certificate.pem"), directory.join("key.pem"));
    if make(&directory, &certificate, &key, &config.hostname)? {
        info!(path = %certificate.display(), "self-made certificate written; peers that verify must trust it");
    }
    Ok((certificate, key))
}

fn server_config(shown: Arc<Shown>, alpn: &[&[u8]]) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(VERSIONS)
        .map_err(TlsError::Setup)?
        .with_no_client_auth()
        .with_cert_resolver(shown);
    // A client without ALPN is served, one that speaks only other protocols is
    // not: a browser led here must not get an answer it can use (ALPACA).
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

const SMTP_ALPN: &[&[u8]] = &[b"smtp"];
const HTTPS_ALPN: &[&[u8]] = &[b"h2", b"http/1.1"];
/// How often the files are looked at; SIGHUP is at once.
const LOOK_EVERY: Duration = Duration::from_secs(5);
