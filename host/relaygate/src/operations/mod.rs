//! What can be done from outside: one function for each thing.
//!
//! The command line calls these over the admin socket, and so will the admin
//! center: what the one can do the other can (invariant 11). Each function
//! takes plain input, asks the policies where they have a say, lets the desk do
//! it, writes an audit row, and answers with a view that holds no secret but
//! those issued just now.
//!
//! Not here: who may call (`admin`), how it is printed (`cli`).

pub mod accounts;
pub mod addresses;
pub mod attachments;
pub mod audit;
pub mod backlog;
pub mod backup;
pub mod brands;
pub mod desks;
pub mod diagnosis;
pub mod disconnect;
pub mod dkim;
pub mod domains;
pub mod egress;
pub mod emails;
pub mod hand;
pub mod handover;
pub mod health;
pub mod journal;
pub mod log;
pub mod logins;
mod mends;
pub mod names;
pub mod passkeys;
pub mod people;
pub mod policies;
pub mod policy_changes;
pub mod policy_replay;
pub mod policy_trials;
pub mod profile;
pub mod proof;
pub mod queue;
pub mod records;
mod refusal;
pub mod secrets;
pub(crate) mod security;
pub mod servers;
pub mod sessions;
pub mod signing;
pub mod stats;
pub mod suspended;
pub mod ticket_changes;
pub mod ticket_search;
pub mod tickets;
pub mod tokens;
pub mod trace;
pub mod traffic;
pub mod triggers;
pub mod verification;
pub mod warning;
pub mod webhooks;
mod zone;

use std::pin::Pin;

use desk::Account;
use desk::accounts::Subdomain;
use mail::address::{Address, Domain};
use policy::questions::limits::Permission;
use policy::{Answered, Decision};
use storage::Scope;
use tracing::{info, warn};

use crate::services::Services;

pub use audit::Actor;
pub use refusal::{Detail, Refusal};

/// How one operation ends.
pub type Outcome<T> = Result<T, Refusal>;

/// The account of that subdomain, or of one it had until lately (R116).
pub async fn account(services: &Services, subdomain: &str) -> Outcome<Account> {
    let unknown = || Refusal::not_found("account", "see `relaygate account list`");
    let subdomain = Subdomain::parse(subdomain).map_err(|_| unknown())?;
    let found =
        desk::accounts::by_subdomain(&services.desk, &subdomain, services.clock.now()).await?;
    found.ok_or_else(unknown)
}

/// That account's scope, or the installation's.
async fn scope(services: &Services, subdomain: Option<&str>) -> Outcome<Scope> {
    match subdomain {
        Some(subdomain) => Ok(account(services, subdomain).await?.scope()),
        None => Ok(Scope::Installation),
    }
}

/// Reads a domain from what somebody typed (R49).
fn parse_domain(text: &str) -> Outcome<Domain> {
    Domain::parse(text.trim().trim_end_matches('.')).map_err(|_| {
        Refusal::field(
            "domain",
            "domain_malformed",
            "give a domain name such as acme.example",
        )
    })
}

/// Reads an address from what somebody typed.
fn parse_address(field: &str, text: &str) -> Outcome<Address> {
    Address::parse(text.trim()).map_err(|_| {
        Refusal::field(
            field,
            "address_malformed",
            "give an address such as help@acme.example",
        )
    })
}

/// Does it again while somebody else is faster: facts are read anew each time,
/// which keeps limits exact (R22).
async fn retried<'a, T>(act: impl Fn() -> Attempt<'a, T> + Send) -> Outcome<T> {
    for _ in 1..ATTEMPTS_MAX {
        match act().await {
            Err(refusal) if refusal.is_conflict() => {}
            outcome => return outcome,
        }
    }
    act().await
}

/// One try at something. Boxed, because the compiler cannot yet see that the
/// future of an `AsyncFn` may go to another thread.
type Attempt<'a, T> = Pin<Box<dyn Future<Output = Outcome<T>> + Send + 'a>>;

/// Turns the policies' answer into go or no go, and logs who said what.
fn permitted(answered: Answered<Permission>) -> Outcome<()> {
    log_decisions(&answered.decisions);
    match answered.answer {
        Ok(Permission::Granted) => Ok(()),
        Ok(Permission::Refused(violations)) => Err(Refusal::violations(violations)),
        Err(failed) => {
            warn!(%failed, "policy failed; the change was not made");
            let code = policy::Failed::CODE;
            Err(Refusal::new(code, "a policy could not answer; try again"))
        }
    }
}

fn log_decisions(decisions: &[Decision]) {
    for decision in decisions {
        info!(
            policy = %decision.policy,
            digest = %decision.digest,
            question = decision.question.name(),
            verdict = decision.verdict,
            code = decision.code,
            micros = decision.micros,
            "policy asked"
        );
    }
}

/// Beyond this many lost races the caller is told to try again.
const ATTEMPTS_MAX: usize = 64;
