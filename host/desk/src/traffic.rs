//! How much mail each connector, credential and login carries, day by day (R44, R63);
//! of connectors by the hour, so that a quiet one can be named (R98).
//!
//! Mail is counted once for each recipient, in the batch that settles it, so a crash
//! counts nothing twice and forgets nothing. A row is written at the revision it was
//! read at, so two that count at once cannot lose one of the two; whoever settles mail
//! has the account's turn, so they hardly meet. Our confirmation mails are counted
//! nowhere: they say nothing of how people's mail comes and goes.
//!
//! Not here: counts that decide something (`pace`).

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};
use storage::{Batch, ListRange, Revision, Table, Timestamp};

use crate::addresses::{self, row_id};
use crate::connectors;
use crate::outbound::{Attempt, End};
use crate::rows::{Kept, Record};
use crate::{Account, Error};

/// How much mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Came in over the connector, with its credential.
    pub authenticated_in: u64,
    /// Came in for its addresses any other way.
    pub unauthenticated_in: u64,
    /// Taken over by the customer's server.
    pub accepted_out: u64,
    /// Given up.
    pub failed_out: u64,
}

/// What carries mail.
#[derive(Debug, Clone, Copy)]
enum Carrier<'c> {
    /// A connected domain.
    Connector(&'c Domain),
    /// An inbound credential set, by its id.
    Credential(&'c str),
    /// A user name at the server of a support address.
    Login(&'c Address, &'c str),
}

/// What a connected domain carried in the last [`DAYS_SHOWN`] days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Week {
    /// Day by day, today the last of them.
    pub days: Vec<Day>,
    /// By the hour of the day, in UTC, of all days together.
    pub hours: [Volume; HOURS],
}

/// A day and what was carried on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its first moment, in UTC.
    pub began: Timestamp,
    /// How much.
    pub volume: Volume,
}

/// What each login of each support address carried, by the address's row and then by
/// user name.
#[derive(Debug, Default)]
pub struct Logins(BTreeMap<String, BTreeMap<String, Volume>>);

impl Logins {
    /// The user names that were proved for an address, and what each carried.
    pub fn of<'s>(
        &'s self,
        address: &Address,
    ) -> impl Iterator<Item = (&'s String, &'s Volume)> + use<'s> {
        self.0.get(&row_id(address)).into_iter().flatten()
    }
}

/// Mail that came in, as far as it is to be counted.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// For whom.
    pub recipient: &'a Address,
    /// Over the connector of the recipient's domain, with its credential.
    pub authenticated: bool,
    /// The credential set the session proved.
    pub credential: Option<&'a str>,
}

/// Counts a message that came in. The caller settles it in the same batch.
///
/// What is forwarded as an outbound-only address wants it is no trouble of its
/// connector's and not counted there (R44).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn arrived(
    account: &Account,
    batch: &mut Batch,
    arrival: Arrival<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut tally = Tally::new(account, now);
    if let Some(credential) = arrival.credential {
        let volume = tally.volume(Carrier::Credential(credential)).await?;
        volume.authenticated_in += 1;
    }
    if comes_by_connector(account, arrival.recipient).await? {
        let domain = arrival.recipient.domain();
        let volume = tally.volume(Carrier::Connector(domain)).await?;
        match arrival.authenticated {
            true => volume.authenticated_in += 1,
            false => volume.unauthenticated_in += 1,
        }
    }
    tally.keep(batch);
    Ok(())
}

async fn comes_by_connector(account: &Account, recipient: &Address) -> Result<bool, Error> {
    let connector = connectors::find(account, recipient.domain()).await?;
    if connector.is_none() {
        return Ok(false);
    }
    let support = addresses::find(account, recipient).await?;
    Ok(support.is_none_or(|address| !address.outbound_only))
}

/// Counts what an attempt through the server of a support address has ended. The
/// caller settles it in the same batch.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn departed(
    account: &Account,
    batch: &mut Batch,
    address: &Address,
    attempts: &[Attempt],
    now: Timestamp,
) -> Result<(), Error> {
    let mut tally = Tally::new(account, now);
    for attempt in attempts {
        if attempt.end == End::Deferred {
            continue;
        }
        let domain = Carrier::Connector(address.domain());
        tally.volume(domain).await?.ended(attempt.end);
        if let Some(username) = &attempt.credential {
            let login = Carrier::Login(address, username);
            tally.volume(login).await?.ended(attempt.end);
        }
    }
    tally.keep(batch);
    Ok(())
}

/// What a connected domain carried in the last [`DAYS_SHOWN`] days.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn of_domain(account: &Account, domain: &Domain, now: Timestamp) -> Result<Week, Error> {
    let mut week = Week::default();
    for day in days_shown(now) {
        let mut volume = Volume::default();
        let (rows, hours) = (account.rows(), hours_of(day, domain));
        for (id, carried) in rows.all_with_ids::<Volume>(&hours).await? {
            volume += carried;
            let hour = id.last().map_or(0, |hour| usize::from(*hour));
            week.hours[hour % HOURS] += carried;
        }
        week.days.push(Day {
            began: Timestamp(u64::from(day) * DAY_MS),
            volume,
        });
    }
    Ok(week)
}

/// What an inbound credential set carried in the last [`DAYS_SHOWN`] days.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn of_credential(account: &Account, id: &str, now: Timestamp) -> Result<Volume, Error> {
    let mut sum = Volume::default();
    for day in days_shown(now) {
        let kept = account
            .rows()
            .get::<Volume>(row(day, CREDENTIAL, id))
            .await?;
        sum += kept.map(|kept| kept.record).unwrap_or_default();
    }
    Ok(sum)
}

/// What each login of each support address carried in the last [`DAYS_SHOWN`] days.
/// One that carried nothing is not there.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn logins(account: &Account, now: Timestamp) -> Result<Logins, Error> {
    let mut logins = Logins::default();
    for day in days_shown(now) {
        let prefix = row(day, LOGIN, "");
        for (id, volume) in account.rows().all_with_ids::<Volume>(&prefix).await? {
            let named = std::str::from_utf8(&id[prefix.len()..]).unwrap_or_default();
            let (address, username) = named.split_once('\0').unwrap_or((named, ""));
            let of_address = logins.0.entry(address.to_owned()).or_default();
            *of_address.entry(username.to_owned()).or_default() += volume;
        }
    }
    Ok(logins)
}

impl Volume {
    /// Of a hundred messages that came in, how many came unauthenticated; rounded
    /// up, so that none means none.
    pub fn unauthenticated_percent(&self) -> u64 {
        let all = self.authenticated_in + self.unauthenticated_in;
        (100 * self.unauthenticated_in).div_ceil(all.max(1))
    }

    fn ended(&mut self, end: End) {
        match end {
            End::Accepted => self.accepted_out += 1,
            End::Failed => self.failed_out += 1,
            End::Deferred => {}
        }
    }
}

impl std::ops::AddAssign for Volume {
    fn add_assign(&mut self, more: Self) {
        self.authenticated_in += more.authenticated_in;
        self.unauthenticated_in += more.unauthenticated_in;
        self.accepted_out += more.accepted_out;
        self.failed_out += more.failed_out;
    }
}

impl std::iter::Sum for Volume {
    fn sum<I: Iterator<Item = Self>>(volumes: I) -> Self {
        volumes.fold(Self::default(), |mut sum, volume| {
            sum += volume;
            sum
        })
    }
}

/// Removes days nobody is shown any more, a bounded number of rows in each batch.
/// Returns how many rows went.
pub(crate) async fn prune(account: &Account, now: Timestamp) -> Result<usize, Error> {
    let oldest_kept = day(now).saturating_sub(DAYS_KEPT);
    let mut pruned = 0;
    loop {
        let range = ListRange::first(PRUNE_ROWS);
        let page = account.rows().page::<Volume>(range).await?;
        // In the order of days, so the first young one ends it.
        let old = page.into_iter().map(|(id, _)| id);
        let old: Vec<_> = old.take_while(|id| day_of(id) < oldest_kept).collect();
        if old.is_empty() {
            return Ok(pruned);
        }
        pruned += old.len();
        let mut batch = Batch::new();
        for id in old {
            account.rows().delete::<Volume>(&mut batch, id);
        }
        account.apply(batch).await?;
    }
}

/// Counts of one batch.
struct Tally<'a> {
    account: &'a Account,
    now: Timestamp,
    counted: HashMap<Vec<u8>, Counted>,
}

/// A row as it was read, and as it is to be.
struct Counted {
    revision: Option<Revision>,
    volume: Volume,
}

impl<'a> Tally<'a> {
    fn new(account: &'a Account, now: Timestamp) -> Self {
        Self {
            account,
            now,
            counted: HashMap::new(),
        }
    }

    /// The present count of a carrier, to be raised.
    async fn volume(&mut self, carrier: Carrier<'_>) -> Result<&mut Volume, Error> {
        let counted = match self.counted.entry(carrier.row(self.now)) {
            Entry::Occupied(counted) => counted.into_mut(),
            Entry::Vacant(vacant) => {
                let row = vacant.key().as_slice();
                let kept = self.account.rows().get::<Volume>(row).await?;
                vacant.insert(Counted {
                    revision: kept.as_ref().map(|kept| kept.revision),
                    volume: kept.map(|kept| kept.record).unwrap_or_default(),
                })
            }
        };
        Ok(&mut counted.volume)
    }

    fn keep(self, batch: &mut Batch) {
        let rows = self.account.rows();
        for (row, Counted { revision, volume }) in self.counted {
            match revision {
                None => rows.create(batch, row, &volume),
                Some(revision) => {
                    let record = volume;
                    rows.update(batch, row, &Kept { revision, record });
                }
            }
        }
    }
}

impl Carrier<'_> {
    fn row(&self, now: Timestamp) -> Vec<u8> {
        let day = day(now);
        match self {
            Self::Connector(domain) => {
                let mut row = hours_of(day, domain);
                row.push(hour(now));
                row
            }
            Self::Credential(id) => row(day, CREDENTIAL, id),
            Self::Login(address, username) => {
                row(day, LOGIN, &format!("{}\0{username}", row_id(address)))
            }
        }
    }
}

/// The day comes first, so that old ones lie together.
fn row(day: u32, kind: u8, name: &str) -> Vec<u8> {
    let mut row = day.to_be_bytes().to_vec();
    row.push(kind);
    row.extend_from_slice(name.as_bytes());
    row
}

/// What the rows of a domain's hours begin with. No domain name holds a NUL.
fn hours_of(day: u32, domain: &Domain) -> Vec<u8> {
    row(day, CONNECTOR, &format!("{domain}\0"))
}

/// The hour of the day.
fn hour(at: Timestamp) -> u8 {
    (at.0 % DAY_MS / HOUR_MS) as u8
}

fn day(at: Timestamp) -> u32 {
    u32::try_from(at.0 / DAY_MS).unwrap_or(u32::MAX)
}

fn day_of(row: &[u8]) -> u32 {
    row.first_chunk().map_or(0, |day| u32::from_be_bytes(*day))
}

fn days_shown(now: Timestamp) -> impl Iterator<Item = u32> {
    let today = day(now);
    today.saturating_sub(DAYS_SHOWN - 1)..=today
}

const CONNECTOR: u8 = b'c';
const CREDENTIAL: u8 = b'k';
const LOGIN: u8 = b'l';
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// Hours of a day.
pub const HOURS: usize = 24;
/// Days that are shown.
pub const DAYS_SHOWN: u32 = 7;
/// Whole days a count stays after its own.
const DAYS_KEPT: u32 = DAYS_SHOWN;
/// Rows removed in one batch.
const PRUNE_ROWS: usize = 256;

impl Record for Volume {
    const TABLE: Table = Table("traffic");
}
