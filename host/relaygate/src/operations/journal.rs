//! The journal of the running program.
//!
//! `verify` and `dump` are no operations: they read the files by themselves.

use serde::Serialize;

use super::{Outcome, Refusal};
use crate::services::Services;

/// What compacting left.
#[derive(Debug, Serialize)]
pub struct CompactView {
    /// Segments and octets of the journal before and after.
    pub journal: Compacted,
}

/// Before and after.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Compacted {
    pub segments_before: u64,
    pub segments: u64,
    pub octets_before: u64,
    pub octets: u64,
}

/// Sums up everything in a snapshot and removes what it supersedes; small texts
/// that keep a long segment alive move to the journal's end.
pub async fn compact(services: &Services) -> Outcome<CompactView> {
    let store = &services.embedded;
    let before = store.journal_size()?;
    if !store.compact().await {
        let said = "the journal could not be compacted; the log says why";
        return Err(Refusal::new("not_compacted", said));
    }
    let after = store.journal_size()?;
    Ok(CompactView {
        journal: Compacted {
            segments_before: before.segments,
            segments: after.segments,
            octets_before: before.octets,
            octets: after.octets,
        },
    })
}
