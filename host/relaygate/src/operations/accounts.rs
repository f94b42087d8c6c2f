//! Accounts: made, listed, shown.

use desk::accounts::{self, Kind, NewAccount, Profile, Subdomain};
use serde::Serialize;

use super::desks::{self, DeskView};
use super::{Actor, Outcome, audit, parse_address};
use crate::services::Services;

/// An account as it is shown.
#[derive(Debug, Serialize)]
pub struct AccountView {
    /// Its number.
    pub id: u64,
    /// Its name inside the native domain.
    pub subdomain: String,
    /// Its name for people.
    pub name: String,
    /// `production` or `sandbox`.
    pub kind: &'static str,
    /// `<subdomain>.<native domain>`.
    pub native_domain: String,
    /// Where security notices go.
    pub admins: Vec<String>,
    /// Whose help desk its mail goes to.
    pub desk: DeskView,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// Every account.
#[derive(Debug, Serialize)]
pub struct AccountsView {
    /// Oldest first.
    pub accounts: Vec<AccountView>,
}

/// What a new account is made of, as typed.
#[derive(Debug)]
pub struct AccountInput<'a> {
    /// Its name inside the native domain.
    pub subdomain: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// Where security notices go; at least one.
    pub admins: &'a [String],
    /// Makes it a sandbox of that account.
    pub sandbox_of: Option<&'a str>,
}

/// Makes an account with its native default address.
pub async fn create(
    services: &Services,
    actor: &Actor,
    input: AccountInput<'_>,
) -> Outcome<AccountView> {
    let sandbox_of = match input.sandbox_of {
        Some(subdomain) => Some(super::account(services, subdomain).await?.id()),
        None => None,
    };
    let admins = input
        .admins
        .iter()
        .map(|admin| parse_address("admins", admin));
    let new = NewAccount {
        subdomain: Subdomain::parse(input.subdomain)?,
        name: input.name.to_owned(),
        admins: admins.collect::<Outcome<_>>()?,
        sandbox_of,
    };
    let now = services.clock.now();
    let profile = accounts::create(&services.desk, &services.native, new, now).await?;
    let account = services.desk.account(profile.id);
    audit::record(
        services,
        &account,
        actor,
        "account_created",
        profile.subdomain.as_str(),
    )
    .await;
    view(services, &profile).await
}

/// Every account.
pub async fn list(services: &Services) -> Outcome<AccountsView> {
    let profiles = accounts::list(&services.desk).await?;
    let mut accounts = Vec::with_capacity(profiles.len());
    for profile in &profiles {
        accounts.push(view(services, profile).await?);
    }
    Ok(AccountsView { accounts })
}

/// One account.
pub async fn show(services: &Services, subdomain: &str) -> Outcome<AccountView> {
    let account = super::account(services, subdomain).await?;
    view(services, &accounts::profile(&account).await?).await
}

async fn view(services: &Services, profile: &Profile) -> Outcome<AccountView> {
    let account = services.desk.account(profile.id);
    Ok(AccountView {
        id: profile.id.get(),
        subdomain: profile.subdomain.to_string(),
        name: profile.name.clone(),
        kind: match profile.kind {
            Kind::Production => "production",
            Kind::Sandbox => "sandbox",
        },
        native_domain: profile.subdomain.domain(&services.native).to_string(),
        admins: profile.admins.iter().map(ToString::to_string).collect(),
        desk: desks::show(&account).await?,
        created_at: profile.created_at.0,
    })
}
