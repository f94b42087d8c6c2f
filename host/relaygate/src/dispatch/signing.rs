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

/// Which of an account's domains are signed now. DNS was asked for it, so this is looked up
/// before the account's turn is taken ([`crate::flow::Flow::turn`]): a slow name server must not
/// hold up whoever wants to change a ticket.
pub(crate) struct Signings(Vec<(Domain, Signing)>);

impl Signings {
    /// Looks them up. DNS is asked only where the switch is on.
    pub(crate) async fn look(services: &Services, account: &Account) -> Result<Self, Error> {
        let mut found = Vec::new();
        for connector in connectors::list(account).await? {
            let domain = &connector.domain;
            let cname_ok = connector.dkim_enabled && cnames_stand(services, domain).await;
            found.push((domain.clone(), Signing::of(&connector, cname_ok)));
        }
        Ok(Self(found))
    }

    /// Whether mail of this domain is signed.
    pub(super) fn signs(&self, domain: &Domain) -> bool {
        let found = self.0.iter().find(|(of, _)| of == domain);
        match found.map(|(_, signing)| signing) {
            Some(Signing::Sign) => true,
            Some(Signing::CnameMissing) => {
                warn!("signing is turned on, but its CNAMEs are missing: not signed");
                false
            }
            Some(Signing::Off) | None => false,
        }
    }
}

/// The signature's lines, to be put on top; empty for none.
pub(super) fn signature(
    services: &Services,
    signings: &Signings,
    way: &WayOut,
    message: &[u8],
) -> Result<Vec<u8>, DispatchError> {
    let Some(domain) = signing_domain(services, signings, way) else {
        return Ok(Vec::new());
    };
    let keys = services.dkim.now();
    let Some((selector, key)) = keys.signing() else {
        return Ok(Vec::new());
    };
    let header_prefix = &services.config.product.header_prefix;
    let signer = Signer {
        key,
        domain,
        selector,
        header_prefix,
        also: &[],
    };
    Ok(signer.sign(message, services.clock.now().0)?)
}

fn signing_domain<'a>(
    services: &'a Services,
    signings: &Signings,
    way: &'a WayOut,
) -> Option<&'a Domain> {
    if !way.through_customer() {
        return Some(&services.native);
    }
    let domain = way.address().domain();
    signings.signs(domain).then_some(domain)
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
