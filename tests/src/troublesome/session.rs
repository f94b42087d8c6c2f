//! One connection to it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::{ServerConnection, StreamOwned};

use super::trouble::{self, Act, Door, Stage};
use super::{Letter, Shared};

/// Speaks until the peer goes or the session ends. Errors end it, nothing else.
pub(super) fn serve(shared: &Arc<Shared>, door: Door, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let mut session = Session {
        shared: Arc::clone(shared),
        door,
        wire: Wire::Plain(stream),
        buffer: Vec::new(),
        login: None,
        envelope: None,
    };
    let _ = session.run();
}

struct Session {
    shared: Arc<Shared>,
    door: Door,
    wire: Wire,
    buffer: Vec<u8>,
    login: Option<String>,
    envelope: Option<(String, Vec<String>)>,
}

/// What comes after a command.
enum Next {
    Go,
    End,
}

impl Session {
    fn run(&mut self) -> io::Result<()> {
        if self.door == Door::Submissions {
            self.secure()?;
        }
        let host = format!("220 mail.{} ESMTP", self.shared.setup.domain);
        let mut next = self.step(Stage::Greeting, "", |session| session.say(&host))?;
        while matches!(next, Next::Go) {
            let line = self.line()?;
            next = self.command(&line)?;
        }
        Ok(())
    }

    fn command(&mut self, line: &str) -> io::Result<Next> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.step(Stage::Ehlo, line, Self::ehlo),
            "STARTTLS" => self.step(Stage::Starttls, line, Self::starttls),
            "AUTH" => self.step(Stage::Auth, line, |session| session.auth(rest)),
            "MAIL" => self.step(Stage::Mail, line, |session| session.mail(rest)),
            "RCPT" => self.step(Stage::Rcpt, line, |session| session.rcpt(rest)),
            "DATA" => self.data(line),
            "RSET" => self.reset(),
            "NOOP" => self.answer("250 2.0.0 yes"),
            "QUIT" => self.say("221 2.0.0 bye").map(|()| Next::End),
            _ => self.answer("502 5.5.1 what?"),
        }
    }

    /// Does what the stage asks for, unless there is trouble.
    fn step(
        &mut self,
        stage: Stage,
        line: &str,
        rightly: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<Next> {
        let due = trouble::due(&mut self.shared.state().troubles, self.door, stage, line);
        match due {
            None => rightly(self).map(|()| Next::Go),
            Some(Act::Say(words)) => {
                self.say(words)?;
                Ok(if words.starts_with("421") {
                    Next::End
                } else {
                    Next::Go
                })
            }
            Some(Act::HangUp | Act::LoseReply) => Ok(Next::End),
            Some(Act::FallSilent | Act::WithholdReply) => self.until_the_peer_goes(),
        }
    }

    fn until_the_peer_goes(&mut self) -> io::Result<Next> {
        let mut octets = [0; 1024];
        while self.wire.as_io().read(&mut octets)? > 0 {}
        Ok(Next::End)
    }

    fn ehlo(&mut self) -> io::Result<()> {
        let setup = &self.shared.setup;
        let mut lines = vec![format!("mail.{}", setup.domain)];
        lines.extend(
            [
                "PIPELINING",
                "8BITMIME",
                "ENHANCEDSTATUSCODES",
                "SIZE 52428800",
            ]
            .map(str::to_owned),
        );
        match &self.wire {
            Wire::Plain(_) if setup.starttls => lines.push("STARTTLS".to_owned()),
            Wire::Tls(_) if self.door != Door::Mx => {
                lines.push(format!("AUTH {}", setup.mechanisms.join(" ")))
            }
            _ => {}
        }
        let last = lines.len() - 1;
        let said: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(at, line)| format!("250{}{line}", if at < last { '-' } else { ' ' }))
            .collect();
        self.say(&said.join("\r\n"))
    }

    fn starttls(&mut self) -> io::Result<()> {
        self.say("220 2.0.0 go ahead")?;
        self.secure()
    }

    fn secure(&mut self) -> io::Result<()> {
        let Wire::Plain(stream) = &self.wire else {
            return Ok(());
        };
        let connection =
            ServerConnection::new(Arc::clone(&self.shared.tls)).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, stream.try_clone()?);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        self.wire = Wire::Tls(Box::new(stream));
        self.buffer.clear();
        Ok(())
    }

    fn auth(&mut self, rest: &str) -> io::Result<()> {
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let initial = initial.to_owned();
        let mechanism = mechanism.to_ascii_uppercase();
        let (username, password) = match mechanism.as_str() {
            "PLAIN" => self.plain(initial)?,
            "LOGIN" => (self.ask("VXNlcm5hbWU6")?, self.ask("UGFzc3dvcmQ6")?),
            "XOAUTH2" => self.bearer(initial)?,
            _ => return self.say("504 5.5.4 mechanism not known"),
        };
        if self.shared.state().logins.get(&username) == Some(&password) {
            self.login = Some(username);
            return self.say("235 2.7.0 welcome");
        }
        if mechanism == "XOAUTH2" {
            // A refusal comes as a challenge first, answered by an empty line.
            self.say(&format!("334 {}", BASE64.encode(r#"{"status":"401"}"#)))?;
            self.line()?;
        }
        self.say("535 5.7.8 authentication failed")
    }

    fn plain(&mut self, initial: String) -> io::Result<(String, String)> {
        let text = self.response(initial)?;
        let mut parts = text.split('\0').skip(1).map(str::to_owned);
        Ok((
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        ))
    }

    fn bearer(&mut self, initial: String) -> io::Result<(String, String)> {
        let text = self.response(initial)?;
        let field = |name: &str| {
            text.split('\u{1}')
                .find_map(|it| it.strip_prefix(name))
                .unwrap_or("")
                .to_owned()
        };
        Ok((field("user="), field("auth=Bearer ")))
    }

    fn response(&mut self, initial: String) -> io::Result<String> {
        if initial.is_empty() {
            return self.ask("");
        }
        Ok(decoded(&initial))
    }

    fn ask(&mut self, challenge: &str) -> io::Result<String> {
        self.say(&format!("334 {challenge}"))?;
        self.line().map(|line| decoded(&line))
    }

    fn mail(&mut self, rest: &str) -> io::Result<()> {
        if self.door != Door::Mx && self.login.is_none() {
            return self.say("530 5.7.0 authentication required");
        }
        self.envelope = Some((path(rest), Vec::new()));
        self.say("250 2.1.0 ok")
    }

    fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        let Some((_, recipients)) = &mut self.envelope else {
            return self.say("503 5.5.1 MAIL first");
        };
        recipients.push(path(rest));
        self.say("250 2.1.5 ok")
    }

    /// The text follows a 354 only; its reply is a stage of its own.
    fn data(&mut self, line: &str) -> io::Result<Next> {
        let Some((sender, recipients)) = self.envelope.clone().filter(|(_, it)| !it.is_empty())
        else {
            return self.answer("503 5.5.1 RCPT first");
        };
        let mut invited = false;
        let next = self.step(Stage::Data, line, |session| {
            invited = true;
            session.say("354 go on")
        })?;
        if !invited {
            return Ok(next);
        }
        let text = self.text()?;
        self.envelope = None;
        let letter = Letter {
            door: self.door,
            login: self.login.clone(),
            tls: matches!(self.wire, Wire::Tls(_)),
            sender,
            recipients,
            text,
        };
        self.taken(letter)
    }

    /// A lost reply loses the reply, not the message.
    fn taken(&mut self, letter: Letter) -> io::Result<Next> {
        let about = letter.recipients.join(" ");
        let due = trouble::due(
            &mut self.shared.state().troubles,
            self.door,
            Stage::Text,
            &about,
        );
        match due {
            None => {
                self.shared.take(letter);
                self.answer("250 2.0.0 taken")
            }
            Some(Act::LoseReply) => {
                self.shared.take(letter);
                Ok(Next::End)
            }
            Some(Act::Say(words)) => {
                self.say(words)?;
                Ok(if words.starts_with("421") {
                    Next::End
                } else {
                    Next::Go
                })
            }
            Some(Act::HangUp) => Ok(Next::End),
            Some(Act::FallSilent) => self.until_the_peer_goes(),
            Some(Act::WithholdReply) => {
                self.shared.take(letter);
                self.until_the_peer_goes()
            }
        }
    }

    fn text(&mut self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            let line = self.octets()?;
            if line == b"." {
                return Ok(text);
            }
            text.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            text.extend_from_slice(b"\r\n");
        }
    }

    fn reset(&mut self) -> io::Result<Next> {
        self.envelope = None;
        self.answer("250 2.0.0 forgotten")
    }

    fn answer(&mut self, words: &str) -> io::Result<Next> {
        self.say(words).map(|()| Next::Go)
    }

    fn say(&mut self, words: &str) -> io::Result<()> {
        self.wire
            .as_io()
            .write_all(format!("{words}\r\n").as_bytes())?;
        self.wire.as_io().flush()
    }

    /// A command line; kept for [`super::Troublesome::heard`].
    fn line(&mut self) -> io::Result<String> {
        let line = String::from_utf8_lossy(&self.octets()?).into_owned();
        self.shared.state().heard.push(line.clone());
        Ok(line)
    }

    fn octets(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let mut line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                line.truncate(end);
                return Ok(line);
            }
            let mut octets = [0; 16 * 1024];
            match self.wire.as_io().read(&mut octets)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.buffer.extend_from_slice(&octets[..count]),
            }
        }
    }
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    fn as_io(&mut self) -> &mut dyn ReadWrite {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.as_mut(),
        }
    }
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

/// `FROM:<a@b> SIZE=1` to `a@b`.
fn path(rest: &str) -> String {
    let inner = rest.split_once('<').and_then(|(_, it)| it.split_once('>'));
    inner
        .map(|(address, _)| address.to_owned())
        .unwrap_or_default()
}

fn decoded(text: &str) -> String {
    let octets = BASE64.decode(text).unwrap_or_default();
    String::from_utf8_lossy(&octets).into_owned()
}

/// How long a peer may be silent.
const PATIENCE: Duration = Duration::from_secs(120);
