//! `/operator/health`: whether it is well, and what deserves a look.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::page::Page;
use super::problem::{Problem, shown};
use super::visit::Operator;
use crate::operations::health::{self, HealthView};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route(PLACE, get(show))
}

#[derive(Template)]
#[template(path = "operator/health.html")]
struct HealthPage {
    page: Page,
    health: HealthView,
}

async fn show(
    State(services): State<Arc<Services>>,
    operator: Operator,
) -> Result<Response, Problem> {
    let page = HealthPage {
        page: Page::of(&operator.visit, PLACE),
        health: health::show(&services).await?,
    };
    Ok(shown(&page).into_response())
}

/// Octets as people read them, for example `1.4 GiB`.
fn octets(number: &u64) -> String {
    let mut amount = *number as f64;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while amount >= STEP
        && let Some(larger) = units.next()
    {
        (amount, unit) = (amount / STEP, Some(larger));
    }
    let unit = unit.copied().unwrap_or_default();
    match unit {
        "B" => format!("{number} B"),
        unit => format!("{amount:.1} {unit}"),
    }
}

/// Seconds as days, hours and minutes, for example `3 d 4 h`.
pub(super) fn span(seconds: &u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) if *seconds < 60 => format!("{seconds} s"),
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

const PLACE: &str = "/operator/health";
const STEP: f64 = 1_024.0;
const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_spans_are_read_at_a_glance() {
        for (number, expected) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_536, "1.5 KiB"),
            (1_503_238_553, "1.4 GiB"),
            (u64::MAX, "16777216.0 TiB"),
        ] {
            assert_eq!(octets(&number), expected);
        }
        for (seconds, expected) in [(59, "59 s"), (3_660, "1 h 1 min"), (266_400, "3 d 2 h")] {
            assert_eq!(span(&seconds), expected);
        }
    }
}
