//! `relaygate token`, as a request.

use crate::admin::TokenRequest;
use crate::cli::args::TokenCommand;

/// What the command stands for.
pub(super) fn request(command: TokenCommand) -> TokenRequest {
    match command {
        TokenCommand::Create { account, agent } => TokenRequest::Create {
            account: account.account,
            agent,
        },
        TokenCommand::Revoke { account, id } => TokenRequest::Revoke {
            account: account.account,
            id,
        },
    }
}
