//! `relaygate brand`, as a request.

use crate::admin::BrandRequest;
use crate::cli::args::BrandCommand;

/// What the command stands for.
pub(super) fn request(command: BrandCommand) -> BrandRequest {
    match command {
        BrandCommand::Add {
            account,
            name,
            local,
        } => BrandRequest::Add {
            account: account.account,
            name,
            local,
        },
        BrandCommand::List { account } => BrandRequest::List {
            account: account.account,
        },
    }
}
