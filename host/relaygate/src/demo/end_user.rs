//! The end user: writes to the customer's mail server, as any mail program would,
//! without TLS or a login, and keeps the dialogue.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The connection.
    #[error("speak to the customer's mail server: {0}")]
    Io(#[from] io::Error),
    /// A reply other than 2yz or 3yz.
    #[error("the customer's mail server answered {reply:?} to {said:?}")]
    Refused {
        /// Our line.
        said: String,
        /// Its reply.
        reply: String,
    },
}

/// A mail as somebody writes it.
pub(super) struct Letter<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub subject: &'a str,
    pub message_id: &'a str,
    /// The Message-ID it answers.
    pub in_reply_to: Option<&'a str>,
    pub body: &'a str,
}

impl Letter<'_> {
    /// Hands it to the server on this port of 127.0.0.1; the dialogue, a line each.
    pub(super) fn send(&self, port: u16) -> Result<Vec<String>, SendError> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut talk = Talk {
            stream: BufReader::new(stream),
            said: Vec::new(),
        };
        talk.hear("")?;
        talk.say("EHLO laptop.user.example")?;
        talk.say(&format!("MAIL FROM:<{}>", self.from))?;
        talk.say(&format!("RCPT TO:<{}>", self.to))?;
        talk.say("DATA")?;
        talk.say(&format!("{}\r\n.", self.text()))?;
        talk.say("QUIT")?;
        Ok(talk.said)
    }

    fn text(&self) -> String {
        let answers = self.in_reply_to.map_or(String::new(), |id| {
            format!("In-Reply-To: {id}\r\nReferences: {id}\r\n")
        });
        format!(
            "From: Ann User <{from}>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: {id}\r\n{answers}\
             Date: Thu, 01 Jan 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{body}",
            from = self.from,
            to = self.to,
            subject = self.subject,
            id = self.message_id,
            body = self.body,
        )
    }
}

struct Talk {
    stream: BufReader<TcpStream>,
    said: Vec<String>,
}

impl Talk {
    fn say(&mut self, line: &str) -> Result<(), SendError> {
        self.stream
            .get_mut()
            .write_all(format!("{line}\r\n").as_bytes())?;
        self.hear(line)
    }

    /// Reads one reply; only its last line is kept.
    fn hear(&mut self, said: &str) -> Result<(), SendError> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        let reply = line.trim_end().to_owned();
        let shown = if said.contains('\n') {
            "(the message)"
        } else {
            said
        };
        if !reply.starts_with(['2', '3']) {
            return Err(SendError::Refused {
                said: shown.to_owned(),
                reply,
            });
        }
        self.said.push(format!("{shown:<34} -> {reply}"));
        Ok(())
    }
}

const PATIENCE: Duration = Duration::from_secs(20);
