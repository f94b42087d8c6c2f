//! Signing in and out.
//!
//! The cookies and the forms are the pages' affair; here it is decided who has
//! proved what, and who has to wait for having guessed.
//!
//! Not here: what somebody does about their own login (`profile`), what a passkey says
//! (`passkeys`).

use std::net::IpAddr;

use desk::accounts::{self, Subdomain};
use desk::credentials::LoginError;
use desk::members::sessions::{self, Session, Stage};
use desk::members::{self, Member, browsers, invitations, proofs};
use desk::people;
use mail::address::Address;
use secrecy::{ExposeSecret, SecretString};
use storage::{Scope, Timestamp};

use super::{Actor, Outcome, Refusal, audit, passkeys, retried};
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
    pub client: Client<'a>,
}

/// From where somebody acts.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// The peer's address.
    pub peer: IpAddr,
    /// The marks its browser bears of those who have signed in with it.
    pub browser: Option<&'a SecretString>,
}

/// What is given beside the password.
#[derive(Clone, Copy)]
pub enum Factor<'a> {
    /// A one-time code.
    Code(&'a str),
    /// What a passkey's device said, in JSON.
    Passkey(&'a str),
}

/// A session that just began.
pub struct BegunView {
    /// The cookie's value, this once.
    pub secret: SecretString,
    /// Whether a second factor is still asked for.
    pub stage: Stage,
    /// The marks the browser is to bear from now on, if they are others than before.
    pub browser: Option<SecretString>,
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
    let scope = typed_scope(services, input.account).await?;
    let address = Address::parse(input.address.trim()).ok();
    let mark = own_mark(services, input.client, scope, address.as_ref()).await?;
    let attempt = Attempt::of_person(input.client.peer, &name, mark);
    may_try(services, &attempt, now)?;
    let (desk, verifier) = (&services.desk, &services.verifier);
    let proved = proofs::by_password(desk, verifier, scope, address.as_ref(), input.password);
    let member = match proved.await {
        Ok(member) => member,
        Err(reason) => return Err(refused(services, &attempt, now, &reason).await),
    };
    let stage = match member.has_second_factor() {
        true => Stage::Password,
        false => Stage::Whole,
    };
    let begun = begin(services, &member, stage, input.ends, input.client).await?;
    if stage == Stage::Whole {
        note(services, &member, input.client.peer, "signed_in").await;
    }
    Ok(begun)
}

pub(super) async fn begin(
    services: &Services,
    member: &Member,
    stage: Stage,
    ends: Option<&SecretString>,
    client: Client<'_>,
) -> Outcome<BegunView> {
    let now = services.clock.now();
    let secret = sessions::begin(&services.desk, member, stage, ends, now).await?;
    let browser = match stage {
        Stage::Whole => newly_known(services, member, client, now).await?,
        Stage::Password => None,
    };
    Ok(BegunView {
        secret,
        stage,
        browser,
    })
}

/// Remembers the browser somebody has signed in with, unless it is known: then they get in
/// with it while strangers' guesses lock their name.
async fn newly_known(
    services: &Services,
    member: &Member,
    client: Client<'_>,
    now: Timestamp,
) -> Outcome<Option<SecretString>> {
    if mark_of(member, client, now).is_some() {
        return Ok(None);
    }
    let mark = match browsers::remember(&services.desk, member, now).await {
        Ok(mark) => mark,
        // Somebody changes the member at this moment; the next time will do.
        Err(desk::Error::Changed) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let others = marks(client).take(MARKS_MAX - 1);
    let all: Vec<_> = std::iter::once(mark.expose_secret())
        .chain(others)
        .collect();
    Ok(Some(SecretString::from(all.join("."))))
}

fn marks(client: Client<'_>) -> impl Iterator<Item = &str> {
    let marks = client.browser.map_or("", |marks| marks.expose_secret());
    marks.split('.').filter(|mark| !mark.is_empty())
}

/// The mark by which this member knows the browser.
fn mark_of<'c>(member: &Member, client: Client<'c>, now: Timestamp) -> Option<&'c str> {
    marks(client)
        .take(MARKS_MAX)
        .find(|mark| member.knows(mark, now))
}

/// The same of somebody who has not yet proved anything.
async fn own_mark<'c>(
    services: &Services,
    client: Client<'c>,
    scope: Option<Scope>,
    address: Option<&Address>,
) -> Outcome<Option<&'c str>> {
    let (Some(_), Some(scope), Some(address)) = (client.browser, scope, address) else {
        return Ok(None);
    };
    let member = members::find(&services.desk, scope, address).await?;
    let now = services.clock.now();
    Ok(member.and_then(|member| mark_of(&member, client, now)))
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

pub(super) fn name_of(visitor: &Visitor) -> String {
    let profile = visitor.profile.as_ref();
    let account = profile.map_or("", |profile| profile.subdomain.as_str());
    name(account, &visitor.member.address.to_string())
}

/// An attempt of somebody whose session is known.
pub(super) fn attempt<'a>(
    visitor: &Visitor,
    name: &'a str,
    client: Client<'a>,
    now: Timestamp,
) -> Attempt<'a> {
    Attempt::of_person(client.peer, name, mark_of(&visitor.member, client, now))
}

pub(super) fn may_try(services: &Services, attempt: &Attempt<'_>, now: Timestamp) -> Outcome<()> {
    let throttle = &services.flow.sign_ins;
    let blocked = throttle.is_blocked(attempt, now)
        && (!attempt.is_familiar() || throttle.is_blocked_though_known(attempt, now));
    match blocked {
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
pub(super) async fn failed(services: &Services, attempt: &Attempt<'_>, now: Timestamp) {
    let locked_out = services.flow.sign_ins.failed(attempt, now);
    if locked_out.peer || locked_out.login {
        let actor = Actor::stranger(attempt.peer());
        let (scope, what) = (Scope::Installation, "sign_in_locked_out");
        audit::record_in(services, scope, &actor, what, attempt.user().trim()).await;
    }
}

pub(super) async fn note(services: &Services, member: &Member, peer: IpAddr, what: &str) {
    let (actor, subject) = (
        Actor::person(&member.address, peer),
        member.address.to_string(),
    );
    audit::record_in(services, member.scope, &actor, what, &subject).await;
}

/// Takes what is asked for after the password; the session gets another id.
pub async fn give_factor(
    services: &Services,
    visitor: &Visitor,
    secret: &SecretString,
    factor: Factor<'_>,
    client: Client<'_>,
) -> Outcome<BegunView> {
    let now = services.clock.now();
    let (name, member) = (name_of(visitor), &visitor.member);
    let attempt = attempt(visitor, &name, client, now);
    may_try(services, &attempt, now)?;
    if let Err(refusal) = take(services, member, secret, factor).await {
        failed(services, &attempt, now).await;
        return Err(refusal);
    }
    let begun = begin(services, member, Stage::Whole, Some(secret), client).await?;
    note(services, member, client.peer, "signed_in").await;
    Ok(begun)
}

async fn take(
    services: &Services,
    member: &Member,
    secret: &SecretString,
    factor: Factor<'_>,
) -> Outcome<()> {
    match factor {
        Factor::Code(_) if !member.has_codes() => Err(passkeys::refused()),
        Factor::Code(code) => {
            let (key, now) = (&services.sealing, services.clock.now());
            Ok(proofs::take_code(&services.desk, key, member, code, now).await?)
        }
        Factor::Passkey(answer) => passkeys::judge_shown(services, member, secret, answer).await,
    }
}

/// Takes the password again, before something that asks for it; the session gets
/// another id. Who has a second factor gives that as well.
pub async fn prove_again(
    services: &Services,
    visitor: &Visitor,
    secret: &SecretString,
    (password, factor): (&SecretString, Factor<'_>),
    client: Client<'_>,
) -> Outcome<BegunView> {
    let now = services.clock.now();
    let name = name_of(visitor);
    let attempt = attempt(visitor, &name, client, now);
    may_try(services, &attempt, now)?;
    let Member { scope, address, .. } = &visitor.member;
    let (desk, verifier) = (&services.desk, &services.verifier);
    let proved = proofs::by_password(desk, verifier, Some(*scope), Some(address), password);
    let member = match proved.await {
        Ok(member) => member,
        Err(reason) => return Err(refused(services, &attempt, now, &reason).await),
    };
    if member.has_second_factor()
        && let Err(refusal) = take(services, &member, secret, factor).await
    {
        failed(services, &attempt, now).await;
        return Err(refusal);
    }
    begin(services, &member, Stage::Whole, Some(secret), client).await
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
    client: Client<'_>,
) -> Outcome<BegunView> {
    let now = services.clock.now();
    let (desk, hasher) = (&services.desk, &services.hasher);
    let taken = invitations::take_up(desk, hasher, token, password, now).await;
    let member = match taken {
        Err(desk::Error::NotFound(_)) => return Err(link_dead()),
        taken => taken?,
    };
    register(services, &member).await?;
    note(services, &member, client.peer, "invitation_taken_up").await;
    begin(services, &member, Stage::Whole, None, client).await
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

/// Marks of one browser that are looked at, and kept: so many people share it.
const MARKS_MAX: usize = 4;
