//! From a request to the operation that does it, a file for each noun.

mod account;
mod address;
mod backup;
mod brand;
mod dkim;
mod domain;
mod email;
mod journal;
mod login;
mod person;
mod policy;
mod queue;
mod secrets;
mod suspended;
mod ticket;
mod token;
mod trigger;
mod webhook;

use serde::Serialize;
use serde_json::{Value, json};

use super::Answer;
use super::request::{AuditRequest, LogRequest, Request};
use crate::operations::{Actor, Outcome, audit, egress, health, log, stats, trace};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(services: &Services, actor: &Actor, request: Request) -> Answer {
    let outcome = match request {
        Request::Account(request) => account::act(services, actor, request).await,
        Request::Brand(request) => brand::act(services, actor, request).await,
        Request::Domain(request) => domain::act(services, actor, request).await,
        Request::Address(request) => address::act(services, actor, request).await,
        Request::Person(request) => person::act(services, request).await,
        Request::Email(request) => email::act(services, request).await,
        Request::Token(request) => token::act(services, actor, request).await,
        Request::Login(request) => login::act(services, actor, request).await,
        Request::Ticket(request) => ticket::act(services, actor, request).await,
        Request::Trigger(request) => trigger::act(services, actor, request).await,
        Request::Webhook(request) => webhook::act(services, actor, request).await,
        Request::Suspended(request) => suspended::act(services, actor, request).await,
        Request::Queue(request) => queue::act(services, actor, request).await,
        Request::Secrets(request) => secrets::act(services, request).await,
        Request::Backup(request) => backup::act(services, request).await,
        Request::Journal(request) => journal::act(services, request).await,
        Request::Policy(request) => policy::act(services, actor, request).await,
        Request::Audit(AuditRequest::List { account }) => {
            shown(audit::list(services, account.as_deref()).await)
        }
        Request::Dkim(request) => dkim::act(services, actor, request).await,
        Request::Egress => shown(Ok(egress::show(services))),
        Request::Log(LogRequest::List(query)) => shown(log::list(services, &query).await),
        Request::Health => shown(health::show(services).await),
        Request::Stats { day } => shown(Ok(stats::show(services, day))),
        Request::Trace {
            account,
            message_id,
        } => shown(trace::trace(services, account.as_deref(), &message_id).await),
    };
    match outcome {
        Ok(value) => Answer::Ok(value),
        Err(refusal) => Answer::Error(refusal),
    }
}

fn shown<T: Serialize>(outcome: Outcome<T>) -> Outcome<Value> {
    let view = outcome?;
    Ok(serde_json::to_value(view).expect("views are structs of texts, numbers and lists"))
}

fn empty(outcome: Outcome<()>) -> Outcome<Value> {
    outcome.map(|()| json!({}))
}
