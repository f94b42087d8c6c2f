//! Signing in and out, and what somebody does about their own login.
//!
//! The cookie and the forms are the pages' affair; here it is decided who has
//! proved what, and who has to wait for having guessed.

use std::net::IpAddr;

use desk::accounts::{self, Subdomain};
use desk::credentials::LoginError;
use desk::members::sessions::{self, Session, Stage};
use desk::members::{self, Member, invitations, proofs};
use desk::people;
use mail::address::Address;
use secrecy::SecretString;
use storage::{Scope, Timestamp};

use super::{Actor, Outcome, Refusal, audit, retried};
use crate::reception::Attempt;
use crate::services::Services;

/// What was typed to sign in.
pub struct SignInInput<'a> {
    /// Subdomain of the account; empty for an operator.
    pub account: &'a str,
    /// The address.
    pub address: &'a str,
    /// The password.
    pub password: &'a SecretString,
    /// The session this one takes the place of.
    pub ends: Option<&'a SecretString>,
    /// From where.
    pub peer: IpAddr,
}

/// A session that just began.
pub struct BegunView {
    /// The cookie's value, this once.
    pub secret: SecretString,
    /// Whether a one-time code is still asked for.
    pub stage: Stage,
}

/// Who somebody is who has a session.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The member.
    pub member: Member,
    /// Their account's profile; absent for operators.
    pub profile: Option<accounts::Profile>,
    /// How far they have proved who they are.
    pub session: Session,
}

impl Visitor {
    /// Whether they have proved everything that was asked for.
    pub fn is_whole(&self) -> bool {
        self.session.stage == Stage::Whole
    }
}

/// Signs somebody in who knows the password. Unknown accounts and people are
/// refused like wrong passwords, in the same words after the same work.
pub async fn sign_in(services: &Services, input: SignInInput<'_>) -> Outcome<BegunView> {
    let now = services.clock.now();
    let name = name(input.account, input.address);
    let attempt = Attempt::new(input.peer, &name, NO_SET);
    may_try(services, &attempt, now)?;
    let scope = typed_scope(services, input.account).await?;
    let address = Address::parse(input.address.trim()).ok();
    let verifier = &services.verifier;
    let proved = proofs::by_password(
        &services.desk,
        verifier,
        scope,
        address.as_ref(),
        input.password,
    );
    let member = match proved.await {
        Ok(member) => member,
        Err(reason) => return Err(refused(services, &attempt, now, &reason).await),
    };
    let stage = match member.has_codes() {
        true => Stage::Password,
        false => Stage::Whole,
    };
    let begun = begin(services, &member, stage, input.ends).await?;
    if stage == Stage::Whole {
        note(services, &member, input.peer, "signed_in").await;
    }
    Ok(begun)
}

async fn begin(
    services: &Services,
    member: &Member,
    stage: Stage,
    ends: Option<&SecretString>,
) -> Outcome<BegunView> {
    let now = services.clock.now();
    let secret = sessions::begin(&services.desk, member, stage, ends, now).await?;
    Ok(BegunView { secret, stage })
}

/// The scope that was typed, if there is one.
async fn typed_scope(services: &Services, account: &str) -> Outcome<Option<Scope>> {
    let now = services.clock.now();
    match account.trim() {
        "" => Ok(Some(Scope::Installation)),
        typed => match Subdomain::parse(typed) {
            Ok(subdomain) => {
                let found = accounts::by_subdomain(&services.desk, &subdomain, now).await?;
                Ok(found.map(|account| account.scope()))
            }
            Err(_) => Ok(None),
        },
    }
}

/// Guesses are counted by who guesses and as whom, whether there is such a person or not.
fn name(account: &str, address: &str) -> String {
    format!("{} {}", account.trim(), address.trim())
}

fn name_of(visitor: &Visitor) -> String {
    let profile = visitor.profile.as_ref();
    let account = profile.map_or("", |profile| profile.subdomain.as_str());
    name(account, &visitor.member.address.to_string())
}

fn may_try(services: &Services, attempt: &Attempt<'_>, now: Timestamp) -> Outcome<()> {
    match services.flow.sign_ins.is_blocked(attempt, now) {
        true => Err(Refusal::new(
            "sign_in_throttled",
            "too many wrong passwords or codes; wait ten minutes",
        )),
        false => Ok(()),
    }
}

async fn refused(
    services: &Services,
    attempt: &Attempt<'_>,
    now: Timestamp,
    reason: &LoginError,
) -> Refusal {
    match reason {
        LoginError::Refused => {
            failed(services, attempt, now).await;
            let message = "account, address or password is wrong";
            Refusal::new("sign_in_refused", message)
        }
        LoginError::Busy(_) => Refusal::new("busy", "many people sign in just now; try again"),
        other => Refusal::internal(other),
    }
}

/// Counts a wrong guess, and writes a row about the one that locks somebody out.
async fn failed(services: &Services, attempt: &Attempt<'_>, now: Timestamp) {
    let locked_out = services.flow.sign_ins.failed(attempt, now);
    if locked_out.peer || locked_out.login {
        let actor = Actor::stranger(attempt.peer());
        let (scope, what) = (Scope::Installation, "sign_in_locked_out");
        audit::record_in(services, scope, &actor, what, attempt.user().trim()).await;
    }
}

async fn note(services: &Services, member: &Member, peer: IpAddr, what: &str) {
    let (actor, subject) = (
        Actor::person(&member.address, peer),
        member.address.to_string(),
    );
    audit::record_in(services, member.scope, &actor, what, &subject).await;
}

/// Takes the one-time code after the password; the session gets another id.
pub async fn give_code(
    services: &Services,
    visitor: &Visitor,
    secret: &SecretString,
    code: &str,
    peer: IpAddr,
) -> Outcome<BegunView> {
    let now = services.clock.now();
    let name = name_of(visitor);
    let attempt = Attempt::new(peer, &name, NO_SET);
    may_try(services, &attempt, now)?;
    let (member, key) = (&visitor.member, &services.sealing);
    if let Err(reason) = proofs::take_code(&services.desk, key, member, code, now).await {
        failed(services, &attempt, now).await;
        return Err(reason.into());
    }
    let begun = begin(services, member, Stage::Whole, Some(secret)).await?;
    note(services, member, peer, "signed_in").await;
    Ok(begun)
}

/// Takes the password again, before something that asks for it; the session gets
/// another id. Who has codes gives one as well.
pub async fn prove_again(
    services: &Services,
    visitor: &Visitor,
    secret: &SecretString,
    (password, code): (&SecretString, &str),
    peer: IpAddr,
) -> Outcome<BegunView> {
    let now = services.clock.now();
    let name = name_of(visitor);
    let attempt = Attempt::new(peer, &name, NO_SET);
    may_try(services, &attempt, now)?;
    let Member { scope, address, .. } = &visitor.member;
    let (desk, verifier) = (&services.desk, &services.verifier);
    let proved = proofs::by_password(desk, verifier, Some(*scope), Some(address), password);
    let member = match proved.await {
        Ok(member) => member,
        Err(reason) => return Err(refused(services, &attempt, now, &reason).await),
    };
    if member.has_codes() {
        let taken = proofs::take_code(desk, &services.sealing, &member, code, now).await;
        if let Err(reason) = taken {
            failed(services, &attempt, now).await;
            return Err(reason.into());
        }
    }
    begin(services, &member, Stage::Whole, Some(secret)).await
}

/// Who has the session of this cookie.
pub async fn visitor(services: &Services, secret: &SecretString) -> Outcome<Option<Visitor>> {
    let now = services.clock.now();
    let Some((session, member)) = sessions::find(&services.desk, secret, now).await? else {
        return Ok(None);
    };
    let profile = match member.scope {
        Scope::Account(id) => Some(accounts::profile(&services.desk.account(id)).await?),
        Scope::Installation => None,
    };
    Ok(Some(Visitor {
        member,
        profile,
        session,
    }))
}

/// Ends a session.
pub async fn sign_out(services: &Services, secret: &SecretString) -> Outcome<()> {
    Ok(sessions::end(&services.desk, secret).await?)
}

/// Who is invited by the token of a link.
pub async fn invited(services: &Services, token: &SecretString) -> Outcome<Member> {
    let now = services.clock.now();
    let found = invitations::find(&services.desk, token, now).await?;
    found.ok_or_else(link_dead)
}

/// Takes an invitation up and signs in.
pub async fn take_up(
    services: &Services,
    token: &SecretString,
    password: &SecretString,
    peer: IpAddr,
) -> Outcome<BegunView> {
    let now = services.clock.now();
    let (desk, hasher) = (&services.desk, &services.hasher);
    let taken = invitations::take_up(desk, hasher, token, password, now).await;
    let member = match taken {
        Err(desk::Error::NotFound(_)) => return Err(link_dead()),
        taken => taken?,
    };
    register(services, &member).await?;
    note(services, &member, peer, "invitation_taken_up").await;
    begin(services, &member, Stage::Whole, None).await
}

/// Who signs in to an account answers its tickets, and what they mail is an agent's word.
async fn register(services: &Services, member: &Member) -> Outcome<()> {
    let Scope::Account(account) = member.scope else {
        return Ok(());
    };
    let (account, now) = (services.desk.account(account), services.clock.now());
    let address = &member.address;
    let register = || async {
        Ok(people::register_agent(&account, address, "", now)
            .await
            .map(drop)?)
    };
    retried(|| Box::pin(register())).await
}

fn link_dead() -> Refusal {
    Refusal::not_found(
        "invitation",
        "ask for a new link: it works once, for three days",
    )
}

/// Sets another password; the session goes on under another id, all others end.
pub async fn change_password(
    services: &Services,
    visitor: &Visitor,
    secret: &SecretString,
    password: &SecretString,
    peer: IpAddr,
) -> Outcome<BegunView> {
    let (desk, hasher) = (&services.desk, &services.hasher);
    let changed = proofs::change_password(desk, hasher, &visitor.member, password).await?;
    note(services, &changed, peer, "password_changed").await;
    begin(services, &changed, Stage::Whole, Some(secret)).await
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
    peer: IpAddr,
) -> Outcome<()> {
    let now = services.clock.now();
    let name = name_of(visitor);
    let attempt = Attempt::new(peer, &name, NO_SET);
    may_try(services, &attempt, now)?;
    let (desk, key, member) = (&services.desk, &services.sealing, &visitor.member);
    if let Err(reason) = proofs::finish_codes(desk, key, member, code, now).await {
        failed(services, &attempt, now).await;
        return Err(reason.into());
    }
    note(services, member, peer, "second_factor_on").await;
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

/// The password of a person names no credential set.
const NO_SET: &str = "";
