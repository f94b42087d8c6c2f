//! `relaygate suspended`, as a request.

use crate::admin::SuspendedRequest;
use crate::cli::args::SuspendedCommand;

/// What the command stands for.
pub(super) fn request(command: SuspendedCommand) -> SuspendedRequest {
    match command {
        SuspendedCommand::List { account } => SuspendedRequest::List {
            account: account.account,
        },
        SuspendedCommand::Show { account, id } => SuspendedRequest::Show {
            account: account.account,
            id,
        },
    }
}
