//! `relaygate webhook`, as a request.

use super::read_file;
use crate::admin::WebhookRequest;
use crate::cli::Failure;
use crate::cli::args::WebhookCommand;
use crate::operations::webhooks::WebhookInput;

/// What the command stands for.
pub(super) fn request(command: WebhookCommand) -> Result<WebhookRequest, Failure> {
    Ok(match command {
        WebhookCommand::Add {
            account,
            url,
            topics,
            ca,
        } => WebhookRequest::Add(WebhookInput {
            account: account.account,
            url,
            topics,
            ca_pem: ca
                .as_deref()
                .map(|file| read_file("ca", file))
                .transpose()?,
        }),
        WebhookCommand::List { account } => WebhookRequest::List {
            account: account.account,
        },
        WebhookCommand::Remove { account, id } => WebhookRequest::Remove {
            account: account.account,
            id,
        },
    })
}
