//! Passkeys as second factor (WebAuthn Level 3): made, shown, removed.
//!
//! A ceremony begins with options for the browser and ends with what its device says to them,
//! within five minutes, by the session that began it, once. What is pending is held in memory:
//! a restart asks for another click and nothing else. `webauthn_rp` judges what comes back:
//! challenge, origin, the site it is for, that somebody was there, the signature, the counter.
//!
//! Not here: which passkeys there are (`desk::members::passkeys`), the session that follows
//! (`sessions`).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use desk::members::passkeys::{self, Passkey};
use desk::members::{HANDLE_OCTETS, Member};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::{
    AllowedCredentials, AuthenticationVerificationOptions, NonDiscoverableCredentialRequestOptions,
};
use webauthn_rp::request::register::{
    PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle, Username,
};
use webauthn_rp::request::{
    AsciiDomain, Credentials, PublicKeyCredentialDescriptor, RpId, TimedCeremony,
};
use webauthn_rp::response::register::{DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, NonDiscoverableAuthentication,
    NonDiscoverableAuthenticationServerState, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

use super::sessions::{self, Visitor};
use super::{Outcome, Refusal, logins};
use crate::services::Services;

/// One of somebody's passkeys.
pub struct PasskeyView {
    /// What it is called by in a path.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// When it last proved somebody, milliseconds since the epoch.
    pub used_at: Option<u64>,
}

/// Ceremonies that have begun and not ended.
#[derive(Debug, Default)]
pub struct Ceremonies {
    made: Pending<RegistrationServerState<HANDLE_OCTETS>>,
    shown: Pending<NonDiscoverableAuthenticationServerState>,
}

/// Ceremonies of one kind, one for each session at most.
#[derive(Debug)]
struct Pending<C>(Mutex<HashMap<[u8; 32], C>>);

impl<C> Default for Pending<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C: TimedCeremony> Pending<C> {
    /// Takes the place of what the same session has begun before. When there is no room, the
    /// one that would end first goes.
    fn begin(&self, session: &SecretString, ceremony: C) {
        let mut pending = self.held();
        let now = Instant::now();
        pending.retain(|_, ceremony| now < ceremony.expiration());
        if pending.len() >= CEREMONIES_MAX {
            let first = pending.iter().min_by_key(|(_, it)| it.expiration());
            let first = first.map(|(session, _)| *session);
            first.and_then(|session| pending.remove(&session));
        }
        pending.insert(hash(session), ceremony);
    }

    /// The one of this session; it cannot be taken twice.
    fn take(&self, session: &SecretString) -> Option<C> {
        self.held().remove(&hash(session))
    }

    // The map is whole after every statement, so a panic elsewhere spoils nothing.
    fn held(&self) -> MutexGuard<'_, HashMap<[u8; 32], C>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(session: &SecretString) -> [u8; 32] {
    Sha256::digest(session.expose_secret()).into()
}

/// What browsers know us by.
struct Site {
    id: RpId,
    origin: String,
}

/// The host and the origin of the configuration, never what a browser calls us. A passkey is
/// bound to a name; an address has none (WebAuthn §5.1.2).
fn site(services: &Services) -> Outcome<Site> {
    let origin = logins::site(services)?;
    let web = services.config.web.as_ref();
    let host = web.and_then(|web| web.host());
    let host = host.unwrap_or(services.hostname.as_str());
    let is_address = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
    let name = AsciiDomain::try_from(host.to_ascii_lowercase());
    match name {
        Ok(name) if !is_address => Ok(Site {
            id: RpId::Domain(name),
            origin: as_browsers_write(&origin),
        }),
        _ => {
            let message = "passkeys are bound to a name; give web.url one";
            Err(Refusal::new("passkeys_need_a_name", message))
        }
    }
}

/// An origin has no port where it is the usual one, and no capitals (RFC 6454 §6.2).
fn as_browsers_write(origin: &str) -> String {
    let origin = origin.to_ascii_lowercase();
    origin.strip_suffix(":443").unwrap_or(&origin).to_owned()
}

/// Whether passkeys can be had here at all.
pub fn are_possible(services: &Services) -> bool {
    site(services).is_ok()
}

/// Begins to make a passkey: what the browser has to be told, as JSON.
pub fn begin_making(
    services: &Services,
    visitor: &Visitor,
    session: &SecretString,
) -> Outcome<String> {
    let (site, member) = (site(services)?, &visitor.member);
    let handle = handle(member);
    let mut user = PublicKeyCredentialUserEntity::from(&handle);
    let address = member.address.to_string();
    if let Ok(name) = Username::try_from(address) {
        user.name = name;
    }
    let known = member.passkeys.iter().map(descriptor);
    let known = known.collect::<Outcome<Vec<_>>>()?;
    let options = PublicKeyCredentialCreationOptions::second_factor(&site.id, user, known);
    let (ceremony, told) = options.start_ceremony().map_err(unfit)?;
    let told = serde_json::to_string(&told).map_err(unfit)?;
    services.flow.passkeys.made.begin(session, ceremony);
    Ok(told)
}

/// Keeps the passkey that was made.
pub async fn finish_making(
    services: &Services,
    visitor: &Visitor,
    session: &SecretString,
    (name, answer): (&str, &str),
    peer: IpAddr,
) -> Outcome<()> {
    let site = site(services)?;
    let ceremony = services.flow.passkeys.made.take(session);
    let ceremony = ceremony.ok_or_else(refused)?;
    let passkey = judge_made(&site, ceremony, answer, name, services)?;
    passkeys::add(&services.desk, &visitor.member, passkey).await?;
    sessions::note(services, &visitor.member, peer, "passkey_added").await;
    Ok(())
}

fn judge_made(
    site: &Site,
    ceremony: RegistrationServerState<HANDLE_OCTETS>,
    answer: &str,
    name: &str,
    services: &Services,
) -> Outcome<Passkey> {
    let said = Registration::from_json_relaxed(answer.as_bytes()).map_err(|_| refused())?;
    let options = RegistrationVerificationOptions::<&str, &str> {
        allowed_origins: &[&site.origin],
        ..RegistrationVerificationOptions::default()
    };
    let made = ceremony.verify(&site.id, &said, &options);
    let made = made.map_err(|_| refused())?;
    Ok(Passkey {
        id: made.id().as_ref().to_vec(),
        name: name.to_owned(),
        key: made.static_state().encode().map_err(unfit)?,
        state: made.dynamic_state().encode().map_err(unfit)?,
        transports: made.transports().encode().map_err(unfit)?,
        created_at: services.clock.now(),
        used_at: None,
    })
}

/// Begins to ask for a passkey: what the browser has to be told, as JSON; `None` for who has
/// none, and where none can be had (any more).
pub fn begin_showing(
    services: &Services,
    member: &Member,
    session: &SecretString,
) -> Outcome<Option<String>> {
    let Ok(site) = site(services) else {
        return Ok(None);
    };
    if member.passkeys.is_empty() {
        return Ok(None);
    }
    let mut known = AllowedCredentials::with_capacity(member.passkeys.len());
    for passkey in &member.passkeys {
        known.push(descriptor(passkey)?.into());
    }
    let options = NonDiscoverableCredentialRequestOptions::second_factor(&site.id, known);
    let (ceremony, told) = options.map_err(unfit)?.start_ceremony().map_err(unfit)?;
    let told = serde_json::to_string(&told).map_err(unfit)?;
    services.flow.passkeys.shown.begin(session, ceremony);
    Ok(Some(told))
}

/// Sees that a passkey of this member has answered what its session was asked, and writes
/// that down.
pub(super) async fn judge_shown(
    services: &Services,
    member: &Member,
    session: &SecretString,
    answer: &str,
) -> Outcome<()> {
    let site = site(services)?;
    let ceremony = services.flow.passkeys.shown.take(session);
    let ceremony = ceremony.ok_or_else(refused)?;
    let said = NonDiscoverableAuthentication::<HANDLE_OCTETS>::from_json_relaxed(answer.as_bytes());
    let said = said.map_err(|_| refused())?;
    let id = said.raw_id();
    let mut known = member.passkeys.iter();
    let passkey = known
        .find(|known| known.id == id.as_ref())
        .ok_or_else(refused)?;
    let state = verified(&site, ceremony, &said, member, passkey)?;
    let now = services.clock.now();
    passkeys::used(&services.desk, member, passkey, state, now).await?;
    Ok(())
}

/// Its counter and flags from now on.
fn verified(
    site: &Site,
    ceremony: NonDiscoverableAuthenticationServerState,
    said: &NonDiscoverableAuthentication<HANDLE_OCTETS>,
    member: &Member,
    passkey: &Passkey,
) -> Outcome<[u8; passkeys::STATE_OCTETS]> {
    let handle = handle(member);
    let key = StaticState::decode(passkey.key.as_slice()).map_err(unfit)?;
    let state = DynamicState::decode(passkey.state).map_err(unfit)?;
    let id = said.raw_id();
    let mut known = AuthenticatedCredential::new(id, &handle, key, state).map_err(unfit)?;
    let options = AuthenticationVerificationOptions::<&str, &str> {
        allowed_origins: &[&site.origin],
        ..AuthenticationVerificationOptions::default()
    };
    let verified = ceremony.verify(&site.id, said, &mut known, &options);
    verified.map_err(|_| refused())?;
    known.dynamic_state().encode().map_err(unfit)
}

/// Somebody's passkeys.
pub fn list(member: &Member) -> Vec<PasskeyView> {
    let view = |passkey: &Passkey| PasskeyView {
        id: short(passkey),
        name: passkey.name.clone(),
        created_at: passkey.created_at.0,
        used_at: passkey.used_at.map(|at| at.0),
    };
    member.passkeys.iter().map(view).collect()
}

/// What a passkey is called by in a path: its own id may be long.
fn short(passkey: &Passkey) -> String {
    let digest = Sha256::digest(&passkey.id);
    let digest = digest.iter().take(SHORT_OCTETS);
    digest.map(|octet| format!("{octet:02x}")).collect()
}

/// Removes a passkey.
pub async fn remove(services: &Services, visitor: &Visitor, id: &str, peer: IpAddr) -> Outcome<()> {
    let mut known = visitor.member.passkeys.iter();
    let passkey = known.find(|passkey| short(passkey) == id);
    let passkey = passkey.ok_or_else(|| Refusal::not_found("passkey", "see your profile"))?;
    passkeys::remove(&services.desk, &visitor.member, &passkey.id).await?;
    sessions::note(services, &visitor.member, peer, "passkey_removed").await;
    Ok(())
}

fn handle(member: &Member) -> UserHandle<HANDLE_OCTETS> {
    match UserHandle::decode(member.handle) {
        Ok(handle) => handle,
        Err(never) => match never {},
    }
}

fn descriptor(passkey: &Passkey) -> Outcome<PublicKeyCredentialDescriptor<Vec<u8>>> {
    Ok(PublicKeyCredentialDescriptor {
        id: CredentialId::decode(passkey.id.clone()).map_err(unfit)?,
        transports: AuthTransports::decode(passkey.transports).map_err(unfit)?,
    })
}

/// The device, or the browser before it, did not say what was asked for; why is nobody's
/// affair who is not yet known.
pub(super) fn refused() -> Refusal {
    let hint = "use a passkey you have added here, and try again";
    Refusal::field("passkey", "passkey_refused", hint)
}

fn unfit(error: impl std::error::Error) -> Refusal {
    Refusal::internal(&error)
}

/// Ceremonies of one kind pending at once.
const CEREMONIES_MAX: usize = 1_024;
/// Octets of the digest a passkey is called by in a path.
const SHORT_OCTETS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (url, origin) in [
            ("https://Admin.desk.example", "https://admin.desk.example"),
            (
                "https://admin.desk.example:443",
                "https://admin.desk.example",
            ),
            (
                "https://admin.desk.example:8443",
                "https://admin.desk.example:8443",
            ),
        ] {
            assert_eq!(as_browsers_write(url), origin);
        }
    }
}
