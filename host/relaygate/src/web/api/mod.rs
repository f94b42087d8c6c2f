//! The public API below `/api/v2`: what customers' tools already speak, on the same
//! operations as the command line.
//!
//! | file | what is in it |
//! |---|---|
//! | `caller` | who asks; every route gets a [`caller::Caller`] |
//! | `allowance` | how much an account may ask |
//! | `failure` | errors in their envelopes |
//! | `input` | ids, queries and bodies, bounded |
//! | `paging` | pages by cursor and by number |
//! | `shapes` | the documented JSON |
//! | the others | the routes of one noun, described where they stand |
//!
//! Routes are added by `routes!` alone, which takes a handler's description along: what
//! can be called is in the document, and the other way round.
//!
//! Not here: connections and bounds of every answer (`super`), what is done (`operations`).

mod addresses;
mod allowance;
mod audit;
mod brands;
mod caller;
mod connectors;
mod egress;
mod failure;
mod input;
mod messages;
mod notifications;
mod paging;
mod policies;
mod requests;
mod shapes;
mod suspended;
mod ticket_input;
mod tickets;
mod triggers;
mod users;
mod webhooks;

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use tower::Layer as _;
use tower::util::MapRequestLayer;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, Info, OpenApi, OpenApiBuilder, Server};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::services::Services;

use allowance::Allowances;
use caller::Gate;
use failure::{ErrorBody, ErrorDetail, Failure};

/// Where everything here is found.
const BASE: &str = "/api/v2";

/// The API and its description, at their places.
pub(super) fn router(services: &Arc<Services>) -> Router {
    let (routes, document) = described().split_for_parts();
    let document = with_ids(document);
    let gate = Gate {
        services: Arc::clone(services),
        allowances: Arc::new(Allowances::new(
            services.config.limits.api_requests_per_minute,
        )),
    };
    let routes = routes
        .fallback(async || Failure::no_route())
        .method_not_allowed_fallback(async || Failure::no_method())
        .layer(from_fn_with_state(gate, caller::pass));
    // Before a route is chosen, and not after, as layers of a router run.
    let routes = MapRequestLayer::new(input::without_suffix).layer(routes);
    Router::new()
        .route(DOCUMENT, get(move || async move { Json(document) }))
        .nest_service(BASE, routes)
}

/// Every route with its description.
fn described() -> OpenApiRouter {
    OpenApiRouter::with_openapi(head())
        .routes(routes!(addresses::list, addresses::create))
        .routes(routes!(
            addresses::show,
            addresses::update,
            addresses::delete
        ))
        .routes(routes!(addresses::verify, addresses::verify_by_get))
        .routes(routes!(tickets::list, tickets::create))
        .routes(routes!(tickets::show_many))
        .routes(routes!(tickets::show, tickets::update))
        .routes(routes!(tickets::comments))
        .routes(routes!(tickets::attachment))
        .routes(routes!(tickets::email_ccs))
        .routes(routes!(users::list))
        .routes(routes!(users::me))
        .routes(routes!(users::show_many))
        .routes(routes!(users::show))
        .routes(routes!(brands::list))
        .routes(routes!(brands::show))
        .routes(routes!(suspended::list))
        .routes(routes!(suspended::recover_many))
        .routes(routes!(suspended::destroy_many))
        .routes(routes!(suspended::show, suspended::delete))
        .routes(routes!(suspended::recover))
        .routes(routes!(requests::list))
        .routes(routes!(requests::show))
        .routes(routes!(requests::comments))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::show_many))
        .routes(routes!(notifications::show))
        .routes(routes!(triggers::list, triggers::create))
        .routes(routes!(triggers::show, triggers::update, triggers::delete))
        .routes(routes!(connectors::list))
        .routes(routes!(connectors::show))
        .routes(routes!(connectors::dns))
        .routes(routes!(messages::list))
        .routes(routes!(messages::show))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::delete))
        .routes(routes!(egress::show))
        .routes(routes!(policies::list))
        .routes(routes!(policies::own))
        .routes(routes!(audit::list))
}

fn head() -> OpenApi {
    let scheme = |scheme| SecurityScheme::Http(Http::new(scheme));
    let components = ComponentsBuilder::new()
        .security_scheme("basic", scheme(HttpAuthScheme::Basic))
        .security_scheme("bearer", scheme(HttpAuthScheme::Bearer))
        .schema_from::<ErrorBody>()
        .schema_from::<ErrorDetail>()
        .build();
    let one = |name: &str| SecurityRequirement::new::<_, [&str; 0], _>(name, []);
    let mut info = Info::new("Relaygate", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new(BASE)]))
        .components(Some(components))
        .security(Some([one("basic"), one("bearer")]))
        .build()
}

/// Every route gets an id of its own, which the names of handlers are not.
fn with_ids(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let words = path.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
        for (method, route) in [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
        ] {
            if let Some(route) = route {
                route.operation_id = Some(format!("{method}{words}"));
            }
        }
    }
    document
}

const DOCUMENT: &str = "/api/v2/openapi.json";
const ABOUT: &str = "Support addresses, tickets, people, messages kept aside, and what became \
of mail. Log in with Basic, `EMAIL/token` as user name and an API token as password, or with \
the token as Bearer. Every path is answered with `.json` at its end, too.";

#[cfg(test)]
mod tests;
