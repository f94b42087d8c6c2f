//! `relaygate domain`, as a request.

use crate::admin::DomainRequest;
use crate::cli::args::DomainCommand;
use crate::operations::domains::DomainInput;

/// What the command stands for.
pub(super) fn request(command: DomainCommand) -> DomainRequest {
    match command {
        DomainCommand::Add {
            account,
            domain,
            name,
            login,
            catch_all,
            require_authenticated,
        } => {
            let account = account.account;
            DomainRequest::Add(DomainInput {
                account,
                domain,
                name,
                login,
                catch_all,
                require_authenticated,
            })
        }
        DomainCommand::List { account } => DomainRequest::List {
            account: account.account,
        },
        DomainCommand::Rotate {
            account,
            domain,
            keep_hours,
        } => DomainRequest::Rotate {
            account: account.account,
            domain,
            keep_hours,
        },
        DomainCommand::Discard {
            account,
            domain,
            credential,
        } => DomainRequest::Discard {
            account: account.account,
            domain,
            credential,
        },
        DomainCommand::Disconnect { account, domain } => DomainRequest::Disconnect {
            account: account.account,
            domain,
        },
        DomainCommand::Dkim {
            account,
            domain,
            switch,
        } => DomainRequest::Dkim {
            account: account.account,
            domain,
            enabled: switch.enable,
        },
        DomainCommand::Dns { account, domain } => DomainRequest::Dns {
            account: account.account,
            domain,
        },
    }
}
