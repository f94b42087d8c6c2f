//! The program and a Postfix under the same load, in turns.
//!
//! Both answer 250 only after a sync: Postfix syncs its queue file, we our
//! journal. Postfix then throws the message away (`discard`); we go on and make
//! a ticket of it, on the same cores.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;

use clap::ValueEnum;
use relaygate_tests::house::{ACCOUNT, Cottage, DOMAIN, SUPPORT, temporary};
use relaygate_tests::postfix::{self, Customer};
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::{certs, free_port};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::client::{Login, Target, Tls};
use crate::load::{self, Outcome, Work};
use crate::{CompareArgs, ending, say};

/// A kind of load; the letters are those of the measurements we compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// STARTTLS and AUTH PLAIN, one message of 10 KB a connection, 20 at once.
    A,
    /// The same, 100 messages a connection.
    B,
    /// 1 MB messages, 10 a connection.
    D,
}

impl Scenario {
    fn work(self, percent: u32) -> Work {
        let (messages, per_connection, size) = match self {
            Self::A => (2_000, 1, 10_240),
            Self::B => (10_000, 100, 10_240),
            Self::D => (400, 10, 1_048_576),
        };
        let messages = (messages * percent / 100).max(per_connection);
        Work {
            connections: 20,
            messages,
            per_connection,
            size,
            pipelining: true,
        }
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "A" | "a" => Ok(Self::A),
            "B" | "b" => Ok(Self::B),
            "D" | "d" => Ok(Self::D),
            _ => Err(format!("no scenario {text}; there are A, B and D")),
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A: STARTTLS, AUTH, one 10 KB message a connection, 20 at once",
            Self::B => "B: the same, 100 messages a connection",
            Self::D => "D: the same with 1 MB messages, 10 a connection",
        })
    }
}

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// Our program.
    Relaygate,
    /// Debian's Postfix.
    Postfix,
}

/// A started server and where its mail goes.
struct Contestant {
    peer: Peer,
    target: Target,
    to: &'static str,
    /// Keeps the server running.
    _server: Server,
}

/// What has to stay alive while it is measured.
enum Server {
    Ours {
        _cottage: Box<Cottage>,
    },
    Theirs {
        _customer: Box<Customer>,
        _directory: TempDir,
    },
}

/// Runs all scenarios, alternating between the peers, and prints what came of it.
pub(crate) fn run(runtime: &Runtime, arguments: &CompareArgs) -> ExitCode {
    if let Some(reason) = postfix::unavailable() {
        say(&format!("cannot compare: {reason}"));
        return ExitCode::FAILURE;
    }
    let wanted = |peer: Peer| arguments.only.is_none_or(|only| only == peer);
    let mut contestants = Vec::new();
    if wanted(Peer::Relaygate) {
        contestants.push(start_ours());
    }
    if wanted(Peer::Postfix) {
        contestants.push(start_postfix());
    }
    let mut all = Vec::new();
    let mut printed = Vec::new();
    for scenario in &arguments.scenarios {
        let results = measure(runtime, *scenario, &contestants, arguments);
        printed.push(report(*scenario, &contestants, &results, arguments.json));
        all.extend(results.into_iter().flatten());
    }
    if arguments.json {
        say(&json!({ "scenarios": printed }).to_string());
    }
    ending(&all)
}

/// All rounds of one scenario; a list of outcomes for each contestant.
fn measure(
    runtime: &Runtime,
    scenario: Scenario,
    contestants: &[Contestant],
    arguments: &CompareArgs,
) -> Vec<Vec<Outcome>> {
    let work = scenario.work(arguments.percent);
    if !arguments.json {
        say(&format!("\n{scenario}, {} messages a round", work.messages));
    }
    let mut results = vec![Vec::new(); contestants.len()];
    for round in 0..arguments.rounds {
        for (contestant, outcomes) in contestants.iter().zip(&mut results) {
            let label = format!("{scenario:?}{round}");
            let outcome =
                runtime.block_on(load::run(&contestant.target, contestant.to, &work, &label));
            if !arguments.json {
                say(&format!(
                    "  {:10} {outcome}",
                    format!("{:?}", contestant.peer).to_lowercase()
                ));
            }
            outcomes.push(outcome);
        }
    }
    results
}

/// Prints the medians and, with two contestants, the ratio.
fn report(
    scenario: Scenario,
    contestants: &[Contestant],
    results: &[Vec<Outcome>],
    json: bool,
) -> Value {
    let medians: Vec<Outcome> = results.iter().map(|outcomes| median(outcomes)).collect();
    let mut summary = json!({ "scenario": format!("{scenario:?}") });
    for (contestant, outcome) in contestants.iter().zip(&medians) {
        summary[format!("{:?}", contestant.peer).to_lowercase()] = outcome.to_json();
    }
    if let [ours, theirs] = medians.as_slice() {
        let ratio = ours.rate() / theirs.rate().max(f64::EPSILON);
        summary["ratio"] = ratio.into();
        if !json {
            say(&format!(
                "  median     {:.0} against {:.0} messages/s: ratio {ratio:.2}",
                ours.rate(),
                theirs.rate()
            ));
        }
    }
    summary
}

/// The round in the middle, by messages a second.
fn median(outcomes: &[Outcome]) -> Outcome {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
    sorted.get(sorted.len() / 2).cloned().unwrap_or_default()
}

fn start_ours() -> Contestant {
    let mut cottage = Cottage::start("");
    // Nobody takes the notifications of this load; that they wait is expected.
    cottage.relay.announce("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let login = Login {
        username: credential.username,
        password: credential.password,
    };
    let target = target(
        cottage.relay.ports().starttls,
        HOSTNAME,
        cottage.authority.file(),
        login,
    );
    Contestant {
        peer: Peer::Relaygate,
        target,
        to: SUPPORT,
        _server: Server::Ours {
            _cottage: Box::new(cottage),
        },
    }
}

fn start_postfix() -> Contestant {
    let directory = temporary();
    let authority = certs::authority(&directory.path().join("certs"));
    let setup = postfix::setup(directory.path(), &authority, free_port());
    let customer = Customer::start_alone(&setup).expect("Postfix starts");
    let login = Login {
        username: format!("load@{DOMAIN}"),
        password: "load-password".to_owned(),
    };
    customer
        .add_login(&login.username, &login.password)
        .expect("Postfix takes a login");
    let target = target(
        customer.ports().submission,
        postfix::HOST,
        authority.file(),
        login,
    );
    let server = Server::Theirs {
        _customer: Box::new(customer),
        _directory: directory,
    };
    Contestant {
        peer: Peer::Postfix,
        target,
        to: "eve@enduser.example",
        _server: server,
    }
}

fn target(port: u16, name: &str, authority: &Path, login: Login) -> Target {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Target::new(
        address,
        name.to_owned(),
        Tls::Starttls,
        Some(authority),
        Some(login),
    )
}
