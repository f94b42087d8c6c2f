//! Handshakes in memory, and certificates that change.

use std::fs;
use std::path::Path;

use desk::addresses::Trust;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::*;
use crate::config;

const HOST: &str = "relay.desk.example";

fn configured(directory: &Path, tls: &str) -> config::Config {
    let dir = directory.display();
    let text = format!(
        "hostname = \"{HOST}\"\ndata_dir = \"{dir}/data\"\nnative_domain = \"desk.example\"\n\
         key_file = \"{dir}/key\"\n{tls}"
    );
    config::parse(&text).expect("the test's configuration is sound")
}

/// Writes a fresh certificate as `cert.pem` and `key.pem` and returns it.
fn issue(directory: &Path) -> String {
    let own = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).expect("a certificate");
    fs::write(directory.join("cert.pem"), own.cert.pem()).expect("written");
    fs::write(directory.join("key.pem"), own.signing_key.serialize_pem()).expect("written");
    own.cert.pem()
}

fn with_files(directory: &Path) -> ServerTls {
    let dir = directory.display();
    let tls = format!("[tls]\ncertificate = \"{dir}/cert.pem\"\nkey = \"{dir}/key.pem\"");
    ServerTls::smtp(&configured(directory, &tls)).expect("the pair is sound")
}

/// A handshake with a client that believes only `authority`.
async fn handshake(server: &ServerTls, authority: &str) -> Option<SessionInfo> {
    handshake_with(server, &Trust::Authority(authority.to_owned()), HOST).await
}

async fn handshake_with(server: &ServerTls, trust: &Trust, name: &str) -> Option<SessionInfo> {
    let client = ClientTls::new().expect("a trust store");
    let connector = client.connector(trust).expect("an authority is PEM");
    let (near, far) = duplex(64 * 1024);
    let acceptor = server.acceptor();
    let served = tokio::spawn(async move {
        let mut stream = acceptor.accept(far).await.ok()?;
        stream.write_all(b"x").await.ok()
    });
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let mut stream = connector.connect(name, near).await.ok()?;
    let mut octet = [0];
    stream.read_exact(&mut octet).await.ok()?;
    served.await.expect("the server does not panic")?;
    SessionInfo::of(stream.get_ref().1)
}

#[tokio::test]
async fn a_first_start_makes_a_certificate_and_keeps_it() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let config = configured(directory.path(), "");
    ServerTls::smtp(&config).expect("one is made");
    let made = fs::read_to_string(config.tls_dir().join("certificate.pem")).expect("it is there");
    let again = ServerTls::smtp(&config).expect("the same one");
    let info = handshake(&again, &made)
        .await
        .expect("it is still the same");
    assert_eq!(info.version, "TLSv1.3");
    assert!(info.cipher.starts_with("TLS13_"), "{}", info.cipher);
}

#[tokio::test]
async fn the_made_key_is_for_us_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a temporary directory");
    let config = configured(directory.path(), "");
    ServerTls::smtp(&config).expect("one is made");
    let key = fs::metadata(config.tls_dir().join("key.pem")).expect("it is there");
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_new_certificate_is_shown_after_a_reload() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let first = issue(directory.path());
    let server = with_files(directory.path());
    let second = issue(directory.path());
    assert!(handshake(&server, &first).await.is_some());
    server.reload().expect("the new pair is sound");
    assert!(handshake(&server, &first).await.is_none());
    assert!(handshake(&server, &second).await.is_some());
}

#[tokio::test]
async fn a_bad_new_certificate_leaves_the_old_one_in_use() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let first = issue(directory.path());
    let server = with_files(directory.path());
    fs::write(directory.path().join("cert.pem"), "-----BEGIN nonsense").expect("written");
    assert!(matches!(server.reload(), Err(TlsError::NoCertificate(_))));
    assert!(handshake(&server, &first).await.is_some());
}

#[tokio::test]
async fn an_unknown_authority_is_not_believed() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let other = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).expect("a certificate");
    issue(directory.path());
    assert!(
        handshake(&with_files(directory.path()), &other.cert.pem())
            .await
            .is_none()
    );
}

/// Whether a client offering these protocols is served (ALPACA).
async fn served_with_alpn(protocols: &[&[u8]]) -> bool {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let authority = issue(directory.path());
    let server = with_files(directory.path());
    let roots = client::authorities(&authority).expect("PEM");
    let mut config = rustls::ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(VERSIONS)
        .expect("sound")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let (near, far) = duplex(64 * 1024);
    let acceptor = server.acceptor();
    let accepted = tokio::spawn(async move { acceptor.accept(far).await.is_ok() });
    let name = ServerName::try_from(HOST).expect("a name");
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = connector.connect(name, near).await;
    accepted.await.expect("no panic") && stream.is_ok()
}

#[tokio::test]
async fn a_browser_led_to_the_smtp_port_is_not_served() {
    assert!(!served_with_alpn(&[b"h2", b"http/1.1"]).await);
    assert!(served_with_alpn(&[b"smtp"]).await);
    assert!(served_with_alpn(&[]).await);
}

#[test]
fn a_pinned_authority_must_be_a_certificate() {
    let client = ClientTls::new().expect("a trust store");
    assert!(matches!(
        client.connector(&Trust::Authority("hello".to_owned())),
        Err(TlsError::Authority)
    ));
}

/// R2: the pinned certificate and no other, whatever name stands in it.
#[tokio::test]
async fn a_pinned_certificate_is_believed_and_no_other() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let pem = issue(directory.path());
    let server = with_files(directory.path());
    let shown = CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM");
    let pinned = Trust::Certificate(Sha256::digest(&shown).into());
    let other_name = "elsewhere.example";
    assert!(handshake_with(&server, &pinned, other_name).await.is_some());
    let other = Trust::Certificate(Sha256::digest(b"another").into());
    assert!(handshake_with(&server, &other, HOST).await.is_none());
    let unpinned = Trust::Authority(pem);
    assert!(
        handshake_with(&server, &unpinned, other_name)
            .await
            .is_none()
    );
}
