//! The small server: `customer_server.py`, embedded, so that an installed program has it too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Daemon};
use crate::{Error, Maildir, Setup, make_directory, write};

const SOURCE: &str = include_str!("../customer_server.py");
const PYTHON: &str = "python3";

/// Why the small server cannot run here, if so.
pub fn unavailable() -> Option<&'static str> {
    (!process::installed(PYTHON)).then_some("python3 is not installed (apt install python3)")
}

/// A running small server.
#[derive(Debug)]
pub struct Customer {
    directory: PathBuf,
    daemon: Daemon,
}

impl Customer {
    /// Starts it; until it has credentials it queues what is meant for us.
    ///
    /// # Errors
    /// [`Error`] with the server's own words.
    pub fn start(setup: &Setup) -> Result<Self, Error> {
        let directory = setup.directory.join("small");
        make_directory(&directory)?;
        write(&directory.join(SCRIPT), SOURCE)?;
        write(&directory.join(LOGINS), "{}")?;
        write(&directory.join(CREDENTIALS), "\n")?;
        let command = command(&directory, setup);
        let mut daemon = Daemon::start("customer server", &command, &directory.join("log"))?;
        for port in [
            setup.ports.mx,
            setup.ports.submission,
            setup.ports.submissions,
        ] {
            daemon.await_port(port)?;
        }
        Ok(Self { directory, daemon })
    }

    pub(crate) fn add_login(&self, username: &str, password: &str) -> Result<(), Error> {
        let file = self.directory.join(LOGINS);
        let text = std::fs::read(&file).map_err(|source| Error::io(&file, source))?;
        let mut logins: BTreeMap<String, String> =
            serde_json::from_slice(&text).unwrap_or_default();
        logins.insert(username.to_owned(), password.to_owned());
        write(&file, serde_json::json!(logins).to_string())
    }

    pub(crate) fn set_relay_credentials(
        &self,
        username: &str,
        password: &str,
    ) -> Result<(), Error> {
        write(
            &self.directory.join(CREDENTIALS),
            format!("{username}\n{password}\n"),
        )
    }

    pub(crate) fn mailbox(&self) -> Maildir {
        Maildir::new(&self.directory.join(MAILBOX))
    }

    pub(crate) fn log(&self) -> String {
        self.daemon.output()
    }
}

fn command(directory: &Path, setup: &Setup) -> Command {
    let mut command = Command::new(PYTHON);
    command
        .arg(directory.join(SCRIPT))
        .args(["--domain", &setup.domain]);
    let ports = [
        ("--mx", setup.ports.mx),
        ("--submission", setup.ports.submission),
        ("--submissions", setup.ports.submissions),
        ("--relay", setup.relay.port),
    ];
    for (option, port) in ports {
        command.args([option, &port.to_string()]);
    }
    let files = [
        ("--certificate", setup.certificate.certificate.clone()),
        ("--key", setup.certificate.key.clone()),
        ("--logins", directory.join(LOGINS)),
        ("--mailbox", directory.join(MAILBOX)),
        ("--relay-ca", setup.relay.authority.clone()),
        ("--relay-credentials", directory.join(CREDENTIALS)),
    ];
    for (option, file) in files {
        command.arg(option).arg(file);
    }
    command
}

const SCRIPT: &str = "customer_server.py";
const LOGINS: &str = "logins.json";
const CREDENTIALS: &str = "relay-credentials";
const MAILBOX: &str = "mail";
