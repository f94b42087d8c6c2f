//! `/relaygate/messages`: the message log, and one message's life (R4).

use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::failure::{Failure, Failures};
use super::input::{Query, Word};
use super::paging::{OnwardParams, Paging};
use super::shapes::message::{Message, Messages, TracedMessages};
use crate::operations::log::{self, LogQuery};
use crate::operations::trace;

/// Which of them; what is absent does not matter.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// `inbound` or `outbound`.
    direction: Option<String>,
    /// The connected domain it came by or goes by, or whose addresses it is for.
    domain: Option<String>,
    /// To this support address, or from it.
    address: Option<String>,
    /// To this recipient, whoever it is.
    recipient: Option<String>,
    /// From this address or to it, whoever it is.
    party: Option<String>,
    /// Handed in from this IP address.
    peer: Option<String>,
    /// Id of a credential set, or a user name proved.
    credential: Option<String>,
    /// A part of its Message-ID, or its own id.
    message_id: Option<String>,
    /// The ticket it made or tells of.
    ticket_id: Option<u64>,
    /// `ticket_created`, `deferred` …
    result: Option<String>,
    /// Why: `loop`, `greylisted` …
    reason: Option<String>,
    /// Not before: a time, a day, or how long ago (`90m`, `24h`, `7d`).
    since: Option<String>,
    /// Not after: the same.
    until: Option<String>,
}

/// Lists what passed, newest first. A page that looked long for little may be empty and
/// yet have one behind it.
#[utoipa::path(get, path = "/relaygate/messages", params(OnwardParams, Filter),
    responses((status = 200, body = Messages), Failures))]
pub(super) async fn list(
    caller: Caller,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<Json<Messages>, Failure> {
    let (limit, after) = paging.onward()?;
    let query = filter.of(&caller.account, limit, after);
    let found = log::list(&caller.services, &query).await?;
    Ok(Json(Messages {
        messages: found.messages.into_iter().map(Message::from).collect(),
        page: paging.onward_from(found.next),
    }))
}

impl Filter {
    fn of(self, account: &str, limit: usize, after: Option<String>) -> LogQuery {
        LogQuery {
            account: Some(account.to_owned()),
            direction: self.direction,
            domain: self.domain,
            address: self.address,
            recipient: self.recipient,
            party: self.party,
            peer: self.peer,
            credential: self.credential,
            message_id: self.message_id,
            ticket: self.ticket_id,
            result: self.result,
            reason: self.reason,
            since: self.since,
            until: self.until,
            limit: Some(limit),
            after,
        }
    }
}

/// Shows what became of one, by its queue id, its e-mail id or its Message-ID.
#[utoipa::path(get, path = "/relaygate/messages/{id}", params(("id" = String, Path)),
    responses((status = 200, body = TracedMessages), Failures))]
pub(super) async fn show(caller: Caller, Word(id): Word) -> Result<Json<TracedMessages>, Failure> {
    let found = trace::trace(&caller.services, Some(&caller.account), &id).await?;
    let messages = found.messages.into_iter().map(Into::into).collect();
    Ok(Json(TracedMessages { messages }))
}
