//! The client's side of a submission, as little as it takes.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::ValueEnum;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tls {
    /// With the first octet (465).
    Implicit,
    /// After STARTTLS (587).
    Starttls,
    /// Never.
    Plain,
}

/// User name and password for AUTH PLAIN.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// A server, and how to talk to it.
#[derive(Clone)]
pub(crate) struct Target {
    address: SocketAddr,
    name: ServerName<'static>,
    tls: Tls,
    config: Arc<ClientConfig>,
    login: Option<Login>,
}

/// What went wrong, short enough to be counted.
pub(crate) type Trouble = String;

impl Target {
    /// `authority`: a PEM file to trust; without one, any certificate is taken.
    pub(crate) fn new(
        address: SocketAddr,
        name: String,
        tls: Tls,
        authority: Option<&Path>,
        login: Option<Login>,
    ) -> Self {
        let name = ServerName::try_from(name).expect("the name is a host name");
        Self {
            address,
            name,
            tls,
            config: Arc::new(configuration(authority)),
            login,
        }
    }
}

/// An open, logged-in session.
pub(crate) struct Session {
    stream: BufReader<Box<dyn Stream>>,
}

impl Session {
    /// Connects, starts TLS, says EHLO and logs in.
    pub(crate) async fn open(target: &Target) -> Result<Self, Trouble> {
        let socket = TcpStream::connect(target.address)
            .await
            .map_err(|error| format!("connect: {error}"))?;
        socket
            .set_nodelay(true)
            .map_err(|error| format!("connect: {error}"))?;
        let mut session = match target.tls {
            Tls::Implicit => Self::over(secure(target, Box::new(socket)).await?),
            Tls::Plain | Tls::Starttls => Self::over(Box::new(socket)),
        };
        session.expect(220, "greeting").await?;
        session.ask("EHLO bench.example", 250).await?;
        if target.tls == Tls::Starttls {
            session.ask("STARTTLS", 220).await?;
            session = Self::over(secure(target, session.stream.into_inner()).await?);
            session.ask("EHLO bench.example", 250).await?;
        }
        if let Some(Login { username, password }) = &target.login {
            let response = BASE64.encode(format!("\0{username}\0{password}"));
            session.ask(&format!("AUTH PLAIN {response}"), 235).await?;
        }
        Ok(session)
    }

    /// Hands one message in; the time from the end of the text to its reply.
    ///
    /// `text` ends with CRLF.CRLF.
    pub(crate) async fn submit(
        &mut self,
        from: &str,
        to: &str,
        text: &[u8],
        pipelining: bool,
    ) -> Result<Duration, Trouble> {
        let (mail, recipient) = (format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>"));
        if pipelining {
            self.send(format!("{mail}\r\n{recipient}\r\nDATA\r\n").as_bytes())
                .await?;
            self.expect(250, "MAIL").await?;
            self.expect(250, "RCPT").await?;
            self.expect(354, "DATA").await?;
        } else {
            self.ask(&mail, 250).await?;
            self.ask(&recipient, 250).await?;
            self.ask("DATA", 354).await?;
        }
        self.send(text).await?;
        let sent = Instant::now();
        self.expect(250, "text").await?;
        Ok(sent.elapsed())
    }

    /// Says goodbye; nobody cares about the answer.
    pub(crate) async fn close(mut self) {
        let _ = self.ask("QUIT", 221).await;
    }

    fn over(stream: Box<dyn Stream>) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    async fn ask(&mut self, line: &str, code: u16) -> Result<(), Trouble> {
        self.send(format!("{line}\r\n").as_bytes()).await?;
        let verb = line.split([' ', ':']).next().unwrap_or(line);
        self.expect(code, verb).await
    }

    async fn send(&mut self, octets: &[u8]) -> Result<(), Trouble> {
        let stream = self.stream.get_mut();
        let write = async {
            stream.write_all(octets).await?;
            stream.flush().await
        };
        write
            .await
            .map_err(|error| format!("write: {}", error.kind()))
    }

    async fn expect(&mut self, code: u16, after: &str) -> Result<(), Trouble> {
        let wanted = code.to_string();
        let mut line = String::new();
        loop {
            line.clear();
            let read = self
                .stream
                .read_line(&mut line)
                .await
                .map_err(|error| format!("read: {}", error.kind()))?;
            if read == 0 {
                return Err(format!("closed after {after}"));
            }
            if !line.starts_with(&wanted) {
                return Err(format!("{after}: {}", line.trim_end()));
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}

/// What a session runs over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn secure(target: &Target, stream: Box<dyn Stream>) -> Result<Box<dyn Stream>, Trouble> {
    let connector = TlsConnector::from(Arc::clone(&target.config));
    let secured = connector.connect(target.name.clone(), stream).await;
    Ok(Box::new(
        secured.map_err(|error| format!("handshake: {error}"))?,
    ))
}

/// No resumption: each connection pays its whole handshake, as a relay's first one does.
fn configuration(authority: Option<&Path>) -> ClientConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions");
    let mut config = match authority {
        Some(file) => {
            let mut roots = RootCertStore::empty();
            let own = CertificateDer::from_pem_file(file)
                .expect("the authority's file holds a certificate");
            roots
                .add(own)
                .expect("the authority's certificate is sound");
            builder.with_root_certificates(roots).with_no_client_auth()
        }
        None => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
            .with_no_client_auth(),
    };
    config.resumption = Resumption::disabled();
    config
}

/// Takes any certificate: a load generator has nothing to lose.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
