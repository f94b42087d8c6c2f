//! `relaygate login`, as a request.

use crate::admin::LoginRequest;
use crate::cli::args::LoginCommand;

/// What the command stands for.
pub(super) fn request(command: LoginCommand) -> LoginRequest {
    match command {
        LoginCommand::Invite {
            scope,
            address,
            role,
        } => LoginRequest::Invite {
            account: scope.account,
            address,
            role: role.into(),
        },
        LoginCommand::List { scope } => LoginRequest::List {
            account: scope.account,
        },
        LoginCommand::Remove { scope, address } => LoginRequest::Remove {
            account: scope.account,
            address,
        },
    }
}
