//! Tickets as somebody looks for them: newest first, a page at a time.
//!
//! There is no index but the number. A search walks down from the newest, looks at a bounded
//! number of tickets for a page and says where it stopped, as that of the message log does.

use storage::ListRange;

use super::{Status, Ticket, write};
use crate::{Account, Error};

/// What somebody looks for; what is absent or empty leaves nothing out.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Standing at one of these.
    pub statuses: Vec<Status>,
    /// With these words in subject or requester; `#7` is the number 7.
    pub words: String,
}

/// A page of tickets.
#[derive(Debug)]
pub struct Found {
    /// Newest first.
    pub tickets: Vec<Ticket>,
    /// Go on below this number; absent at the end. A page that looked long for little may be
    /// empty and yet have one.
    pub next: Option<u64>,
}

/// Searches below that number, or from the newest.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn search(
    account: &Account,
    filter: &Filter,
    before: Option<u64>,
    limit: usize,
) -> Result<Found, Error> {
    let end = write::count(account).await?.saturating_add(1);
    let mut top = before.unwrap_or(end).min(end);
    let mut tickets: Vec<Ticket> = Vec::new();
    for _ in 0..CHUNKS_MAX {
        let wanted = chunk(account, top).await?.into_iter().rev();
        for ticket in wanted.filter(|ticket| filter.wants(ticket)) {
            if tickets.len() == limit {
                let next = Some(ticket.id.saturating_add(1));
                return Ok(Found { tickets, next });
            }
            tickets.push(ticket);
        }
        top = chunk_start(top);
        if top <= FIRST {
            return Ok(Found {
                tickets,
                next: None,
            });
        }
    }
    let next = Some(top);
    Ok(Found { tickets, next })
}

/// The tickets right below a number, in the order of their numbers.
async fn chunk(account: &Account, below: u64) -> Result<Vec<Ticket>, Error> {
    let after = chunk_start(below).saturating_sub(1);
    let range = ListRange::first(CHUNK).after(after.to_be_bytes());
    let rows = account.rows().page::<Ticket>(range).await?;
    let tickets = rows.into_iter().map(|(_, ticket)| ticket);
    Ok(tickets.filter(|ticket| ticket.id < below).collect())
}

/// The lowest number of the chunk below that one.
fn chunk_start(below: u64) -> u64 {
    below.saturating_sub(CHUNK as u64)
}

impl Filter {
    fn wants(&self, ticket: &Ticket) -> bool {
        let stands = self.statuses.is_empty() || self.statuses.contains(&ticket.status);
        stands && self.says(ticket)
    }

    fn says(&self, ticket: &Ticket) -> bool {
        let text = format!("{} {}", ticket.subject, ticket.requester).to_lowercase();
        let mut words = self.words.split_whitespace();
        words.all(|word| match word.strip_prefix('#') {
            Some(number) => number == ticket.id.to_string(),
            None => text.contains(&word.to_lowercase()),
        })
    }
}

/// Tickets read at once.
const CHUNK: usize = 256;
/// Chunks looked at for one page.
const CHUNKS_MAX: usize = 8;
/// The number of an account's first ticket.
const FIRST: u64 = 1;
