//! Brands: the faces an account shows its customers (R66). Each has a native
//! address of its own, which sends where no better one may (R20).
//!
//! Not here: which brand a ticket belongs to (`intake`); brands are never removed,
//! since tickets keep naming them.

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};
use storage::{Batch, Timestamp};

use crate::addresses::{self, SupportAddress};
use crate::{Account, Error, accounts, wire};

/// The brand every account starts with.
pub const FIRST_BRAND: u64 = 1;
/// Brands of one account.
pub const BRANDS_MAX: usize = 300;

/// One face of the account towards its customers (R66).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// Number within the account.
    pub id: u64,
    /// Shown to end users as the sender's name.
    pub name: String,
    /// Sends where no better address may (R20); always a native one.
    #[serde(with = "wire::one")]
    pub default_address: Address,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A brand as somebody typed it in.
#[derive(Debug, Clone)]
pub struct NewBrand {
    /// Shown to end users as the sender's name; unique in the account.
    pub name: String,
    /// What stands before the @ of its default address; made of the name if absent.
    pub local: Option<String>,
}

/// Adds a brand with its native default address.
///
/// # Errors
/// [`Error::Invalid`] for a name or address that is missing, unfit or taken;
/// [`Error::Changed`].
pub async fn add(
    account: &Account,
    native: &Domain,
    new: &NewBrand,
    now: Timestamp,
) -> Result<Brand, Error> {
    let mut kept = accounts::kept_profile(account).await?;
    let profile = &mut kept.record;
    let name = check_name(&profile.brands, &new.name)?;
    let local = new.local.clone().unwrap_or_else(|| slug(&name));
    let domain = profile.subdomain.domain(native);
    let default_address = addresses::native::unused(account, &local, domain).await?;
    let brand = Brand {
        id: profile.brands.last().map_or(0, |last| last.id) + 1,
        name,
        default_address,
        created_at: now,
    };
    profile.brands.push(brand.clone());
    let mut batch = Batch::new();
    let address = SupportAddress::native(brand.default_address.clone(), brand.id, now);
    addresses::put_native(account, &mut batch, address);
    let row = account.id().get().to_be_bytes();
    account.shared().update(&mut batch, row, &kept);
    account.apply(batch).await?;
    Ok(brand)
}

fn check_name(brands: &[Brand], name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    if !fits || name.chars().any(char::is_control) {
        let hint = format!("give the brand a name of 1 to {NAME_CHARS_MAX} characters");
        return Err(Error::invalid("name", "brand_malformed", hint));
    }
    let same = |brand: &Brand| brand.name.to_lowercase() == name.to_lowercase();
    if brands.iter().any(same) {
        let hint = "there is a brand of that name already";
        return Err(Error::invalid("name", "brand_exists", hint));
    }
    if brands.len() >= BRANDS_MAX {
        let hint = format!("an account has at most {BRANDS_MAX} brands");
        return Err(Error::invalid("brand", "limit_brands", hint));
    }
    Ok(name.to_owned())
}

/// A local part made of a name: `Acme Support!` is `acme-support`.
fn slug(name: &str) -> String {
    let words = name
        .to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    words.chars().take(LOCAL_CHARS_MAX).collect()
}

const NAME_CHARS_MAX: usize = 100;
/// RFC 5321 §4.5.3.1.1 allows 64; a plus part has to fit behind it.
const LOCAL_CHARS_MAX: usize = 40;
