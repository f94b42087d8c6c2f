//! Brands.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::operations::brands::BrandView;
use crate::web::api::caller::Site;
use crate::web::api::paging::PageInfo;

/// A brand.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Brand {
    id: u64,
    url: String,
    name: String,
    brand_url: String,
    subdomain: String,
    host_mapping: Option<String>,
    has_help_center: bool,
    help_center_state: &'static str,
    active: bool,
    default: bool,
    is_deleted: bool,
    logo: Option<String>,
    ticket_form_ids: Vec<u64>,
    signature_template: String,
    created_at: String,
    updated_at: String,
    /// Sends where no better address may.
    default_address: String,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OneBrand {
    pub(in crate::web::api) brand: Brand,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Brands {
    pub(in crate::web::api) brands: Vec<Brand>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

impl Brand {
    /// `subdomain` is that of the account: all its brands live there.
    pub(in crate::web::api) fn new(view: BrandView, subdomain: &str, site: &Site) -> Self {
        Self {
            id: view.id,
            url: site.of_thing("brands", view.id),
            name: view.name,
            brand_url: site.link(""),
            subdomain: subdomain.to_owned(),
            host_mapping: None,
            has_help_center: false,
            help_center_state: "disabled",
            active: true,
            default: view.default,
            is_deleted: false,
            logo: None,
            ticket_form_ids: Vec::new(),
            signature_template: String::new(),
            created_at: time(view.created_at),
            updated_at: time(view.created_at),
            default_address: view.default_address,
        }
    }
}
