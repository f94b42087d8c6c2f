//! The command line.
//!
//! `serve` is the program; most other commands ask it over the admin socket, so
//! that there is one place where things are done. `check-config`, `journal verify`
//! and `dump`, `backup verify` and `restore` work by themselves.
//!
//! Exit codes: 0 done, 1 not done, 2 not understood, 3 fuzzing has found something, 78 wrong
//! configuration.

pub mod args;
mod backup;
mod failure;
mod journal;
mod policy;
mod print;
mod requests;
mod wait;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use ::policy::compiler::WALL_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use serde_json::{Value, json};

use crate::admin::{self, AddressRequest, PolicyRequest, Request};
use crate::config::{self, Config};
use crate::demo;
use crate::serve::{self, Ended};
use crate::telemetry;
use args::{
    Arguments, BackupArguments, BackupCommand, Command, DomainCommand, JournalCommand,
    PolicyCommand, TicketCommand,
};

pub use failure::Failure;

/// Reads the command line, does it, and says how it went.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    if let Command::Demo { once, small } = arguments.command {
        let (config, json) = (arguments.config, arguments.json);
        return demonstrate(&demo::Options {
            config,
            json,
            once,
            small,
        });
    }
    let context = Context {
        config: arguments.config.unwrap_or_else(|| CONFIG.into()),
        socket: arguments.socket,
        json: arguments.json,
    };
    let done = match arguments.command {
        Command::Policy(PolicyCommand::Fuzz(arguments)) => policy::fuzz(&context, arguments),
        command => execute(&context, command).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(failure) => failure.report(context.json),
    }
}

/// The play tells of its own failure.
fn demonstrate(options: &demo::Options) -> ExitCode {
    if demo::run(options) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What holds for every command.
#[derive(Debug)]
pub struct Context {
    /// The configuration file.
    pub config: PathBuf,
    /// The admin socket, if not the one the configuration names.
    pub socket: Option<PathBuf>,
    /// Print one JSON object instead of words.
    pub json: bool,
}

fn execute(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve => serve(context),
        Command::CheckConfig { file } => check_config(context, file),
        Command::ConfigSchema => {
            context.print(&config::schema(), |_| print::pretty(&config::schema()))
        }
        Command::Backup(BackupArguments {
            command: Some(BackupCommand::Verify { directory }),
            ..
        }) => backup::verify(context, &directory),
        Command::Restore(arguments) => backup::restore(context, &arguments),
        Command::Policy(PolicyCommand::Build { directory, output }) => {
            policy::build(context, &directory, output.as_deref())
        }
        Command::Policy(PolicyCommand::New(arguments)) => policy::new(context, &arguments),
        Command::Policy(PolicyCommand::Test {
            directory,
            component,
        }) => policy::test(context, &directory, component.as_deref()),
        Command::Policy(PolicyCommand::Run(arguments)) => policy::run(context, arguments),
        Command::Policy(PolicyCommand::Bench(arguments)) => policy::bench(context, arguments),
        Command::Journal(JournalCommand::Verify { store }) => journal::verify(context, &store),
        Command::Journal(JournalCommand::Dump { store }) => journal::dump(context, &store),
        other => {
            let waits = waits_for(&other);
            let output = output_of(&other);
            let request = requests::request(other)?;
            let answer = context.ask(&request)?;
            if let Some((account, domain)) = waits {
                return wait::disconnected(context, account, domain, answer);
            }
            if let Some(output) = output {
                save(&output, &answer)?;
            }
            context.print(&answer, |answer| print::words(&request, answer))
        }
    }
}

/// Where an attachment is to be written.
fn output_of(command: &Command) -> Option<PathBuf> {
    match command {
        Command::Ticket(TicketCommand::Attachment(arguments)) => arguments.output.clone(),
        _ => None,
    }
}

/// Writes an attachment into a new file; one that is there stays as it is.
fn save(path: &Path, answer: &Value) -> Result<(), Failure> {
    let content = answer["content"].as_str().unwrap_or_default();
    let octets = STANDARD.decode(content);
    let octets = octets.map_err(|_| Failure::new("answer", "the answer is damaged"))?;
    let written = File::create_new(path).and_then(|mut file| file.write_all(&octets));
    written.map_err(|error| Failure::new("output", format!("{}: {error}", path.display())))
}

/// The account and domain whose disconnection is to be looked upon.
fn waits_for(command: &Command) -> Option<(String, String)> {
    match command {
        Command::Domain(DomainCommand::Disconnect {
            account,
            domain,
            wait: true,
        }) => Some((account.account.clone(), domain.clone())),
        _ => None,
    }
}

impl Context {
    /// Asks the running program.
    pub fn ask(&self, request: &Request) -> Result<Value, Failure> {
        Ok(admin::ask(
            &self.admin_socket()?,
            request,
            patience(request),
        )?)
    }

    /// Prints an answer, as JSON or in words.
    pub fn print(
        &self,
        answer: &Value,
        words: impl FnOnce(&Value) -> String,
    ) -> Result<(), Failure> {
        let text = if self.json {
            format!("{answer}\n")
        } else {
            words(answer)
        };
        // Whoever reads may have read enough: a closed pipe is no failure.
        drop(std::io::stdout().write_all(text.as_bytes()));
        Ok(())
    }

    /// Says what long work is doing, beside the answer.
    pub fn progress(&self, doing: &str) {
        if !self.json {
            drop(writeln!(std::io::stderr(), "{doing} ..."));
        }
    }

    /// Reads the configuration; its values are judged where they matter.
    fn load(&self) -> Result<Config, Failure> {
        Ok(config::load(&self.config)?)
    }

    fn admin_socket(&self) -> Result<PathBuf, Failure> {
        match &self.socket {
            Some(socket) => Ok(socket.clone()),
            None => Ok(config::read(&self.config)?.admin_socket()),
        }
    }
}

fn serve(context: &Context) -> Result<(), Failure> {
    let config = context.load()?;
    telemetry::start_logging(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime
        .map_err(|error| Failure::new("runtime", format!("no threads to run on: {error}")))?;
    let outcome = runtime.block_on(serve::run(config));
    // Blocking work left behind (a hash, a look-up) must not hold up the end.
    runtime.shutdown_timeout(LAST_WORK_TIMEOUT);
    match outcome.map_err(|error| error.in_file(&context.config))? {
        Ended::Stopped => Ok(()),
        Ended::StoreFailed => Err(Failure::new(
            "store_failed",
            "the disk has failed; see the log",
        )),
    }
}

fn check_config(context: &Context, file: Option<PathBuf>) -> Result<(), Failure> {
    let file = file.unwrap_or_else(|| context.config.clone());
    let warnings = config::warnings(&config::load(&file)?);
    let shown = json!({"file": file.display().to_string(), "ok": true, "warnings": warnings});
    context.print(&json!({ "config": shown }), |_| {
        let warnings = warnings.iter().map(|it| format!("warning: {it}\n"));
        format!("{}: ok\n", file.display()) + &warnings.collect::<String>()
    })
}

/// How long the answer may take: what the program waits for, and then some.
fn patience(request: &Request) -> Duration {
    let waited = match request {
        Request::Address(AddressRequest::Verify(input)) => input.wait_seconds.unwrap_or_default(),
        // One may be compiled before it.
        Request::Policy(PolicyRequest::Replay(_)) => return STORE_TIMEOUT,
        Request::Policy(_) => 2 * WALL_MAX.as_secs(),
        Request::Backup(_) | Request::Journal(_) | Request::Secrets(_) => return STORE_TIMEOUT,
        _ => 0,
    };
    ANSWER_TIMEOUT + Duration::from_secs(waited)
}

/// Where the configuration is, unless somebody says otherwise.
const CONFIG: &str = "/etc/relaygate/relaygate.toml";
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// What reads and writes the whole store takes as long as the disk wants.
const STORE_TIMEOUT: Duration = Duration::from_secs(24 * 3_600);
const LAST_WORK_TIMEOUT: Duration = Duration::from_secs(1);
