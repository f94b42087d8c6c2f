//! Who may sign in to the pages: invited, listed, removed.
//!
//! Not here: signing in (`sessions`).

use desk::members::{self, Member, Role, invitations};
use mail::address::Address;
use secrecy::ExposeSecret;
use serde::Serialize;
use storage::{Scope, Timestamp};

use super::{Actor, Outcome, Refusal, audit, parse_address, retried, scope};
use crate::services::Services;

/// Somebody who may sign in.
#[derive(Debug, Serialize)]
pub struct LoginView {
    /// Their address.
    pub address: String,
    /// `operator`, `admin` or `agent`.
    pub role: &'static str,
    /// They have chosen a password.
    pub active: bool,
    /// A one-time code or a passkey is asked for after the password.
    pub second_factor: bool,
    /// Until when their invitation can be taken up.
    pub invited_until_at: Option<u64>,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// Everybody who may sign in to an account, or as an operator.
#[derive(Debug, Serialize)]
pub struct LoginsView {
    /// In the order of their addresses.
    pub logins: Vec<LoginView>,
}

/// An invitation in the one moment in which its link exists.
#[derive(Serialize)]
pub struct InvitedView {
    /// Who is invited.
    pub login: LoginView,
    /// To be given to them by a way only they read. Shown once.
    pub link: String,
    /// When it stops working, milliseconds since the epoch.
    pub expires_at: u64,
}

/// Invites somebody, or again somebody who has lost their password or device.
pub async fn invite(
    services: &Services,
    actor: &Actor,
    account: Option<&str>,
    address: &str,
    role: Role,
) -> Outcome<InvitedView> {
    let site = site(services)?;
    let scope = scope(services, account).await?;
    let address = parse_address("address", address)?;
    check_person(services, scope, &address).await?;
    let now = services.clock.now();
    let issue =
        || async { Ok(invitations::issue(&services.desk, scope, &address, role, now).await?) };
    let issued = retried(|| Box::pin(issue())).await?;
    let subject = address.to_string();
    audit::record_in(services, scope, actor, "login_invited", &subject).await;
    Ok(InvitedView {
        login: view(&issued.member, now),
        link: format!("{site}/invitation/{}", issued.token.expose_secret()),
        expires_at: issued.expires_at.0,
    })
}

/// Who signs in to an account is an agent of it, which a support address cannot be.
async fn check_person(services: &Services, scope: Scope, address: &Address) -> Outcome<()> {
    let Scope::Account(account) = scope else {
        return Ok(());
    };
    let account = services.desk.account(account);
    match desk::addresses::find(&account, address).await? {
        Some(_) => {
            let hint = "invite a person by their own address, not by a support address";
            Err(Refusal::field("address", "agent_is_support_address", hint))
        }
        None => Ok(()),
    }
}

/// What links begin with: what the operator says we are called, never what a
/// browser calls us.
pub fn site(services: &Services) -> Outcome<String> {
    let Some(web) = &services.config.web else {
        let message = "no pages are served; add [web] to the configuration";
        return Err(Refusal::new("web_off", message));
    };
    let own = || format!("https://{}", services.hostname);
    Ok(web.url.clone().unwrap_or_else(own))
}

/// Everybody who may sign in.
pub async fn list(services: &Services, account: Option<&str>) -> Outcome<LoginsView> {
    let scope = scope(services, account).await?;
    let members = members::list(&services.desk, scope).await?;
    let now = services.clock.now();
    Ok(LoginsView {
        logins: members.iter().map(|member| view(member, now)).collect(),
    })
}

/// Ends a login, with its sessions and invitations, at once.
pub async fn remove(
    services: &Services,
    actor: &Actor,
    account: Option<&str>,
    address: &str,
) -> Outcome<()> {
    let scope = scope(services, account).await?;
    let address: Address = parse_address("address", address)?;
    let remove = || async { Ok(members::remove(&services.desk, scope, &address).await?) };
    retried(|| Box::pin(remove())).await?;
    let subject = address.to_string();
    audit::record_in(services, scope, actor, "login_removed", &subject).await;
    Ok(())
}

fn view(member: &Member, now: Timestamp) -> LoginView {
    LoginView {
        address: member.address.to_string(),
        role: member.role.as_str(),
        active: member.is_active(),
        second_factor: member.has_second_factor(),
        invited_until_at: member.invited_until(now).map(|end| end.0),
        created_at: member.created_at.0,
    }
}
