//! `relaygate email`, as a request.

use crate::admin::EmailRequest;
use crate::cli::args::EmailCommand;

/// What the command stands for.
pub(super) fn request(command: EmailCommand) -> EmailRequest {
    match command {
        EmailCommand::List { account, ticket } => EmailRequest::List {
            account: account.account,
            ticket,
        },
        EmailCommand::Show { account, number } => EmailRequest::Show {
            account: account.account,
            number,
        },
    }
}
