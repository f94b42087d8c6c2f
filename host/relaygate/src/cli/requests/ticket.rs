//! `relaygate ticket`, as a request.

use super::standard_input;
use crate::admin::TicketRequest;
use crate::cli::Failure;
use crate::cli::args::{FindArguments, OpenArguments, ReplyText, TicketCommand, UpdateArguments};
use crate::operations::ticket_changes::{ChangesInput, UpdateInput};
use crate::operations::ticket_search::TicketQuery;
use crate::operations::tickets::{OpenInput, ReplyInput};

/// What the command stands for.
pub(super) fn request(command: TicketCommand) -> Result<TicketRequest, Failure> {
    Ok(match command {
        TicketCommand::List { account } => TicketRequest::List {
            account: account.account,
        },
        TicketCommand::Find(arguments) => TicketRequest::Find(find(arguments)),
        TicketCommand::Attachment(arguments) => TicketRequest::Attachment {
            account: arguments.account.account,
            id: arguments.id,
            comment: arguments.comment,
            number: arguments.number,
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
                changes: ChangesInput {
                    add_ccs: cc,
                    ..ChangesInput::default()
                },
            })
        }
        TicketCommand::Open(arguments) => TicketRequest::Open(open(arguments)?),
        TicketCommand::Update(arguments) => TicketRequest::Update(update(arguments)),
    })
}

fn find(arguments: FindArguments) -> TicketQuery {
    TicketQuery {
        account: arguments.account.account,
        status: arguments.status,
        words: Some(arguments.words.join(" ")),
        before: arguments.before,
        limit: arguments.limit,
    }
}

fn update(arguments: UpdateArguments) -> UpdateInput {
    UpdateInput {
        account: arguments.account.account,
        id: arguments.id,
        changes: ChangesInput {
            subject: arguments.subject,
            status: arguments.status,
            priority: arguments.priority,
            group: arguments.group,
            tags: None,
            add_tags: arguments.add_tags,
            remove_tags: arguments.remove_tags,
            add_ccs: arguments.add_ccs,
            remove_ccs: arguments.remove_ccs,
            add_followers: arguments.add_followers,
            remove_followers: arguments.remove_followers,
        },
    }
}

fn open(arguments: OpenArguments) -> Result<OpenInput, Failure> {
    Ok(OpenInput {
        account: arguments.account.account,
        agent: arguments.agent,
        body: reply_text(arguments.text)?,
        internal: arguments.internal,
        requester: arguments.requester,
        requester_name: arguments.requester_name,
        recipient: arguments.recipient,
        brand: arguments.brand,
        changes: ChangesInput {
            subject: Some(arguments.subject),
            add_ccs: arguments.cc,
            ..ChangesInput::default()
        },
    })
}

fn reply_text(text: ReplyText) -> Result<String, Failure> {
    match text.body {
        Some(body) => Ok(body),
        None => standard_input(BODY_OCTETS_MAX),
    }
}

const BODY_OCTETS_MAX: u64 = 1024 * 1024;
