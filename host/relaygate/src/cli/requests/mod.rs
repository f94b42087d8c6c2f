//! From what was typed to a request, a file for each noun.

mod account;
mod address;
mod backup;
mod brand;
mod dkim;
mod domain;
mod email;
mod log;
mod login;
mod person;
mod policy;
mod queue;
mod secrets;
mod suspended;
mod ticket;
mod token;
mod trigger;
mod webhook;

use std::io::Read;
use std::path::Path;

use super::Failure;
use super::args::{AuditCommand, BackupArguments, Command, JournalCommand};
use crate::admin::{AuditRequest, JournalRequest, Request};
use crate::config::io_reason;

/// The request a command stands for; reads standard input where it says so.
pub(super) fn request(command: Command) -> Result<Request, Failure> {
    match command {
        Command::Account(command) => Ok(Request::Account(account::request(command)?)),
        Command::Brand(command) => Ok(Request::Brand(brand::request(command))),
        Command::Domain(command) => Ok(Request::Domain(domain::request(command))),
        Command::Address(command) => Ok(Request::Address(address::request(command)?)),
        Command::Person(command) => Ok(Request::Person(person::request(command))),
        Command::Email(command) => Ok(Request::Email(email::request(command))),
        Command::Token(command) => Ok(Request::Token(token::request(command))),
        Command::Login(command) => Ok(Request::Login(login::request(command))),
        Command::Ticket(command) => Ok(Request::Ticket(ticket::request(command)?)),
        Command::Trigger(command) => Ok(Request::Trigger(trigger::request(command)?)),
        Command::Webhook(command) => Ok(Request::Webhook(webhook::request(command)?)),
        Command::Queue(command) => Ok(Request::Queue(queue::request(command))),
        Command::Suspended(command) => Ok(Request::Suspended(suspended::request(command))),
        Command::Policy(command) => Ok(Request::Policy(policy::request(command)?)),
        Command::Audit(AuditCommand::List { account }) => {
            Ok(Request::Audit(AuditRequest::List { account }))
        }
        Command::Dkim(command) => Ok(Request::Dkim(dkim::request(command))),
        Command::Egress => Ok(Request::Egress),
        Command::Secrets(command) => Ok(Request::Secrets(secrets::request(command))),
        Command::Backup(BackupArguments {
            directory: Some(directory),
            ..
        }) => Ok(Request::Backup(backup::request(&directory)?)),
        Command::Journal(JournalCommand::Compact) => Ok(Request::Journal(JournalRequest::Compact)),
        Command::Log(command) => Ok(Request::Log(log::request(command))),
        Command::Health => Ok(Request::Health),
        Command::Stats { day } => Ok(Request::Stats { day }),
        Command::Trace {
            account,
            message_id,
        } => Ok(Request::Trace {
            account,
            message_id,
        }),
        Command::Serve
        | Command::Demo { .. }
        | Command::CheckConfig { .. }
        | Command::ConfigSchema
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Journal(_) => Err(Failure::usage(
            "this command is not asked of the running program",
        )),
    }
}

/// All of a file; `what` is the code of the failure.
fn read_file(what: &'static str, path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::new(
            what,
            format!("{} cannot be read ({})", path.display(), io_reason(&error)),
        )
    })
}

/// All of standard input; longer than allowed is refused.
fn standard_input(octets_max: u64) -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin()
        .take(octets_max + 1)
        .read_to_string(&mut text);
    read.map_err(|error| Failure::new("input", format!("standard input: {}", io_reason(&error))))?;
    if text.len() as u64 > octets_max {
        return Err(Failure::usage(format!(
            "standard input is longer than {octets_max} octets"
        )));
    }
    Ok(text)
}
