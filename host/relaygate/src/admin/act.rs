//! From a request to the operation that does it.

use serde::Serialize;
use serde_json::{Value, json};

use super::Answer;
use super::request::{
    AccountRequest, AddressRequest, AuditRequest, DomainRequest, NewAddressRequest, QueueRequest,
    Request, SuspendedRequest, TicketRequest, TokenRequest,
};
use crate::operations::accounts::AccountInput;
use crate::operations::addresses::AddressInput;
use crate::operations::{
    Actor, Outcome, accounts, addresses, audit, domains, queue, signing, suspended, tickets,
    tokens, trace, verification,
};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(services: &Services, actor: &Actor, request: Request) -> Answer {
    let outcome = match request {
        Request::Account(request) => account(services, actor, request).await,
        Request::Domain(request) => domain(services, actor, request).await,
        Request::Address(request) => address(services, actor, request).await,
        Request::Token(request) => token(services, actor, request).await,
        Request::Ticket(request) => ticket(services, actor, request).await,
        Request::Suspended(request) => kept_aside(services, request).await,
        Request::Queue(request) => jobs(services, actor, request).await,
        Request::Audit(AuditRequest::List { account }) => {
            shown(audit::list(services, account.as_deref()).await)
        }
        Request::Trace { message_id } => shown(trace::trace(services, &message_id).await),
    };
    match outcome {
        Ok(value) => Answer::Ok(value),
        Err(refusal) => Answer::Error(refusal),
    }
}

async fn account(services: &Services, actor: &Actor, request: AccountRequest) -> Outcome<Value> {
    match request {
        AccountRequest::Create {
            subdomain,
            name,
            admins,
            sandbox_of,
        } => {
            let input = AccountInput {
                subdomain: &subdomain,
                name: &name,
                admins: &admins,
                sandbox_of: sandbox_of.as_deref(),
            };
            shown(accounts::create(services, actor, input).await)
        }
        AccountRequest::List => shown(accounts::list(services).await),
        AccountRequest::Show { account } => shown(accounts::show(services, &account).await),
    }
}

async fn domain(services: &Services, actor: &Actor, request: DomainRequest) -> Outcome<Value> {
    match request {
        DomainRequest::Add(input) => shown(domains::add(services, actor, &input).await),
        DomainRequest::List { account } => shown(domains::list(services, &account).await),
        DomainRequest::Rotate {
            account,
            domain,
            keep_hours,
        } => shown(domains::rotate(services, actor, &account, &domain, keep_hours).await),
        DomainRequest::Discard {
            account,
            domain,
            credential,
        } => shown(domains::discard(services, actor, &account, &domain, &credential).await),
        DomainRequest::Disconnect { account, domain } => {
            empty(domains::disconnect(services, actor, &account, &domain).await)
        }
        DomainRequest::Dkim {
            account,
            domain,
            enabled,
        } => shown(signing::switch(services, actor, &account, &domain, enabled).await),
        DomainRequest::Dns { account, domain } => {
            shown(signing::dns(services, &account, &domain).await)
        }
    }
}

async fn address(services: &Services, actor: &Actor, request: AddressRequest) -> Outcome<Value> {
    match request {
        AddressRequest::Add(new) => shown(addresses::add(services, actor, &input(new)).await),
        AddressRequest::List { account } => shown(addresses::list(services, &account).await),
        AddressRequest::Verify(input) => shown(verification::verify(services, actor, &input).await),
        AddressRequest::Remove { account, address } => {
            empty(addresses::remove(services, actor, &account, &address).await)
        }
    }
}

fn input(new: NewAddressRequest) -> AddressInput {
    AddressInput {
        account: new.account,
        address: new.address,
        host: new.host,
        username: new.username,
        password: new.password.0,
        tls: new.tls,
        ca_pem: new.ca_pem,
        brand: new.brand,
    }
}

async fn token(services: &Services, actor: &Actor, request: TokenRequest) -> Outcome<Value> {
    match request {
        TokenRequest::Create { account, agent } => {
            shown(tokens::create(services, actor, &account, &agent).await)
        }
        TokenRequest::Revoke { account, id } => {
            empty(tokens::revoke(services, actor, &account, &id).await)
        }
    }
}

async fn ticket(services: &Services, actor: &Actor, request: TicketRequest) -> Outcome<Value> {
    match request {
        TicketRequest::List { account } => shown(tickets::list(services, &account).await),
        TicketRequest::Show { account, id } => shown(tickets::show(services, &account, id).await),
        TicketRequest::Reply(input) => shown(tickets::reply(services, actor, &input).await),
    }
}

async fn kept_aside(services: &Services, request: SuspendedRequest) -> Outcome<Value> {
    match request {
        SuspendedRequest::List { account } => shown(suspended::list(services, &account).await),
        SuspendedRequest::Show { account, id } => {
            shown(suspended::show(services, &account, &id).await)
        }
    }
}

async fn jobs(services: &Services, actor: &Actor, request: QueueRequest) -> Outcome<Value> {
    match request {
        QueueRequest::List(query) => shown(queue::list(services, &query).await),
        QueueRequest::Show { id } => shown(queue::show(services, &id).await),
        QueueRequest::Change { id, hand } => empty(queue::change(services, actor, &id, hand).await),
    }
}

fn shown<T: Serialize>(outcome: Outcome<T>) -> Outcome<Value> {
    let view = outcome?;
    Ok(serde_json::to_value(view).expect("views are structs of texts, numbers and lists"))
}

fn empty(outcome: Outcome<()>) -> Outcome<Value> {
    outcome.map(|()| json!({}))
}
