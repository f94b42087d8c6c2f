//! `relaygate domain`, as a request.

use crate::admin::DomainRequest;
use crate::cli::args::{DomainCommand, OnOff};
use crate::operations::domains::{DiscardInput, DomainInput, OptionsInput};

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
        DomainCommand::Show { account, domain } => DomainRequest::Show {
            account: account.account,
            domain,
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
            last,
        } => DomainRequest::Discard(DiscardInput {
            account: account.account,
            domain,
            credential,
            last,
        }),
        DomainCommand::Rename {
            account,
            domain,
            name,
        } => DomainRequest::Rename {
            account: account.account,
            domain,
            name,
        },
        DomainCommand::Set {
            account,
            domain,
            catch_all,
            require_authenticated,
            login,
        } => DomainRequest::Set {
            account: account.account,
            domain,
            options: OptionsInput {
                login: login.map(OnOff::is_on),
                catch_all: catch_all.map(OnOff::is_on),
                require_authenticated: require_authenticated.map(OnOff::is_on),
            },
        },
        DomainCommand::Disconnect {
            account, domain, ..
        } => DomainRequest::Disconnect {
            account: account.account,
            domain,
        },
        DomainCommand::Progress { account, domain } => DomainRequest::Progress {
            account: account.account,
            domain,
        },
        DomainCommand::Refused { account, domain } => DomainRequest::Refused {
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
        DomainCommand::Prove { account, domain } => DomainRequest::Prove {
            account: account.account,
            domain,
        },
        DomainCommand::Allow {
            account,
            domain,
            sources,
        } => DomainRequest::Allow {
            account: account.account,
            domain,
            from: sources.from,
        },
        DomainCommand::Dns { account, domain } => DomainRequest::Dns {
            account: account.account,
            domain,
        },
    }
}
