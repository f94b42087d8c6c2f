//! Zones for a test: NSD on a high port of 127.0.0.1, answering from zone files as an
//! operator or a customer would write them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{self, Daemon};
use crate::{free_port, wait};

/// A running name server with its zones.
pub struct Zones {
    port: u16,
    directory: PathBuf,
    /// What each zone holds besides its beginning.
    zones: BTreeMap<String, String>,
    daemon: Daemon,
}

/// Why it cannot run here.
pub fn unavailable() -> Option<&'static str> {
    let missing = !Path::new(NSD).exists();
    missing.then_some("zones are served by NSD, which is not installed")
}

impl Zones {
    /// Starts a server with zones that hold nothing yet.
    pub fn start(directory: &Path, names: &[&str]) -> Self {
        fs::create_dir_all(directory).expect("the test's directory can be written");
        let port = free_port();
        let zones = names.iter().map(|&name| (name.to_owned(), String::new()));
        let zones = zones.collect();
        let daemon = launch(directory, port, &zones);
        let server = Self {
            port,
            directory: directory.to_path_buf(),
            zones,
            daemon,
        };
        server.await_answer();
        server
    }

    /// Where it listens, UDP and TCP.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// Puts a fragment of a zone file into a zone, in the place of the one before. The server is
    /// down for a moment meanwhile; panics if it finds anything wrong with the zone.
    pub fn publish(&mut self, zone: &str, fragment: &str) {
        self.zones.insert(zone.to_owned(), fragment.to_owned());
        self.daemon.stop();
        self.daemon = launch(&self.directory, self.port, &self.zones);
        self.await_answer();
    }

    fn await_answer(&self) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let patience = Duration::from_millis(200);
        let set = socket.set_read_timeout(Some(patience));
        set.expect("a socket option");
        wait::until("the name server", wait::PATIENCE, || {
            socket.send_to(&QUERY, self.address()).ok()?;
            socket.recv(&mut [0; 512]).ok()
        });
    }
}

fn launch(directory: &Path, port: u16, zones: &BTreeMap<String, String>) -> Daemon {
    for (name, fragment) in zones {
        let file = zone_file(directory, name);
        fs::write(&file, format!("{}{fragment}", beginning(name)))
            .expect("the test's directory can be written");
        check(name, &file);
    }
    let file = directory.join("nsd.conf");
    fs::write(&file, configuration(directory, port, zones))
        .expect("the test's directory can be written");
    let mut command = Command::new(NSD);
    command.arg("-d").arg("-c").arg(&file);
    Daemon::start("nsd", &command, &directory.join("nsd.log")).expect("NSD starts")
}

/// The server's own judgement of a zone.
fn check(name: &str, file: &Path) {
    let output = process::run(Command::new(CHECK).arg(name).arg(file), b"");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let text = fs::read_to_string(file).unwrap_or_default();
    assert!(output.status.success(), "zone {name}: {said}\n{text}");
}

fn zone_file(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.zone"))
}

/// What every zone has to begin with.
fn beginning(name: &str) -> String {
    format!(
        "$ORIGIN {name}.\n$TTL 3600\n\
         @ IN SOA ns.{name}. hostmaster.{name}. 1 3600 900 604800 60\n@ IN NS ns.{name}.\n\
         ns IN A 127.0.0.1\n"
    )
}

fn configuration(directory: &Path, port: u16, zones: &BTreeMap<String, String>) -> String {
    let base = directory.display();
    let mut text = format!(
        "server:\n  ip-address: 127.0.0.1@{port}\n  username: \"\"\n  chroot: \"\"\n  \
         server-count: 1\n  database: \"\"\n  zonesdir: \"{base}\"\n  \
         pidfile: \"{base}/nsd.pid\"\n  xfrdfile: \"{base}/xfrd.state\"\n  \
         zonelistfile: \"{base}/zone.list\"\n  xfrdir: \"{base}\"\n\
         remote-control:\n  control-enable: no\n"
    );
    for name in zones.keys() {
        let file = zone_file(directory, name);
        let _ = write!(
            text,
            "zone:\n  name: {name}\n  zonefile: \"{}\"\n",
            file.display()
        );
    }
    text
}

/// A question for the address of `probe`: any answer shows that the server is up.
const QUERY: [u8; 23] =
    *b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05probe\x00\x00\x01\x00\x01";
const NSD: &str = "/usr/sbin/nsd";
const CHECK: &str = "/usr/sbin/nsd-checkzone";
