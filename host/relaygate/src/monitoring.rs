//! Metrics and health, for machines that watch: `/metrics`, `/healthz`, `/readyz`.
//!
//! In clear text and without a login, so the address it listens on has to be a
//! private one; nothing here names an account or an address.

use std::path::Path;
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
    let services = &watched.services;
    let config = &services.config;
    verdict(&[
        ("journal", services.embedded.healthy()),
        (
            "disk",
            has_room(&config.data_dir, config.limits.disk_free_octets_min),
        ),
        ("listeners", !services.stop.is_cancelled()),
    ])
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

/// Whether so many octets are free for us below `directory`.
fn has_room(directory: &Path, octets_min: u64) -> bool {
    rustix::fs::statvfs(directory)
        .is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= octets_min)
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

    #[test]
    fn no_disk_has_all_the_room_in_the_world() {
        assert!(has_room(Path::new("/"), 0));
        assert!(!has_room(Path::new("/"), u64::MAX));
    }
}
