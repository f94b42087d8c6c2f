//! What a connected domain needs in DNS, and what stands there: for signing (R85), as a proof of
//! whose it is (R49), and SPF, which is only told (R88).
//!
//! Two zones are spoken of: the customer's, with aliases that never change, and the operator's
//! own, where the aliases lead.
//!
//! Not here: looking (`records`), printing (`zone`), the keys themselves (`dkim`), what follows
//! from a proof (`proof`).

use std::net::IpAddr;

use desk::connectors::{self, Connector};
use desk::dkim_keys::{Cname, cnames};
use ipnet::IpNet;
use mail::address::Domain;
use serde::Serialize;

use super::records::{self, RecordView, State};
use super::{Outcome, dkim, parse_domain, proof, zone};
use crate::services::Services;

/// What has to stand in DNS, and what is there.
#[derive(Debug, Serialize)]
pub struct DnsView {
    /// The customer's records, then the operator's.
    pub records: Vec<RecordView>,
    /// The same as fragments of zone files.
    pub zone: ZoneView,
    /// What follows from them.
    pub signing: SigningView,
    /// In the words of the public API.
    pub status: StatusView,
    /// The domain's SPF record, if there is one.
    pub spf: Option<String>,
}

/// The records as they are pasted.
#[derive(Debug, Serialize)]
pub struct ZoneView {
    /// Into the zone of the domain.
    pub customer: String,
    /// Into the operator's own.
    pub operator: String,
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

/// How a domain stands in DNS: `unknown`, `verified` or `failed`.
#[derive(Debug, Serialize)]
pub struct StatusView {
    /// The CNAMEs for signing.
    pub cname_status: &'static str,
    /// Whether the domain's SPF names us. It does not have to: mail of a connected domain leaves
    /// through the customer's own server (R88).
    pub spf_status: &'static str,
    /// Whether the account has shown that the domain is its own.
    pub domain_verification_status: &'static str,
    /// What the TXT record that shows it has to say.
    pub domain_verification_code: String,
}

/// Prints the records of a domain and looks for each of them.
pub async fn dns(services: &Services, account: &str, domain: &str) -> Outcome<DnsView> {
    let connector = connector(services, account, domain).await?;
    let (mut records, proof, spf, own) = tokio::join!(
        aliases(services, &connector.domain),
        proof::record(services, &connector),
        Spf::look(services, &connector.domain),
        own_records(services),
    );
    let cname_ok = records.iter().all(|record| record.state == State::Ok);
    let status = status_view(&connector, &records, &spf);
    records.push(proof);
    let customer = customers_zone(&connector, &records, &spf);
    let heading = format!("The operator's own zone, {}", services.native);
    let operator = zone::fragment(&heading, &own);
    records.extend(own);
    Ok(DnsView {
        records,
        zone: ZoneView { customer, operator },
        signing: SigningView {
            enabled: connector.dkim_enabled,
            cname_ok,
            signs: connector.dkim_enabled && cname_ok,
        },
        status,
        spf: spf.record,
    })
}

/// How a domain stands in DNS now.
pub async fn status(services: &Services, account: &str, domain: &str) -> Outcome<StatusView> {
    let connector = connector(services, account, domain).await?;
    let (aliases, spf) = tokio::join!(
        aliases(services, &connector.domain),
        Spf::look(services, &connector.domain),
    );
    Ok(status_view(&connector, &aliases, &spf))
}

async fn connector(services: &Services, account: &str, domain: &str) -> Outcome<Connector> {
    let account = super::account(services, account).await?;
    let found = connectors::find(&account, &parse_domain(domain)?).await?;
    Ok(found.ok_or(desk::Error::NotFound("domain"))?)
}

fn status_view(connector: &Connector, aliases: &[RecordView], spf: &Spf) -> StatusView {
    StatusView {
        cname_status: State::verified(aliases.iter().map(|record| record.state)),
        spf_status: spf.status,
        domain_verification_status: connector.proof.state.as_str(),
        domain_verification_code: connector.proof.code.clone(),
    }
}

/// The CNAMEs the customer makes.
async fn aliases(services: &Services, domain: &Domain) -> Vec<RecordView> {
    let mut found = Vec::new();
    let selectors = &services.config.product.selectors;
    for Cname { name, target } in cnames(domain, &services.native, selectors) {
        found.push(records::cname(services, name, target, "for signing").await);
    }
    found
}

/// The keys the operator publishes, where the CNAMEs lead.
async fn own_records(services: &Services) -> Vec<RecordView> {
    let ring = services.dkim.now();
    let mut found = Vec::new();
    for key in ring.all() {
        found.push(dkim::record(services, key).await);
    }
    found
}

fn customers_zone(connector: &Connector, records: &[RecordView], spf: &Spf) -> String {
    let heading = format!("The customer's zone, {}", connector.domain);
    let found = spf.record.as_deref().unwrap_or("no SPF record");
    zone::fragment(&heading, records)
        + &zone::comment(
            "SPF: nothing to do; mail of this domain leaves through the customer's own server",
        )
        + &zone::comment(&format!("{}: {found}", spf.status))
}

/// What a domain's SPF record says of us.
struct Spf {
    status: &'static str,
    record: Option<String>,
}

impl Spf {
    async fn look(services: &Services, domain: &Domain) -> Self {
        services.resolver.forget(domain.as_str());
        let Ok(texts) = services.resolver.txt(domain.as_str()).await else {
            return Self {
                status: "unknown",
                record: None,
            };
        };
        let mut found = texts.into_iter().filter(|text| is_spf(text));
        // Several are an error, whatever they say (RFC 7208 §4.5).
        let record = found.next().filter(|_| found.next().is_none());
        let egress = &services.config.egress.addresses;
        let names_us = record
            .as_deref()
            .is_some_and(|record| covers(record, &services.native, egress));
        Self {
            status: match names_us {
                true => "verified",
                false => "failed",
            },
            record,
        }
    }
}

fn is_spf(text: &str) -> bool {
    let version = text.split(' ').next().unwrap_or_default();
    version.eq_ignore_ascii_case("v=spf1")
}

/// Whether the record itself lets us pass: it includes the native domain's, or lists every
/// address we send from (RFC 7208 §5).
fn covers(record: &str, native: &Domain, egress: &[IpAddr]) -> bool {
    let passes = record.split_ascii_whitespace().skip(1);
    let passes = passes.map(|term| term.strip_prefix('+').unwrap_or(term).to_ascii_lowercase());
    let (mut included, mut networks) = (false, Vec::new());
    for term in passes {
        match term.split_once(':') {
            Some(("include", name)) => included |= name.trim_end_matches('.') == native.as_str(),
            Some(("ip4" | "ip6", network)) => networks.extend(network_of(network)),
            _ => {}
        }
    }
    let listed = |address: &IpAddr| networks.iter().any(|network| network.contains(address));
    included || !egress.is_empty() && egress.iter().all(listed)
}

fn network_of(text: &str) -> Option<IpNet> {
    let single = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(single)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spf_names_us_by_include_or_by_every_address() {
        let native = Domain::parse("desk.example").unwrap();
        let egress: Vec<IpAddr> = ["198.51.100.7", "2001:db8::7"]
            .map(|address| address.parse().unwrap())
            .to_vec();
        for (record, expected) in [
            ("v=spf1 include:desk.example -all", true),
            ("v=spf1 +include:Desk.Example. ~all", true),
            ("v=spf1 -include:desk.example", false),
            ("v=spf1 include:evil.desk.example -all", false),
            ("v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 -all", true),
            ("v=spf1 ip4:198.51.100.7 -all", false),
            ("v=spf1 -all", false),
        ] {
            assert_eq!(covers(record, &native, &egress), expected, "{record}");
        }
        assert!(!covers("v=spf1 -all", &native, &[]), "nothing listed");
        assert!(is_spf("v=spf1") && is_spf("V=SPF1 -all") && !is_spf("v=spf10 -all"));
    }
}
