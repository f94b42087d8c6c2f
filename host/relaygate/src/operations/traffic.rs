//! How much mail connectors, credentials and logins carried in the last seven days
//! (R44, R63), as it is shown beside them, and at which hours (R98).

use desk::traffic::{Day, HOURS, Volume, Week};
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
    /// Hour by hour, all days together.
    pub hours: Vec<HourView>,
    /// The hour with the least mail, in UTC: when to disconnect (R98). Absent where there
    /// was none at all.
    pub quietest_hour: Option<usize>,
}

/// The mail of one hour of the day.
#[derive(Debug, Serialize)]
pub struct HourView {
    /// 0 to 23, in UTC.
    pub hour: usize,
    /// How much.
    #[serde(flatten)]
    pub volume: VolumeView,
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

impl VolumeView {
    /// Came in, whichever way.
    pub fn incoming(&self) -> u64 {
        self.authenticated_in + self.unauthenticated_in
    }

    /// Went out, or should have.
    pub fn outgoing(&self) -> u64 {
        self.accepted_out + self.failed_out
    }
}

/// All days together.
pub(super) fn sum(week: &Week) -> Volume {
    week.days.iter().map(|day| day.volume).sum()
}

pub(super) fn view(week: &Week) -> TrafficView {
    let sum = sum(week);
    let hours = week.hours.iter().enumerate();
    TrafficView {
        week: volume(sum),
        unauthenticated_percent: sum.unauthenticated_percent(),
        days: week.days.iter().map(day).collect(),
        hours: hours
            .map(|(hour, carried)| HourView {
                hour,
                volume: volume(*carried),
            })
            .collect(),
        quietest_hour: quietest(&week.hours),
    }
}

/// The hour with the least mail, and among several the one whose neighbours have the least.
fn quietest(hours: &[Volume; HOURS]) -> Option<usize> {
    let of = |hour: usize| {
        let carried = volume(hours[hour % HOURS]);
        carried.incoming() + carried.outgoing()
    };
    let by_quiet = |hour: &usize| (of(*hour), of(hour + HOURS - 1) + of(hour + 1));
    (0..HOURS)
        .any(|hour| of(hour) > 0)
        .then(|| (0..HOURS).min_by_key(by_quiet))
        .flatten()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quietest_hour_has_quiet_neighbours() {
        let mut hours = [Volume::default(); HOURS];
        assert_eq!(quietest(&hours), None, "nothing is known");
        for (hour, count) in [(0, 9), (1, 9), (2, 0), (3, 5), (22, 1)] {
            hours[hour].authenticated_in = count;
        }
        hours[12].failed_out = 3;
        assert_eq!(quietest(&hours), Some(5), "2 has none, but busy neighbours");
        hours.fill(Volume {
            accepted_out: 4,
            ..Volume::default()
        });
        hours[23].accepted_out = 3;
        assert_eq!(quietest(&hours), Some(23));
    }
}
