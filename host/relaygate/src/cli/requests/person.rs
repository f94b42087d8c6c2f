//! `relaygate person`, as a request.

use crate::admin::PersonRequest;
use crate::cli::args::PersonCommand;

/// What the command stands for.
pub(super) fn request(command: PersonCommand) -> PersonRequest {
    match command {
        PersonCommand::List { account } => PersonRequest::List {
            account: account.account,
        },
        PersonCommand::Show { account, number } => PersonRequest::Show {
            account: account.account,
            number,
        },
    }
}
