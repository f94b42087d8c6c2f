//! A load generator for servers that take submissions.
//!
//! `bench load` puts load on one server. `bench compare` starts the program and a
//! Postfix, both of which sync before they answer 250, gives them the same work
//! in alternating rounds, and prints messages a second, latencies and the ratio.
//!
//! The client is minimal and shares no code with the product. It runs on the
//! same cores as the servers, so only the ratio travels to another machine.

mod client;
mod compare;
mod load;
mod neighbours;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::client::{Login, Target, Tls};
use crate::load::{Outcome, Work};

#[derive(Parser)]
#[command(name = "bench", about = "Load on a mail server that takes submissions")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put load on one server.
    Load(LoadArgs),
    /// Measure the program and a Postfix in alternating rounds.
    Compare(CompareArgs),
    /// Measure what one account feels of another's hostile policy.
    Neighbours(NeighboursArgs),
}

#[derive(Args)]
struct LoadArgs {
    /// Address and port of the server.
    #[arg(long)]
    target: SocketAddr,
    /// The name its certificate carries.
    #[arg(long, default_value = "localhost")]
    name: String,
    /// When TLS begins.
    #[arg(long, value_enum, default_value = "starttls")]
    tls: Tls,
    /// Authority to trust, a PEM file; without it any certificate is taken.
    #[arg(long)]
    ca: Option<PathBuf>,
    /// User name for AUTH PLAIN; none means no AUTH.
    #[arg(long, requires = "password")]
    user: Option<String>,
    /// Its password.
    #[arg(long, env = "BENCH_PASSWORD")]
    password: Option<String>,
    /// Recipient of every message.
    #[arg(long)]
    to: String,
    #[command(flatten)]
    work: Work,
    /// Print one JSON object instead of a line.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct CompareArgs {
    /// Scenarios: A (a message a connection), B (100 a connection), D (1 MB, 10 a connection).
    #[arg(long, value_delimiter = ',', default_value = "A,B,D")]
    pub(crate) scenarios: Vec<compare::Scenario>,
    /// Rounds for each peer; the median counts.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: u32,
    /// Share of the usual number of messages, in percent.
    #[arg(long, default_value_t = 100)]
    pub(crate) percent: u32,
    /// Measure one peer alone, for profiling.
    #[arg(long, value_enum)]
    pub(crate) only: Option<compare::Peer>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct NeighboursArgs {
    /// The component that misbehaves as its setting `do` says (`policies/sdk/examples/mischief.rs`).
    pub(crate) component: PathBuf,
    /// Rounds for each kind of misbehaviour.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: u32,
    /// Messages of the neighbour in each round.
    #[arg(long, default_value_t = 500)]
    pub(crate) messages: u32,
    /// Print one JSON object instead of lines.
    #[arg(long)]
    pub(crate) json: bool,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime needs nothing but threads");
    match Cli::parse().command {
        Command::Load(arguments) => load_once(&runtime, arguments),
        Command::Compare(arguments) => compare::run(&runtime, &arguments),
        Command::Neighbours(arguments) => neighbours::run(&arguments),
    }
}

fn load_once(runtime: &tokio::runtime::Runtime, arguments: LoadArgs) -> ExitCode {
    let login = arguments
        .user
        .zip(arguments.password)
        .map(|(username, password)| Login { username, password });
    let target = Target::new(
        arguments.target,
        arguments.name,
        arguments.tls,
        arguments.ca.as_deref(),
        login,
    );
    let outcome = runtime.block_on(load::run(&target, &arguments.to, &arguments.work, "load"));
    say(&if arguments.json {
        outcome.to_json().to_string()
    } else {
        outcome.to_string()
    });
    ending(&[outcome])
}

/// Fails if any message was not taken.
fn ending(outcomes: &[Outcome]) -> ExitCode {
    if outcomes.iter().all(|outcome| outcome.errors.is_empty()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// One line on the standard output; a closed pipe is the reader's decision.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
