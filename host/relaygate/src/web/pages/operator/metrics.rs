//! `/operator/metrics`: throughput, latency, queue and policies as curves, and the same
//! as figures for who cannot see them.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::page::Page;
use super::plot::{HEIGHT, Plot, WIDTH, figure};
use super::problem::{Key, shown};
use super::visit::Operator;
use crate::operations::stats::{self, SampleView};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route(PLACE, get(show))
}

/// How far back.
#[derive(Debug, Default, Deserialize)]
struct Which {
    #[serde(default)]
    range: String,
}

#[derive(Template)]
#[template(path = "operator/metrics.html")]
struct MetricsPage {
    page: Page,
    day: bool,
    /// Nothing was sampled yet.
    young: bool,
    charts: Vec<Chart>,
    width: u32,
    height: u32,
}

/// A picture with its words.
struct Chart {
    /// Its name within the page.
    id: &'static str,
    title: Key,
    unit: Key,
    /// What each line is, in the order of the colours.
    legend: Vec<Key>,
    plot: Plot,
    /// The same in figures: a time, and one for each line.
    rows: Vec<(u64, Vec<String>)>,
}

/// What one line shows of a sample.
type Show = fn(&SampleView) -> Option<f64>;

async fn show(
    State(services): State<Arc<Services>>,
    operator: Operator,
    Query(which): Query<Which>,
) -> Response {
    let day = which.range == "day";
    let samples = stats::show(&services, day).samples;
    let span = if day { DAY_MS } else { HOUR_MS };
    let end = services.clock.now().0;
    let chart = |id, title, unit, lines: &[(Key, Show)]| {
        Chart::new((id, title, unit), lines, &samples, (end, span))
    };
    let page = MetricsPage {
        page: Page::of(&operator.visit, PLACE),
        day,
        young: samples.is_empty(),
        charts: vec![
            chart(
                "throughput",
                Key("metrics-throughput"),
                Key("metrics-per-second"),
                &THROUGHPUT,
            ),
            chart(
                "latency",
                Key("metrics-latency"),
                Key("metrics-ms"),
                &LATENCY,
            ),
            chart("age", Key("metrics-age"), Key("metrics-seconds"), &AGE),
            chart(
                "length",
                Key("metrics-length"),
                Key("metrics-jobs"),
                &LENGTH,
            ),
            chart(
                "policies",
                Key("metrics-policies"),
                Key("metrics-us"),
                &POLICIES,
            ),
        ],
        width: WIDTH,
        height: HEIGHT,
    };
    shown(&page).into_response()
}

impl Chart {
    fn new(
        (id, title, unit): (&'static str, Key, Key),
        lines: &[(Key, Show)],
        samples: &[SampleView],
        (end, span): (u64, u64),
    ) -> Self {
        let series = lines.iter().map(|(_, show)| {
            let points = samples.iter().map(|sample| (sample.at, show(sample)));
            points.collect::<Vec<_>>()
        });
        let series: Vec<_> = series.collect();
        Self {
            id,
            title,
            unit,
            legend: lines.iter().map(|(key, _)| Key(key.0)).collect(),
            plot: Plot::new(&series, end, span),
            rows: rows(lines, samples),
        }
    }
}

/// So many samples together in a row, the latest first: their mean.
fn rows(lines: &[(Key, Show)], samples: &[SampleView]) -> Vec<(u64, Vec<String>)> {
    let together = samples.len().div_ceil(ROWS_MAX).max(1);
    let groups = samples.rchunks(together);
    let row = |group: &[SampleView]| {
        let at = group.last().map_or(0, |sample| sample.at);
        let cells = lines.iter().map(|(_, show)| mean(group, *show));
        (at, cells.collect())
    };
    groups.map(row).collect()
}

fn mean(samples: &[SampleView], show: Show) -> String {
    let values: Vec<f64> = samples.iter().filter_map(show).collect();
    match values.is_empty() {
        true => "–".to_owned(),
        false => figure(values.iter().sum::<f64>() / values.len() as f64),
    }
}

const PLACE: &str = "/operator/metrics";
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// Rows of a table at most.
const ROWS_MAX: usize = 24;

const THROUGHPUT: [(Key, Show); 2] = [
    (Key("metrics-taken"), |it| Some(it.taken_per_second)),
    (Key("metrics-delivered"), |it| Some(it.delivered_per_second)),
];
const LATENCY: [(Key, Show); 2] = [
    (Key("metrics-mean"), |it| it.keep_ms_mean),
    (Key("metrics-p95"), |it| it.keep_ms_p95),
];
const AGE: [(Key, Show); 1] = [(Key("metrics-oldest"), |it| Some(it.queue_oldest_seconds))];
const LENGTH: [(Key, Show); 1] = [(Key("metrics-waiting"), |it| Some(it.queue_jobs))];
const POLICIES: [(Key, Show); 2] = [
    (Key("metrics-mean"), |it| it.policy_us_mean),
    (Key("metrics-p95"), |it| it.policy_us_p95),
];
