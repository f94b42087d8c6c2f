//! What somebody does about their own login: password, one-time codes, language.
//!
//! Not here: passkeys (`passkeys`), signing in (`sessions`).

use std::net::IpAddr;

use desk::members::sessions::Stage;
use desk::members::{self, Member, proofs};
use secrecy::SecretString;

use super::Outcome;
use super::sessions::{BegunView, Client, Visitor, attempt, begin, failed, may_try, name_of, note};
use crate::services::Services;

/// Sets another password; the session goes on under another id, all others end.
pub async fn change_password(
    services: &Services,
    visitor: &Visitor,
    secret: &SecretString,
    password: &SecretString,
    client: Client<'_>,
) -> Outcome<BegunView> {
    let (desk, hasher) = (&services.desk, &services.hasher);
    let changed = proofs::change_password(desk, hasher, &visitor.member, password).await?;
    note(services, &changed, client.peer, "password_changed").await;
    begin(services, &changed, Stage::Whole, Some(secret), client).await
}

/// Begins to set up one-time codes.
pub async fn begin_codes(services: &Services, visitor: &Visitor) -> Outcome<()> {
    let (desk, key) = (&services.desk, &services.sealing);
    Ok(proofs::begin_codes(desk, key, &visitor.member).await?)
}

/// The seed that is being set up, as apps read it.
pub fn pending_seed(services: &Services, visitor: &Visitor) -> Outcome<Option<SecretString>> {
    Ok(proofs::pending_seed(&services.sealing, &visitor.member)?)
}

/// Turns one-time codes on.
pub async fn finish_codes(
    services: &Services,
    visitor: &Visitor,
    code: &str,
    client: Client<'_>,
) -> Outcome<()> {
    let now = services.clock.now();
    let name = name_of(visitor);
    let attempt = attempt(visitor, &name, client, now);
    may_try(services, &attempt, now)?;
    let (desk, key, member) = (&services.desk, &services.sealing, &visitor.member);
    if let Err(reason) = proofs::finish_codes(desk, key, member, code, now).await {
        failed(services, &attempt, now).await;
        return Err(reason.into());
    }
    note(services, member, client.peer, "second_factor_on").await;
    Ok(())
}

/// Turns one-time codes off.
pub async fn end_codes(services: &Services, visitor: &Visitor, peer: IpAddr) -> Outcome<()> {
    proofs::end_codes(&services.desk, &visitor.member).await?;
    note(services, &visitor.member, peer, "second_factor_off").await;
    Ok(())
}

/// Remembers the language somebody chose; `None`: that of the browser.
pub async fn choose_language(
    services: &Services,
    visitor: &Visitor,
    language: Option<String>,
) -> Outcome<()> {
    let Member { scope, address, .. } = &visitor.member;
    let chosen = members::choose_language(&services.desk, *scope, address, language);
    Ok(chosen.await?)
}
