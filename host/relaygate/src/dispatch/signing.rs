//! Whether and as whom a message is signed (R84, R85).
//!
//! Through a customer's server: with `d=` the customer's domain, and only if
//! the switch is on and the CNAMEs are in place; otherwise no signature of ours
//! at all. By our own path: with `d=` the native domain.

use desk::connectors;
use desk::dkim_keys::{self, Signing};
use desk::{Account, Error};
use mail::address::Domain;
use mail::message::dkim::Signer;
use tracing::warn;

use super::DispatchError;
use super::way_out::WayOut;
use crate::services::Services;

/// The signature's lines, to be put on top; empty for none.
pub(super) async fn signature(
    services: &Services,
    account: &Account,
    way: &WayOut,
    message: &[u8],
) -> Result<Vec<u8>, DispatchError> {
    let Some(domain) = signing_domain(services, account, way).await? else {
        return Ok(Vec::new());
    };
    let Some((selector, key)) = services.dkim.signing() else {
        return Ok(Vec::new());
    };
    let header_prefix = &services.config.product.header_prefix;
    let signer = Signer {
        key,
        domain: &domain,
        selector,
        header_prefix,
        also: &[],
    };
    Ok(signer.sign(message, services.clock.now().0)?)
}

async fn signing_domain(
    services: &Services,
    account: &Account,
    way: &WayOut,
) -> Result<Option<Domain>, Error> {
    if !way.through_customer() {
        return Ok(Some(services.native.clone()));
    }
    let domain = way.address().domain();
    Ok(match signs(services, account, domain).await? {
        true => Some(domain.clone()),
        false => None,
    })
}

/// Whether mail of this connector is signed now. DNS is asked only if the
/// switch is on.
pub(super) async fn signs(
    services: &Services,
    account: &Account,
    domain: &Domain,
) -> Result<bool, Error> {
    let Some(connector) = connectors::find(account, domain).await? else {
        return Ok(false);
    };
    let cname_ok = connector.dkim_enabled && cnames_stand(services, domain).await;
    match Signing::of(&connector, cname_ok) {
        Signing::Sign => Ok(true),
        Signing::Off => Ok(false),
        Signing::CnameMissing => {
            warn!("signing is turned on, but its CNAMEs are missing: not signed");
            Ok(false)
        }
    }
}

/// A name server that does not answer counts as a missing record: a signature
/// nobody can verify makes mail worse, not better.
async fn cnames_stand(services: &Services, domain: &Domain) -> bool {
    let selectors = &services.config.product.selectors;
    for cname in dkim_keys::cnames(domain, &services.native, selectors) {
        match services.resolver.cname(&cname.name).await {
            Ok(Some(target)) if target.eq_ignore_ascii_case(&cname.target) => {}
            _ => return false,
        }
    }
    true
}
