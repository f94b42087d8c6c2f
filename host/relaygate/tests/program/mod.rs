//! The built program in a directory of the test, on high loopback ports.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// A directory with a configuration.
pub(crate) struct Directory {
    temporary: TempDir,
    /// Submission with implicit TLS, and metrics.
    pub(crate) ports: [u16; 2],
}

/// A served program; killed when dropped, stopped by [`Program::stop`].
pub(crate) struct Program {
    child: Child,
    directory: Option<Directory>,
}

impl Directory {
    pub(crate) fn new() -> Self {
        let directory = Self {
            temporary: tempfile::tempdir().expect("a temporary directory"),
            ports: free_ports(),
        };
        directory.write("relaygate.toml", &directory.configuration(directory.ports));
        directory
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("the directory is ours");
    }

    pub(crate) fn configuration(&self, ports: [u16; 2]) -> String {
        let (dir, [submission, metrics]) = (self.temporary.path().display(), ports);
        format!(
            "hostname = \"relay.desk.example\"\nnative_domain = \"desk.example\"\n\
             data_dir = \"{dir}/data\"\nkey_file = \"{dir}/relaygate.key\"\n\
             [[listener]]\nkind = \"submission\"\nbind = \"127.0.0.1:{submission}\"\ntls = \"implicit\"\n\
             [metrics]\nbind = \"127.0.0.1:{metrics}\"\n\
             [limits]\ndisk_free_octets_min = 0\n[log]\nlevel = \"debug\"\n"
        )
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Output {
        run(&self.path("relaygate.toml"), arguments, input)
    }

    /// Files below that hold these octets, the configuration aside.
    pub(crate) fn files_with(&self, octets: &[u8]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut left = vec![self.temporary.path().to_owned()];
        while let Some(path) = left.pop() {
            if path.is_dir() {
                let entries = fs::read_dir(&path).expect("readable");
                left.extend(entries.map(|entry| entry.expect("an entry").path()));
            } else if fs::read(&path)
                .expect("readable")
                .windows(octets.len())
                .any(|part| part == octets)
            {
                found.push(path);
            }
        }
        found
    }
}

impl Program {
    pub(crate) fn start() -> Self {
        Self::start_in(Directory::new())
    }

    /// With the account `acme`.
    pub(crate) fn with_account() -> Self {
        let program = Self::start();
        program.make_account();
        program
    }

    /// Makes the account `acme`.
    pub(crate) fn make_account(&self) {
        self.ask(&[
            "account",
            "create",
            "--subdomain",
            "acme",
            "--name",
            "Acme",
            "--admin",
            "boss@home.example",
        ]);
    }

    pub(crate) fn start_in(directory: Directory) -> Self {
        let log = fs::File::create(directory.path("log")).expect("the directory is ours");
        let child = command(&directory.path("relaygate.toml"), &["serve"])
            .stderr(log)
            .stdout(Stdio::null())
            .spawn()
            .expect("the program is built");
        let program = Self {
            child,
            directory: Some(directory),
        };
        program.wait_for_log("ready");
        program
    }

    fn directory(&self) -> &Directory {
        self.directory.as_ref().expect("taken only by stop")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory().path(name)
    }

    /// Runs a command with `--json` that has to succeed.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        self.ask_with(arguments, "")
    }

    fn ask_with(&self, arguments: &[&str], input: &str) -> Value {
        let output = self.directory().run(&with_json(arguments), input);
        assert_eq!(
            code(&output),
            0,
            "{arguments:?}: {}\n{}",
            error_line(&output),
            self.log()
        );
        serde_json::from_slice(&output.stdout).expect("one JSON object")
    }

    pub(crate) fn add_address(&self, address: &str, password: &str) -> Value {
        let arguments = [
            "address",
            "add",
            "-a",
            "acme",
            address,
            "--host",
            "mail.acme.example:2587",
            "--username",
            "relay",
            "--password-stdin",
        ];
        self.ask_with(&arguments, password)
    }

    /// Runs a command with `--json` that has to be refused.
    pub(crate) fn refused(&self, arguments: &[&str]) -> (i32, Value) {
        self.refused_with(arguments, "")
    }

    pub(crate) fn refused_with(&self, arguments: &[&str], input: &str) -> (i32, Value) {
        let output = self.directory().run(&with_json(arguments), input);
        let printed: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        assert!(printed["error"].is_object(), "{printed}");
        assert_eq!(
            String::from_utf8_lossy(&output.stderr).lines().count(),
            1,
            "one line"
        );
        (code(&output), printed["error"].clone())
    }

    /// Another configuration on the same store, with other ports and another socket.
    pub(crate) fn second_configuration(&self) -> PathBuf {
        let directory = self.directory();
        let text = directory.configuration(free_ports());
        let socket = directory.path("second.sock");
        directory.write(
            "second.toml",
            &format!("{text}[admin]\nsocket = \"{}\"\n", socket.display()),
        );
        directory.path("second.toml")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).expect("it is there")
    }

    pub(crate) fn wait_for_log(&self, text: &str) {
        wait(
            || self.log().contains(text),
            || format!("no {text:?} in\n{}", self.log()),
        );
    }

    pub(crate) fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    fn signal(&self, signal: Signal) {
        let id = Pid::from_child(&self.child);
        kill_process(id, signal).expect("it is our child");
    }

    /// SIGTERM; it has to end with 0.
    pub(crate) fn stop(mut self) -> Directory {
        self.signal(Signal::TERM);
        let log = self.path("log");
        let mut status = None;
        wait(
            || {
                status = self.child.try_wait().expect("it is our child");
                status.is_some()
            },
            || fs::read_to_string(&log).unwrap_or_default(),
        );
        assert_eq!(
            status.and_then(|status| status.code()),
            Some(0),
            "{}",
            self.log()
        );
        self.directory.take().expect("taken only here")
    }

    /// One GET; status and body.
    pub(crate) fn http(&self, path: &str) -> (u16, String) {
        let mut stream =
            TcpStream::connect(("127.0.0.1", self.directory().ports[1])).expect("it listens");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("read");
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let body = answer
            .split_once("\r\n\r\n")
            .map(|(_, body)| body.to_owned());
        (status.expect("a status"), body.expect("a body"))
    }

    pub(crate) fn say_to_socket(&self, line: &str) -> Value {
        let mut stream = UnixStream::connect(self.path("data/admin.sock")).expect("it listens");
        stream.write_all(line.as_bytes()).expect("sent");
        stream.shutdown(Shutdown::Write).expect("it is open");
        serde_json::from_reader(stream).expect("one JSON object")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Stopped already, or killed now; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program to its end.
pub(crate) fn run(config: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = command(config, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program is built");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A command that reads nothing may have ended by now.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn command(config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relaygate"));
    command.arg("--config").arg(config).args(arguments);
    command.env_remove("RELAYGATE_CONFIG");
    command
}

fn with_json<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["--json"], arguments].concat()
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

/// The last line on standard error.
pub(crate) fn error_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr)
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned()
}

fn free_ports() -> [u16; 2] {
    let bound = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    bound.map(|listener| listener.local_addr().expect("bound").port())
}

fn wait(mut until: impl FnMut() -> bool, otherwise: impl FnOnce() -> String) {
    let started = Instant::now();
    while !until() {
        assert!(started.elapsed() < PATIENCE, "{}", otherwise());
        std::thread::sleep(Duration::from_millis(20));
    }
}

const PATIENCE: Duration = Duration::from_secs(60);
