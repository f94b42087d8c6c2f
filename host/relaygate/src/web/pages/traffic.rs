//! The mail of a connected domain as pictures: of the last seven days, and of the hours of a
//! day.

use super::bars::{Bars, Value};
use super::page::Page;
use crate::operations::traffic::{TrafficView, VolumeView};

/// Day by day; what came in unauthenticated is marked.
pub(super) fn days(page: &Page, traffic: &TrafficView) -> Bars {
    let values = traffic.days.iter().map(|day| Value {
        name: format!("{}: {}", page.day(&day.day), all(&day.volume)),
        all: all(&day.volume),
        warned: day.volume.unauthenticated_in,
        chosen: false,
    });
    let captions = traffic.days.iter().map(|day| {
        let (_, day) = day.day.rsplit_once('-').unwrap_or_default();
        day.trim_start_matches('0').to_owned()
    });
    Bars::new(values, captions.collect())
}

/// Hour by hour; the quietest is marked (R98).
pub(super) fn hours(traffic: &TrafficView) -> Bars {
    let values = traffic.hours.iter().map(|hour| Value {
        name: format!("{}: {}", clock(hour.hour), all(&hour.volume)),
        all: all(&hour.volume),
        warned: 0,
        chosen: traffic.quietest_hour == Some(hour.hour),
    });
    let captions = (0..traffic.hours.len()).step_by(HOURS_BETWEEN_CAPTIONS);
    Bars::new(values, captions.map(clock).collect())
}

/// `5:00`
pub(super) fn clock(hour: usize) -> String {
    format!("{hour}:00")
}

fn all(volume: &VolumeView) -> u64 {
    volume.incoming() + volume.outgoing()
}

const HOURS_BETWEEN_CAPTIONS: usize = 6;
