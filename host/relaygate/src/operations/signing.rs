//! DKIM for connected domains: the switch, and what stands in DNS (R83-R85).

use desk::dkim_keys::{Cname, cnames};
use mail::address::Domain;
use serde::Serialize;

use super::{Actor, Outcome, Refusal, audit, domains, parse_domain};
use crate::resolver::ResolveError;
use crate::services::Services;

/// What has to stand in DNS, and what is there.
#[derive(Debug, Serialize)]
pub struct DnsView {
    /// The records.
    pub records: Vec<RecordView>,
    /// What follows from them.
    pub signing: SigningView,
}

/// One record.
#[derive(Debug, Serialize)]
pub struct RecordView {
    /// Its name.
    pub name: String,
    /// `CNAME` (the customer's) or `TXT` (the operator's).
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What it has to say.
    pub value: String,
    /// `ok`, `missing`, `different` or `unknown` (no answer now).
    pub state: &'static str,
}

/// Whether mail of the domain is signed.
#[derive(Debug, Serialize)]
pub struct SigningView {
    /// The switch.
    pub enabled: bool,
    /// Every CNAME is in place.
    pub cname_ok: bool,
    /// Both: mail is signed with `d=` the domain.
    pub signs: bool,
}

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
    dns(services, account, domain).await
}

/// Looks at DNS now.
pub async fn dns(services: &Services, account: &str, domain: &str) -> Outcome<DnsView> {
    let account = super::account(services, account).await?;
    let domain = parse_domain(domain)?;
    let connector = desk::connectors::find(&account, &domain).await?;
    let enabled = connector
        .ok_or(desk::Error::NotFound("domain"))?
        .dkim_enabled;
    let mut records = customers_records(services, &domain).await;
    let cname_ok = records.iter().all(|record| record.state == OK);
    records.extend(own_records(services).await?);
    Ok(DnsView {
        records,
        signing: SigningView {
            enabled,
            cname_ok,
            signs: enabled && cname_ok,
        },
    })
}

/// The CNAMEs the customer makes.
async fn customers_records(services: &Services, domain: &Domain) -> Vec<RecordView> {
    let mut records = Vec::new();
    for Cname { name, target } in
        cnames(domain, &services.native, &services.config.product.selectors)
    {
        services.resolver.forget(&name);
        let state = state(services.resolver.cname(&name).await, &target);
        records.push(RecordView {
            name,
            kind: "CNAME",
            value: target,
            state,
        });
    }
    records
}

/// The keys the operator publishes, where the CNAMEs point.
async fn own_records(services: &Services) -> Outcome<Vec<RecordView>> {
    let mut records = Vec::new();
    for (selector, key) in services.dkim.all() {
        let name = format!("{selector}._domainkey.{}", services.native);
        let value = key.dns_txt().map_err(|error| Refusal::internal(&error))?;
        services.resolver.forget(&name);
        let found = services.resolver.txt(&name).await;
        let found = found.map(|texts| texts.into_iter().find(|text| text.contains("p=")));
        let state = state(found, &value);
        records.push(RecordView {
            name,
            kind: "TXT",
            value,
            state,
        });
    }
    Ok(records)
}

fn state(found: Result<Option<String>, ResolveError>, value: &str) -> &'static str {
    match found {
        Ok(Some(target)) if target.eq_ignore_ascii_case(value) => OK,
        Ok(Some(_)) => "different",
        Ok(None) => "missing",
        Err(_) => "unknown",
    }
}

const OK: &str = "ok";
