//! `relaygate account`, as a request.

use crate::admin::AccountRequest;
use crate::cli::args::AccountCommand;

/// What the command stands for.
pub(super) fn request(command: AccountCommand) -> AccountRequest {
    match command {
        AccountCommand::Create {
            subdomain,
            name,
            admins,
            sandbox_of,
        } => AccountRequest::Create {
            subdomain,
            name,
            admins,
            sandbox_of,
        },
        AccountCommand::List => AccountRequest::List,
        AccountCommand::Show { account, subdomain } => AccountRequest::Show {
            account: account.or(subdomain).unwrap_or_default(),
        },
    }
}
