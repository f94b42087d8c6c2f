//! Whose turn it is to have the past decided again: one at a time, since a core is theirs
//! meanwhile, and each account with pauses, since its policies have no allowance there. Mail
//! and the other accounts need the core, too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use storage::AccountId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::operations::{Outcome, Refusal};

/// The turns of one program.
#[derive(Debug)]
pub struct Turns {
    one: Arc<Semaphore>,
    /// Until when an account pauses.
    pauses: Mutex<HashMap<AccountId, Instant>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            one: Arc::new(Semaphore::new(1)),
            pauses: Mutex::default(),
        }
    }
}

impl Turns {
    /// Takes the turn, if nobody has it.
    pub(super) fn take(&self) -> Outcome<OwnedSemaphorePermit> {
        let busy = "another replay is under way; try again when it is done";
        let turn = Arc::clone(&self.one).try_acquire_owned();
        turn.map_err(|_| Refusal::new("replay_under_way", busy))
    }

    /// Whether the account's pause is over.
    pub(super) fn check(&self, account: AccountId) -> Outcome<()> {
        let again = "it was done just now; try again in a minute";
        match self.pauses().get(&account) {
            Some(end) if *end > Instant::now() => Err(Refusal::new("replay_too_often", again)),
            _ => Ok(()),
        }
    }

    /// Begins the account's pause, after a replay that took so long.
    pub(super) fn pause(&self, account: AccountId, took: Duration) {
        let (mut pauses, now) = (self.pauses(), Instant::now());
        pauses.retain(|_, end| *end > now);
        pauses.insert(account, now + took * PAUSE_TIMES);
    }

    fn pauses(&self) -> MutexGuard<'_, HashMap<AccountId, Instant>> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many times as long as the replay: a fifth of a core is what an account gets for it.
const PAUSE_TIMES: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_the_accounts_own_and_ends() {
        let account = |number| AccountId::new(number).expect("a number");
        let (one, other, turns) = (account(1), account(2), Turns::default());
        turns.pause(one, Duration::from_millis(20));
        let refused = turns.check(one).expect_err("it pauses");
        assert_eq!(refused.code, "replay_too_often");
        assert!(turns.check(other).is_ok());
        std::thread::sleep(Duration::from_millis(100));
        assert!(turns.check(one).is_ok());
    }

    #[test]
    fn there_is_one_turn() {
        let turns = Turns::default();
        let turn = turns.take().expect("it is free");
        let refused = turns.take().expect_err("somebody has it");
        assert_eq!(refused.code, "replay_under_way");
        drop(turn);
        assert!(turns.take().is_ok());
    }
}
