//! The way back: mail for the customer's own domain goes to our program.

use std::sync::Arc;
use std::thread;

use rustls::ClientConfig;

use super::{Letter, Shared};
use crate::relaygate::HOSTNAME;
use crate::smtp::{Client, Reply};
use crate::wait::{self, PATIENCE};

/// How it hands its domain's mail to our program.
#[derive(Debug, Clone)]
pub enum Way {
    /// By STARTTLS and the credentials we issued.
    Connector {
        /// Our submission port.
        port: u16,
        /// Whom it trusts.
        tls: Arc<ClientConfig>,
        /// User name.
        username: String,
        /// Password.
        password: String,
    },
    /// By our MX port like anybody, to this address instead.
    Forward {
        /// Our MX port.
        port: u16,
        /// The native address it forwards to.
        to: String,
    },
}

/// What became of one message it handed on.
#[derive(Debug, Clone)]
pub struct Relayed {
    /// For whom it was.
    pub recipient: String,
    /// Every reply it got, the last one final.
    pub replies: Vec<Reply>,
}

/// Hands a message on in its own time, trying again until there is a final word.
pub(super) fn hand_on(shared: &Arc<Shared>, letter: &Letter, recipient: &str) {
    let habits = shared.state().habits.clone();
    let aliased = habits.aliases.get(recipient).cloned();
    let targets = aliased.unwrap_or_else(|| vec![recipient.to_owned()]);
    for target in targets {
        for copy in 0..=habits.more_copies {
            let mut text = String::from_utf8_lossy(&letter.text).into_owned();
            for rewrite in &habits.rewrites {
                text = rewrite.apply(&text);
            }
            text.insert_str(0, &received(shared, letter, recipient, copy));
            let (shared, sender, target) =
                (Arc::clone(shared), letter.sender.clone(), target.clone());
            thread::spawn(move || until_final(&shared, &sender, &target, &text));
        }
    }
}

/// The trace a relay leaves (RFC 5321 §4.4).
fn received(shared: &Shared, letter: &Letter, recipient: &str, copy: usize) -> String {
    let domain = &shared.setup.domain;
    let protocol = match (letter.tls, &letter.login) {
        (true, Some(_)) => "ESMTPSA",
        (true, None) => "ESMTPS",
        (false, _) => "ESMTP",
    };
    let id = format!("T{}C{copy}", shared.state().letters.len());
    format!(
        "Received: from {HOSTNAME} ({HOSTNAME} [127.0.0.1])\r\n\tby mail.{domain} with {protocol} id {id}\r\n\
         \tfor <{recipient}>; Mon, 02 Nov 2026 10:00:00 +0000\r\n"
    )
}

fn until_final(shared: &Arc<Shared>, sender: &str, recipient: &str, text: &str) {
    let mut replies = Vec::new();
    wait::until("a final reply from our program", PATIENCE, || {
        let way = shared.state().way.clone();
        let reply = way.map_or_else(gone, |way| attempt(way, sender, recipient, text));
        let is_final = matches!(reply.code / 100, 2 | 5);
        replies.push(reply);
        (is_final || shared.is_stopped()).then_some(())
    });
    let recipient = recipient.to_owned();
    shared.state().relayed.push(Relayed { recipient, replies });
}

/// One try. The raw client panics where there is nobody to speak to; that ends the try.
fn attempt(way: Way, sender: &str, recipient: &str, text: &str) -> Reply {
    let (sender, recipient, text) = (sender.to_owned(), recipient.to_owned(), text.to_owned());
    thread::spawn(move || speak(&way, &sender, &recipient, &text))
        .join()
        .unwrap_or_else(|_| gone())
}

fn speak(way: &Way, sender: &str, recipient: &str, text: &str) -> Reply {
    let (mut client, recipient) = match way {
        Way::Connector {
            port,
            tls,
            username,
            password,
        } => {
            let mut client = Client::starttls(*port, tls, HOSTNAME);
            client.say("EHLO mail.acme.example");
            let reply = client.auth_plain(username, password);
            if reply.code != 235 {
                return reply;
            }
            (client, recipient)
        }
        Way::Forward { port, to } => {
            let mut client = Client::plain(*port);
            client.say("EHLO mail.acme.example");
            (client, to.as_str())
        }
    };
    client.submit(sender, &[recipient], &stuffed(text))
}

/// Leading dots doubled, the last CRLF left to the client.
fn stuffed(text: &str) -> String {
    let text = text.strip_suffix("\r\n").unwrap_or(text);
    let text = text.replace("\r\n.", "\r\n..");
    if text.starts_with('.') {
        format!(".{text}")
    } else {
        text
    }
}

fn gone() -> Reply {
    Reply {
        code: 0,
        lines: Vec::new(),
    }
}
