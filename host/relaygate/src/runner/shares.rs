//! How much of a lane one account has, so that its backlog, at a slow server for
//! example, leaves workers for the others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use storage::{Scope, Share};
use tokio::sync::Notify;

/// The workers of one lane, by whom they work for.
#[derive(Debug, Clone)]
pub(super) struct Shares(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    share: Mutex<Share>,
    freed: Notify,
}

/// One worker's place; given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    of: Shares,
    scope: Scope,
}

impl Shares {
    /// Each account has at most so many workers.
    pub(super) fn new(each: u32) -> Self {
        Self(Arc::new(Inner {
            share: Mutex::new(Share::new(each.max(1) as usize)),
            freed: Notify::new(),
        }))
    }

    /// A worker begins.
    pub(super) fn take(&self, scope: Scope) -> Place {
        self.share().take(scope);
        Place {
            of: self.clone(),
            scope,
        }
    }

    /// How it stands.
    pub(super) fn now(&self) -> Share {
        self.share().clone()
    }

    /// Until a worker has ended, if none has since the last wait.
    pub(super) async fn freed(&self) {
        self.0.freed.notified().await;
    }

    fn share(&self) -> MutexGuard<'_, Share> {
        self.0.share.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.of.share().give_back(self.scope);
        self.of.0.freed.notify_one();
    }
}
