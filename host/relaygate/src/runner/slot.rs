//! A lease that outlives the worker that holds it.

use std::sync::{Arc, Mutex, PoisonError};

use storage::{Job, Lease};

/// Shared by a worker and whoever cleans up after it: the worker takes the
/// lease out to settle it; if it panics before that, the lease is still here.
#[derive(Debug, Clone)]
pub struct LeaseSlot {
    job: Arc<Job>,
    lease: Arc<Mutex<Option<Lease>>>,
}

impl LeaseSlot {
    /// Holds the lease until it is taken.
    pub fn new(lease: Lease) -> Self {
        let job = Arc::new(lease.job().clone());
        Self {
            job,
            lease: Arc::new(Mutex::new(Some(lease))),
        }
    }

    /// The job as it was when the lease was taken.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// The right to settle the job, once.
    pub fn take(&self) -> Option<Lease> {
        self.lease
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}
