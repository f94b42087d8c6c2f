//! `relaygate trigger`, as a request.

use super::{read_file, standard_input};
use crate::admin::TriggerRequest;
use crate::cli::Failure;
use crate::cli::args::TriggerCommand;

/// What the command stands for.
pub(super) fn request(command: TriggerCommand) -> Result<TriggerRequest, Failure> {
    Ok(match command {
        TriggerCommand::Add { account, file } => TriggerRequest::Add {
            account: account.account,
            json: match file {
                Some(file) => read_file("trigger", &file)?,
                None => standard_input(TRIGGER_OCTETS_MAX)?,
            },
        },
        TriggerCommand::List { account } => TriggerRequest::List {
            account: account.account,
        },
        TriggerCommand::Show { account, id } => TriggerRequest::Show {
            account: account.account,
            id,
        },
        TriggerCommand::Remove { account, id } => TriggerRequest::Remove {
            account: account.account,
            id,
        },
        TriggerCommand::Move { account, id, to } => TriggerRequest::Move {
            account: account.account,
            id,
            position: to,
        },
    })
}

const TRIGGER_OCTETS_MAX: u64 = 64 * 1024;
