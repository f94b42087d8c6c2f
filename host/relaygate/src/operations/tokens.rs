//! API tokens of agents.

use desk::people;
use secrecy::ExposeSecret;
use serde::Serialize;

use super::{Actor, Outcome, audit, parse_address};
use crate::services::Services;

/// A token that was just made.
#[derive(Serialize)]
pub struct CreatedView {
    /// The token.
    pub token: TokenView,
}

/// A token in the one moment in which its secret exists.
#[derive(Serialize)]
pub struct TokenView {
    /// Not secret.
    pub id: String,
    /// Whose it is.
    pub agent: String,
    /// Shown once.
    pub secret: String,
}

/// Makes a token for an agent, registering them if they are new.
pub async fn create(
    services: &Services,
    actor: &Actor,
    account: &str,
    agent: &str,
) -> Outcome<CreatedView> {
    let account = super::account(services, account).await?;
    let agent = parse_address("agent", agent)?;
    let now = services.clock.now();
    let create = || async { Ok(people::create_token(&account, &agent, now).await?) };
    let issued = super::retried(|| Box::pin(create())).await?;
    audit::record(services, &account, actor, "token_created", &issued.token.id).await;
    let token = TokenView {
        id: issued.token.id,
        agent: issued.token.agent.to_string(),
        secret: issued.secret.expose_secret().to_owned(),
    };
    Ok(CreatedView { token })
}

/// Revokes a token at once.
pub async fn revoke(services: &Services, actor: &Actor, account: &str, id: &str) -> Outcome<()> {
    let account = super::account(services, account).await?;
    people::revoke_token(&account, id).await?;
    audit::record(services, &account, actor, "token_revoked", id).await;
    Ok(())
}
