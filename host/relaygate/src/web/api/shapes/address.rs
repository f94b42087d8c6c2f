//! Support addresses, and what is asked for about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::brand::Brand;
use super::time;
use crate::operations::addresses::{AddressView, CheckDetails};
use crate::operations::names::StatusView;
use crate::web::api::caller::Site;
use crate::web::api::paging::PageInfo;

/// A support address. The two verifications of an address of a connector are
/// `forwarding_status`, the way in, and `smtp_outbound_status`, the way out.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct RecipientAddress {
    id: u64,
    url: String,
    email: String,
    name: String,
    brand_id: u64,
    /// `true` or null.
    default: Option<bool>,
    /// `waiting`, `verified` or `failed`.
    forwarding_status: &'static str,
    /// Of the domain: `unknown`, `verified` or `failed`. Looked up when one address is shown,
    /// and `unknown` in lists. An address of a connector needs none (R88).
    spf_status: &'static str,
    /// The CNAMEs for signing; as `spf_status`.
    cname_status: &'static str,
    /// Whether the account has shown that the domain is its own; as `spf_status`.
    domain_verification_status: &'static str,
    /// What the TXT record that shows it has to say.
    domain_verification_code: Option<String>,
    created_at: String,
    updated_at: String,
    /// `native`, `forwarded` or `smtp`: whether it belongs to a connector (R101).
    connection_type: &'static str,
    /// The connector's domain.
    connector_id: Option<String>,
    /// `waiting`, `verified` or `failed`; null without a connector.
    smtp_outbound_status: Option<&'static str>,
    /// Why the way in is not verified.
    forwarding_reason: Option<String>,
    /// Why the way out is not verified.
    smtp_outbound_reason: Option<String>,
    /// Its mail comes in by ordinary forwarding; only what leaves it goes through the
    /// customer's server.
    outbound_only: bool,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OneAddress {
    recipient_address: RecipientAddress,
    /// With `include=brands`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    brands: Option<Vec<Brand>>,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Addresses {
    pub(in crate::web::api) recipient_addresses: Vec<RecipientAddress>,
    /// With `include=brands`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(in crate::web::api) brands: Option<Vec<Brand>>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

/// A new address, of a domain that is not connected.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewAddress {
    pub(in crate::web::api) recipient_address: NewAddressFields,
}

/// What it is made of.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewAddressFields {
    pub(in crate::web::api) email: String,
    pub(in crate::web::api) name: Option<String>,
    pub(in crate::web::api) brand_id: Option<u64>,
    pub(in crate::web::api) default: Option<bool>,
}

/// What is to be different.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct ChangedAddress {
    pub(in crate::web::api) recipient_address: ChangedAddressFields,
}

/// What is absent stays as it is; the address itself never changes.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct ChangedAddressFields {
    pub(in crate::web::api) name: Option<String>,
    pub(in crate::web::api) brand_id: Option<u64>,
    pub(in crate::web::api) default: Option<bool>,
}

/// What is to be verified.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(in crate::web::api) struct Verification {
    /// `forwarding` if absent.
    #[serde(default, rename = "type")]
    pub(in crate::web::api) kind: VerificationKind,
}

/// A check of an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::web::api) enum VerificationKind {
    /// The way in.
    #[default]
    Forwarding,
    /// The way out over the customer's server.
    SmtpOutbound,
    /// Looked up whenever an address is shown; there is nothing to start.
    Spf,
    /// Whose the domain is: its TXT record is looked for now.
    Dns,
}

impl RecipientAddress {
    /// `names` is how its domain stands in DNS, if that was looked up.
    pub(in crate::web::api) fn new(
        view: AddressView,
        names: Option<StatusView>,
        site: &Site,
    ) -> Self {
        let native = view.kind == "native";
        // A native address is ours and needs no proof; of others nothing is known that
        // was not looked up.
        let of_domain = if native { "verified" } else { "unknown" };
        let told = |word: fn(&StatusView) -> &'static str| names.as_ref().map_or(of_domain, word);
        let smtp = view.connector.is_some();
        let checked = view.inbound.checked_at.max(view.outbound.checked_at);
        Self {
            id: view.number,
            url: site.of_thing("recipient_addresses", view.number),
            email: view.address,
            name: view.name,
            brand_id: view.brand,
            default: view.default.then_some(true),
            forwarding_status: status(&view.inbound),
            spf_status: told(|names| names.spf_status),
            cname_status: told(|names| names.cname_status),
            domain_verification_status: told(|names| names.domain_verification_status),
            domain_verification_code: names.map(|names| names.domain_verification_code),
            created_at: time(view.created_at),
            updated_at: time(checked.max(view.created_at)),
            connection_type: view.kind,
            connector_id: view.connector,
            smtp_outbound_status: smtp.then(|| status(&view.outbound)),
            forwarding_reason: view.inbound.reason,
            smtp_outbound_reason: view.outbound.reason.filter(|_| smtp),
            outbound_only: view.outbound_only,
        }
    }
}

fn status(check: &CheckDetails) -> &'static str {
    match check.state {
        "pending" => "waiting",
        state => state,
    }
}

impl OneAddress {
    pub(in crate::web::api) fn new(
        view: AddressView,
        names: Option<StatusView>,
        brands: Option<Vec<Brand>>,
        site: &Site,
    ) -> Self {
        Self {
            recipient_address: RecipientAddress::new(view, names, site),
            brands,
        }
    }

    pub(in crate::web::api) fn url(&self) -> &str {
        &self.recipient_address.url
    }
}
