//! A real ticket system: Debian's request-tracker5 on a SQLite database of the
//! test's own, served by its own server on a loopback port.
//!
//! Mail goes in by its `rt-mailgate`; its correspondence goes out by msmtp, which
//! logs in to our submission port like any help desk's mail command would.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use crate::clients::{Submission, msmtp_configuration};
use crate::process::{self, Daemon, installed};

/// A running request-tracker5 with one queue, in which everybody may write.
pub struct Tracker {
    /// Ends the server when it is dropped.
    _daemon: Daemon,
    directory: PathBuf,
    port: u16,
}

/// Why it cannot run here, if it cannot.
pub fn unavailable() -> Option<&'static str> {
    let there = installed("rt-setup-database-5")
        && installed("rt-mailgate-5")
        && Path::new(SERVER).exists();
    if !there {
        return Some("request-tracker5 is not installed (make setup)");
    }
    (!installed("msmtp")).then_some("msmtp is not installed (make setup)")
}

impl Tracker {
    /// Installs it below `parent` and starts it; it answers as `submission.from`.
    pub fn start(parent: &Path, submission: &Submission<'_>) -> Self {
        let directory = parent.join("tracker");
        fs::create_dir_all(&directory).expect("the test's directory can be written");
        let port = crate::free_port();
        write(
            &directory,
            "sendmail.rc",
            &msmtp_configuration(submission),
            0o600,
        );
        let sendmail = format!(
            "#!/bin/sh\nexec msmtp --file={}/sendmail.rc \"$@\"\n",
            directory.display()
        );
        write(&directory, "sendmail", &sendmail, 0o755);
        let site = site_configuration(&directory, port, submission.from);
        write(&directory, "RT_SiteConfig.pm", &site, 0o644);
        write(&directory, "rights.pl", RIGHTS, 0o644);
        for name in ["mason", "session"] {
            fs::create_dir_all(directory.join(name)).expect("the test's directory can be written");
        }
        set_up(&directory, &["--action", "init", "--skip-create"]);
        let rights = directory.join("rights.pl");
        set_up(
            &directory,
            &[
                "--action",
                "insert",
                "--datafile",
                &rights.to_string_lossy(),
            ],
        );
        let mut command = Command::new(SERVER);
        command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        configured(&mut command, &directory);
        let mut daemon = Daemon::start("rt-server", &command, &directory.join("server.log"))
            .expect("request-tracker5 starts");
        daemon.await_port(port).expect("request-tracker5 listens");
        Self {
            _daemon: daemon,
            directory,
            port,
        }
    }

    /// A program that puts a message (on standard input) into the queue.
    pub fn mailgate(&self) -> impl Fn(&[u8]) -> bool + Send + Sync + 'static {
        let url = format!("http://127.0.0.1:{}/", self.port);
        move |message| {
            let mut command = Command::new("rt-mailgate-5");
            command.args([
                "--queue",
                "General",
                "--action",
                "correspond",
                "--url",
                &url,
            ]);
            process::run(&mut command, message).status.success()
        }
    }

    /// The numbers of its tickets.
    pub fn tickets(&self) -> Vec<String> {
        let found = self.ask("GET", "tickets?query=id%3E0", "");
        let items = found["items"].as_array().cloned().unwrap_or_default();
        items
            .iter()
            .filter_map(|item| item["id"].as_str().map(str::to_owned))
            .collect()
    }

    /// A ticket's own fields.
    pub fn ticket(&self, id: &str) -> Value {
        self.ask("GET", &format!("ticket/{id}"), "")
    }

    /// What happened to a ticket: kind and author, oldest first.
    pub fn history(&self, id: &str) -> Vec<(String, String)> {
        let found = self.ask(
            "GET",
            &format!("ticket/{id}/history?fields=Type,Creator&per_page=100"),
            "",
        );
        let items = found["items"].as_array().cloned().unwrap_or_default();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        items
            .iter()
            .map(|item| (word(&item["Type"]), word(&item["Creator"]["id"])))
            .collect()
    }

    /// An agent answers a ticket.
    pub fn answer(&self, id: &str, text: &str) {
        self.ask("POST", &format!("ticket/{id}/correspond"), text);
    }

    /// What its server logged, for a failing test.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.join("server.log")).unwrap_or_default()
    }

    /// One request to its REST interface, as root, who comes with it.
    fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let login = BASE64.encode("root:password");
        let request = format!(
            "{method} /REST/2.0/{path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\n\
             Authorization: Basic {login}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).unwrap_or_default();
        assert!(
            status.starts_with('2'),
            "{method} {path}: {answer}\n{}",
            self.log()
        );
        serde_json::from_str(body).unwrap_or(Value::Null)
    }
}

fn set_up(directory: &Path, arguments: &[&str]) {
    let mut command = Command::new("rt-setup-database-5");
    command.args(arguments);
    configured(&mut command, directory);
    let output = process::run(&mut command, b"");
    assert!(
        output.status.success(),
        "rt-setup-database-5 {arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Its own configuration, and none of the machine's.
fn configured(command: &mut Command, directory: &Path) {
    command
        .env("RT_SITE_CONFIG", directory.join("RT_SiteConfig.pm"))
        .env("RT_SITE_CONFIG_DIR", directory);
}

fn site_configuration(directory: &Path, port: u16, address: &str) -> String {
    let base = directory.display();
    format!(
        "Set($rtname, 'acme.example');\nSet($Organization, 'acme.example');\n\
         Set($WebDomain, '127.0.0.1');\nSet($WebPort, {port});\n\
         Set($DatabaseType, 'SQLite');\nSet($DatabaseName, '{base}/rt.sqlite');\n\
         Set($CorrespondAddress, '{address}');\nSet($CommentAddress, '{address}');\n\
         Set($MailCommand, 'sendmailpipe');\nSet($SendmailPath, '{base}/sendmail');\n\
         Set($SetOutgoingMailFrom, 1);\nSet($MasonDataDir, '{base}/mason');\n\
         Set($MasonSessionDir, '{base}/session');\nSet($LogToSyslog, undef);\n\
         Set($LogToSTDERR, 'warning');\nSet(%GnuPG, Enable => 0);\nSet(%SMIME, Enable => 0);\n1;\n"
    )
}

fn write(directory: &Path, name: &str, text: &str, mode: u32) {
    let file = directory.join(name);
    fs::write(&file, text).expect("the test's directory can be written");
    fs::set_permissions(&file, Permissions::from_mode(mode)).expect("a file of ours");
}

/// Everybody may open tickets and answer them, as a queue that takes mail wants it.
const RIGHTS: &str = "our @ACL = map { { GroupDomain => 'SystemInternal', GroupType => 'Everyone', \
                      Right => $_, Queue => 'General' } } qw(CreateTicket ReplyToTicket SeeQueue ShowTicket);\n1;\n";
const SERVER: &str = "/usr/share/request-tracker5/libexec/rt-server";
