//! Certificates that are believed without a chain to an authority: one that was
//! pinned by its fingerprint, or, on our own path, any (RFC 7435). The key in it
//! has to sign the handshake in either case.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use sha2::{Digest, Sha256};

use super::{TlsError, VERSIONS, provider};

/// Whose certificate it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Anybody's. Never used where credentials are sent.
    Anybodys,
    /// The one with this SHA-256.
    With([u8; 32]),
}

pub(super) fn config(whose: Whose) -> Result<ClientConfig, TlsError> {
    let provider = provider();
    let verifier = Arc::new(Unchained {
        provider: Arc::clone(&provider),
        whose,
    });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(VERSIONS)
        .map_err(TlsError::Setup)?;
    let builder = builder
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    Ok(builder.with_no_client_auth())
}

#[derive(Debug)]
struct Unchained {
    provider: Arc<CryptoProvider>,
    whose: Whose,
}

impl ServerCertVerifier for Unchained {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.whose {
            Whose::Anybodys => Ok(ServerCertVerified::assertion()),
            Whose::With(pinned) if Sha256::digest(end_entity)[..] == pinned => {
                Ok(ServerCertVerified::assertion())
            }
            Whose::With(_) => {
                let refused = CertificateError::ApplicationVerificationFailure;
                Err(Error::InvalidCertificate(refused))
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
