//! From what was typed to a request.

use std::io::Read;
use std::path::Path;

use secrecy::SecretString;
use zeroize::Zeroize;

use super::Failure;
use super::args::{
    AccountCommand, AddressCommand, AuditCommand, Command, DomainCommand, NewAddressArguments,
    QueueCommand, ReplyText, SuspendedCommand, TicketCommand, TokenCommand,
};
use crate::admin::{
    AccountRequest, AddressRequest, AuditRequest, DomainRequest, NewAddressRequest, QueueRequest,
    Request, Secret, SuspendedRequest, TicketRequest, TokenRequest,
};
use crate::config::io_reason;
use crate::operations::domains::DomainInput;
use crate::operations::queue::{Hand, JobQuery};
use crate::operations::tickets::ReplyInput;
use crate::operations::verification::VerifyInput;

/// The request a command stands for; reads standard input where it says so.
pub(super) fn request(command: Command) -> Result<Request, Failure> {
    match command {
        Command::Account(command) => Ok(Request::Account(account(command))),
        Command::Domain(command) => Ok(Request::Domain(domain(command))),
        Command::Address(command) => Ok(Request::Address(address(command)?)),
        Command::Token(command) => Ok(Request::Token(token(command))),
        Command::Ticket(command) => Ok(Request::Ticket(ticket(command)?)),
        Command::Queue(command) => Ok(Request::Queue(queue(command))),
        Command::Suspended(command) => Ok(Request::Suspended(suspended(command))),
        Command::Audit(AuditCommand::List { account }) => {
            Ok(Request::Audit(AuditRequest::List { account }))
        }
        Command::Trace { message_id } => Ok(Request::Trace { message_id }),
        Command::Serve
        | Command::Demo { .. }
        | Command::CheckConfig { .. }
        | Command::ConfigSchema
        | Command::Journal(_) => Err(Failure::usage(
            "this command is not asked of the running program",
        )),
    }
}

fn suspended(command: SuspendedCommand) -> SuspendedRequest {
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

fn account(command: AccountCommand) -> AccountRequest {
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

fn domain(command: DomainCommand) -> DomainRequest {
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

fn address(command: AddressCommand) -> Result<AddressRequest, Failure> {
    Ok(match command {
        AddressCommand::Add(arguments) => AddressRequest::Add(new_address(arguments)?),
        AddressCommand::List { account } => AddressRequest::List {
            account: account.account,
        },
        AddressCommand::Verify {
            account,
            address,
            direction,
            wait,
        } => AddressRequest::Verify(VerifyInput {
            account: account.account,
            address,
            ways: direction.into(),
            wait_seconds: wait,
        }),
        AddressCommand::Remove { account, address } => AddressRequest::Remove {
            account: account.account,
            address,
        },
    })
}

fn new_address(arguments: NewAddressArguments) -> Result<NewAddressRequest, Failure> {
    Ok(NewAddressRequest {
        account: arguments.account.account,
        address: arguments.address,
        host: arguments.host,
        username: arguments.username,
        password: Secret(password()?),
        tls: arguments.tls.map(Into::into),
        ca_pem: arguments.ca.as_deref().map(read_file).transpose()?,
        brand: arguments.brand,
    })
}

/// The whole of standard input but the line end that `echo` adds.
fn password() -> Result<SecretString, Failure> {
    let mut text = standard_input(PASSWORD_OCTETS_MAX)?;
    let password = SecretString::from(
        text.strip_suffix('\n')
            .unwrap_or(&text)
            .trim_end_matches('\r'),
    );
    text.zeroize();
    Ok(password)
}

fn token(command: TokenCommand) -> TokenRequest {
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

fn ticket(command: TicketCommand) -> Result<TicketRequest, Failure> {
    Ok(match command {
        TicketCommand::List { account } => TicketRequest::List {
            account: account.account,
        },
        TicketCommand::Show { account, id } => TicketRequest::Show {
            account: account.account,
            id,
        },
        TicketCommand::Reply {
            account,
            id,
            agent,
            text,
            internal,
            cc,
        } => {
            let account = account.account;
            let body = reply_text(text)?;
            TicketRequest::Reply(ReplyInput {
                account,
                id,
                agent,
                body,
                internal,
                cc,
            })
        }
    })
}

fn reply_text(text: ReplyText) -> Result<String, Failure> {
    match text.body {
        Some(body) => Ok(body),
        None => standard_input(BODY_OCTETS_MAX),
    }
}

fn queue(command: QueueCommand) -> QueueRequest {
    let change = |id, hand| QueueRequest::Change { id, hand };
    match command {
        QueueCommand::List {
            account,
            lane,
            limit,
        } => QueueRequest::List(JobQuery {
            account,
            lane,
            limit,
        }),
        QueueCommand::Show { id } => QueueRequest::Show { id },
        QueueCommand::Retry { id } => change(id, Hand::Retry),
        QueueCommand::Hold { id } => change(id, Hand::Hold),
        QueueCommand::Release { id } => change(id, Hand::Release),
        QueueCommand::Delete { id } => change(id, Hand::Delete),
    }
}

fn standard_input(octets_max: u64) -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin()
        .take(octets_max + 1)
        .read_to_string(&mut text);
    read.map_err(|error| Failure::new("input", format!("standard input: {}", io_reason(&error))))?;
    if text.len() as u64 > octets_max {
        return Err(Failure::usage(format!(
            "standard input is longer than {octets_max} octets"
        )));
    }
    Ok(text)
}

fn read_file(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::new(
            "ca",
            format!("{} cannot be read ({})", path.display(), io_reason(&error)),
        )
    })
}

const PASSWORD_OCTETS_MAX: u64 = 1_024;
const BODY_OCTETS_MAX: u64 = 1024 * 1024;
