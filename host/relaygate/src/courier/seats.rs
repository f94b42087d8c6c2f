//! Seats at other mail servers: how many connections one host gets from us at
//! once, over all accounts, and whose turn it is when there are none left.
//!
//! Accounts take turns; within an account the first to come is the first to be
//! served. So an account with a thousand messages for a large provider does not
//! keep another one's single message waiting for all of them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use storage::AccountId;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The seats at all hosts.
#[derive(Debug, Clone)]
pub struct Seats(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    per_host_max: usize,
    patience: Duration,
    hosts: Mutex<HashMap<String, Host>>,
}

/// A host somebody is connected to.
#[derive(Debug, Default)]
struct Host {
    taken: usize,
    /// In the order of their turns.
    waiting: VecDeque<Party>,
}

/// Who of one account waits, the first to come in front.
#[derive(Debug)]
struct Party {
    account: AccountId,
    guests: VecDeque<oneshot::Sender<Seat>>,
}

/// The right to one connection; given on when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    at: Seats,
    host: String,
}

impl Seats {
    /// At each host so many, at least one.
    pub fn new(per_host_max: u32) -> Self {
        Self::with_patience(per_host_max, WAIT_MAX)
    }

    fn with_patience(per_host_max: u32, patience: Duration) -> Self {
        Self(Arc::new(Inner {
            per_host_max: per_host_max.max(1) as usize,
            patience,
            hosts: Mutex::default(),
        }))
    }

    /// A seat at the host, after those whose turn is earlier; `None` if that
    /// takes too long.
    pub(super) async fn take(&self, host: &str, account: AccountId) -> Option<Seat> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let turn = match self.sit_or_queue(host, account) {
            Ok(seat) => return Some(seat),
            Err(turn) => turn,
        };
        timeout(self.0.patience, turn).await.ok()?.ok()
    }

    fn sit_or_queue(
        &self,
        host: String,
        account: AccountId,
    ) -> Result<Seat, oneshot::Receiver<Seat>> {
        let mut hosts = self.hosts();
        let known = hosts.entry(host.clone()).or_default();
        if known.taken < self.0.per_host_max {
            known.taken += 1;
            let at = self.clone();
            return Ok(Seat { at, host });
        }
        let (guest, turn) = oneshot::channel();
        match known.waiting.iter_mut().find(|p| p.account == account) {
            Some(party) => party.guests.push_back(guest),
            None => known.waiting.push_back(Party {
                account,
                guests: VecDeque::from([guest]),
            }),
        }
        Err(turn)
    }

    /// Whose turn it is; if nobody waits, the seat is free.
    fn next(&self, host: &str) -> Option<oneshot::Sender<Seat>> {
        let mut hosts = self.hosts();
        let known = hosts.get_mut(host)?;
        let next = known.next();
        if next.is_none() {
            known.taken -= 1;
            if known.taken == 0 {
                hosts.remove(host);
            }
        }
        next
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.0.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    fn next(&mut self) -> Option<oneshot::Sender<Seat>> {
        let mut party = self.waiting.pop_front()?;
        let guest = party.guests.pop_front();
        if !party.guests.is_empty() {
            self.waiting.push_back(party);
        }
        guest
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(guest) = self.at.next(&self.host) {
            let seat = Self {
                at: self.at.clone(),
                host: std::mem::take(&mut self.host),
            };
            // Who no longer waits hands it back, and dropping it gives it on.
            drop(guest.send(seat));
        }
    }
}

/// After that the message is tried again later, and others get their turn.
const WAIT_MAX: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u64) -> AccountId {
        AccountId::new(number).expect("not zero")
    }

    /// Queues up; returns the turn to wait for.
    fn queue(seats: &Seats, number: u64) -> oneshot::Receiver<Seat> {
        let queued = seats.sit_or_queue("mx.acme.example".to_owned(), account(number));
        queued.expect_err("all seats are taken")
    }

    async fn sit(seats: &Seats, host: &str) -> Seat {
        let seat = seats.take(host, account(1)).await;
        seat.expect("a seat is free")
    }

    fn is_served(turn: &mut oneshot::Receiver<Seat>) -> Option<Seat> {
        turn.try_recv().ok()
    }

    #[tokio::test]
    async fn accounts_take_turns_and_within_one_the_first_comes_first() {
        let seats = Seats::new(1);
        let mut seat = sit(&seats, "mx.acme.example").await;
        let mut turns = [1, 1, 1, 2, 2, 3].map(|number| queue(&seats, number));
        for expected in [0, 3, 5, 1, 4, 2] {
            drop(seat);
            let served: Vec<_> = turns.iter_mut().map(is_served).collect();
            let who = served.iter().position(Option::is_some);
            assert_eq!(who, Some(expected));
            seat = served.into_iter().flatten().next().expect("one is served");
        }
    }

    #[tokio::test]
    async fn no_host_gets_more_than_its_share_however_it_is_written() {
        let seats = Seats::new(2);
        let _first = sit(&seats, "mx.acme.example").await;
        let second = sit(&seats, "MX.acme.example.").await;
        let mut third = queue(&seats, 1);
        let _elsewhere = sit(&seats, "mx.other.example").await;
        assert!(is_served(&mut third).is_none());
        drop(second);
        assert!(is_served(&mut third).is_some());
    }

    #[tokio::test]
    async fn a_guest_who_left_is_passed_over() {
        let seats = Seats::new(1);
        let seat = sit(&seats, "mx.acme.example").await;
        drop(queue(&seats, 1));
        drop(queue(&seats, 2));
        let mut third = queue(&seats, 3);
        drop(seat);
        assert!(is_served(&mut third).is_some());
        assert!(seats.hosts().is_empty(), "nobody is connected any more");
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let seats = Seats::with_patience(1, Duration::ZERO);
        let _seat = sit(&seats, "mx.acme.example").await;
        assert!(seats.take("mx.acme.example", account(2)).await.is_none());
    }
}
