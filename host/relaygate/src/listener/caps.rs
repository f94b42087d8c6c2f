//! How many may come in: seats for connections, by listener, peer and account.
//!
//! A seat is a value: who holds it is counted, and dropping it gives it back,
//! whatever way the session ends.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use storage::AccountId;

/// The ceilings.
#[derive(Clone, Copy, Debug)]
pub struct CapSettings {
    /// Connections of all listeners together.
    pub connections_max: usize,
    /// Connections from one IP address.
    pub per_peer_max: usize,
    /// Authenticated sessions of one account.
    pub per_account_max: usize,
}

/// Counts the sessions of the whole process; clones share the counts.
#[derive(Clone, Debug)]
pub struct Caps {
    settings: CapSettings,
    all: Arc<Counted<()>>,
    peers: Arc<Counted<IpAddr>>,
    accounts: Arc<Counted<AccountId>>,
}

impl Caps {
    /// Nobody is in yet.
    pub fn new(settings: CapSettings) -> Self {
        Self {
            settings,
            all: Arc::default(),
            peers: Arc::default(),
            accounts: Arc::default(),
        }
    }

    /// A seat for one connection from `peer`, or `None` when the house or the
    /// peer's share of it is full.
    pub fn admit(&self, peer: IpAddr) -> Option<Seat> {
        let all = Taken::take(&self.all, (), self.settings.connections_max)?;
        let peer = Taken::take(&self.peers, peer.to_canonical(), self.settings.per_peer_max)?;
        Some(Seat {
            _all: all,
            _peer: peer,
        })
    }

    /// A seat for one authenticated session of `account`.
    pub fn admit_account(&self, account: AccountId) -> Option<AccountSeat> {
        let taken = Taken::take(&self.accounts, account, self.settings.per_account_max)?;
        Some(AccountSeat { _taken: taken })
    }

    /// Connections at the moment.
    pub fn connections(&self) -> usize {
        self.all.count(&())
    }
}

/// One connection's place; dropping it gives the place back.
#[derive(Debug)]
pub struct Seat {
    _all: Taken<()>,
    _peer: Taken<IpAddr>,
}

/// One authenticated session's place in its account's share.
#[derive(Debug)]
pub struct AccountSeat {
    _taken: Taken<AccountId>,
}

/// How often each key is held.
#[derive(Debug)]
struct Counted<K>(Mutex<HashMap<K, usize>>);

impl<K> Default for Counted<K> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Eq + Hash> Counted<K> {
    fn count(&self, key: &K) -> usize {
        self.held().get(key).copied().unwrap_or(0)
    }

    // A count is whole after every statement, so a panic elsewhere spoils nothing.
    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<K, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Taken<K: Eq + Hash + Clone> {
    from: Arc<Counted<K>>,
    key: K,
}

impl<K: Eq + Hash + Clone> Taken<K> {
    fn take(from: &Arc<Counted<K>>, key: K, limit: usize) -> Option<Self> {
        let mut held = from.held();
        let count = held.get(&key).copied().unwrap_or(0);
        if count >= limit {
            return None;
        }
        held.insert(key.clone(), count + 1);
        drop(held);
        Some(Self {
            from: Arc::clone(from),
            key,
        })
    }
}

impl<K: Eq + Hash + Clone> Drop for Taken<K> {
    fn drop(&mut self) {
        let mut held = self.from.held();
        match held.get_mut(&self.key) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                held.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn small() -> Caps {
        Caps::new(CapSettings {
            connections_max: 3,
            per_peer_max: 2,
            per_account_max: 1,
        })
    }

    fn peer(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))
    }

    #[test]
    fn one_peer_cannot_take_every_seat() {
        let caps = small();
        let _held = [
            caps.admit(peer(1)).expect("first"),
            caps.admit(peer(1)).expect("second"),
        ];
        assert!(caps.admit(peer(1)).is_none());
        assert!(caps.admit(peer(2)).is_some());
    }

    #[test]
    fn a_refused_peer_does_not_cost_the_house_a_seat() {
        let caps = small();
        let _held = [
            caps.admit(peer(1)).expect("first"),
            caps.admit(peer(1)).expect("second"),
        ];
        assert!(caps.admit(peer(1)).is_none());
        assert_eq!(caps.connections(), 2);
    }

    #[test]
    fn a_dropped_seat_is_free_again() {
        let caps = small();
        drop([
            caps.admit(peer(1)),
            caps.admit(peer(1)),
            caps.admit(peer(2)),
        ]);
        assert_eq!(caps.connections(), 0);
        assert!(caps.admit(peer(1)).is_some());
    }

    #[test]
    fn a_mapped_address_counts_as_the_address_it_maps() {
        let caps = small();
        let mapped = IpAddr::V6(Ipv4Addr::new(127, 0, 0, 1).to_ipv6_mapped());
        let _held = [
            caps.admit(peer(1)).expect("first"),
            caps.admit(mapped).expect("second"),
        ];
        assert!(caps.admit(peer(1)).is_none());
    }
}
