//! `relaygate log`, as a request.

use crate::admin::LogRequest;
use crate::cli::args::{LogArguments, LogCommand};
use crate::operations::log::LogQuery;

/// What the command stands for.
pub(super) fn request(command: LogCommand) -> LogRequest {
    match command {
        LogCommand::List(arguments) => LogRequest::List(query(*arguments)),
    }
}

fn query(typed: LogArguments) -> LogQuery {
    LogQuery {
        account: typed.account,
        direction: typed.direction,
        domain: typed.domain,
        address: typed.address,
        recipient: typed.recipient,
        party: typed.party,
        peer: typed.peer,
        credential: typed.credential,
        message_id: typed.message_id,
        ticket: typed.ticket,
        result: typed.result,
        reason: typed.reason,
        since: typed.since,
        until: typed.until,
        limit: typed.limit,
        after: typed.after,
    }
}
