//! How much mail connectors, credentials and logins carried in the last seven days
//! (R44, R63), as it is shown beside them.

use desk::traffic::{Day, Volume};
use serde::Serialize;

/// A connector's mail of the last seven days.
#[derive(Debug, Serialize)]
pub struct TrafficView {
    /// All days together.
    #[serde(flatten)]
    pub week: VolumeView,
    /// Of a hundred messages that came in, how many came unauthenticated; rounded up.
    pub unauthenticated_percent: u64,
    /// Day by day, today last.
    pub days: Vec<DayView>,
}

/// A day's mail.
#[derive(Debug, Serialize)]
pub struct DayView {
    /// For example `2026-11-28`, in UTC.
    pub day: String,
    /// How much.
    #[serde(flatten)]
    pub volume: VolumeView,
}

/// How much mail; a message counts once for each of its recipients.
#[derive(Debug, Serialize)]
pub struct VolumeView {
    /// Came in over the connector.
    pub authenticated_in: u64,
    /// Came in for its addresses any other way.
    pub unauthenticated_in: u64,
    /// Taken over by the customer's server.
    pub accepted_out: u64,
    /// Given up.
    pub failed_out: u64,
}

/// What one login at a customer's server carried in the last seven days.
#[derive(Debug, Serialize)]
pub struct LoginView {
    /// The user name.
    pub username: String,
    /// Taken over by the customer's server.
    pub accepted_out: u64,
    /// Given up.
    pub failed_out: u64,
}

/// All days together.
pub(super) fn sum(days: &[Day]) -> Volume {
    days.iter().map(|day| day.volume).sum()
}

pub(super) fn view(days: &[Day]) -> TrafficView {
    let week = sum(days);
    TrafficView {
        week: volume(week),
        unauthenticated_percent: week.unauthenticated_percent(),
        days: days.iter().map(day).collect(),
    }
}

pub(super) fn login((username, volume): (&String, &Volume)) -> LoginView {
    LoginView {
        username: username.clone(),
        accepted_out: volume.accepted_out,
        failed_out: volume.failed_out,
    }
}

fn day(day: &Day) -> DayView {
    let mut date = mail::message::timestamp(day.began.0);
    date.truncate(DATE_OCTETS);
    DayView {
        day: date,
        volume: volume(day.volume),
    }
}

fn volume(volume: Volume) -> VolumeView {
    VolumeView {
        authenticated_in: volume.authenticated_in,
        unauthenticated_in: volume.unauthenticated_in,
        accepted_out: volume.accepted_out,
        failed_out: volume.failed_out,
    }
}

/// `2026-11-28`
const DATE_OCTETS: usize = 10;
