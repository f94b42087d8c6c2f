//! What stands in DNS for a connected domain.

use serde::Serialize;
use utoipa::ToSchema;

use crate::operations::names::DnsView;
use crate::operations::records::RecordView;

/// What has to be in the customer's zone, what is there, and what follows.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Dns {
    records: Vec<DnsRecord>,
    /// The same as a fragment of a zone file.
    zone: String,
    signing: Signing,
    /// `unknown`, `verified` or `failed`: the aliases for signing.
    cname_status: &'static str,
    /// The same: whether the domain's SPF names us, which it does not have to.
    spf_status: &'static str,
    /// The same: whether the account has shown that the domain is its own.
    domain_verification_status: &'static str,
    /// What the TXT record that shows it has to say.
    domain_verification_code: String,
    /// The domain's SPF record, if there is one.
    spf: Option<String>,
}

/// One record.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct DnsRecord {
    name: String,
    /// `CNAME` or `TXT`.
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
    /// What it is good for.
    purpose: &'static str,
    /// `ok`, `missing`, `different`, or `unknown` if nobody answered just now.
    state: &'static str,
    /// What stands there instead of the value.
    found: Option<String>,
}

/// Whether mail of the domain is signed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Signing {
    /// The switch.
    enabled: bool,
    /// Every alias is in place.
    cname_ok: bool,
    /// Both: mail is signed with `d=` the domain.
    signs: bool,
}

impl Dns {
    /// The operator's own records are left out: nobody else can make them.
    pub(in crate::web::api) fn new(view: DnsView, domain: &str) -> Self {
        let below = format!(".{domain}");
        let customers = |record: &RecordView| record.name.ends_with(&below);
        let records = view.records.into_iter().filter(customers);
        Self {
            records: records.map(record).collect(),
            zone: view.zone.customer,
            signing: Signing {
                enabled: view.signing.enabled,
                cname_ok: view.signing.cname_ok,
                signs: view.signing.signs,
            },
            cname_status: view.status.cname_status,
            spf_status: view.status.spf_status,
            domain_verification_status: view.status.domain_verification_status,
            domain_verification_code: view.status.domain_verification_code,
            spf: view.spf,
        }
    }
}

fn record(view: RecordView) -> DnsRecord {
    DnsRecord {
        name: view.name,
        kind: view.kind.as_str(),
        value: view.value,
        purpose: view.purpose,
        state: view.state.as_str(),
        found: view.found,
    }
}
