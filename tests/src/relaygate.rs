//! The built program: configured, started, asked, and stopped.
//!
//! What it logs is read back: a WARN or ERROR line nobody announced
//! ([`Relaygate::announce`]) fails the test when the program is stopped.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{env, fs, str};

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::Signal;
use rustls::ClientConfig;
use serde_json::Value;

use crate::certs::Certificate;
use crate::process::{self, Daemon};
use crate::smtp::Client;
use crate::{free_port, repository, wait};

/// `exec` keeps the process id, which has to be named.
const HAND_OVER: &str = r#"exec 3<&"$1"; shift; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@""#;
/// The table of what is logged.
const LOG: &str = "[log]";
/// The table of the routing policy's settings.
const ROUTING: &str = "[policy.settings.routing]";
const WEB: &str = "[web]";
/// Stands for the port of the pages in what a test configures itself.
pub const WEB_PORT: &str = "{port of the pages}";
/// The name the program goes by: banner, EHLO, certificate.
pub const HOSTNAME: &str = "relay.desk.example";
/// The domain accounts have their native addresses below.
pub const NATIVE_DOMAIN: &str = "desk.example";

/// Where it listens, all on 127.0.0.1.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// Submission with TLS from the first octet (465).
    pub implicit: u16,
    /// Submission with STARTTLS (587).
    pub starttls: u16,
    /// Mail from everybody (25).
    pub mx: u16,
    /// `/healthz`, `/readyz`, `/metrics`.
    pub metrics: u16,
    /// Pages and API, over TLS.
    pub web: u16,
}

impl Ports {
    /// Free ports.
    pub fn free() -> Self {
        Self {
            implicit: free_port(),
            starttls: free_port(),
            mx: free_port(),
            metrics: free_port(),
            web: free_port(),
        }
    }
}

/// What the configuration says.
pub struct Settings<'a> {
    /// Certificate for all listeners.
    pub certificate: &'a Certificate,
    /// Name server, if not the system's.
    pub resolver: Option<SocketAddr>,
    /// Static routes of the native path: domain, port on 127.0.0.1.
    pub routes: Vec<(String, u16)>,
    /// More lines for the end of the file.
    pub extra: String,
}

/// A running program with its directory.
pub struct Relaygate {
    directory: PathBuf,
    ports: Ports,
    daemon: Daemon,
    announced: Vec<String>,
    checked: bool,
    /// What a service manager would keep open while the program is replaced.
    kept: Option<TcpListener>,
}

/// How a command ended that was expected to fail.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: i32,
    /// The `error` object of `--json`; null if there was none.
    pub error: Value,
    /// Standard error.
    pub stderr: String,
}

impl Relaygate {
    /// Writes a configuration below `parent` and starts the program on it.
    pub fn start(parent: &Path, ports: Ports, settings: &Settings<'_>) -> Self {
        let directory = parent.join("relaygate");
        fs::create_dir_all(&directory).expect("the test's directory can be written");
        fs::write(
            directory.join("relaygate.toml"),
            configuration(&directory, ports, settings),
        )
        .expect("the test's directory can be written");
        let daemon = launch(&directory, None);
        let mut relay = Self {
            directory,
            ports,
            daemon,
            announced: Vec::new(),
            checked: false,
            kept: None,
        };
        relay.await_ready();
        relay
    }

    /// Where it listens.
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// Where its configuration, key and data are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where it keeps what must survive.
    pub fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// A log line at WARN or ERROR that contains `text` is expected in this test.
    pub fn announce(&mut self, text: &str) {
        self.announced.push(text.to_owned());
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        self.daemon.output()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        self.daemon.signal(signal);
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.daemon.id()
    }

    /// How long it has computed so far, all threads together: the same on a busy machine.
    pub fn computing_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap_or_default();
        // The name in brackets may hold spaces; user and system time are the 12th and 13th
        // field behind it, in hundredths of a second (proc(5)).
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let times = fields.split_whitespace().skip(11).take(2);
        Duration::from_millis(times.filter_map(|it| it.parse::<u64>().ok()).sum::<u64>() * 10)
    }

    /// Kills it (SIGKILL) and starts it again on the same directory.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.restart();
    }

    /// Kills it with SIGKILL.
    pub fn kill(&mut self) {
        self.daemon.kill();
    }

    /// Opens its implicit-TLS port while it is stopped; from now on each start is handed the
    /// socket, and nobody is refused in between.
    pub fn keep_socket(&mut self) {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, self.ports.implicit));
        self.kept = Some(socket.expect("the program has let go of its port"));
    }

    /// Starts it again on the same directory after it ended.
    pub fn restart(&mut self) {
        self.daemon = launch(&self.directory, self.kept.as_ref());
        self.await_ready();
    }

    /// Runs `relaygate --json …` and gives the object it prints; panics if it fails.
    pub fn cli(&self, arguments: &[&str]) -> Value {
        self.cli_with_input(arguments, "")
    }

    /// The same with something on the standard input, a password for example.
    pub fn cli_with_input(&self, arguments: &[&str], input: &str) -> Value {
        let output = self.run(arguments, input);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(
            output.status.success(),
            "relaygate {}: {stdout}{stderr}\n{}",
            arguments.join(" "),
            self.log()
        );
        serde_json::from_str(&stdout)
            .unwrap_or_else(|error| panic!("relaygate {}: {error}: {stdout}", arguments.join(" ")))
    }

    /// Runs a command that has to fail.
    pub fn cli_fails(&self, arguments: &[&str], input: &str) -> Failure {
        let output = self.run(arguments, input);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(
            !output.status.success(),
            "relaygate {} should have failed: {stdout}",
            arguments.join(" ")
        );
        let printed: Value = serde_json::from_str(&stdout).unwrap_or(Value::Null);
        Failure {
            code: output.status.code().unwrap_or(-1),
            error: printed["error"].clone(),
            stderr,
        }
    }

    /// A command that is run by itself, with this program's configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .arg("--config")
            .arg(self.directory.join("relaygate.toml"))
            .arg("--json")
            .args(arguments);
        command
    }

    /// Asks over the admin socket itself, without a command in between: for many at once. The
    /// answer, or the refusal.
    pub fn ask(&self, request: &Value) -> Result<Value, Value> {
        let mut stream = UnixStream::connect(self.data().join("admin.sock"))
            .expect("the program listens on its socket");
        let mut octets = request.to_string().into_bytes();
        octets.push(b'\n');
        stream.write_all(&octets).expect("a request is taken");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("a request is answered");
        let answer: Value = serde_json::from_str(&answer).expect("answers are JSON");
        match answer.get("ok") {
            Some(value) => Ok(value.clone()),
            None => Err(answer["error"].clone()),
        }
    }

    /// Opens a TLS session on the implicit-TLS port.
    pub fn submission(&self, tls: &Arc<ClientConfig>) -> Client {
        Client::implicit(self.ports.implicit, tls, HOSTNAME)
    }

    /// What `GET path` on the metrics listener answers: status and body.
    pub fn http(&self, path: &str) -> Option<(u16, String)> {
        http(self.ports.metrics, path)
    }

    /// Stops it (SIGTERM), and looks through its log.
    pub fn stop(&mut self) -> Option<ExitStatus> {
        let status = self.daemon.stop();
        self.check_log();
        status
    }

    /// Waits until it has ended by itself.
    pub fn await_end(&mut self) -> ExitStatus {
        let daemon = &mut self.daemon;
        wait::until("relaygate to end", wait::PATIENCE, || daemon.ended())
    }

    /// Runs a command, however it ends.
    pub fn run(&self, arguments: &[&str], input: &str) -> std::process::Output {
        process::run(&mut self.command(arguments), input.as_bytes())
    }

    fn await_ready(&mut self) {
        let port = self.ports.metrics;
        let daemon = &mut self.daemon;
        wait::until("relaygate to be ready", wait::PATIENCE, || {
            if let Some(status) = daemon.ended() {
                panic!("relaygate ended with {status}:\n{}", daemon.output());
            }
            http(port, "/readyz").filter(|(status, _)| *status == 200)
        });
    }

    fn check_log(&mut self) {
        self.checked = true;
        let log = self.log();
        let loud: Vec<&str> = log
            .lines()
            .filter(|line| is_loud(line))
            .filter(|line| !self.announced.iter().any(|text| line.contains(text)))
            .collect();
        assert!(
            loud.is_empty(),
            "unannounced WARN or ERROR lines:\n{}",
            loud.join("\n")
        );
    }
}

impl Drop for Relaygate {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- log of relaygate\n{}", self.log());
        } else if !self.checked {
            self.stop();
        }
    }
}

/// The program under test: `RELAYGATE_BIN`, or what `cargo build --workspace --bin relaygate` makes.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match env::var_os("RELAYGATE_BIN") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

/// The configuration file for a program in `directory`.
pub fn configuration(directory: &Path, ports: Ports, settings: &Settings<'_>) -> String {
    let base = directory.display();
    let Ports {
        implicit,
        starttls,
        mx,
        metrics,
        web,
    } = ports;
    let mut text = format!(
        "hostname = \"{HOSTNAME}\"\nnative_domain = \"{NATIVE_DOMAIN}\"\n\
         data_dir = \"{base}/data\"\nkey_file = \"{base}/relaygate.key\"\n\
         [tls]\ncertificate = \"{}\"\nkey = \"{}\"\n\
         [metrics]\nbind = \"127.0.0.1:{metrics}\"\n\
         [outbound]\nallowed_networks = [\"127.0.0.0/8\"]\n",
        settings.certificate.certificate.display(),
        settings.certificate.key.display(),
    );
    for (kind, port, tls) in [
        ("submission", implicit, "implicit"),
        ("submission", starttls, "starttls"),
        ("mx", mx, "starttls"),
    ] {
        let _ = write!(
            text,
            "[[listener]]\nkind = \"{kind}\"\nbind = \"127.0.0.1:{port}\"\ntls = \"{tls}\"\n"
        );
    }
    if !settings.extra.contains(WEB) {
        let _ = write!(text, "{WEB}\nbind = \"127.0.0.1:{web}\"\n");
    }
    if let Some(server) = settings.resolver {
        let _ = write!(text, "[resolver]\nservers = [\"{server}\"]\n");
    }
    for (domain, port) in &settings.routes {
        let _ = write!(
            text,
            "[[native.route]]\ndomain = \"{domain}\"\nhost = \"127.0.0.1\"\nport = {port}\n"
        );
    }
    if !settings.extra.contains(LOG) {
        let _ = write!(text, "{LOG}\nformat = \"json\"\nlevel = \"info\"\n");
    }
    // One hand plays many senders here; the tests of that limit set it themselves.
    if !settings.extra.contains(ROUTING) {
        let _ = write!(text, "{ROUTING}\nmessages_per_hour = 1000000\n");
    }
    text + &settings.extra.replace(WEB_PORT, &web.to_string())
}

fn launch(directory: &Path, kept: Option<&TcpListener>) -> Daemon {
    let mut command = match kept {
        Some(socket) => handed_over(socket),
        None => Command::new(binary()),
    };
    command
        .arg("--config")
        .arg(directory.join("relaygate.toml"))
        .arg("serve");
    Daemon::start("relaygate", &command, &directory.join("relaygate.log"))
        .expect("the program starts")
}

/// The program as systemd starts it: the socket is descriptor 3 (sd_listen_fds(3)).
fn handed_over(socket: &TcpListener) -> Command {
    fcntl_setfd(socket, FdFlags::empty()).expect("an open descriptor");
    let mut command = Command::new("bash");
    let descriptor = socket.as_raw_fd().to_string();
    command
        .args(["-c", HAND_OVER, "bash", &descriptor])
        .arg(binary());
    command
}

/// Test binaries lie in `<target>/<profile>/deps`.
fn build() -> PathBuf {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--quiet", "--workspace", "--bin", "relaygate"])
        .current_dir(repository::root());
    let output = process::run(&mut command, b"");
    assert!(
        output.status.success(),
        "cargo build --bin relaygate:\n{}",
        text(&output.stderr)
    );
    let own = env::current_exe().expect("a running program has a path");
    own.ancestors()
        .map(|ancestor| ancestor.join("relaygate"))
        .find(|candidate| candidate.is_file())
        .expect("cargo puts the program beside the tests")
}

fn http(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = text(&answer);
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let body = answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned())?;
    Some((status, body))
}

/// A log line somebody ought to read: level WARN or ERROR, or no log line at all but a panic.
fn is_loud(line: &str) -> bool {
    match serde_json::from_str::<Value>(line) {
        Ok(entry) => matches!(entry["level"].as_str(), Some("WARN" | "ERROR")),
        Err(_) => line.contains("panicked at"),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
