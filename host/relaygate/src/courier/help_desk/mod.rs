//! Hands accepted messages to somebody else's help desk: by SMTP or LMTP
//! ([`server`]), or to an HTTP endpoint ([`webhook`]).
//!
//! Which one is looked up at each attempt, so what waits follows the account's
//! setting; set back to our own desk, it becomes tickets. An attempt is settled by
//! itself ([`settle`]): handed over once, or tried again, or kept aside, visible.
//!
//! Not here: which messages go there, and their trusted fields (`intake::hand_over`).

mod server;
mod settle;
mod webhook;

use desk::desks::{self, HelpDesk};
use mail::reply::Reply;
use storage::{Lease, Scope, Timestamp};
use tracing::{Instrument as _, info_span};

pub(crate) use webhook::author_word;

use super::connection::Connection;
use super::together;
use crate::runner::{Card, Work, give_up};
use crate::services::Services;

use settle::Settlement;

/// How one attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The help desk has it.
    Taken,
    /// To be tried again.
    Deferred,
    /// It will not have this message.
    Refused,
    /// It wants no more messages at all (HTTP 410).
    Gone,
}

/// One attempt at one message.
struct Attempt {
    end: End,
    /// Stable word; none for a success.
    word: Option<&'static str>,
    /// What the help desk said, or our own words, on one line.
    said: String,
    /// TLS version and cipher, if it came to that.
    tls: Option<String>,
    /// The SMTP reply, for the policy that says when to try again.
    reply: Option<Reply>,
}

impl Attempt {
    /// It did not come to an answer.
    fn deferred(word: &'static str, said: impl Into<String>) -> Self {
        Self {
            end: End::Deferred,
            word: Some(word),
            said: said.into(),
            tls: None,
            reply: None,
        }
    }
}

/// A connection to the help desk's mail server, and the setting it was made by.
struct Open {
    set_at: Timestamp,
    connection: Connection,
}

/// Jobs of one account together: they go to one help desk.
pub(crate) fn by_account(leases: Vec<Lease>) -> Vec<Vec<Lease>> {
    together(leases, |lease| Some(lease.job().scope))
}

/// Hands on the messages of one account, one after the other.
pub(crate) async fn work(services: &Services, leases: &[Lease]) {
    let mut open = None;
    for lease in leases {
        let span = info_span!("job", job = %lease.job().id);
        attempt(services, lease, &mut open).instrument(span).await;
    }
    if let Some(open) = open {
        open.connection.quit().await;
    }
}

async fn attempt(services: &Services, lease: &Lease, open: &mut Option<Open>) {
    let (Ok(card), Scope::Account(account)) = (Card::read(lease.job()), lease.job().scope) else {
        return give_up(services, lease, "it is no message of an account").await;
    };
    let Work::HandOver(hand_over) = &card.work else {
        return give_up(services, lease, "it is no work for this lane").await;
    };
    let account = services.desk.account(account);
    let setting = match desks::setting(&account).await {
        Ok(setting) => setting,
        Err(error) => return settle::put_off(services, lease, &card, &error).await,
    };
    let attempt = match &setting.desk {
        HelpDesk::Embedded => {
            return settle::take_back(services, &account, lease, hand_over).await;
        }
        HelpDesk::Server(server) => {
            server::deliver(services, &account, &setting, server, hand_over, open).await
        }
        HelpDesk::Webhook(hook) => {
            let job = lease.job().id;
            webhook::post(services, &account, &setting, hook, hand_over, job).await
        }
    };
    let settlement = Settlement {
        services,
        account: &account,
        lease,
        card: &card,
        hand_over,
        desk: &setting.desk,
        attempt,
    };
    settlement.settle().await;
}
