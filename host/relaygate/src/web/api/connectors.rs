//! `/relaygate/connectors`: connected domains. Read only: their credentials are issued
//! and changed in the admin center alone.

use axum::Json;

use super::caller::Admin;
use super::failure::{Failure, Failures};
use super::input::Word;
use super::paging::{PageParams, Paging};
use super::shapes::connector::{Connector, Connectors, OneConnector};
use super::shapes::dns::Dns;
use crate::operations::{domains, names};

/// Lists the connected domains.
#[utoipa::path(get, path = "/relaygate/connectors", params(PageParams),
    responses((status = 200, body = Connectors), Failures))]
pub(super) async fn list(
    Admin(caller): Admin,
    paging: Paging,
) -> Result<Json<Connectors>, Failure> {
    let order = paging.order(&["domain"])?;
    let views = domains::list(&caller.services, &caller.account).await?;
    let by = |view: &domains::ConnectorView| view.domain.clone();
    let (views, page) = paging.cut(views.connectors, order.descending, by)?;
    let shape = |view| Connector::new(view, &caller.site);
    let connectors = views.into_iter().map(shape).collect();
    Ok(Json(Connectors { connectors, page }))
}

/// Shows one.
#[utoipa::path(get, path = "/relaygate/connectors/{domain}",
    params(("domain" = String, Path, description = "In the form it has in DNS.")),
    responses((status = 200, body = OneConnector), Failures))]
pub(super) async fn show(
    Admin(caller): Admin,
    Word(domain): Word,
) -> Result<Json<OneConnector>, Failure> {
    let views = domains::list(&caller.services, &caller.account).await?;
    let found = views.connectors.into_iter().find(|it| it.domain == domain);
    let view = found.ok_or_else(Failure::not_found)?;
    let connector = Connector::new(view, &caller.site);
    Ok(Json(OneConnector { connector }))
}

/// Looks at what stands in DNS for one: what has to be there, and what is there now.
#[utoipa::path(get, path = "/relaygate/connectors/{domain}/dns",
    params(("domain" = String, Path, description = "In the form it has in DNS.")),
    responses((status = 200, body = Dns), Failures))]
pub(super) async fn dns(Admin(caller): Admin, Word(domain): Word) -> Result<Json<Dns>, Failure> {
    let view = names::dns(&caller.services, &caller.account, &domain).await?;
    Ok(Json(Dns::new(view, &domain)))
}
