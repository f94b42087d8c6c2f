//! `relaygate suspended`, as a request.

use crate::admin::SuspendedRequest;
use crate::cli::args::SuspendedCommand;

/// What the command stands for.
pub(super) fn request(command: SuspendedCommand) -> SuspendedRequest {
    match command {
        SuspendedCommand::List { owner } => SuspendedRequest::List {
            account: owner.account,
        },
        SuspendedCommand::Show { owner, id } => SuspendedRequest::Show {
            account: owner.account,
            id,
        },
        SuspendedCommand::Recover {
            account,
            id,
            requester,
        } => SuspendedRequest::Recover {
            account: account.account,
            id,
            requester,
        },
        SuspendedCommand::Delete { owner, id } => SuspendedRequest::Delete {
            account: owner.account,
            id,
        },
    }
}
