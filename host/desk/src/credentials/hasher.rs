//! Bounded hashing: as many at once as there are cores, a short queue, then
//! `Busy` (AUTH-07). Memory is bounded by cores × the memory of one hash.
//!
//! That memory is kept and used again. Taken anew for each login it was freed into
//! the allocator's arena of whichever thread had hashed, and 500 logins at once grew
//! the process by 300 MiB with two cores.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::Block;
use secrecy::SecretString;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use super::password::{self, BadHash, HashCost};
use crate::Error;

/// Hashes waiting for a core before the next one is turned away.
const QUEUE_MAX: usize = 64;

/// Too many logins at once; the peer reads `454 4.7.0` and tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many logins at once")]
pub struct Busy;

/// Runs argon2id without ever taking more than its share of the machine.
#[derive(Clone)]
pub struct Hasher {
    cost: HashCost,
    /// A place here stands for one hash running or waiting.
    places: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    memories: Memories,
}

/// What hashes that have ended worked in; at most one for each core.
type Memories = Arc<Mutex<Vec<Vec<Block>>>>;

/// Held by the blocking task itself: a dropped future must not free it, since
/// the work goes on (AUTH-07).
struct Permit {
    memory: Vec<Block>,
    memories: Memories,
    _place: OwnedSemaphorePermit,
    _core: OwnedSemaphorePermit,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        lock(&self.memories).push(memory);
    }
}

impl Hasher {
    /// For that many cores.
    pub fn new(cost: HashCost, cores: usize) -> Self {
        let cores = cores.max(1);
        Self {
            cost,
            places: Arc::new(Semaphore::new(cores + QUEUE_MAX)),
            cores: Arc::new(Semaphore::new(cores)),
            memories: Memories::default(),
        }
    }

    /// Hashes a new password. Waits however long the queue is: an admin asks.
    pub(crate) async fn hash(&self, password: &SecretString) -> Result<String, Error> {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(closed)?;
        let permit = self.permit(place).await?;
        let (password, cost) = (password.clone(), self.cost);
        let hashed = spawn_blocking(move || {
            let mut permit = permit;
            password::hash(&password, cost, &mut permit.memory)
        });
        hashed.await.map_err(closed)?.map_err(closed)
    }

    /// Compares a presented password with a hash.
    pub(super) async fn verify(
        &self,
        password: SecretString,
        hash: String,
    ) -> Result<Result<bool, BadHash>, Busy> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Busy)?;
        let permit = self.permit(place).await.map_err(|_| Busy)?;
        let verified = spawn_blocking(move || {
            let mut permit = permit;
            password::verify(&password, &hash, &mut permit.memory)
        });
        verified.await.map_err(|_| Busy)
    }

    async fn permit(&self, place: OwnedSemaphorePermit) -> Result<Permit, Error> {
        let core = Arc::clone(&self.cores)
            .acquire_owned()
            .await
            .map_err(closed)?;
        let memory = lock(&self.memories).pop().unwrap_or_default();
        Ok(Permit {
            memory,
            memories: Arc::clone(&self.memories),
            _place: place,
            _core: core,
        })
    }

    pub(super) fn cost(&self) -> HashCost {
        self.cost
    }
}

// The list is whole after every statement, so a panic elsewhere spoils nothing.
fn lock(memories: &Mutex<Vec<Vec<Block>>>) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
    memories.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Neither semaphore is ever closed; what is left is a cost argon2 refuses, or a
/// runtime on its way down.
fn closed<E>(_: E) -> Error {
    Error::Hash
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: HashCost = HashCost {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };

    #[tokio::test]
    async fn beyond_cores_and_queue_a_login_is_turned_away() {
        let hasher = Hasher::new(CHEAP, 1);
        let password = SecretString::from("rg_2222222222.x");
        let hash = hasher.hash(&password).await.unwrap();
        let held: Vec<_> = (0..QUEUE_MAX + 1)
            .map(|_| Arc::clone(&hasher.places).try_acquire_owned().unwrap())
            .collect();
        assert_eq!(
            hasher.verify(password.clone(), hash.clone()).await,
            Err(Busy)
        );
        drop(held);
        assert_eq!(hasher.verify(password, hash).await, Ok(Ok(true)));
    }

    /// AUTH-07: the memory of one hash for each core, however many there were.
    #[tokio::test]
    async fn many_logins_share_the_memory_of_the_cores() {
        let hasher = Hasher::new(CHEAP, 2);
        let password = SecretString::from("rg_2222222222.x");
        let hash = hasher.hash(&password).await.unwrap();
        let logins: Vec<_> = (0..40)
            .map(|_| {
                let (hasher, password, hash) = (hasher.clone(), password.clone(), hash.clone());
                tokio::spawn(async move { hasher.verify(password, hash).await })
            })
            .collect();
        for login in logins {
            assert_eq!(login.await.unwrap(), Ok(Ok(true)));
        }
        let kept = lock(&hasher.memories).len();
        assert!((1..=2).contains(&kept), "{kept}");
    }

    #[tokio::test]
    async fn a_dropped_login_keeps_its_permit_until_the_work_is_done() {
        let hasher = Hasher::new(
            HashCost {
                memory_kib: 8 * 1024,
                passes: 3,
                lanes: 1,
            },
            1,
        );
        let password = SecretString::from("rg_2222222222.x");
        let hash = hasher.hash(&password).await.unwrap();
        let running = tokio::spawn({
            let (hasher, password) = (hasher.clone(), password.clone());
            async move { hasher.verify(password, hash).await }
        });
        while hasher.cores.available_permits() == 1 && !running.is_finished() {
            tokio::task::yield_now().await;
        }
        running.abort();
        let _ = running.await;
        // The core is free again only when the blocking task has ended.
        let core = hasher.cores.acquire().await.unwrap();
        drop(core);
        assert_eq!(hasher.places.available_permits(), 1 + QUEUE_MAX);
    }
}
