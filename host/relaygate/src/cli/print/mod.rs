//! Answers in words, for people, a file for each noun. Programs use `--json`.

mod account;
mod address;
mod backup;
mod brand;
mod diagnosis;
mod dkim;
pub(super) mod domain;
mod email;
mod health;
mod layout;
mod log;
mod login;
mod person;
mod policy;
mod queue;
mod secrets;
mod suspended;
mod ticket;
mod token;
mod trace;
mod trigger;
mod webhook;

use serde_json::Value;

use crate::admin::Request;

pub(super) use layout::pretty;
pub(super) use policy::tested;

/// What the answer to a request looks like on a terminal.
pub(super) fn words(request: &Request, answer: &Value) -> String {
    match request {
        Request::Account(request) => account::words(request, answer),
        Request::Brand(request) => brand::words(request, answer),
        Request::Domain(request) => domain::words(request, answer),
        Request::Address(request) => address::words(request, answer),
        Request::Person(request) => person::words(request, answer),
        Request::Email(request) => email::words(request, answer),
        Request::Token(request) => token::words(request, answer),
        Request::Login(request) => login::words(request, answer),
        Request::Ticket(request) => ticket::words(request, answer),
        Request::Trigger(request) => trigger::words(request, answer),
        Request::Webhook(request) => webhook::words(request, answer),
        Request::Suspended(request) => suspended::words(request, answer),
        Request::Queue(request) => queue::words(request, answer),
        Request::Secrets(_) => secrets::words(answer),
        Request::Backup(_) => backup::words(answer),
        Request::Journal(_) => layout::pretty(&answer["journal"]),
        Request::Policy(request) => policy::words(request, answer),
        Request::Audit(_) => layout::table(
            &answer["audit"],
            &["at", "actor", "act", "subject", "credential", "peer"],
        ),
        Request::Dkim(_) => dkim::words(answer),
        Request::Egress => pretty(answer),
        Request::Log(_) => log::words(answer),
        Request::Health => health::words(answer),
        Request::Stats { .. } => layout::table(&answer["samples"], &STATS_COLUMNS),
        Request::Trace { .. } => trace::words(&answer["messages"]),
    }
}

const STATS_COLUMNS: [&str; 9] = [
    "at",
    "taken_per_second",
    "delivered_per_second",
    "keep_ms_mean",
    "keep_ms_p95",
    "queue_jobs",
    "queue_oldest_seconds",
    "policy_us_mean",
    "policy_us_p95",
];
