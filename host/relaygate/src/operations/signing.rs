//! The switch of DKIM signing for a connected domain (R83-R85).

use super::names::{self, DnsView};
use super::{Actor, Outcome, audit, domains, parse_domain};
use crate::services::Services;

/// Turns signing on or off. On without the CNAMEs in place does not sign: a
/// signature nobody can verify makes mail worse, not better.
pub async fn switch(
    services: &Services,
    actor: &Actor,
    account: &str,
    domain: &str,
    enabled: bool,
) -> Outcome<DnsView> {
    let found = super::account(services, account).await?;
    let parsed = parse_domain(domain)?;
    domains::set_dkim(&found, &parsed, enabled).await?;
    let act = if enabled {
        "dkim_enabled"
    } else {
        "dkim_disabled"
    };
    audit::record(services, &found, actor, act, parsed.as_str()).await;
    names::dns(services, account, domain).await
}
