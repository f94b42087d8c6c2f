//! The message log: found again by what a message was and what became of it (R4).
//!
//! Not here: one message by its id, with its whole life (`trace`).

use std::collections::HashMap;

use desk::messages::search::{self, Cursor, Filter, Page};
use desk::messages::{Direction, Entry, Standing, State, Verdict};
use desk::{Account, accounts};
use mail::message::read_timestamp;
use mail::reply::Reply;
use serde::{Deserialize, Serialize};
use storage::{AccountId, Timestamp};

use super::{Outcome, Refusal, parse_address, parse_domain};
use crate::services::Services;

/// Which messages, as typed; what is absent does not matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// Subdomain of the account; all of them if absent.
    pub account: Option<String>,
    /// `inbound` or `outbound`.
    pub direction: Option<String>,
    /// The connector it came by or goes by, or whose addresses it is for.
    pub domain: Option<String>,
    /// To this support address, or from it.
    pub address: Option<String>,
    /// To this recipient, whoever it is.
    pub recipient: Option<String>,
    /// From this address or to it, whoever it is.
    pub party: Option<String>,
    /// Handed in from this IP address.
    pub peer: Option<String>,
    /// Id of a credential set, or a user name proved to us or to a customer's server.
    pub credential: Option<String>,
    /// A part of its Message-ID, or its own id.
    pub message_id: Option<String>,
    /// Number of the ticket it made or tells of.
    pub ticket: Option<u64>,
    /// `ticket_created`, `deferred` …
    pub result: Option<String>,
    /// Why: `loop`, `greylisted` …
    pub reason: Option<String>,
    /// Not before: a time such as 2026-11-28T08:00:00Z, a day, or how long ago (`90m`, `24h`, `7d`).
    pub since: Option<String>,
    /// Not after: the same.
    pub until: Option<String>,
    /// At most so many in a page.
    pub limit: Option<usize>,
    /// Go on where a page ended: its `next`.
    pub after: Option<String>,
}

/// A page of the log.
#[derive(Debug, Default, Serialize)]
pub struct LogView {
    /// Newest first.
    pub messages: Vec<MessageView>,
    /// Where to go on; null at the end. A page that looked long for little may be empty
    /// and yet have one.
    pub next: Option<String>,
}

/// A message as the log has it.
#[derive(Debug, Serialize)]
pub struct MessageView {
    /// Queue id (inbound) or e-mail id (outbound).
    pub id: String,
    /// `inbound` or `outbound`.
    pub direction: &'static str,
    /// Subdomain of the account.
    pub account: String,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// Its reverse path; null for `<>`.
    pub sender: Option<String>,
    /// The connector it came by or goes by.
    pub connector: Option<String>,
    /// The credential proved: by its id to us, by its user name to a customer's server.
    pub credential: Option<String>,
    /// The user name proved.
    pub identity: Option<String>,
    /// TLS version and cipher.
    pub tls: Option<String>,
    /// The IP address it was handed in from.
    pub peer: Option<String>,
    /// The ticket it made or tells of.
    pub ticket: Option<u64>,
    /// `ticket_created`, `deferred` …; of several recipients what most needs an eye.
    pub result: &'static str,
    /// Why, in a stable word.
    pub reason: Option<String>,
    /// The final SMTP reply: ours, or the last of the other server's.
    pub reply: Option<String>,
    /// How it stands for each recipient; of an inbound one the account's own.
    pub recipients: Vec<RecipientView>,
    /// What the policies said.
    pub verdicts: Vec<VerdictView>,
    /// Milliseconds since the epoch: when it appeared.
    pub at: u64,
    /// Milliseconds since the epoch: when its result was last changed.
    pub updated_at: u64,
}

/// How a message stands for one recipient.
#[derive(Debug, Serialize)]
pub struct RecipientView {
    /// For whom.
    pub recipient: String,
    /// In a word.
    pub result: &'static str,
    /// Why, in a stable word.
    pub reason: Option<String>,
    /// The ticket it made or tells of.
    pub ticket: Option<u64>,
    /// The last reply of the other server; outbound only.
    pub reply: Option<String>,
    /// TLS version and cipher of the last session; outbound only.
    pub tls: Option<String>,
    /// User name proved in the last session; outbound only.
    pub identity: Option<String>,
    /// Milliseconds since the epoch.
    pub updated_at: u64,
}

/// What one policy said to one question.
#[derive(Debug, Serialize)]
pub struct VerdictView {
    /// What it was asked.
    pub question: String,
    /// The policy's name.
    pub policy: String,
    /// SHA-256 of its component, in hexadecimal digits.
    pub digest: String,
    /// Its answer in a word.
    pub verdict: String,
    /// The code beside it, if the answer has one.
    pub code: Option<String>,
}

/// The words a result can be.
pub fn results() -> Vec<&'static str> {
    State::ALL.map(State::as_str).to_vec()
}

/// A page of the log: an account's, or that of all accounts.
pub async fn list(services: &Services, query: &LogQuery) -> Outcome<LogView> {
    let filter = filter(query, services.clock.now())?;
    let after = query.after.as_deref().map(cursor).transpose()?;
    let limit = query.limit.unwrap_or(LISTED_USUALLY).clamp(1, LISTED_MAX);
    let page = match &query.account {
        Some(subdomain) => {
            let account = super::account(services, subdomain).await?;
            search::search(&account, &filter, after, limit).await?
        }
        None => search::search_all(&services.desk, &filter, after, limit).await?,
    };
    view_page(services, page).await
}

async fn view_page(services: &Services, page: Page) -> Outcome<LogView> {
    let mut names: HashMap<AccountId, String> = HashMap::new();
    let mut messages = Vec::with_capacity(page.entries.len());
    for entry in page.entries {
        let name = match names.get(&entry.account) {
            Some(name) => name.clone(),
            None => subdomain(&services.desk.account(entry.account)).await?,
        };
        names.insert(entry.account, name.clone());
        messages.push(view(&entry, name));
    }
    Ok(LogView {
        messages,
        next: page.next.map(|cursor| cursor.to_string()),
    })
}

pub(super) async fn subdomain(account: &Account) -> Outcome<String> {
    Ok(accounts::profile(account).await?.subdomain.to_string())
}

pub(super) fn view(entry: &Entry, account: String) -> MessageView {
    let Entry {
        message,
        standings,
        lines,
        ..
    } = entry;
    let session = message.session.as_ref();
    let telling = standings.iter().max_by_key(|standing| standing.state);
    let one = |of: fn(&Standing) -> &Option<String>| standings.iter().find_map(|it| of(it).clone());
    let identity = session
        .and_then(|session| session.identity.clone())
        .or_else(|| one(|standing| &standing.identity));
    let credential = session.and_then(|session| session.credential.clone());
    let tls = session.and_then(|session| session.tls.clone());
    let said = lines.iter().flat_map(|line| &line.verdicts);
    MessageView {
        id: message.id.clone(),
        direction: message.direction.as_str(),
        account,
        message_id: message.message_id.as_ref().map(ToString::to_string),
        sender: message.sender.as_ref().map(ToString::to_string),
        connector: message.connector.as_ref().map(ToString::to_string),
        credential: credential.or_else(|| identity.clone()),
        identity,
        tls: tls.or_else(|| one(|standing| &standing.tls)),
        peer: session.map(|session| session.peer.clone()),
        ticket: message
            .ticket
            .or_else(|| standings.iter().find_map(|standing| standing.ticket)),
        result: telling.map_or(State::Accepted, |it| it.state).as_str(),
        reason: telling.and_then(|standing| standing.reason.clone()),
        reply: match message.direction {
            Direction::Inbound => Some(Reply::kept_as(&message.id).to_string()),
            Direction::Outbound => telling.and_then(|standing| standing.reply.clone()),
        },
        recipients: standings.iter().map(recipient).collect(),
        verdicts: said.map(verdict).collect(),
        at: message.at.0,
        updated_at: standings
            .iter()
            .map(|it| it.at.0)
            .max()
            .unwrap_or(message.at.0),
    }
}

fn recipient(standing: &Standing) -> RecipientView {
    RecipientView {
        recipient: standing.recipient.to_string(),
        result: standing.state.as_str(),
        reason: standing.reason.clone(),
        ticket: standing.ticket,
        reply: standing.reply.clone(),
        tls: standing.tls.clone(),
        identity: standing.identity.clone(),
        updated_at: standing.at.0,
    }
}

pub(super) fn verdict(verdict: &Verdict) -> VerdictView {
    let digits = verdict.digest.iter();
    VerdictView {
        question: verdict.question.clone(),
        policy: verdict.policy.clone(),
        digest: digits.map(|octet| format!("{octet:02x}")).collect(),
        verdict: verdict.verdict.clone(),
        code: verdict.code.clone(),
    }
}

fn filter(query: &LogQuery, now: Timestamp) -> Outcome<Filter> {
    let time = |field: &str, text: &str| time(field, text, now);
    let address = |field: &str, text: &str| parse_address(field, text);
    Ok(Filter {
        direction: query.direction.as_deref().map(direction).transpose()?,
        domain: query.domain.as_deref().map(parse_domain).transpose()?,
        address: typed(&query.address, "address", address)?,
        recipient: typed(&query.recipient, "recipient", address)?,
        party: typed(&query.party, "party", address)?,
        peer: query.peer.clone(),
        credential: query.credential.clone(),
        message_id: query.message_id.clone(),
        ticket: query.ticket,
        state: query.result.as_deref().map(state).transpose()?,
        reason: query.reason.clone(),
        since: typed(&query.since, "since", time)?,
        until: typed(&query.until, "until", time)?,
    })
}

fn typed<T>(
    text: &Option<String>,
    field: &str,
    read: impl Fn(&str, &str) -> Outcome<T>,
) -> Outcome<Option<T>> {
    text.as_deref().map(|text| read(field, text)).transpose()
}

fn direction(word: &str) -> Outcome<Direction> {
    let mut both = [Direction::Inbound, Direction::Outbound].into_iter();
    both.find(|direction| direction.as_str() == word)
        .ok_or_else(|| {
            let hint = "use inbound or outbound";
            Refusal::field("direction", "direction_unknown", hint)
        })
}

fn state(word: &str) -> Outcome<State> {
    State::parse(word).ok_or_else(|| {
        let words = State::ALL.map(State::as_str).join(", ");
        Refusal::field("result", "result_unknown", &format!("use one of {words}"))
    })
}

fn cursor(text: &str) -> Outcome<Cursor> {
    let hint = "give `next` of the page before as it was";
    Cursor::parse(text).ok_or_else(|| Refusal::field("after", "cursor_malformed", hint))
}

/// A moment, the first moment of a day, or so long ago.
fn time(field: &str, text: &str, now: Timestamp) -> Outcome<Timestamp> {
    let day = || read_timestamp(&format!("{text}T00:00:00Z"));
    let at = read_timestamp(text).or_else(day).map(Timestamp);
    let hint = "give a time such as 2026-11-28T08:00:00Z, a day, or how long ago: 90m, 24h, 7d";
    at.or_else(|| ago(text, now))
        .ok_or_else(|| Refusal::field(field, "time_malformed", hint))
}

fn ago(text: &str, now: Timestamp) -> Option<Timestamp> {
    let unit_ms = match text.chars().next_back()? {
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 24 * 3_600_000,
        _ => return None,
    };
    let count: u32 = text[..text.len() - 1].parse().ok()?;
    Some(Timestamp(now.0.saturating_sub(u64::from(count) * unit_ms)))
}

/// Messages in a page, unless somebody says otherwise.
const LISTED_USUALLY: usize = 50;
/// Messages in a page at most.
const LISTED_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let now = Timestamp(1_767_225_600_000);
        for (text, at) in [
            ("2026-01-01T00:00:00Z", now.0),
            ("2026-01-01", now.0),
            ("90m", now.0 - 5_400_000),
            ("24h", now.0 - 86_400_000),
            ("7d", now.0 - 604_800_000),
        ] {
            assert_eq!(time("since", text, now), Ok(Timestamp(at)), "{text}");
        }
        for text in [
            "",
            "h",
            "-1h",
            "1.5h",
            "yesterday",
            "99999999999d",
            "\u{e4}",
        ] {
            assert!(time("since", text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn a_filter_that_cannot_be_is_refused_with_its_field() {
        let refused = |query: LogQuery| {
            let refusal = filter(&query, Timestamp(0)).expect_err("it cannot be");
            (refusal.code, refusal.details[0].field.clone())
        };
        let result = LogQuery {
            result: Some("lost".to_owned()),
            ..LogQuery::default()
        };
        let direction = LogQuery {
            direction: Some("up".to_owned()),
            ..LogQuery::default()
        };
        assert_eq!(refused(result), ("result_unknown".into(), "result".into()));
        assert_eq!(
            refused(direction),
            ("direction_unknown".into(), "direction".into())
        );
    }
}
