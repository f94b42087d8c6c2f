//! Accounts: made, listed, shown, set, renamed; what is left in sandboxes.

use std::time::Duration;

use desk::accounts::{self, FormerName, Kind, NewAccount, Profile, Subdomain};
use desk::notices::Notice;
use desk::{Account, addresses, connectors};
use serde::Serialize;

use super::desks::{self, DeskView};
use super::warning::{self, Warning};
use super::{Actor, Outcome, audit, parse_address, retried, security};
use crate::clock::later;
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
    /// The user name of its servers, where one has to be an address (R53).
    pub username_alias: String,
    /// Names it had before and that nobody else has taken, oldest first.
    pub former: Vec<FormerView>,
    /// Where security notices go.
    pub admins: Vec<String>,
    /// Whose help desk its mail goes to.
    pub desk: DeskView,
    /// Whether mail brings CCs and followers (R13).
    pub ccs_followers_enabled: bool,
    /// What speaks against its set-up.
    pub warnings: Vec<Warning>,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// A name an account had before (R116).
#[derive(Debug, Serialize)]
pub struct FormerView {
    /// The name.
    pub subdomain: String,
    /// The native domain it made.
    pub native_domain: String,
    /// The user name it made.
    pub username_alias: String,
    /// Whether all of it still leads to the account.
    pub live: bool,
    /// Until when it does; milliseconds since the epoch.
    pub ends_at: u64,
}

/// What is left in an account's sandboxes.
#[derive(Debug, Serialize)]
pub struct LeftoversView {
    /// Addresses before the domains they stand in; empty if all is tidy.
    pub leftovers: Vec<LeftoverView>,
}

/// One thing that is left in a sandbox (R17).
#[derive(Debug, Serialize)]
pub struct LeftoverView {
    /// The sandbox's subdomain.
    pub account: String,
    /// `address` or `domain`.
    pub kind: &'static str,
    /// The address or the domain.
    pub name: String,
    /// How to get rid of it.
    pub hint: String,
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

/// Changes what an account is set to.
pub async fn set(
    services: &Services,
    actor: &Actor,
    subdomain: &str,
    ccs_followers_enabled: bool,
) -> Outcome<AccountView> {
    let account = super::account(services, subdomain).await?;
    let set = || async {
        let mut settings = accounts::profile(&account).await?.settings;
        settings.copies_enabled = ccs_followers_enabled;
        Ok(accounts::change_settings(&account, settings).await?)
    };
    let profile = retried(|| Box::pin(set())).await?;
    audit::record(services, &account, actor, "account_set", subdomain).await;
    view(services, &profile).await
}

/// Gives an account another name inside the native domain (R116).
pub async fn rename(
    services: &Services,
    actor: &Actor,
    subdomain: &str,
    name: &str,
) -> Outcome<AccountView> {
    let account = super::account(services, subdomain).await?;
    let name = Subdomain::parse(name)?;
    let rename = || try_rename(services, actor, &account, &name);
    retried(|| Box::pin(rename())).await?;
    view(services, &accounts::profile(&account).await?).await
}

async fn try_rename(
    services: &Services,
    actor: &Actor,
    account: &Account,
    name: &Subdomain,
) -> Outcome<()> {
    let now = services.clock.now();
    let grace_days = services.config.limits.rename_grace_days;
    let until = later(now, Duration::from_hours(24) * grace_days);
    let change = accounts::rename(account, &services.native, name, until, now).await?;
    let notice = Notice::AccountRenamed {
        old: change.value().to_string(),
        new: name.to_string(),
        grace_days,
    };
    let renamed = security::commit(services, account, actor, change, notice);
    renamed.await.map(drop)
}

/// Changes where security notices go (R95, R96).
pub async fn set_admins(
    services: &Services,
    actor: &Actor,
    subdomain: &str,
    admins: &[String],
) -> Outcome<AccountView> {
    let account = super::account(services, subdomain).await?;
    let admins = admins.iter().map(|admin| parse_address("admins", admin));
    let admins: Vec<_> = admins.collect::<Outcome<_>>()?;
    let set = || async { Ok(accounts::change_admins(&account, admins.clone()).await?) };
    let profile = retried(|| Box::pin(set())).await?;
    audit::record(services, &account, actor, "admins_changed", subdomain).await;
    view(services, &profile).await
}

/// What is left in the account's sandboxes, or in a sandbox itself (R17).
pub async fn leftovers(services: &Services, subdomain: &str) -> Outcome<LeftoversView> {
    let account = super::account(services, subdomain).await?;
    let profile = accounts::profile(&account).await?;
    let sandboxes = match profile.kind {
        Kind::Sandbox => vec![profile],
        Kind::Production => accounts::sandboxes(&services.desk, profile.id).await?,
    };
    let mut leftovers = Vec::new();
    for sandbox in sandboxes {
        left_in(services, &sandbox, &mut leftovers).await?;
    }
    Ok(LeftoversView { leftovers })
}

/// Whether anything was ever tried out in one of the account's sandboxes, up to an address that
/// worked both ways (R15).
pub async fn tried_in_sandbox(services: &Services, subdomain: &str) -> Outcome<bool> {
    let account = super::account(services, subdomain).await?;
    Ok(accounts::tried_in_sandbox(&services.desk, account.id()).await?)
}

async fn left_in(
    services: &Services,
    sandbox: &Profile,
    leftovers: &mut Vec<LeftoverView>,
) -> Outcome<()> {
    let account = services.desk.account(sandbox.id);
    let name = sandbox.subdomain.as_str();
    let mut add = |kind, what: String, verb: &str| {
        leftovers.push(LeftoverView {
            account: name.to_owned(),
            kind,
            hint: format!("relaygate {verb} -a {name} {what}"),
            name: what,
        });
    };
    for address in addresses::list(&account).await? {
        if address.kind != addresses::Kind::Native {
            add("address", address.address.to_string(), "address remove");
        }
    }
    for connector in connectors::list(&account).await? {
        add("domain", connector.domain.to_string(), "domain disconnect");
    }
    Ok(())
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
        native_domain: profile.home().to_string(),
        username_alias: alias(services, &profile.subdomain),
        former: profile
            .former
            .iter()
            .map(|former| former_view(services, former))
            .collect(),
        admins: profile.admins.iter().map(ToString::to_string).collect(),
        desk: desks::show(&account).await?,
        ccs_followers_enabled: profile.settings.copies_enabled,
        warnings: warning::of_account(&account, profile).await?,
        created_at: profile.created_at.0,
    })
}

fn former_view(services: &Services, former: &FormerName) -> FormerView {
    FormerView {
        subdomain: former.subdomain.to_string(),
        native_domain: former.domain.to_string(),
        username_alias: alias(services, &former.subdomain),
        live: former.is_live(services.clock.now()),
        ends_at: former.until.0,
    }
}

fn alias(services: &Services, subdomain: &Subdomain) -> String {
    subdomain.user_name_alias(&services.native).to_string()
}
