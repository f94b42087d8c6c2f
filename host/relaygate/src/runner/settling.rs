//! How a job's end gets into the store although the store refuses it now and then.
//!
//! A lease outlives a refused batch, so whoever has done the work may say so
//! again: work that is done and forgotten would be done twice.

use std::time::Duration;

use storage::{Batch, CommitError};
use tracing::{debug, warn};

use crate::services::Services;

/// Commits what ends or postpones a job, and keeps at it while the disk is full.
pub(crate) async fn settle(services: &Services, changes: impl Fn(&mut Batch)) {
    loop {
        let mut batch = Batch::new();
        changes(&mut batch);
        match services.store.commit(batch).await {
            Ok(_durable) => return,
            Err(error) if once_more(services, &error).await => {}
            Err(error) => return log_unsettled(&error),
        }
    }
}

/// Whether the same worker should say it once more, after reading anew. Waits
/// where waiting helps.
pub(crate) async fn once_more(services: &Services, error: &CommitError) -> bool {
    match error {
        CommitError::Conflict { .. } => true,
        CommitError::Full => {
            warn!(%error, "job cannot be settled yet");
            let pause = tokio::time::sleep(FULL_PAUSE);
            services.stop.run_until_cancelled(pause).await.is_some()
        }
        CommitError::LeaseLost(_)
        | CommitError::NoSuchJob(_)
        | CommitError::NoSuchText(_)
        | CommitError::TooLarge { .. }
        | CommitError::Closed
        | CommitError::Failed => false,
    }
}

fn log_unsettled(error: &CommitError) {
    match error {
        // Settled before, or somebody else's by now.
        CommitError::LeaseLost(_) => debug!(%error, "job is settled already"),
        _ => warn!(%error, "job could not be settled; it comes again"),
    }
}

const FULL_PAUSE: Duration = Duration::from_secs(1);
