//! Certificates and keys as files: read, judged, made.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::{TlsError, provider};

/// Reads a certificate chain and its key, and sees that they belong together.
pub fn check_pair(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain = chain(certificate)?;
    let private = private_key(key)?;
    CertifiedKey::from_der(chain, private, &provider())
        .map(Arc::new)
        .map_err(|_| TlsError::Mismatch(certificate.to_owned()))
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = fs::read(path).map_err(TlsError::file(path))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err(TlsError::NoCertificate(path.to_owned())),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let pem = fs::read(path).map_err(TlsError::file(path))?;
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| TlsError::NoKey(path.to_owned()))
}

/// Makes a certificate for `hostname` in `directory`, unless one is there.
///
/// ECDSA P-256: an RSA-2048 signature costs fourteen times as much. Peers that
/// verify have to be told of it; it is meant for a first start and for tests.
pub(super) fn make(
    directory: &Path,
    certificate: &Path,
    key: &Path,
    hostname: &str,
) -> Result<bool, TlsError> {
    if certificate.exists() && key.exists() {
        return Ok(false);
    }
    let (own, pair) = self_signed(hostname).map_err(|_| TlsError::Make(hostname.to_owned()))?;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(TlsError::file(directory))?;
    write(key, &pair.serialize_pem(), 0o600)?;
    write(certificate, &own.pem(), 0o644)?;
    Ok(true)
}

fn self_signed(hostname: &str) -> Result<(rcgen::Certificate, KeyPair), rcgen::Error> {
    let pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(vec![hostname.to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, hostname);
    Ok((params.self_signed(&pair)?, pair))
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), TlsError> {
    let mut options = fs::OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(mode);
    let mut file = options.open(path).map_err(TlsError::file(path))?;
    file.write_all(text.as_bytes())
        .map_err(TlsError::file(path))?;
    file.sync_all().map_err(TlsError::file(path))
}
