//! `relaygate account`, as a request.

use super::address::password;
use super::read_file;
use crate::admin::{AccountRequest, Secret};
use crate::cli::Failure;
use crate::cli::args::{AccountCommand, DeskArguments};
use crate::operations::desks::DeskInput;

/// What the command stands for.
pub(super) fn request(command: AccountCommand) -> Result<AccountRequest, Failure> {
    Ok(match command {
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
        AccountCommand::Set {
            account,
            ccs_followers_enabled,
        } => AccountRequest::Set {
            account: account.account,
            ccs_followers_enabled,
        },
        AccountCommand::Rename { account, subdomain } => {
            AccountRequest::Rename { account, subdomain }
        }
        AccountCommand::Admins { account, admins } => AccountRequest::Admins {
            account: account.account,
            admins,
        },
        AccountCommand::Leftovers { account } => AccountRequest::Leftovers {
            account: account.account,
        },
        AccountCommand::List => AccountRequest::List,
        AccountCommand::Show { account, subdomain } => AccountRequest::Show {
            account: account.or(subdomain).unwrap_or_default(),
        },
        AccountCommand::Desk(arguments) => AccountRequest::Desk(desk(arguments)?),
        AccountCommand::DeskLogin { account, discard } => match discard {
            None => AccountRequest::IssueLogin { account },
            Some(id) => AccountRequest::DiscardLogin { account, id },
        },
    })
}

fn desk(arguments: DeskArguments) -> Result<DeskInput, Failure> {
    let password = arguments.password_stdin.then(password).transpose()?;
    Ok(DeskInput {
        account: arguments.account,
        kind: arguments.kind.into(),
        host: arguments.host,
        tls: arguments.tls.map(Into::into),
        username: arguments.username,
        password: password.map(Secret),
        url: arguments.url,
        ca_pem: arguments
            .ca
            .as_deref()
            .map(|file| read_file("ca", file))
            .transpose()?,
    })
}
