//! Which way a notification goes and in whose name (R12, R19-R21).
//!
//! The routing policy decides; the host holds it to what can be: only a
//! connected support address goes through a customer's server, only a native
//! address of the account is used on our own path (R19).

use desk::addresses::{self, Kind, SupportAddress};
use desk::facts::{DepartureFacts, NotificationKind};
use desk::messages::Verdict;
use desk::notifications::Sender;
use desk::{Account, accounts, connectors};
use mail::address::Address;
use policy::questions::routes::{Departure, OutboundRoute, Standing};

use super::{DispatchError, call_facts};
use crate::facts::{self, noted};
use crate::policies::About;
use crate::services::Services;

/// A way out that can be.
#[derive(Debug, Clone)]
pub(super) struct WayOut {
    pub(super) sender: Sender,
    /// Why not through the connector; for our own path only.
    pub(super) reason: Option<String>,
    /// With the credentials that are staged: it tries them out (R94).
    pub(super) staged: bool,
    /// What the routing policies said.
    pub(super) verdicts: Vec<Verdict>,
}

impl WayOut {
    /// The address in `From`.
    pub(super) fn address(&self) -> &Address {
        match &self.sender {
            Sender::Support(address) | Sender::Native(address) => address,
        }
    }

    pub(super) fn through_customer(&self) -> bool {
        matches!(self.sender, Sender::Support(_))
    }

    pub(super) fn path_name(&self) -> &'static str {
        if self.through_customer() {
            "smarthost"
        } else {
            "native"
        }
    }
}

/// Asks the routing policy.
pub(super) async fn ask(
    services: &Services,
    account: &Account,
    about: About<'_>,
    asked: &DepartureFacts,
) -> Result<WayOut, DispatchError> {
    let profile = accounts::profile(account).await?;
    let departure = Departure {
        notification: facts::notification(asked.notification),
        ticket_recipient: asked.ticket_recipient.as_ref().map(ToString::to_string),
        standing: standing(account, asked.ticket_recipient.as_ref()).await?,
        fallback_sender: asked.fallback_sender.to_string(),
        native_sender: profile.default_brand().default_address.to_string(),
    };
    let call = call_facts(services, account).shared();
    let mut verdicts = Vec::new();
    let chain = services.policies.of(account, about).await;
    let answered = chain.route_outbound(&call, &departure);
    let route = noted(answered, &mut verdicts)?;
    let mut way = held_to_what_can_be(services, account, route).await?;
    way.verdicts = verdicts;
    way.staged &= asked.notification == NotificationKind::OutboundVerification;
    Ok(way)
}

async fn standing(account: &Account, recipient: Option<&Address>) -> Result<Standing, desk::Error> {
    let found = match recipient {
        Some(address) => addresses::find(account, address).await?,
        None => None,
    };
    let Some(found) = found else {
        return Ok(Standing::Gone);
    };
    Ok(match &found.kind {
        Kind::Native => Standing::Native,
        Kind::Forwarded => Standing::Forwarded,
        Kind::Smtp { connector } => match connectors::find(account, connector).await? {
            None => Standing::Gone,
            Some(connector) if connector.is_disconnecting() => Standing::Disconnecting,
            Some(_) if found.usable() => Standing::Verified,
            Some(_) => Standing::Unverified,
        },
    })
}

async fn held_to_what_can_be(
    services: &Services,
    account: &Account,
    route: OutboundRoute,
) -> Result<WayOut, DispatchError> {
    match route {
        OutboundRoute::Smarthost(address) => {
            let found = own(account, &address).await?;
            let connected = found.filter(|found| found.outbound.is_some());
            let found = connected.ok_or(DispatchError::Sender)?;
            Ok(WayOut {
                staged: found.staged.is_some(),
                sender: Sender::Support(found.address),
                reason: None,
                verdicts: Vec::new(),
            })
        }
        OutboundRoute::Native(native) => {
            let address = Address::parse(&native.sender).map_err(|_| DispatchError::Sender)?;
            let home = accounts::profile(account)
                .await?
                .subdomain
                .domain(&services.native);
            if address.domain() != &home {
                return Err(DispatchError::Sender);
            }
            Ok(WayOut {
                sender: Sender::Native(address),
                reason: Some(native.reason),
                staged: false,
                verdicts: Vec::new(),
            })
        }
    }
}

async fn own(account: &Account, address: &str) -> Result<Option<SupportAddress>, DispatchError> {
    let address = Address::parse(address).map_err(|_| DispatchError::Sender)?;
    Ok(addresses::find(account, &address).await?)
}
