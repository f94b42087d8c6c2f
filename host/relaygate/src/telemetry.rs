//! Logs and metrics.
//!
//! No address, message text or secret is logged at INFO or above; what may be
//! said at which level stands with each event. Not here: where metrics are
//! served (`monitoring`).

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogConfig, LogFormat};

/// Starts logging to standard error. Later calls in the same process (tests)
/// change nothing.
pub fn start_logging(config: &LogConfig) {
    let filter = filter(&config.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(std::io::stderr);
    // An error means that somebody has set up logging already; theirs stays.
    drop(match config.format {
        LogFormat::Human => registry.with(layer.with_ansi(false)).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    });
}

/// Says what is wrong with a level, if anything.
pub fn check_level(level: &str) -> Result<(), String> {
    filter(level).map(drop)
}

fn filter(level: &str) -> Result<EnvFilter, String> {
    let unclear = || format!("{level:?} is not a log level");
    if level.trim().is_empty() {
        return Err(unclear());
    }
    let filter = EnvFilter::try_new(level).map_err(|_| unclear())?;
    let silent = SILENT.parse().map_err(|_| unclear())?;
    Ok(filter.add_directive(silent))
}

/// The HTML parser complains of what strangers write, tag by tag, and quotes it.
const SILENT: &str = "html5ever=off";

/// Starts counting. Only one recorder can live in a process; another one
/// (tests) counts for itself, unseen.
pub fn start_metrics() -> PrometheusHandle {
    let seconds = Matcher::Suffix("_seconds".to_owned());
    let builder = PrometheusBuilder::new();
    let recorder = match builder.set_buckets_for_metric(seconds, &BUCKETS_SECONDS) {
        Ok(builder) => builder.build_recorder(),
        Err(_) => PrometheusBuilder::new().build_recorder(),
    };
    let handle = recorder.handle();
    drop(metrics::set_global_recorder(recorder));
    handle
}

/// From a policy's answer to a slow customer's server.
const BUCKETS_SECONDS: [f64; 12] = [
    0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 300.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_may_name_modules() {
        assert_eq!(check_level("info,relaygate::courier=debug"), Ok(()));
    }

    #[test]
    fn a_word_that_is_no_level_is_named() {
        assert_eq!(
            check_level("loud=very"),
            Err("\"loud=very\" is not a log level".to_owned())
        );
    }
}
