//! A mail server in front of something else: takes each message by SMTP or LMTP
//! and lets a function of the test say what becomes of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// One message for one recipient.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The reverse path, without angle brackets.
    pub sender: String,
    /// The forward path.
    pub recipient: String,
    /// The text, dots taken off.
    pub text: Vec<u8>,
}

/// Says the reply for a message, for example `250 2.0.0 ok`.
pub type Judge = dyn Fn(&Taken) -> String + Send + Sync;

/// Starts a server on `port` of 127.0.0.1; it ends with the test's process.
pub fn start(port: u16, judge: Arc<Judge>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let judge = Arc::clone(&judge);
            // A client that goes away is no matter of the gate's.
            thread::spawn(move || drop(converse(&stream, &*judge)));
        }
    });
}

fn converse(stream: &TcpStream, judge: &Judge) -> std::io::Result<()> {
    let mut out = stream;
    let mut input = BufReader::new(stream);
    let (mut lmtp, mut sender, mut recipients) = (false, String::new(), Vec::new());
    writeln!(out, "220 gate.desk.example\r")?;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "LHLO" | "EHLO" => {
                lmtp = verb == "LHLO";
                writeln!(
                    out,
                    "250-gate.desk.example\r\n250-8BITMIME\r\n250 SMTPUTF8\r"
                )?;
            }
            "MAIL" => {
                sender = path(line);
                recipients.clear();
                writeln!(out, "250 2.1.0 ok\r")?;
            }
            "RCPT" => {
                recipients.push(path(line));
                writeln!(out, "250 2.1.5 ok\r")?;
            }
            "DATA" => {
                writeln!(out, "354 go on\r")?;
                let text = text(&mut input)?;
                let taken = |recipient: &String| Taken {
                    sender: sender.clone(),
                    recipient: recipient.clone(),
                    text: text.clone(),
                };
                let answered = if lmtp { recipients.len() } else { 1 };
                for recipient in recipients.iter().take(answered) {
                    writeln!(out, "{}\r", judge(&taken(recipient)))?;
                }
            }
            "QUIT" => return writeln!(out, "221 2.0.0 bye\r"),
            _ => writeln!(out, "250 2.0.0 ok\r")?,
        }
    }
}

fn path(line: &str) -> String {
    let inner = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(String::new(), |(path, _)| path.to_owned())
}

fn text(input: &mut BufReader<&TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    loop {
        let mut line = Vec::new();
        input.read_until(b'\n', &mut line)?;
        match line.as_slice() {
            b"" | b".\r\n" => return Ok(text),
            [b'.', rest @ ..] => text.extend_from_slice(rest),
            line => text.extend_from_slice(line),
        }
    }
}
