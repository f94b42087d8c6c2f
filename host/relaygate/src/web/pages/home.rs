//! `/`: where somebody begins.

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

use super::places;
use super::visit::Anyone;
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route("/", get(home))
}

async fn home(Anyone(who): Anyone) -> Redirect {
    Redirect::to(places::first(who.visitor().member.role))
}
