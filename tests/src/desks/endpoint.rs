//! An HTTPS endpoint that answers as it is told and keeps what was posted to it.
//!
//! It reads HTTP/1.1 by hand and shares no code with the product; signatures are
//! checked by OpenSSL.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use customer::Certificate;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use crate::{process, wait};

/// One request.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The request line.
    pub line: String,
    /// Field names in lower case.
    pub fields: HashMap<String, String>,
    /// The body as it came.
    pub body: Vec<u8>,
}

/// A running endpoint. It ends with the test's process.
pub struct Endpoint {
    port: u16,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    answers: Vec<u16>,
    posted: Vec<Posted>,
}

impl Endpoint {
    /// Starts it; each request gets the next of `answers`, the last one for ever.
    pub fn start(certificate: &Certificate, answers: &[u16]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let shared = Arc::new(Mutex::new(Shared {
            answers: answers.to_vec(),
            posted: Vec::new(),
        }));
        let (config, kept) = (server(certificate), Arc::clone(&shared));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let tls =
                    ServerConnection::new(Arc::clone(&config)).expect("a sound configuration");
                // A client that goes away is no matter of the endpoint's.
                let _ = answer(StreamOwned::new(tls, stream), &kept);
            }
        });
        Self { port, shared }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}/hooks/mail?from=relaygate", self.port)
    }

    /// What was posted so far.
    pub fn posted(&self) -> Vec<Posted> {
        self.shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .posted
            .clone()
    }

    /// Waits for that many requests.
    pub fn await_posts(&self, number: usize) -> Vec<Posted> {
        wait::until(&format!("{number} posts"), wait::PATIENCE, || {
            Some(self.posted()).filter(|posted| posted.len() >= number)
        })
    }
}

impl Posted {
    /// A header field; panics if it is not there.
    pub fn field(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.fields))
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// Whether the signature is that of this secret (`whsec_…`), by OpenSSL's word.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = BASE64
            .decode(secret.strip_prefix("whsec_").expect("a webhook secret"))
            .expect("base64");
        let hex: String = key.iter().map(|octet| format!("{octet:02x}")).collect();
        let mut signed = format!(
            "{}.{}.",
            self.field("webhook-id"),
            self.field("webhook-timestamp")
        )
        .into_bytes();
        signed.extend_from_slice(&self.body);
        let mut command = Command::new("openssl");
        command.args(["dgst", "-sha256", "-mac", "HMAC", "-binary", "-macopt"]);
        command.arg(format!("hexkey:{hex}"));
        let output = process::run(&mut command, &signed);
        assert!(output.status.success(), "openssl dgst: {output:?}");
        let expected = format!("v1,{}", BASE64.encode(output.stdout));
        let given = self.field("webhook-signature");
        given.split(' ').any(|one| one == expected)
    }
}

fn answer(
    mut stream: StreamOwned<ServerConnection, TcpStream>,
    shared: &Mutex<Shared>,
) -> std::io::Result<()> {
    let posted = read(&mut stream)?;
    let status = {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.posted.push(posted);
        match shared.answers.len() {
            1 => shared.answers[0],
            _ => shared.answers.remove(0),
        }
    };
    write!(
        stream,
        "HTTP/1.1 {status} Said\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}

fn read(stream: &mut StreamOwned<ServerConnection, TcpStream>) -> std::io::Result<Posted> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut fields = HashMap::new();
    loop {
        let mut field = String::new();
        reader.read_line(&mut field)?;
        let Some((name, value)) = field.trim_end().split_once(": ") else {
            break;
        };
        fields.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = fields
        .get("content-length")
        .and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Posted {
        line: line.trim_end().to_owned(),
        fields,
        body,
    })
}

fn server(certificate: &Certificate) -> Arc<ServerConfig> {
    let chain = CertificateDer::pem_file_iter(&certificate.certificate)
        .expect("we wrote this file")
        .collect::<Result<Vec<_>, _>>()
        .expect("we wrote this file");
    let key = PrivateKeyDer::from_pem_file(&certificate.key).expect("we wrote this file");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("certificate and key belong together");
    Arc::new(config)
}
