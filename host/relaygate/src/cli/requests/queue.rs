//! `relaygate queue`, as a request.

use crate::admin::QueueRequest;
use crate::cli::args::QueueCommand;
use crate::operations::hand::Hand;
use crate::operations::queue::JobQuery;

/// What the command stands for.
pub(super) fn request(command: QueueCommand) -> QueueRequest {
    let change = |id, hand| QueueRequest::Change { id, hand };
    match command {
        QueueCommand::List {
            account,
            lane,
            state,
            limit,
        } => QueueRequest::List(JobQuery {
            account,
            lane,
            state,
            limit,
        }),
        QueueCommand::Count => QueueRequest::Count,
        QueueCommand::Show { id } => QueueRequest::Show { id },
        QueueCommand::Retry { id } => change(id, Hand::Retry),
        QueueCommand::Hold { id } => change(id, Hand::Hold),
        QueueCommand::Release { id: Some(id), .. } => change(id, Hand::Release),
        QueueCommand::Release { account, lane, .. } => QueueRequest::ReleaseRestored(JobQuery {
            account,
            lane,
            ..JobQuery::default()
        }),
        QueueCommand::Delete { id } => change(id, Hand::Delete),
    }
}
