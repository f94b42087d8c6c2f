//! How many notices one person gets, and what happens to those beyond (LOOP-01,
//! LOOP-03): an acknowledgement is left out, since it tells nothing that is lost;
//! everything else is held and goes out together when the window ends.
//!
//! That bounds what two programs can make of each other's answers, and what
//! somebody can have us send to a victim. What an agent wrote here by hand is
//! counted like everything else, but only the hourly bound holds it: a program
//! does not type, and an answer should not wait for ten minutes.

use mail::address::Address;
use serde::{Deserialize, Serialize};
use storage::{Batch, ListRange, Table, Timestamp};

use super::words::Kind;
use super::{Audience, OutboundDraft, draft};
use crate::accounts::{self, Profile};
use crate::addresses::row_id;
use crate::pace::{Counts, HOUR_MS};
use crate::rows::Record;
use crate::tickets::{self, Comment, Ticket};
use crate::{Account, Error, Product};

/// Notices one person gets about one ticket in ten minutes.
const PER_TICKET_MAX: u32 = 3;
const TICKET_WINDOW_MS: u64 = 10 * 60 * 1_000;
/// Notices one person gets in an hour, whatever they are about.
const PER_RECIPIENT_MAX: u32 = 20;
/// Comments one held message tells of; older ones are in the ticket.
const COMMENTS_MAX: usize = 50;
/// People of one ticket; see `accounts::COPIES_MAX` and its followers.
const PEOPLE_MAX: usize = 1_000;

/// What somebody is to be told about a ticket later.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Held {
    #[serde(with = "crate::wire::one")]
    address: Address,
    follower: bool,
    comments: Vec<u64>,
}

impl Record for Held {
    const TABLE: Table = Table("held_notice");
}

/// Lets notices about one ticket through as long as there is room.
pub(super) struct Gate<'a> {
    account: &'a Account,
    ticket: u64,
    counts: Counts<'a>,
    /// When what was held may go; absent if nothing was held anew.
    pub(super) later: Option<Timestamp>,
}

impl<'a> Gate<'a> {
    pub(super) fn new(account: &'a Account, ticket: u64, now: Timestamp) -> Self {
        Self {
            account,
            ticket,
            counts: Counts::new(account, now),
            later: None,
        }
    }

    /// Those of an audience who may be told now; of the others is noted that they
    /// are to be told of this comment later.
    pub(super) async fn admit(
        &mut self,
        batch: &mut Batch,
        audience: Audience,
        comment: &Comment,
    ) -> Result<Option<Audience>, Error> {
        let by_hand = comment.via.is_none();
        let Audience { words, to, cc } = audience;
        let mut admitted = [Vec::new(), Vec::new()];
        for (list, addresses) in admitted.iter_mut().zip([to, cc]) {
            for address in addresses {
                match self.full_until(&address, by_hand).await? {
                    None => list.push(address),
                    Some(_) if words == Kind::Acknowledgement => {}
                    Some(until) => self.hold(batch, address, words, comment.id, until).await?,
                }
            }
        }
        let [to, cc] = admitted;
        let anybody = !(to.is_empty() && cc.is_empty());
        Ok(anybody.then_some(Audience { words, to, cc }))
    }

    /// Adds what was counted to the batch.
    pub(super) fn keep(self, batch: &mut Batch) {
        self.counts.keep(batch);
    }

    /// Counts one notice, if there is room for it; else when there will be.
    async fn full_until(
        &mut self,
        address: &Address,
        by_hand: bool,
    ) -> Result<Option<Timestamp>, Error> {
        let somebody = row_id(address);
        let windows = [
            (
                format!("notice {} {somebody}", self.ticket),
                TICKET_WINDOW_MS,
                PER_TICKET_MAX,
            ),
            (format!("notice {somebody}"), HOUR_MS, PER_RECIPIENT_MAX),
        ];
        let mut until = None;
        let bounding = if by_hand { &windows[1..] } else { &windows[..] };
        for (key, window_ms, max) in bounding {
            let (count, ends) = self.counts.so_far(key, *window_ms).await?;
            if count >= *max {
                until = until.max(Some(ends));
            }
        }
        if until.is_none() {
            for (key, window_ms, _) in &windows {
                self.counts.add(key, *window_ms).await?;
            }
        }
        Ok(until)
    }

    async fn hold(
        &mut self,
        batch: &mut Batch,
        address: Address,
        words: Kind,
        comment: u64,
        until: Timestamp,
    ) -> Result<(), Error> {
        let row = row(self.ticket, &address);
        let known = self.account.rows().get::<Held>(row.as_slice()).await?;
        if known.is_none() {
            self.later = self.later.max(Some(until));
        }
        let mut held = known.map_or(
            Held {
                address,
                follower: words == Kind::Follower,
                comments: Vec::new(),
            },
            |kept| kept.record,
        );
        held.comments.push(comment);
        let surplus = held.comments.len().saturating_sub(COMMENTS_MAX);
        held.comments.drain(..surplus);
        self.account.rows().put(batch, row, &held);
        Ok(())
    }
}

/// The messages that were held about a ticket, one for each person; whoever has
/// no room yet is put off again.
///
/// # Errors
/// [`Error::NotFound`] if the ticket is gone; [`Error::Read`], [`Error::Corrupt`].
pub async fn plan_held(
    account: &Account,
    product: &Product,
    batch: &mut Batch,
    ticket: u64,
    now: Timestamp,
) -> Result<super::Plan, Error> {
    let profile = accounts::profile(account).await?;
    let ticket = tickets::find(account, ticket).await?;
    let range = ListRange::prefix(ticket.id.to_be_bytes(), PEOPLE_MAX);
    let held = account.rows().page::<Held>(range).await?;
    let mut gate = Gate::new(account, ticket.id, now);
    let mut drafts = Vec::with_capacity(held.len());
    for (row, held) in held {
        match gate.full_until(&held.address, false).await? {
            Some(until) => gate.later = gate.later.max(Some(until)),
            None => {
                account.rows().delete::<Held>(batch, row);
                drafts.extend(digest(account, product, &profile, &ticket, held, now).await?);
            }
        }
    }
    let later = gate.later;
    gate.keep(batch);
    Ok(super::Plan { drafts, later })
}

/// One message that tells of several comments.
async fn digest(
    account: &Account,
    product: &Product,
    profile: &Profile,
    ticket: &Ticket,
    held: Held,
    now: Timestamp,
) -> Result<Option<OutboundDraft>, Error> {
    let mut comments = Vec::with_capacity(held.comments.len());
    for id in &held.comments {
        comments.push(tickets::comment(account, ticket.id, *id).await?);
    }
    let Some(last) = comments.last().cloned() else {
        return Ok(None);
    };
    let audience = Audience {
        words: if held.follower {
            Kind::Follower
        } else {
            Kind::Answer
        },
        to: vec![held.address],
        cc: Vec::new(),
    };
    let all = Comment {
        body: together(&comments),
        ..last
    };
    let departure = draft::departure(account, profile, ticket).await?;
    draft::ticket(product, profile, ticket, &all, audience, departure, now).map(Some)
}

/// Several comments as one text; who wrote which stands above it.
fn together(comments: &[Comment]) -> String {
    match comments {
        [only] => only.body.clone(),
        several => {
            let part =
                |comment: &Comment| format!("{}:\n\n{}", comment.author_name, comment.body.trim());
            several.iter().map(part).collect::<Vec<_>>().join("\n\n")
        }
    }
}

fn row(ticket: u64, address: &Address) -> Vec<u8> {
    let mut row = ticket.to_be_bytes().to_vec();
    row.extend_from_slice(row_id(address).as_bytes());
    row
}
