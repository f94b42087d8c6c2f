//! Metrics and health, for machines that watch: `/metrics`, `/healthz`, `/readyz`.
//!
//! In clear text and without a login, so the address it listens on has to be a
//! private one; nothing here names an account or an address.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::operations::health;
use crate::services::Services;

#[derive(Clone)]
struct Watched {
    services: Arc<Services>,
    metrics: PrometheusHandle,
}

/// Serves until the program is told to stop. The listeners are up by the time
/// this is called, so readiness need not ask for them.
pub async fn serve(services: Arc<Services>, metrics: PrometheusHandle, listener: TcpListener) {
    let stop = services.stop.clone();
    let upkeep = tokio::spawn(upkeep(metrics.clone(), stop.clone()));
    let router = router(Watched { services, metrics });
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(reason) = served.await {
        error!(%reason, "metrics listener ended");
    }
    upkeep.abort();
}

/// Folds histograms together, so that they do not grow while nobody asks.
async fn upkeep(metrics: PrometheusHandle, stop: CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(UPKEEP_EVERY))
        .await
        .is_some()
    {
        metrics.run_upkeep();
    }
}

fn router(watched: Watched) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(health))
        .route("/readyz", get(readiness))
        .with_state(watched)
}

async fn metrics(State(watched): State<Watched>) -> impl IntoResponse {
    ([("content-type", METRICS_TYPE)], watched.metrics.render())
}

/// Whether to restart it: only a failed disk calls for that.
async fn health(State(watched): State<Watched>) -> impl IntoResponse {
    verdict(&[("journal", watched.services.embedded.healthy())])
}

/// Whether to send it mail.
async fn readiness(State(watched): State<Watched>) -> impl IntoResponse {
    let parts = health::parts(&watched.services).into_iter();
    verdict(&parts.map(|part| (part.name, part.fine)).collect::<Vec<_>>())
}

fn verdict(parts: &[(&str, bool)]) -> (StatusCode, String) {
    let line =
        |(name, fine): &(&str, bool)| format!("{name} {}\n", if *fine { "ok" } else { "failed" });
    let status = match parts.iter().all(|(_, fine)| *fine) {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, parts.iter().map(line).collect())
}

const METRICS_TYPE: &str = "text/plain; version=0.0.4";
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_part_fails_the_whole() {
        let (status, text) = verdict(&[("journal", true), ("disk", false)]);
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(text, "journal ok\ndisk failed\n");
    }
}
