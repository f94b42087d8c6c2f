//! The dialogues of `tests/transcripts/`, played against the running program.
//!
//! The same files are played against a bare session by the `mail` crate. What
//! only a bare session can be made to do (let an hour pass, revoke in mid-session)
//! is left out here: [`needs_bare_session`].

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mail::transcript::{Stage, Transcript};
use rustls::ClientConfig;

use crate::house::Credential;
use crate::relaygate::{HOSTNAME, Ports};
use crate::repository;
use crate::smtp::Client;

/// Every transcript: its file name and its dialogue.
pub fn all() -> Vec<(String, Transcript)> {
    let directory = repository::root().join("tests/transcripts");
    let entries = fs::read_dir(directory).expect("the transcripts lie beside the tests");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "smtp")
    });
    files.sort();
    files.iter().map(|file| (name(file), read(file))).collect()
}

/// Whether a dialogue asks for something the program cannot be made to do from outside.
pub fn needs_bare_session(name: &str, transcript: &Transcript) -> bool {
    STAGED.iter().any(|(staged, _)| *staged == name)
        || transcript.directions().any(|direction| {
            BARE_ONLY
                .iter()
                .any(|only| direction == *only || direction.starts_with(&format!("{only} ")))
        })
}

/// A connection to the program, opened with the first line of a dialogue.
pub struct ProgramStage {
    ports: Ports,
    tls: Arc<ClientConfig>,
    credential: Credential,
    listener: String,
    client: Option<Client>,
}

impl ProgramStage {
    /// A stage on these ports, for the connector this credential belongs to.
    pub fn new(ports: Ports, tls: Arc<ClientConfig>, credential: &Credential) -> Self {
        Self {
            ports,
            tls,
            credential: credential.clone(),
            listener: "submission".to_owned(),
            client: None,
        }
    }

    fn client(&mut self) -> &mut Client {
        let (ports, tls, listener) = (self.ports, &self.tls, self.listener.as_str());
        self.client.get_or_insert_with(|| match listener {
            "mx" => Client::unread(ports.mx),
            "submission starttls" => Client::unread(ports.starttls),
            _ => Client::unread_implicit(ports.implicit, tls, HOSTNAME),
        })
    }

    fn plain(&self, authorization: &str, password: &str) -> String {
        BASE64.encode(format!(
            "{authorization}\0{}\0{password}",
            self.credential.username
        ))
    }
}

impl Stage for ProgramStage {
    fn fill_in(&self, name: &str) -> Option<String> {
        let Credential {
            username, password, ..
        } = &self.credential;
        Some(match name {
            "host" => HOSTNAME.to_owned(),
            "size" => SIZE_DEFAULT.to_string(),
            "credentials of acme" => self.plain("", password),
            "user of acme" => BASE64.encode(username),
            "password of acme" => BASE64.encode(password),
            "wrong credentials" => self.plain("", "wrong"),
            "credentials of acme as other" => self.plain("other", password),
            "credentials of acme as acme" => self.plain(username, password),
            _ => return None,
        })
    }

    fn direct(&mut self, direction: &str) -> Result<(), String> {
        match direction.split_once(' ') {
            Some(("listener", kind)) => kind.clone_into(&mut self.listener),
            // What was kept is counted where a session stands alone; here tickets tell.
            Some(("kept", _) | ("nothing", _)) => {}
            _ if direction == "tls" => {
                let client = self.client.take().ok_or("TLS before the first line")?;
                self.client = Some(client.secure(&self.tls, HOSTNAME));
            }
            _ => return Err(format!("`{direction}` needs a bare session")),
        }
        Ok(())
    }

    fn send(&mut self, wire: &[u8]) {
        self.client().send(wire);
    }

    fn receive(&mut self) -> Option<String> {
        self.client().line()
    }
}

fn name(file: &std::path::Path) -> String {
    file.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn read(file: &std::path::Path) -> Transcript {
    let text = fs::read_to_string(file).expect("transcripts are text");
    Transcript::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The program's default for `message_octets_max`.
const SIZE_DEFAULT: u64 = 50 * 1024 * 1024;

/// Dialogues whose answers are the bare stage's own, and why.
const STAGED: [(&str, &str); 3] = [
    (
        "early-talker",
        "over TCP the banner may be under way before the first octet comes in",
    ),
    (
        "postmaster",
        "whose postmaster that is, is a verdict of the stage",
    ),
    (
        "recipient-deferred",
        "the stage defers an address called `later`",
    ),
];

/// Directions that change settings or time behind the session's back.
const BARE_ONLY: [&str; 8] = [
    "limit", "offer", "wait", "shutdown", "revoke", "crowded", "hurry", "refuse",
];
