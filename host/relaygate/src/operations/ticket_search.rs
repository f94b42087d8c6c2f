//! Tickets as somebody looks for them, a page at a time.

use desk::groups;
use desk::tickets::{self, Filter, Status};
use serde::{Deserialize, Serialize};

use super::tickets::{TicketView, view};
use super::{Outcome, Refusal};
use crate::services::Services;

/// What somebody looks for; what is absent leaves nothing out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TicketQuery {
    /// Subdomain of the account.
    pub account: String,
    /// A status, or `unsolved` for new, open and pending ones.
    pub status: Option<String>,
    /// Words of subject or requester; `#7` for a number.
    pub words: Option<String>,
    /// Go on where a page ended: its `next`.
    pub before: Option<u64>,
    /// At most so many in a page.
    pub limit: Option<usize>,
}

/// A page of tickets.
#[derive(Debug, Serialize)]
pub struct TicketPageView {
    /// Newest first.
    pub tickets: Vec<TicketView>,
    /// Where to go on; null at the end. A page that looked long for little may be empty
    /// and yet have one.
    pub next: Option<u64>,
}

/// A page of an account's tickets.
pub async fn find(services: &Services, query: &TicketQuery) -> Outcome<TicketPageView> {
    let account = super::account(services, &query.account).await?;
    let filter = Filter {
        statuses: statuses(query.status.as_deref())?,
        words: words(query.words.as_deref())?,
    };
    let limit = query.limit.unwrap_or(LISTED_USUALLY).clamp(1, LISTED_MAX);
    let found = tickets::search(&account, &filter, query.before, limit).await?;
    let groups = groups::list(&account).await?;
    let views = found.tickets.iter().map(|ticket| view(ticket, &groups));
    Ok(TicketPageView {
        tickets: views.collect(),
        next: found.next,
    })
}

fn statuses(word: Option<&str>) -> Outcome<Vec<Status>> {
    let unsolved = vec![Status::New, Status::Open, Status::Pending];
    let one = |word: &str| {
        let hint = "use new, open, pending, solved, closed or unsolved";
        let status = Status::parse(word).map(|status| vec![status]);
        status.ok_or_else(|| Refusal::field("status", "status_unknown", hint))
    };
    match word {
        None => Ok(Vec::new()),
        Some("unsolved") => Ok(unsolved),
        Some(word) => one(word),
    }
}

fn words(words: Option<&str>) -> Outcome<String> {
    let words = words.unwrap_or_default();
    match words.len() > WORDS_OCTETS_MAX {
        true => {
            let hint = format!("use at most {WORDS_OCTETS_MAX} octets");
            Err(Refusal::field("words", "words_too_long", &hint))
        }
        false => Ok(words.to_owned()),
    }
}

/// Tickets in a page, unless somebody says otherwise.
const LISTED_USUALLY: usize = 50;
/// Tickets in a page at most.
const LISTED_MAX: usize = 200;
const WORDS_OCTETS_MAX: usize = 200;
