//! What the agents of a ticket are told of mail that takes long or has failed: a
//! note on the ticket that nobody is mailed about, so it cannot make a loop.
//!
//! Not here: when something takes long (the routing policy), who tries it.

use mail::message::timestamp;
use storage::{Batch, Timestamp};

use crate::facts::Role;
use crate::outbound::{Delivery, Email, shortened};
use crate::tickets::{self, Comment, write};
use crate::{Account, Error, accounts, delivery_status};

/// What is new about a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// It has been waiting for long, and is tried again.
    Delayed,
    /// It has been given up.
    Failed,
}

/// Adds one note for each. A message about no ticket, or one that is gone, has
/// nobody to be told.
pub(crate) async fn tell(
    account: &Account,
    batch: &mut Batch,
    email: &Email,
    news: &[(Delivery, News)],
    now: Timestamp,
) -> Result<(), Error> {
    let (Some(id), false) = (email.ticket, news.is_empty()) else {
        return Ok(());
    };
    let Some(ticket) = tickets::kept(account, id).await? else {
        return Ok(());
    };
    let profile = accounts::profile(account).await?;
    let lines: Vec<String> = news
        .iter()
        .map(|(delivery, what)| line(email, delivery, *what))
        .collect();
    let note = Comment {
        id: 0,
        ticket: id,
        author: profile.default_brand().default_address.clone(),
        author_name: AUTHOR.to_owned(),
        role: Role::Known,
        public: false,
        authenticated: true,
        flagged: false,
        body: lines.join("\n"),
        html_body: None,
        files: Vec::new(),
        message_id: None,
        via: None,
        created_at: now,
    };
    write::add(account, batch, ticket, note, now).await?;
    Ok(())
}

fn line(email: &Email, delivery: &Delivery, what: News) -> String {
    let recipient = &delivery.recipient;
    let since = timestamp(email.created_at.0);
    let status = delivery_status::of(delivery);
    let said = delivery.reply.as_deref().map(shortened);
    let said = said.as_deref().unwrap_or("no reply");
    let why = format!("{} ({said})", status.message);
    match what {
        News::Delayed => format!(
            "Mail to {recipient} has been waiting since {since}: {why}. It is tried again by itself."
        ),
        News::Failed => format!(
            "Mail to {recipient} of {since} was not delivered: {why}. It is not tried again."
        ),
    }
}

/// Who signs such a note.
const AUTHOR: &str = "Mail delivery";
