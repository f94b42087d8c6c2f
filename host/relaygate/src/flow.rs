//! What passes through at the moment, in memory only: seats, failed logins,
//! counters. All of it starts at zero with the process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use storage::AccountId;
use tokio::sync::OwnedMutexGuard;

use crate::config::Config;
use crate::courier::{Circuits, Seats};
use crate::facts::Counters;
use crate::listener::{CapSettings, Caps};
use crate::muffle::Muffle;
use crate::operations::passkeys::Ceremonies;
use crate::reception::Throttle;

/// Shared by listeners, reception, runner and dispatch.
pub struct Flow {
    /// Seats for connections.
    pub caps: Caps,
    /// Failed logins of mail servers.
    pub throttle: Throttle,
    /// Lines about connections there was no room for.
    pub refusals: Muffle,
    /// Lines about what was refused to peers that have not logged in.
    pub strangers: Muffle,
    /// Failed sign-ins of people.
    pub sign_ins: Throttle,
    /// Passkeys that are being made or asked for.
    pub passkeys: Ceremonies,
    /// The windowed counters of policies.
    pub counters: Arc<Counters>,
    /// Connections to other mail servers.
    pub seats: Seats,
    /// Which of those servers are dead.
    pub circuits: Circuits,
    turns: Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Flow {
    /// Nothing has passed yet.
    pub fn new(config: &Config) -> Self {
        let limits = &config.limits;
        Self {
            caps: Caps::new(CapSettings {
                connections_max: limits.connections_max as usize,
                per_peer_max: limits.connections_per_peer_max as usize,
                per_account_max: limits.connections_per_account_max as usize,
            }),
            refusals: Muffle::new(REFUSAL_LINES_MAX),
            strangers: Muffle::new(STRANGER_LINES_MAX),
            throttle: Throttle::new(&config.auth),
            sign_ins: Throttle::new(&config.auth),
            passkeys: Ceremonies::default(),
            counters: Arc::default(),
            seats: Seats::new(config.outbound.connections_per_host_max),
            circuits: Circuits::default(),
            turns: Mutex::default(),
        }
    }

    /// The account's turn to change tickets and what is sent about them. One
    /// after the other, since what conflicts has to be done again, after a
    /// while. Correct without it, only slower.
    pub async fn turn(&self, account: AccountId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(account).or_default())
        };
        turn.lock_owned().await
    }
}

/// Lines a minute about connections there was no room for: the first says it all.
const REFUSAL_LINES_MAX: u32 = 1;
/// Lines a minute about what was refused to strangers: some 300 KB.
const STRANGER_LINES_MAX: u32 = 1_000;
