//! `relaygate ticket`, as a request.

use super::standard_input;
use crate::admin::TicketRequest;
use crate::cli::Failure;
use crate::cli::args::{ReplyText, TicketCommand, UpdateArguments};
use crate::operations::ticket_changes::UpdateInput;
use crate::operations::tickets::ReplyInput;

/// What the command stands for.
pub(super) fn request(command: TicketCommand) -> Result<TicketRequest, Failure> {
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
        TicketCommand::Update(arguments) => TicketRequest::Update(update(arguments)),
    })
}

fn update(arguments: UpdateArguments) -> UpdateInput {
    UpdateInput {
        account: arguments.account.account,
        id: arguments.id,
        status: arguments.status,
        priority: arguments.priority,
        group: arguments.group,
        add_tags: arguments.add_tags,
        remove_tags: arguments.remove_tags,
        add_ccs: arguments.add_ccs,
        remove_ccs: arguments.remove_ccs,
    }
}

fn reply_text(text: ReplyText) -> Result<String, Failure> {
    match text.body {
        Some(body) => Ok(body),
        None => standard_input(BODY_OCTETS_MAX),
    }
}

const BODY_OCTETS_MAX: u64 = 1024 * 1024;
