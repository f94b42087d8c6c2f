//! A program around a bare session: it knows one account and keeps mail in memory.
#![allow(dead_code)] // each test binary uses its own part

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use mail::address::Domain;
use mail::reply::{Detail, Reply};
use mail::sasl::{Credentials, Mechanism};
use mail::server::{Action, Envelope, Event, Role, Session, Settings, TlsInfo, TlsMode};
use mail::transcript::Stage;

pub(crate) const HOST: &str = "relay.desk.example";
pub(crate) const USER: &str = "acme";
pub(crate) const PASSWORD: &str = "correct horse";

/// Stands for the proof that only the store's committing thread can make.
#[derive(Debug)]
pub(crate) struct Proof;

pub(crate) fn settings(role: Role, tls: TlsMode) -> Settings {
    Settings::new(Domain::parse(HOST).unwrap(), role, tls)
}

/// A session and the program around it.
pub(crate) struct Program {
    pub(crate) session: Session<Proof, String>,
    pub(crate) kept: Vec<(Envelope, Vec<u8>)>,
    pub(crate) said: Vec<u8>,
    pub(crate) closed: bool,
    pub(crate) tls_wanted: bool,
    pub(crate) tls_by_itself: bool,
    pub(crate) pauses: usize,
    pub(crate) now: Duration,
    pub(crate) text_refusal: Option<Reply>,
    text: Vec<u8>,
}

/// What came of one action, once nothing of the session is borrowed any more.
enum Done {
    Told(Event<Proof, String>),
    Going,
    Stopped,
}

impl Program {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            tls_by_itself: settings.tls == TlsMode::Implicit,
            session: Session::new(Arc::new(settings)),
            kept: Vec::new(),
            said: Vec::new(),
            closed: false,
            tls_wanted: false,
            pauses: 0,
            now: Duration::ZERO,
            text_refusal: None,
            text: Vec::new(),
        }
    }

    /// Runs until the session wants to read, waits or is over.
    pub(crate) fn run(&mut self) {
        loop {
            match self.step() {
                Done::Told(event) => self.session.handle(event, self.now),
                Done::Going => {}
                Done::Stopped => return,
            }
        }
    }

    pub(crate) fn send(&mut self, wire: &[u8]) {
        if !self.closed {
            self.session.receive(wire);
            self.run();
        }
    }

    pub(crate) fn tell(&mut self, event: Event<Proof, String>) {
        self.session.handle(event, self.now);
        self.run();
    }

    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&self.said).into_owned()
    }

    fn step(&mut self) -> Done {
        match self.session.next(self.now) {
            Action::Send(octets) => self.said.extend_from_slice(octets),
            Action::Pause(_) => self.pauses += 1,
            Action::StartTls if self.tls_by_itself => return Done::Told(Event::TlsStarted(tls())),
            Action::StartTls => {
                self.tls_wanted = true;
                return Done::Stopped;
            }
            Action::Verify(credentials) => return Done::Told(verdict(&credentials)),
            Action::Sender(_) => return Done::Told(Event::Accepted),
            Action::Recipient(_, recipient) => {
                return Done::Told(recipient_verdict(&recipient.to_string()));
            }
            Action::Text(text) => self.text.extend_from_slice(text),
            Action::Discard => self.text.clear(),
            Action::EndOfText(envelope) => {
                let text = std::mem::take(&mut self.text);
                if let Some(reply) = self.text_refusal.take() {
                    return Done::Told(Event::Refused(reply));
                }
                self.kept.push((envelope.clone(), text));
                return Done::Told(Event::Kept(Proof, format!("m{}", self.kept.len())));
            }
            Action::Close => {
                self.closed = true;
                return Done::Stopped;
            }
            Action::Read | Action::Wait => return Done::Stopped,
        }
        Done::Going
    }
}

pub(crate) fn tls() -> TlsInfo {
    TlsInfo {
        version: "TLSv1.3".into(),
        cipher: "TLS_AES_256_GCM_SHA384".into(),
    }
}

fn verdict(credentials: &Credentials) -> Event<Proof, String> {
    if credentials.user() == USER && credentials.password() == PASSWORD {
        Event::Authenticated(USER.to_owned())
    } else {
        Event::Refused(Reply::CREDENTIALS_INVALID)
    }
}

fn recipient_verdict(recipient: &str) -> Event<Proof, String> {
    match recipient.split_once('@') {
        Some(("help" | "sales" | "postmaster", "acme.example" | HOST)) => Event::Accepted,
        Some(("later", _)) => Event::Refused(Reply::TRY_LATER),
        Some((_, "acme.example")) => {
            Event::Refused(Reply::new(550, Detail(1, 1), "no such address"))
        }
        _ => Event::Refused(Reply::new(
            550,
            Detail(7, 1),
            "not an address of this connector",
        )),
    }
}

/// Plays a transcript against a bare session.
pub(crate) struct BareStage {
    settings: Settings,
    program: Option<Program>,
    lines: VecDeque<String>,
}

impl BareStage {
    pub(crate) fn new() -> Self {
        let settings = settings(Role::Submission, TlsMode::Implicit);
        Self {
            settings,
            program: None,
            lines: VecDeque::new(),
        }
    }

    /// The opening directions are over with the first line of dialogue.
    fn program(&mut self) -> &mut Program {
        let settings = &self.settings;
        self.program
            .get_or_insert_with(|| Program::new(settings.clone()))
    }

    fn limit(&mut self, name: &str, number: u64) -> Result<(), String> {
        let settings = &mut self.settings;
        match name {
            "octets" => settings.message_octets_max = number,
            "recipients" => settings.recipients_max = number as usize,
            "fruitless" => settings.tolerance.fruitless_recipients_max = number as usize,
            _ => return Err(format!("no limit `{name}`")),
        }
        Ok(())
    }

    fn listener(&mut self, kind: &str) -> Result<(), String> {
        (self.settings.role, self.settings.tls) = match kind {
            "submission" => (Role::Submission, TlsMode::Implicit),
            "submission starttls" => (Role::Submission, TlsMode::Starttls),
            "mx" => (Role::Mx, TlsMode::Starttls),
            _ => return Err(format!("no listener `{kind}`")),
        };
        Ok(())
    }
}

impl Stage for BareStage {
    fn fill_in(&self, name: &str) -> Option<String> {
        let credentials = Credentials::new(USER, PASSWORD);
        Some(match name {
            "host" => HOST.to_owned(),
            "size" => self.settings.message_octets_max.to_string(),
            "credentials of acme" => credentials.plain_response().to_string(),
            "user of acme" => credentials.login_responses()[0].to_string(),
            "password of acme" => credentials.login_responses()[1].to_string(),
            "wrong credentials" => Credentials::new(USER, "wrong").plain_response().to_string(),
            "credentials of acme as other" => base64("other\0acme\0correct horse"),
            "credentials of acme as acme" => base64("acme\0acme\0correct horse"),
            _ => return None,
        })
    }

    fn direct(&mut self, direction: &str) -> Result<(), String> {
        let (verb, rest) = direction.split_once(' ').unwrap_or((direction, ""));
        match verb {
            "listener" => return self.listener(rest),
            "limit" => {
                let (name, number) = rest.split_once(' ').ok_or("limit NAME NUMBER")?;
                return self.limit(name, number.parse().map_err(|_| "no number")?);
            }
            "offer" => {
                let mechanism = Mechanism::parse(rest).ok_or("no such mechanism")?;
                self.settings.mechanisms.push(mechanism);
            }
            "tls" => self.program().tell(Event::TlsStarted(tls())),
            "shutdown" => self.program().tell(Event::Shutdown),
            "revoke" => self.program().tell(Event::Revoked),
            "crowded" => self.program().tell(Event::Crowded),
            "hurry" => self.program().session.hurry(true),
            "wait" => self.wait(rest.parse().map_err(|_| "no number")?),
            "refuse" => self.program().text_refusal = Some(Reply::TOO_LARGE.with_text("refused")),
            "nothing" => return self.expect_kept(0),
            "kept" => return self.expect_kept(rest.parse().map_err(|_| "no number")?),
            _ => return Err(format!("no direction `{direction}`")),
        }
        Ok(())
    }

    fn send(&mut self, wire: &[u8]) {
        self.program().send(wire);
    }

    fn receive(&mut self) -> Option<String> {
        let program = self.program();
        program.run();
        let text = String::from_utf8(std::mem::take(&mut program.said)).unwrap();
        let lines: Vec<String> = text.split_terminator("\r\n").map(str::to_owned).collect();
        let silent = (!program.closed).then(|| "(nothing)".to_owned());
        self.lines.extend(lines);
        self.lines.pop_front().or(silent)
    }
}

impl BareStage {
    /// Lets time pass, and tells the session if its deadline passed with it.
    fn wait(&mut self, seconds: u64) {
        let program = self.program();
        program.run();
        program.now += Duration::from_secs(seconds);
        if program
            .session
            .deadline()
            .is_some_and(|deadline| deadline <= program.now)
        {
            program.tell(Event::DeadlinePassed);
        }
    }

    fn expect_kept(&mut self, number: usize) -> Result<(), String> {
        let kept = self.program().kept.len();
        if kept == number {
            Ok(())
        } else {
            Err(format!("{kept} messages were kept, not {number}"))
        }
    }
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
