//! The processes of the play: a served program and the customer's mail server.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use customer::process::Daemon;
use customer::{Authority, Customer, Ports, Relay, Setup, ports, small};
use serde_json::Value;

use super::report::Report;
use super::{DemoError, Options};
use crate::admin::{self, AccountRequest, Request};
use crate::config::{self, Config, ConfigError, ListenerKind, TlsMode};

/// The customer's domain.
pub(super) const DOMAIN: &str = "acme.example";

/// Everything that runs.
pub(super) struct Stage {
    program: Program,
    pub customer: Customer,
    pub ports: Ports,
    /// Who certifies the customer's server, as PEM.
    pub authority: String,
    directory: PathBuf,
    keep: bool,
}

/// The served program, asked through its admin socket.
struct Program {
    file: PathBuf,
    config: Config,
    /// Ours, unless one was served already.
    process: Option<Daemon>,
}

impl Stage {
    /// Starts what does not run yet.
    pub(super) fn set(options: &Options, report: &mut Report) -> Result<Self, DemoError> {
        let directory = make_directory()?;
        let program = Program::find(options.config.as_deref(), &directory)?;
        let ports = program.customer_ports()?;
        let authority = Authority::new(&directory.join("certs"))?;
        let setup = Setup {
            directory: directory.join("customer"),
            domain: DOMAIN.to_owned(),
            certificate: authority.issue("mail.acme.example", &["127.0.0.1"])?,
            ports,
            relay: program.relay()?,
        };
        let customer = match options.small {
            true => Customer::Small(small::Customer::start(&setup)?),
            false => Customer::start(&setup)?,
        };
        let authority = fs::read_to_string(authority.file()).unwrap_or_default();
        let stage = Self {
            program,
            customer,
            ports,
            authority,
            directory,
            keep: !options.once,
        };
        report.step(
            "Relaygate serves, and the customer has a mail server",
            stage.observed(),
        );
        Ok(stage)
    }

    /// Asks the program.
    pub(super) fn ask(&self, request: &Request) -> Result<Value, DemoError> {
        Ok(admin::ask(
            &self.program.config.admin_socket(),
            request,
            ANSWER_PATIENCE,
        )?)
    }

    /// Where to look when something does not come.
    pub(super) fn hint(&self) -> String {
        format!(
            "the customer's log ends with: {}",
            last_lines(&self.customer.log())
        )
    }

    /// What a person can try next.
    pub(super) fn how_to_go_on(&self) -> String {
        let own = std::env::current_exe().unwrap_or_else(|_| "relaygate".into());
        let relaygate = format!("{} --config {}", own.display(), self.program.file.display());
        let mut text = String::from(
            "\nEverything keeps running; Ctrl-C ends it. To go on, in another terminal:\n",
        );
        for command in [
            "ticket list -a acme",
            "ticket show -a acme 1",
            "domain list -a acme",
            "queue list",
        ] {
            let _ = writeln!(text, "  {relaygate} {command}");
        }
        let _ = write!(
            text,
            "Write to the help desk as an end user (any mail program, no login):\n  \
             swaks --server 127.0.0.1:{} --from you@user.example --to help@{DOMAIN}",
            self.ports.mx
        );
        text
    }

    /// Waits until one of the processes ends, or we are told to.
    pub(super) fn serve_on(mut self) {
        while self
            .program
            .process
            .as_mut()
            .is_none_or(|process| process.ended().is_none())
        {
            std::thread::sleep(WATCH);
        }
    }

    fn observed(&self) -> Vec<String> {
        let mut lines = vec![format!("configuration  {}", self.program.file.display())];
        for listener in &self.program.config.listeners {
            lines.push(format!(
                "{:<14} {} ({})",
                listener.kind.as_str(),
                listener.bind,
                if listener.tls == TlsMode::Implicit {
                    "TLS from the first octet"
                } else {
                    "STARTTLS"
                }
            ));
        }
        lines.push(format!(
            "customer       {} for {DOMAIN}, MX on 127.0.0.1:{}, submission on 127.0.0.1:{}",
            self.customer.name(),
            self.ports.mx,
            self.ports.submission
        ));
        lines
    }
}

impl Program {
    /// The one served with this configuration, or one of our own.
    fn find(served: Option<&Path>, directory: &Path) -> Result<Self, DemoError> {
        let (file, process) = match served {
            Some(file) => (file.to_owned(), None),
            None => {
                let file = write_config(directory)?;
                let process = serve(directory, &file)?;
                (file, Some(process))
            }
        };
        let mut program = Self {
            config: config::load(&file)?,
            file,
            process,
        };
        program.wait()?;
        Ok(program)
    }

    fn wait(&mut self) -> Result<(), DemoError> {
        let listing = Request::Account(AccountRequest::List);
        for _ in 0..START_TRIES {
            let asked = admin::ask(&self.config.admin_socket(), &listing, ANSWER_PATIENCE);
            match (asked, self.process.as_mut().map(Daemon::ended)) {
                (Ok(_), _) => return Ok(()),
                (Err(error), None) => return Err(error.into()),
                (Err(_), Some(Some(_))) => break,
                (Err(_), Some(None)) => std::thread::sleep(WATCH),
            }
        }
        let words = self
            .process
            .as_ref()
            .map(Daemon::output)
            .unwrap_or_default();
        Err(DemoError::Unexpected(format!(
            "the program does not come up: {}",
            last_lines(&words)
        )))
    }

    /// The customer's MX port is the one the program has a route to; the others are free ones.
    fn customer_ports(&self) -> Result<Ports, DemoError> {
        let route = self
            .config
            .native
            .routes
            .iter()
            .find(|route| route.domain == DOMAIN);
        let route = route.ok_or_else(|| self.unfit(
            "native.route",
            &format!("no way to {DOMAIN}, the customer of the demo"),
            &format!("add [[native.route]] with domain = \"{DOMAIN}\", host = \"127.0.0.1\" and a free port"),
        ))?;
        Ok(Ports {
            mx: route.port,
            ..Ports::free()?
        })
    }

    /// How the customer's server reaches us, and the certificate it is told to trust.
    fn relay(&self) -> Result<Relay, DemoError> {
        let wanted = |it: &&config::ListenerConfig| {
            it.kind == ListenerKind::Submission && it.tls == TlsMode::Starttls
        };
        let listener = self.config.listeners.iter().find(wanted).ok_or_else(|| {
            self.unfit(
                "listener",
                "no submission listener with STARTTLS",
                "add one; the customer of the demo relays to it",
            )
        })?;
        let made = || self.config.tls_dir().join("certificate.pem");
        Ok(Relay {
            port: listener.bind.port(),
            implicit: false,
            authority: self.config.tls.certificate.clone().unwrap_or_else(made),
            name: None,
        })
    }

    fn unfit(&self, key: &str, problem: &str, mend: &str) -> ConfigError {
        ConfigError::new(key, problem, mend).in_file(&self.file)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(process) = &mut self.program.process {
            process.stop();
        }
        if !self.keep {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

fn make_directory() -> Result<PathBuf, DemoError> {
    let directory = std::env::temp_dir().join(format!("relaygate-demo-{}", std::process::id()));
    let made = fs::create_dir_all(&directory);
    made.map_err(|error| DemoError::Unexpected(format!("make {}: {error}", directory.display())))?;
    Ok(directory)
}

/// A configuration for this machine and nobody else: loopback, high ports.
fn write_config(directory: &Path) -> Result<PathBuf, DemoError> {
    let file = directory.join("relaygate.toml");
    let text = format!(
        r#"# Written by `relaygate demo`.
hostname = "relay.desk.example"
native_domain = "desk.example"
data_dir = "{base}/data"
key_file = "{base}/relaygate.key"

[[listener]]
kind = "submission"
bind = "127.0.0.1:{submissions}"
tls = "implicit"

[[listener]]
kind = "submission"
bind = "127.0.0.1:{submission}"
tls = "starttls"

[[listener]]
kind = "mx"
bind = "127.0.0.1:{mx}"
tls = "starttls"

[metrics]
bind = "127.0.0.1:{metrics}"

# The customer's MX; elsewhere DNS would say it.
[[native.route]]
domain = "{DOMAIN}"
host = "127.0.0.1"
port = {customer}

# Customers' servers live on the internet; this one lives on this machine.
[outbound]
allowed_networks = ["127.0.0.0/8"]
"#,
        base = directory.display(),
        submissions = ports::free()?,
        submission = ports::free()?,
        mx = ports::free()?,
        metrics = ports::free()?,
        customer = ports::free()?,
    );
    fs::write(&file, text)
        .map_err(|error| DemoError::Unexpected(format!("write {}: {error}", file.display())))?;
    Ok(file)
}

fn serve(directory: &Path, config: &Path) -> Result<Daemon, DemoError> {
    let own = std::env::current_exe()
        .map_err(|error| DemoError::Unexpected(format!("find the own program: {error}")))?;
    let mut command = Command::new(own);
    command.arg("serve").arg("--config").arg(config);
    Ok(Daemon::start(
        "relaygate serve",
        &command,
        &directory.join("relaygate.log"),
    )?)
}

fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().rev().take(LOG_LINES).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

const ANSWER_PATIENCE: Duration = Duration::from_secs(120);
const WATCH: Duration = Duration::from_millis(100);
/// With [`WATCH`] between them: half a minute.
const START_TRIES: usize = 300;
const LOG_LINES: usize = 6;
