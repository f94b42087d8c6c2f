//! A raw SMTP client for tests: says exactly what it is told to say.
//!
//! It does not pipeline, stuff dots or check anything by itself, so that a test
//! can misbehave. It shares no code with the product.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use tokio::net::TcpSocket;
use tokio::runtime::Builder;

/// One reply: its code and its lines without code and line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The basic code; 0 if the server closed the connection instead.
    pub code: u16,
    /// The text of each line.
    pub lines: Vec<String>,
}

impl Reply {
    /// Whether a line is this EHLO keyword, alone or with parameters.
    pub fn announces(&self, keyword: &str) -> bool {
        self.lines
            .iter()
            .any(|line| line.split(' ').next() == Some(keyword))
    }

    /// Whether the connection was closed before a reply came.
    pub fn is_end(&self) -> bool {
        self.code == 0
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.lines.join(" | "))
    }
}

/// An open connection.
pub struct Client {
    stream: Stream,
    buffer: Vec<u8>,
    /// What the server said first.
    pub greeting: Reply,
}

impl Client {
    /// Connects without TLS.
    pub fn plain(port: u16) -> Self {
        Self::greeted(Stream::Plain(connect(port)))
    }

    /// Connects and starts TLS at once (RFC 8314 §3.3), expecting a certificate for `name`.
    pub fn implicit(port: u16, tls: &Arc<ClientConfig>, name: &str) -> Self {
        Self::try_implicit(port, tls, name)
            .unwrap_or_else(|error| panic!("TLS session on port {port}: {error}"))
    }

    /// The same from that address of ours.
    pub fn implicit_from(from: Ipv4Addr, port: u16, tls: &Arc<ClientConfig>, name: &str) -> Self {
        let stream = connect_from(from, port)
            .unwrap_or_else(|error| panic!("connect from {from} to port {port}: {error}"));
        Self::greeted(Stream::wrap(stream, tls, name))
    }

    /// The same towards a server that may be gone; code 0 in the greeting says it just left.
    ///
    /// # Errors
    /// No connection, or none over TLS.
    pub fn try_implicit(port: u16, tls: &Arc<ClientConfig>, name: &str) -> io::Result<Self> {
        let stream = Stream::try_wrap(try_connect(port)?, tls, name)?;
        Ok(Self::greeted(stream))
    }

    /// Connects without TLS and leaves the greeting to be read.
    pub fn unread(port: u16) -> Self {
        Self::over(Stream::Plain(connect(port)))
    }

    /// Connects, starts TLS at once and leaves the greeting to be read.
    pub fn unread_implicit(port: u16, tls: &Arc<ClientConfig>, name: &str) -> Self {
        Self::over(Stream::wrap(connect(port), tls, name))
    }

    /// Says EHLO, STARTTLS and EHLO again.
    pub fn starttls(port: u16, tls: &Arc<ClientConfig>, name: &str) -> Self {
        let mut client = Self::plain(port);
        client.say("EHLO client.example");
        let reply = client.say("STARTTLS");
        assert_eq!(reply.code, 220, "STARTTLS: {reply}");
        client.secure(tls, name)
    }

    /// Turns a plain connection into a TLS one; the server has said 220 to STARTTLS.
    pub fn secure(self, tls: &Arc<ClientConfig>, name: &str) -> Self {
        let Stream::Plain(stream) = self.stream else {
            panic!("TLS is on already");
        };
        Self {
            stream: Stream::wrap(stream, tls, name),
            buffer: Vec::new(),
            greeting: self.greeting,
        }
    }

    /// Sends a command line and reads the reply.
    pub fn say(&mut self, line: &str) -> Reply {
        self.send(format!("{line}\r\n").as_bytes());
        self.reply()
    }

    /// Sends octets as they are; a server that has closed meanwhile is not an error here.
    pub fn send(&mut self, octets: &[u8]) {
        let _ = self.stream.as_io().write_all(octets);
        let _ = self.stream.as_io().flush();
    }

    /// The same, telling whether the server still takes them.
    ///
    /// # Errors
    /// It has closed.
    pub fn try_send(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.as_io().write_all(octets)?;
        self.stream.as_io().flush()
    }

    /// Reads one reply; code 0 if the server closed the connection.
    pub fn reply(&mut self) -> Reply {
        let mut reply = Reply {
            code: 0,
            lines: Vec::new(),
        };
        loop {
            let Some(line) = self.line() else {
                return Reply {
                    code: 0,
                    lines: reply.lines,
                };
            };
            let (code, rest) = line.split_at_checked(3).unwrap_or((&line, ""));
            reply.code = code
                .parse()
                .unwrap_or_else(|_| panic!("not a reply line: {line}"));
            reply.lines.push(rest.get(1..).unwrap_or("").to_owned());
            if !rest.starts_with('-') {
                return reply;
            }
        }
    }

    /// AUTH PLAIN with an initial response (RFC 4616 §2).
    pub fn auth_plain(&mut self, username: &str, password: &str) -> Reply {
        self.say(&format!(
            "AUTH PLAIN {}",
            plain_response(username, password)
        ))
    }

    /// MAIL, RCPT for each recipient, DATA and the text; the reply after the text, or the
    /// first refusal. The text is lines ended by CRLF, without a leading dot in any.
    pub fn submit(&mut self, from: &str, to: &[&str], text: &str) -> Reply {
        self.submit_octets(from, to, text.as_bytes())
    }

    /// The same with a text that need not be UTF-8.
    pub fn submit_octets(&mut self, from: &str, to: &[&str], text: &[u8]) -> Reply {
        let mail = self.say(&format!("MAIL FROM:<{from}>"));
        if mail.code != 250 {
            return mail;
        }
        for recipient in to {
            let reply = self.say(&format!("RCPT TO:<{recipient}>"));
            if reply.code / 100 != 2 {
                return reply;
            }
        }
        let data = self.say("DATA");
        if data.code != 354 {
            return data;
        }
        self.send(&[text, b"\r\n.\r\n"].concat());
        self.reply()
    }

    /// Whether the server closes the connection without a further word.
    pub fn is_closed(&mut self) -> bool {
        self.line().is_none()
    }

    /// Everything that comes until the server closes, whatever it is.
    pub fn raw_until_closed(&mut self) -> Vec<u8> {
        let mut octets = std::mem::take(&mut self.buffer);
        // A connection that is reset has ended, too.
        let _ = self.stream.as_io().read_to_end(&mut octets);
        octets
    }

    fn greeted(stream: Stream) -> Self {
        let mut client = Self::over(stream);
        client.greeting = client.reply();
        client
    }

    fn over(stream: Stream) -> Self {
        let greeting = Reply {
            code: 0,
            lines: Vec::new(),
        };
        Self {
            stream,
            buffer: Vec::new(),
            greeting,
        }
    }

    /// The next line without its CRLF; `None` if the server closed.
    pub fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            let mut chunk = [0; 4096];
            match self.stream.as_io().read(&mut chunk) {
                Ok(0) => return None,
                Ok(count) => self.buffer.extend_from_slice(&chunk[..count]),
                Err(error) if is_end(&error) => return None,
                Err(error) => panic!("read a reply: {error}"),
            }
        }
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// The initial response of AUTH PLAIN (RFC 4616).
pub fn plain_response(username: &str, password: &str) -> String {
    BASE64.encode(format!("\0{username}\0{password}"))
}

impl Stream {
    fn wrap(stream: TcpStream, tls: &Arc<ClientConfig>, name: &str) -> Self {
        Self::try_wrap(stream, tls, name).unwrap_or_else(|error| panic!("TLS handshake: {error}"))
    }

    fn try_wrap(stream: TcpStream, tls: &Arc<ClientConfig>, name: &str) -> io::Result<Self> {
        let name = ServerName::try_from(name.to_owned()).expect("test names are sound");
        let connection = ClientConnection::new(Arc::clone(tls), name)
            .expect("the client configuration is sound");
        let mut stream = StreamOwned::new(connection, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Self::Tls(Box::new(stream)))
    }

    fn as_io(&mut self) -> &mut dyn ReadWrite {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.as_mut(),
        }
    }
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

fn connect(port: u16) -> TcpStream {
    try_connect(port).unwrap_or_else(|error| panic!("connect to port {port}: {error}"))
}

/// The standard library cannot bind before it connects.
fn connect_from(from: Ipv4Addr, port: u16) -> io::Result<TcpStream> {
    let connect = async {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        socket
            .connect((Ipv4Addr::LOCALHOST, port).into())
            .await?
            .into_std()
    };
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let stream = runtime.block_on(connect)?;
    stream.set_nonblocking(false)?;
    prepared(stream)
}

fn try_connect(port: u16) -> io::Result<TcpStream> {
    prepared(TcpStream::connect((Ipv4Addr::LOCALHOST, port))?)
}

fn prepared(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(REPLY_PATIENCE))?;
    Ok(stream)
}

/// Whether the peer is gone, politely or not.
fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    )
}

/// How long a reply may take before the test fails.
const REPLY_PATIENCE: Duration = Duration::from_secs(60);
