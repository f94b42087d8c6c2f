//! TLS on both sides: what we show to peers, and whom we believe.
//!
//! Server side ([`ServerTls`]): TLS 1.2 and 1.3, one certificate, exchanged
//! while sessions run. Client side ([`ClientTls`]): where credentials are sent the
//! peer's certificate is verified, always; the only choice is whom we believe.
//!
//! Not here: sockets, and when a handshake happens (`listener`, `courier`).

mod certificate;
mod client;
mod material;
mod server;
mod unchained;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{CommonState, SupportedProtocolVersion};

pub use client::ClientTls;
pub use material::check_pair;
pub use server::ServerTls;

/// What a handshake agreed on; goes into Received fields, logs and tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// For example `TLSv1.3`.
    pub version: String,
    /// The IANA name of the suite, for example `TLS13_AES_256_GCM_SHA384`.
    pub cipher: String,
    /// The peer's certificate in words, if it showed one.
    pub certificate: Option<String>,
}

impl SessionInfo {
    /// Reads what was agreed; `None` while the handshake is not over.
    pub fn of(state: &CommonState) -> Option<Self> {
        let version = state.protocol_version()?.as_str()?.replace('_', ".");
        let cipher = state.negotiated_cipher_suite()?.suite().as_str()?;
        Some(Self {
            version,
            cipher: cipher.to_owned(),
            certificate: state
                .peer_certificates()
                .and_then(<[_]>::first)
                .and_then(certificate::in_words),
        })
    }
}

/// Why a certificate or key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file could not be read or written.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file holds no certificate in PEM.
    #[error("{} holds no PEM certificate", .0.display())]
    NoCertificate(PathBuf),
    /// A file holds no private key in PEM.
    #[error("{} holds no PEM private key", .0.display())]
    NoKey(PathBuf),
    /// The certificate cannot be used with this key.
    #[error("certificate {} does not belong to the key", .0.display())]
    Mismatch(PathBuf),
    /// No certificate could be made for this name.
    #[error("certificate for {0} could not be made")]
    Make(String),
    /// A pinned authority is not a PEM certificate.
    #[error("pinned authority is not a PEM certificate")]
    Authority,
    /// The library refused the configuration.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

impl TlsError {
    /// The configuration key to mend, in that section of the file.
    pub fn config_key(&self, section: &str) -> String {
        match self {
            Self::NoKey(_) => format!("{section}.key"),
            _ => format!("{section}.certificate"),
        }
    }

    fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

/// The one cryptography library in the program.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// RFC 8996 retired what came before 1.2.
const VERSIONS: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

#[cfg(test)]
mod tests;
