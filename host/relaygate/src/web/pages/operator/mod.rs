//! `/operator/…`: the installation as who runs it sees it. Nothing here names an address,
//! a subject or a text of an account's mail.

mod accounts;
mod health;
mod metrics;
mod plot;
mod queue;

use std::sync::Arc;

use axum::Router;

use super::{form, page, problem, visit};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .merge(accounts::router())
        .merge(health::router())
        .merge(metrics::router())
        .merge(queue::router())
}
