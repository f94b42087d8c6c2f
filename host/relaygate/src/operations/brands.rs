//! Brands: added, listed.

use desk::accounts;
use desk::brands::{self, Brand, NewBrand};
use serde::Serialize;

use super::{Actor, Outcome, audit, retried};
use crate::services::Services;

/// A brand as it is shown.
#[derive(Debug, Serialize)]
pub struct BrandView {
    /// Number within the account.
    pub id: u64,
    /// Shown to end users as the sender's name.
    pub name: String,
    /// Sends where no better address may.
    pub default_address: String,
    /// Takes what belongs to no other.
    pub default: bool,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// The brands of an account.
#[derive(Debug, Serialize)]
pub struct BrandsView {
    /// In the order in which they were added.
    pub brands: Vec<BrandView>,
}

/// One brand.
#[derive(Debug, Serialize)]
pub struct OneBrandView {
    /// The brand.
    pub brand: BrandView,
}

/// The brands of an account.
pub async fn list(services: &Services, account: &str) -> Outcome<BrandsView> {
    let account = super::account(services, account).await?;
    let profile = accounts::profile(&account).await?;
    Ok(BrandsView {
        brands: profile.brands.iter().map(view).collect(),
    })
}

/// Adds a brand with a native default address; `local` is what stands before
/// its @, made of the name if absent.
pub async fn add(
    services: &Services,
    actor: &Actor,
    account: &str,
    name: &str,
    local: Option<&str>,
) -> Outcome<OneBrandView> {
    let account = super::account(services, account).await?;
    let now = services.clock.now();
    let new = NewBrand {
        name: name.to_owned(),
        local: local.map(str::to_owned),
    };
    let add = || async { Ok(brands::add(&account, &services.native, &new, now).await?) };
    let brand = retried(|| Box::pin(add())).await?;
    let subject = brand.id.to_string();
    audit::record(services, &account, actor, "brand_added", &subject).await;
    Ok(OneBrandView {
        brand: view(&brand),
    })
}

fn view(brand: &Brand) -> BrandView {
    BrandView {
        id: brand.id,
        name: brand.name.clone(),
        default_address: brand.default_address.to_string(),
        default: brand.id == brands::FIRST_BRAND,
        created_at: brand.created_at.0,
    }
}
