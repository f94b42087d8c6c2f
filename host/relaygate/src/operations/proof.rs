//! Shows whose a domain is: a TXT record with the connector's code (R49).
//!
//! Asked for by hand, and of every domain that is not proved by the hour. Whoever has proved a
//! domain keeps it; claims of others that nothing was shown for are taken out of use.
//!
//! Not here: what is withheld until then (the address-limits policy).

use desk::Account;
use desk::connectors::{self, Connector, proof};
use mail::address::Domain;
use serde::Serialize;
use tracing::warn;

use super::records::{self, RecordView, State};
use super::{Actor, Outcome, audit, disconnect, parse_domain, retried};
use crate::services::Services;

/// How a proof stands.
#[derive(Debug, Serialize)]
pub struct ProofView {
    /// `unknown`, `verified` or `failed`.
    pub domain_verification_status: &'static str,
    /// The record that shows it, looked for now.
    pub record: RecordView,
}

/// Looks for the record of a domain now.
pub async fn prove(
    services: &Services,
    actor: &Actor,
    account: &str,
    domain: &str,
) -> Outcome<ProofView> {
    let account = super::account(services, account).await?;
    let domain = parse_domain(domain)?;
    let record = look(services, actor, &account, &domain).await?;
    let connector = find(&account, &domain).await?;
    Ok(ProofView {
        domain_verification_status: connector.proof.state.as_str(),
        record,
    })
}

/// Looks for the records of an account's domains that are not proved, and does what a stop in
/// between has left undone of those that are.
pub async fn prove_rest(services: &Services, account: &Account) -> Outcome<()> {
    let actor = Actor::system();
    for connector in connectors::list(account).await? {
        let domain = &connector.domain;
        let done = match (connector.is_disconnecting(), connector.proof.is_verified()) {
            (true, _) => Ok(()),
            (false, true) => displace(services, account, domain).await,
            (false, false) => look(services, &actor, account, domain).await.map(drop),
        };
        if let Err(reason) = done {
            let account = account.id().get();
            warn!(account, %reason, "proof of a domain not looked for");
        }
    }
    Ok(())
}

async fn look(
    services: &Services,
    actor: &Actor,
    account: &Account,
    domain: &Domain,
) -> Outcome<RecordView> {
    let record = record(services, &find(account, domain).await?).await;
    // No answer is no finding.
    if record.state != State::Unknown {
        let found = record.state == State::Ok;
        let settle = || settle(services, actor, account, domain, found);
        retried(|| Box::pin(settle())).await?;
    }
    Ok(record)
}

async fn settle(
    services: &Services,
    actor: &Actor,
    account: &Account,
    domain: &Domain,
    found: bool,
) -> Outcome<()> {
    let now = services.clock.now();
    let mut change = proof::settle(account, domain, found, now).await?;
    if *change.value() {
        let act = audit::act(services, actor, "domain_proved", domain.as_str(), None);
        desk::audit::append(account, change.batch(), &act);
    }
    change.commit(account).await?;
    match found {
        true => displace(services, account, domain).await,
        false => Ok(()),
    }
}

/// Takes claims of others out of use. Their addresses and credentials go as in any other
/// disconnection, and their admins are told.
async fn displace(services: &Services, account: &Account, domain: &Domain) -> Outcome<()> {
    for rival in proof::displaced(account, domain).await? {
        let rival = services.desk.account(rival);
        disconnect::displace(services, &rival, domain).await?;
    }
    Ok(())
}

async fn find(account: &Account, domain: &Domain) -> Outcome<Connector> {
    let found = connectors::find(account, domain).await?;
    Ok(found.ok_or(desk::Error::NotFound("domain"))?)
}

/// The record that shows it, looked for now.
pub(super) async fn record(services: &Services, connector: &Connector) -> RecordView {
    let prefix = &services.config.product.header_prefix;
    let name = proof::record_name(prefix, &connector.domain);
    let code = connector.proof.code.clone();
    records::text(services, name, code, "shows that the domain is yours").await
}
