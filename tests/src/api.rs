//! A client of the public API that says exactly what it is told to say: one request on
//! one TLS connection, HTTP/1.1. It shares no code with the product.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use serde_json::Value;

use crate::relaygate::{HOSTNAME, Relaygate};

/// Where to ask and as whom.
#[derive(Clone)]
pub struct Api {
    port: u16,
    tls: Arc<ClientConfig>,
    /// The Authorization field; none if absent.
    pub authorization: Option<String>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status; 0 if the connection was closed instead.
    pub status: u16,
    /// The header, field names in lower case.
    pub fields: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
}

/// An agent's API token, as it was printed once.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub agent: String,
    /// Its secret.
    pub secret: String,
}

impl Token {
    /// Makes one by the command line.
    pub fn create(relay: &Relaygate, account: &str, agent: &str) -> Self {
        let made = relay.cli(&["token", "create", "-a", account, "--agent", agent]);
        let field = |name: &str| made["token"][name].as_str().unwrap_or_default().to_owned();
        Self {
            id: field("id"),
            agent: field("agent"),
            secret: field("secret"),
        }
    }

    /// As clients of the public system send it.
    pub fn basic(&self) -> String {
        let pair = format!("{}/token:{}", self.agent, self.secret);
        format!("Basic {}", BASE64.encode(pair))
    }
}

impl Api {
    /// Nobody in particular.
    pub fn new(port: u16, tls: &Arc<ClientConfig>) -> Self {
        Self {
            port,
            tls: Arc::clone(tls),
            authorization: None,
        }
    }

    /// The holder of a token.
    pub fn with(&self, token: &Token) -> Self {
        Self {
            authorization: Some(token.basic()),
            ..self.clone()
        }
    }

    /// The same with another configuration of TLS.
    pub fn over(self, tls: Arc<ClientConfig>) -> Self {
        Self { tls, ..self }
    }

    /// GET a path below `/api/v2`.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    /// DELETE a path below `/api/v2`.
    pub fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, None)
    }

    /// POST a body to a path below `/api/v2`.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, Some(body.to_string().as_bytes()))
    }

    /// PUT a body to a path below `/api/v2`.
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask("PUT", path, Some(body.to_string().as_bytes()))
    }

    /// Asks something of a path below `/api/v2`.
    pub fn ask(&self, method: &str, path: &str, body: Option<&[u8]>) -> Answer {
        let body = body.unwrap_or_default();
        let mut head = format!(
            "{method} /api/v2{path} HTTP/1.1\r\nHost: {HOSTNAME}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        if let Some(authorization) = &self.authorization {
            head += &format!("Authorization: {authorization}\r\n");
        }
        self.raw(&[format!("{head}\r\n").as_bytes(), body])
    }

    /// Sends these octets, part by part, and reads what is answered.
    pub fn raw(&self, parts: &[&[u8]]) -> Answer {
        let mut stream = self.connect();
        for part in parts {
            // A server that has answered and closed meanwhile is no error here.
            if stream.write_all(part).is_err() {
                break;
            }
        }
        let _ = stream.flush();
        let mut octets = Vec::new();
        let _ = stream.read_to_end(&mut octets);
        Answer::parse(&octets)
    }

    /// A TLS connection, for what has to be said slowly.
    pub fn connect(&self) -> StreamOwned<ClientConnection, TcpStream> {
        let connected = || -> io::Result<_> {
            let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(stream)
        };
        let stream = connected().unwrap_or_else(|error| panic!("port {}: {error}", self.port));
        let name = ServerName::try_from(HOSTNAME).expect("a host name");
        let session = ClientConnection::new(Arc::clone(&self.tls), name);
        StreamOwned::new(session.expect("a sound configuration"), stream)
    }
}

impl Answer {
    /// Reads an answer whose end is the end of the connection.
    pub fn parse(octets: &[u8]) -> Self {
        let end = octets.windows(4).position(|it| it == b"\r\n\r\n");
        let end = end.unwrap_or(octets.len());
        let head = String::from_utf8_lossy(&octets[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let fields = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.and_then(|code| code.parse().ok()).unwrap_or(0),
            fields: fields
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: octets.get(end + 4..).unwrap_or_default().to_vec(),
        }
    }

    /// One field of the header; empty if it is not there.
    pub fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value)
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The same of an answer that has to have this status.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
