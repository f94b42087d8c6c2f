//! How the program is: what machines that watch are told, and what else an operator
//! wants to see at once.

use std::path::Path;

use serde::Serialize;

use super::Outcome;
use crate::services::Services;
use crate::tls::ServerTls;

/// How it is.
#[derive(Debug, Serialize)]
pub struct HealthView {
    /// Mail may be sent here: every part is fine.
    pub ready: bool,
    /// What that depends on.
    pub parts: Vec<PartView>,
    /// Our own name.
    pub hostname: String,
    /// The program's version.
    pub version: &'static str,
    /// Milliseconds since the epoch.
    pub started_at: u64,
    /// Seconds since then.
    pub uptime_seconds: u64,
    /// Accounts there are.
    pub accounts: u64,
    /// Jobs there are, whatever they wait for.
    pub jobs: u64,
    /// What the store takes.
    pub store: StoreView,
    /// Servers that count as dead and are probed by one message at a time.
    pub circuits: Vec<CircuitView>,
    /// What we show to those who connect.
    pub certificates: Vec<CertificateView>,
}

/// One thing readiness depends on.
#[derive(Debug, Clone, Serialize)]
pub struct PartView {
    /// `journal`, `disk` or `listeners`.
    pub name: &'static str,
    /// It is as it should be.
    pub fine: bool,
}

/// What the store takes, and what it has.
#[derive(Debug, Serialize)]
pub struct StoreView {
    /// Files of the journal.
    pub journal_segments: u64,
    /// Their octets.
    pub journal_octets: u64,
    /// Octets free for us on its disk.
    pub disk_free_octets: u64,
    /// With fewer we are not ready (`limits.disk_free_octets_min`).
    pub disk_free_octets_min: u64,
}

/// A server nobody reaches.
#[derive(Debug, Serialize)]
pub struct CircuitView {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Failures in a row.
    pub failures: u32,
    /// Milliseconds since the epoch: from then on one message may try.
    pub probed_at: u64,
}

/// A certificate of ours.
#[derive(Debug, Serialize)]
pub struct CertificateView {
    /// `smtp` or `https`.
    pub purpose: &'static str,
    /// Milliseconds since the epoch; null if it cannot be read.
    pub expires_at: Option<u64>,
    /// It ends within a fortnight, or has ended.
    pub ends_soon: bool,
}

/// How it is.
pub async fn show(services: &Services) -> Outcome<HealthView> {
    let now = services.clock.now();
    let parts = parts(services);
    Ok(HealthView {
        ready: parts.iter().all(|part| part.fine),
        parts,
        hostname: services.hostname.to_string(),
        version: env!("CARGO_PKG_VERSION"),
        started_at: services.started.0,
        uptime_seconds: now.0.saturating_sub(services.started.0) / MILLIS_PER_SECOND,
        accounts: desk::accounts::list(&services.desk).await?.len() as u64,
        jobs: services.embedded.backlog().iter().map(|it| it.jobs).sum(),
        store: store(services)?,
        circuits: circuits(services),
        certificates: certificates(services),
    })
}

/// What readiness depends on. Listeners are up by the time anybody can ask.
pub fn parts(services: &Services) -> Vec<PartView> {
    let part = |name, fine| PartView { name, fine };
    let config = &services.config;
    let room = free_octets(&config.data_dir);
    vec![
        part("journal", services.embedded.healthy()),
        part("disk", room >= config.limits.disk_free_octets_min),
        part("listeners", !services.stop.is_cancelled()),
    ]
}

/// Octets free for us below `directory`; none if it cannot be asked.
fn free_octets(directory: &Path) -> u64 {
    let disk = rustix::fs::statvfs(directory);
    disk.map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn store(services: &Services) -> Outcome<StoreView> {
    let journal = services.embedded.journal_size()?;
    Ok(StoreView {
        journal_segments: journal.segments,
        journal_octets: journal.octets,
        disk_free_octets: free_octets(&services.config.data_dir),
        disk_free_octets_min: services.config.limits.disk_free_octets_min,
    })
}

fn circuits(services: &Services) -> Vec<CircuitView> {
    let dead = services.flow.circuits.dead();
    let view =
        |(host, port, failures, opens): (String, u16, u32, storage::Timestamp)| CircuitView {
            host,
            port,
            failures,
            probed_at: opens.0,
        };
    dead.into_iter().map(view).collect()
}

fn certificates(services: &Services) -> Vec<CertificateView> {
    let soon = services.clock.now().0.saturating_add(SOON_MS);
    let view = |purpose, tls: &ServerTls| {
        let expires_at = tls.expires_at();
        CertificateView {
            purpose,
            expires_at,
            ends_soon: expires_at.is_some_and(|end| end < soon),
        }
    };
    let https = services.web_tls.iter().map(|tls| view("https", tls));
    std::iter::once(view("smtp", &services.server_tls))
        .chain(https)
        .collect()
}

const MILLIS_PER_SECOND: u64 = 1_000;
/// A fortnight: time enough to get another.
const SOON_MS: u64 = 14 * 24 * 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_cannot_be_asked_has_no_room() {
        assert!(free_octets(Path::new("/")) > 0);
        assert_eq!(free_octets(Path::new("/there/is/nothing")), 0);
    }
}
