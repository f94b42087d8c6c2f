//! Requests about a connected domain.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::DomainRequest;
use crate::operations::{Actor, Outcome, domains, signing};
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
