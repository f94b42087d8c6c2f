//! How many may come in: seats for connections, by listener, peer and account.
//!
//! A seat is a value: who holds it is counted, and dropping it gives it back,
//! whatever way the session ends.
//!
//! A full house makes room: the connection nobody has logged in on for longest loses
//! its place to the newcomer (FAULTS RES-01). Somebody who holds thousands of
//! connections open keeps out nobody but themselves.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use storage::AccountId;
use tokio_util::sync::CancellationToken;

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
    strangers: Arc<Strangers>,
}

/// Why there is no seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The peer has its share.
    Peer,
    /// Every seat is taken, and all of those who sit there have logged in.
    House,
}

impl Full {
    /// The word for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::House => "house",
        }
    }
}

impl Caps {
    /// Nobody is in yet.
    pub fn new(settings: CapSettings) -> Self {
        Self {
            settings,
            all: Arc::default(),
            peers: Arc::default(),
            accounts: Arc::default(),
            strangers: Arc::default(),
        }
    }

    /// A seat for one connection from `peer`.
    ///
    /// # Errors
    /// The house or the peer's share of it is full.
    pub fn admit(&self, peer: IpAddr) -> Result<Seat, Full> {
        let peer = Taken::take(&self.peers, peer.to_canonical(), self.settings.per_peer_max)
            .ok_or(Full::Peer)?;
        let place = Taken::take(&self.all, (), self.settings.connections_max)
            .or_else(|| self.strangers.make_room())
            .ok_or(Full::House)?;
        Ok(Seat {
            stranger: self.strangers.add(place),
            strangers: Arc::clone(&self.strangers),
            _peer: peer,
        })
    }

    /// Whether so few seats are left that nobody should be given much time.
    pub fn is_crowded(&self) -> bool {
        self.connections() * 4 > self.settings.connections_max * 3
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
    stranger: Arc<Stranger>,
    strangers: Arc<Strangers>,
    _peer: Taken<IpAddr>,
}

impl Seat {
    /// Somebody has logged in: the seat is theirs to the end.
    pub fn keep(&self) {
        self.strangers.forget(&self.stranger);
    }

    /// Cancelled when the place was given to somebody else; then leave.
    pub fn lost(&self) -> &CancellationToken {
        &self.stranger.lost
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.strangers.forget(&self.stranger);
    }
}

/// Connections nobody has logged in on, by number, so the oldest first.
#[derive(Debug, Default)]
struct Strangers(Mutex<Line>);

#[derive(Debug, Default)]
struct Line {
    next: u64,
    waiting: BTreeMap<u64, Arc<Stranger>>,
}

/// A connection as those see it who look for room.
#[derive(Debug)]
struct Stranger {
    number: u64,
    place: Mutex<Option<Taken<()>>>,
    lost: CancellationToken,
}

impl Strangers {
    fn add(&self, place: Taken<()>) -> Arc<Stranger> {
        let mut line = self.line();
        let stranger = Arc::new(Stranger {
            number: line.next,
            place: Mutex::new(Some(place)),
            lost: CancellationToken::new(),
        });
        line.next += 1;
        line.waiting.insert(stranger.number, Arc::clone(&stranger));
        stranger
    }

    fn forget(&self, stranger: &Stranger) {
        self.line().waiting.remove(&stranger.number);
    }

    /// Takes the place of the oldest, who is told to leave.
    fn make_room(&self) -> Option<Taken<()>> {
        let (_, oldest) = self.line().waiting.pop_first()?;
        oldest.lost.cancel();
        let mut place = oldest.place.lock().unwrap_or_else(PoisonError::into_inner);
        place.take()
    }

    // The line is whole after every statement, so a panic elsewhere spoils nothing.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        assert!(caps.admit(peer(1)).is_err());
        assert!(caps.admit(peer(2)).is_ok());
    }

    #[test]
    fn a_refused_peer_does_not_cost_the_house_a_seat() {
        let caps = small();
        let _held = [
            caps.admit(peer(1)).expect("first"),
            caps.admit(peer(1)).expect("second"),
        ];
        assert!(caps.admit(peer(1)).is_err());
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
        assert!(caps.admit(peer(1)).is_ok());
    }

    #[test]
    fn a_mapped_address_counts_as_the_address_it_maps() {
        let caps = small();
        let mapped = IpAddr::V6(Ipv4Addr::new(127, 0, 0, 1).to_ipv6_mapped());
        let _held = [
            caps.admit(peer(1)).expect("first"),
            caps.admit(mapped).expect("second"),
        ];
        assert!(caps.admit(peer(1)).is_err());
    }
    /// RES-01: the oldest who has not logged in goes first, whoever has logged in stays.
    #[test]
    fn a_full_house_gives_the_oldest_strangers_place_away() {
        let caps = small();
        let [customer, first, second] =
            [1, 2, 3].map(|last| caps.admit(peer(last)).expect("a seat"));
        customer.keep();
        let newcomer = caps.admit(peer(4)).expect("the first stranger's place");
        assert!(first.lost().is_cancelled());
        assert!(!second.lost().is_cancelled() && !customer.lost().is_cancelled());
        assert_eq!(caps.connections(), 3, "no more than the house has");
        drop(first);
        assert_eq!(caps.connections(), 3, "a place is given back once");
        for seat in [&second, &newcomer] {
            seat.keep();
        }
        assert_eq!(caps.admit(peer(5)).err(), Some(Full::House));
    }

    #[test]
    fn it_is_crowded_beyond_three_quarters() {
        let caps = Caps::new(CapSettings {
            connections_max: 4,
            per_peer_max: 4,
            per_account_max: 4,
        });
        let mut seats = Vec::new();
        for crowded in [false, false, false, true] {
            seats.push(caps.admit(peer(1)).expect("a seat"));
            assert_eq!(caps.is_crowded(), crowded, "{} seats taken", seats.len());
        }
    }
}
