//! Starting the two verifications of a support address, and waiting for them.

use std::time::Duration;

use desk::Account;
use desk::addresses::{self, Direction};
use desk::verification;
use mail::address::Address;
use serde::{Deserialize, Serialize};
use storage::Batch;
use tracing::error;

use super::addresses::OneAddressView;
use super::{Actor, Outcome, Refusal, audit, parse_address, retried};
use crate::dispatch::{self, DispatchError, Signings};
use crate::services::Services;

/// Which way is to be verified, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ways {
    /// Mail to the address.
    Inbound,
    /// Mail from the address.
    Outbound,
    /// Both.
    Both,
}

/// What is to be verified.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VerifyInput {
    /// Subdomain of the account.
    pub account: String,
    /// The address.
    pub address: String,
    /// Which way.
    pub ways: Ways,
    /// Seconds to wait for the outcome; none if absent.
    pub wait_seconds: Option<u64>,
    /// With what the mails met.
    #[serde(default)]
    pub explain: bool,
}

impl Ways {
    fn directions(self) -> &'static [Direction] {
        match self {
            Self::Inbound => &[Direction::Inbound],
            Self::Outbound => &[Direction::Outbound],
            Self::Both => &[Direction::Inbound, Direction::Outbound],
        }
    }
}

/// Sends the confirmation mails; older ones no longer count (R81). With a wait,
/// returns when nothing is pending any more or the time is up, whichever is
/// first; how it went stands in the answer.
pub async fn verify(
    services: &Services,
    actor: &Actor,
    input: &VerifyInput,
) -> Outcome<OneAddressView> {
    let account = super::account(services, &input.account).await?;
    let address = parse_address("address", &input.address)?;
    for direction in input.ways.directions() {
        retried(|| Box::pin(start(services, &account, &address, *direction))).await?;
    }
    audit::record(
        services,
        &account,
        actor,
        "verification_started",
        &address.to_string(),
    )
    .await;
    let ways = input.ways.directions();
    wait(services, &account, &address, ways, input.wait_seconds).await?;
    super::addresses::shown(services, &account, &address, input.explain).await
}

/// The same one way, as part of another operation.
pub(super) async fn verify_one(
    services: &Services,
    account: &Account,
    address: &Address,
    direction: Direction,
    wait_seconds: Option<u64>,
) -> Outcome<()> {
    retried(|| Box::pin(start(services, account, address, direction))).await?;
    wait(services, account, address, &[direction], wait_seconds).await
}

async fn wait(
    services: &Services,
    account: &Account,
    address: &Address,
    ways: &[Direction],
    seconds: Option<u64>,
) -> Outcome<()> {
    let Some(seconds) = seconds else {
        return Ok(());
    };
    let limit = Duration::from_secs(seconds.min(WAIT_SECONDS_MAX));
    // Time being up is told by the states in the answer.
    let settled = settled(services, account, address, ways);
    tokio::time::timeout(limit, settled).await.unwrap_or(Ok(()))
}

async fn start(
    services: &Services,
    account: &Account,
    address: &Address,
    direction: Direction,
) -> Outcome<()> {
    let signings = Signings::look(services, account).await?;
    let _turn = services.flow.turn(account.id()).await;
    let mut batch = Batch::new();
    let now = services.clock.now();
    let product = &services.product;
    let draft = verification::start(account, product, &mut batch, address, direction, now).await?;
    match dispatch::send(services, account, &signings, batch, vec![draft]).await {
        Ok(_durable) => Ok(()),
        Err(DispatchError::Desk(error)) => Err(error.into()),
        Err(reason) => {
            error!(%reason, account = account.id().get(), "verification mail not sent");
            Err(Refusal::new(
                "verification_not_sent",
                "the confirmation mail could not be sent; try again",
            ))
        }
    }
}

async fn settled(
    services: &Services,
    account: &Account,
    address: &Address,
    ways: &[Direction],
) -> Outcome<()> {
    loop {
        let found = addresses::find(account, address).await?;
        let found = found.ok_or(desk::Error::NotFound("address"))?;
        let now = services.clock.now();
        let check = |way: &Direction| found.check_of(found.tested(*way));
        let pending = |way: &Direction| check(way).is_some_and(|it| it.view(now).state == PENDING);
        if !ways.iter().any(pending) || services.stop.is_cancelled() {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

const PENDING: &str = "pending";
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Longer than a greylisting server makes us wait, shorter than for ever.
const WAIT_SECONDS_MAX: u64 = 3_600;
