//! Which ticket a message speaks of (R112), in this order: `References` and
//! `In-Reply-To`, the token in the body, the token in the plus part of a native
//! address. Never the subject.
//!
//! What is found here is evidence. It authorises nothing (ID-05): who the
//! author is to the ticket and how the message arrived are separate facts.

use mail::address::{Address, Domain};
use mail::message::{MessageId, TicketToken, ticket_tokens};
use serde::{Deserialize, Serialize};
use storage::{Batch, Table};

use crate::facts::ThreadEvidence;
use crate::rows::{Kept, Record};
use crate::tickets::{self, Ticket};
use crate::{Account, Error, Product};

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub struct Traces<'a> {
    /// `References`, newest first, then `In-Reply-To`.
    pub references: &'a [MessageId],
    /// What a person would read.
    pub body: &'a str,
    /// Whom the message was for.
    pub recipient: &'a Address,
    /// The account's own native domain.
    pub native: &'a Domain,
}

/// Finds the ticket. Each trace leads only to tickets of this account.
pub(crate) async fn find(
    account: &Account,
    traces: Traces<'_>,
) -> Result<Option<(Kept<Ticket>, ThreadEvidence)>, Error> {
    for id in traces.references.iter().take(REFERENCES_MAX) {
        let holder = account.rows().get::<MessageHolder>(id.as_str()).await?;
        if let Some(ticket) = of(account, holder.map(|kept| kept.record.0)).await? {
            return Ok(Some((ticket, ThreadEvidence::References)));
        }
    }
    for token in ticket_tokens(traces.body) {
        if let Some(ticket) = by_token(account, token).await? {
            return Ok(Some((ticket, ThreadEvidence::BodyToken)));
        }
    }
    if traces.recipient.domain() == traces.native
        && let Some(token) = TicketToken::in_local_part(traces.recipient.local())
        && let Some(ticket) = by_token(account, token).await?
    {
        return Ok(Some((ticket, ThreadEvidence::PlusAddress)));
    }
    Ok(None)
}

async fn by_token(account: &Account, token: TicketToken) -> Result<Option<Kept<Ticket>>, Error> {
    let holder = account
        .rows()
        .get::<TokenHolder>(token.number().to_be_bytes())
        .await?;
    of(account, holder.map(|kept| kept.record.0)).await
}

async fn of(account: &Account, ticket: Option<u64>) -> Result<Option<Kept<Ticket>>, Error> {
    match ticket {
        Some(id) => tickets::kept(account, id).await,
        None => Ok(None),
    }
}

/// The identifier that stands first in the References of everything a ticket
/// sends: it survives relays that rewrite Message-ID.
pub(crate) fn root(token: TicketToken, product: &Product) -> MessageId {
    MessageId::parse(&format!("{token}@{}", product.hostname))
        .expect("a token and a host name make an identifier")
}

/// From now on the identifier leads to the ticket, unless it leads to one
/// already: a stranger who reuses an identifier must not draw a thread away.
pub(crate) async fn remember(
    account: &Account,
    batch: &mut Batch,
    id: &MessageId,
    ticket: u64,
) -> Result<(), Error> {
    if account
        .rows()
        .get::<MessageHolder>(id.as_str())
        .await?
        .is_none()
    {
        account
            .rows()
            .create(batch, id.as_str(), &MessageHolder(ticket));
    }
    Ok(())
}

/// References looked up; a message may carry hundreds.
const REFERENCES_MAX: usize = 50;

/// The ticket a Message-ID belongs to.
#[derive(Serialize, Deserialize)]
struct MessageHolder(u64);

impl Record for MessageHolder {
    const TABLE: Table = Table("message_id");
}

/// The ticket a token belongs to.
#[derive(Serialize, Deserialize)]
pub(crate) struct TokenHolder(pub(crate) u64);

impl Record for TokenHolder {
    const TABLE: Table = Table("ticket_token");
}
