//! Names for a test: dnsmasq on a high port of 127.0.0.1, answering from a list.
//!
//! It knows nothing but its records and asks nobody else, so nothing leaves the machine.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::process::Daemon;
use crate::{free_port, wait};

/// A record to answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// An IPv4 address.
    A(String, Ipv4Addr),
    /// A mail exchanger: domain, host, preference.
    Mx(String, String, u16),
    /// An alias: name, target.
    Cname(String, String),
    /// Text, of any length.
    Txt(String, String),
}

impl Record {
    fn name(&self) -> &str {
        match self {
            Self::A(name, _) | Self::Mx(name, ..) | Self::Cname(name, _) | Self::Txt(name, _) => {
                name
            }
        }
    }
}

/// The records that `domain dns` prints.
pub fn printed(records: &Value) -> Vec<Record> {
    let records = records.as_array().into_iter().flatten();
    records.filter_map(record).collect()
}

fn record(printed: &Value) -> Option<Record> {
    let name = printed["name"].as_str()?.trim_end_matches('.').to_owned();
    let value = printed["value"].as_str()?.trim_end_matches('.').to_owned();
    match printed["type"].as_str()? {
        "CNAME" => Some(Record::Cname(name, value)),
        "TXT" => Some(Record::Txt(name, value)),
        _ => None,
    }
}

/// A running name server.
pub struct Dns {
    port: u16,
    directory: PathBuf,
    records: Vec<Record>,
    daemon: Daemon,
}

impl Dns {
    /// Starts a server with these records.
    pub fn start(directory: &Path, records: Vec<Record>) -> Self {
        fs::create_dir_all(directory).expect("the test's directory can be written");
        let port = free_port();
        let daemon = launch(directory, port, &records);
        let dns = Self {
            port,
            directory: directory.to_path_buf(),
            records,
            daemon,
        };
        dns.await_answer();
        dns
    }

    /// Where it listens, UDP and TCP.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// Adds records. The server is down for a moment meanwhile.
    pub fn add(&mut self, records: impl IntoIterator<Item = Record>) {
        self.records.extend(records);
        self.daemon.stop();
        self.daemon = launch(&self.directory, self.port, &self.records);
        self.await_answer();
    }

    /// Puts records in the place of those that have their names.
    pub fn replace(&mut self, records: Vec<Record>) {
        let named = |record: &Record| records.iter().any(|new| new.name() == record.name());
        self.records.retain(|record| !named(record));
        self.add(records);
    }

    /// The text stored under a name, aliases followed.
    pub fn text(&self, name: &str) -> Option<String> {
        self.records.iter().find_map(|record| match record {
            Record::Txt(owner, text) if owner == name => Some(text.clone()),
            Record::Cname(alias, target) if alias == name => self.text(target),
            _ => None,
        })
    }

    fn await_answer(&self) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        socket
            .set_read_timeout(Some(Duration::from_millis(200)))
            .expect("a socket option");
        wait::until("the name server", wait::PATIENCE, || {
            socket.send_to(&QUERY, self.address()).ok()?;
            socket.recv(&mut [0; 512]).ok()
        });
    }
}

fn launch(directory: &Path, port: u16, records: &[Record]) -> Daemon {
    let file = directory.join("dnsmasq.conf");
    fs::write(&file, configuration(port, records)).expect("the test's directory can be written");
    let mut command = Command::new(DNSMASQ);
    command
        .arg("--keep-in-foreground")
        .arg(format!("--conf-file={}", file.display()));
    Daemon::start("dnsmasq", &command, &directory.join("dnsmasq.log")).expect("dnsmasq starts")
}

fn configuration(port: u16, records: &[Record]) -> String {
    let mut text = format!(
        "port={port}\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\nno-hosts\n\
         no-poll\nuser=root\npid-file=\nlocal=/#/\n"
    );
    for record in records {
        let _ = match record {
            Record::A(name, address) => writeln!(text, "host-record={name},{address}"),
            Record::Mx(domain, host, preference) => {
                writeln!(text, "mx-host={domain},{host},{preference}")
            }
            Record::Cname(alias, target) => writeln!(text, "cname={alias},{target}"),
            Record::Txt(name, value) => writeln!(text, "txt-record={name},{}", strings(value)),
        };
    }
    text
}

/// A TXT record holds strings of at most 255 octets each (RFC 1035 §3.3).
fn strings(value: &str) -> String {
    let octets: Vec<char> = value.chars().collect();
    let parts: Vec<String> = octets
        .chunks(200)
        .map(|part| format!("\"{}\"", part.iter().collect::<String>()))
        .collect();
    parts.join(",")
}

/// A question for the address of `probe`: any answer shows that the server is up.
const QUERY: [u8; 23] =
    *b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05probe\x00\x00\x01\x00\x01";
const DNSMASQ: &str = "/usr/sbin/dnsmasq";
