//! Requests about a connected domain.

use serde_json::Value;

use super::shown;
use crate::admin::DomainRequest;
use crate::operations::{Actor, Outcome, disconnect, domains, names, proof, signing};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: DomainRequest,
) -> Outcome<Value> {
    match request {
        DomainRequest::Add(input) => shown(domains::add(services, actor, &input).await),
        DomainRequest::List { account } => shown(domains::list(services, &account).await),
        DomainRequest::Show { account, domain } => {
            shown(domains::show(services, &account, &domain).await)
        }
        DomainRequest::Rotate {
            account,
            domain,
            keep_hours,
        } => shown(domains::rotate(services, actor, &account, &domain, keep_hours).await),
        DomainRequest::Discard(input) => shown(domains::discard(services, actor, &input).await),
        DomainRequest::Rename {
            account,
            domain,
            name,
        } => shown(domains::rename(services, actor, &account, &domain, &name).await),
        DomainRequest::Set {
            account,
            domain,
            options,
        } => shown(domains::set(services, actor, &account, &domain, options).await),
        DomainRequest::Disconnect { account, domain } => {
            shown(disconnect::begin(services, actor, &account, &domain).await)
        }
        DomainRequest::Progress { account, domain } => {
            shown(disconnect::progress(services, &account, &domain).await)
        }
        DomainRequest::Refused { account, domain } => {
            shown(disconnect::refused(services, &account, domain.as_deref()).await)
        }
        DomainRequest::Dkim {
            account,
            domain,
            enabled,
        } => shown(signing::switch(services, actor, &account, &domain, enabled).await),
        DomainRequest::Dns { account, domain } => {
            shown(names::dns(services, &account, &domain).await)
        }
        DomainRequest::Prove { account, domain } => {
            shown(proof::prove(services, actor, &account, &domain).await)
        }
        DomainRequest::Allow {
            account,
            domain,
            from,
        } => shown(domains::allow(services, actor, &account, &domain, &from).await),
    }
}
