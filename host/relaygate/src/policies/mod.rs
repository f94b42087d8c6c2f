//! Which policies decide for whom: the operator's for everybody, an account's own beside
//! them, ready to be asked.
//!
//! What an account has is read from the desk when it is first needed and kept until it
//! changes. A chain that was handed out stays as it is: a session, or a job, goes on with
//! the versions it began with, and a change takes effect with the next one.
//!
//! A component is compiled once for all accounts that have it, in a process of its own
//! ([`compiler`]), and mapped from disk from then on. One that cannot be made ready makes
//! its account's questions fail, which defers mail before 250 and keeps it aside after.
//!
//! Not here: the sandbox (`policy`), what is installed (`desk::policies`), who may change
//! it (`operations`).

pub mod compiler;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use desk::policies::{self, Installed, Version};
use desk::{Account, Installation};
use policy::questions::Question;
use policy::{
    Chain, CodeCache, CompileError, Component, Digest, Engine, Limits, Policy, Settings,
    WeakComponent,
};
use storage::AccountId;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tracing::{error, info, warn};

use compiler::CompileFailure;

/// Every policy, and for whom it decides.
pub struct Policies {
    engine: Engine,
    limits: Limits,
    operator: Vec<Policy>,
    everybody: Chain,
    cache: Arc<CodeCache>,
    ready: Mutex<Ready>,
    compiling: Arc<Semaphore>,
}

/// What is ready to be asked.
#[derive(Default)]
struct Ready {
    /// Counts changes, so that what was read before one is not kept after it.
    changes: u64,
    uses: u64,
    accounts: HashMap<AccountId, Own>,
    components: HashMap<Digest, WeakComponent>,
}

/// The chain of one account.
struct Own {
    /// Absent if it has no policies of its own.
    chain: Option<Chain>,
    /// It could not be made ready; it is tried again then.
    again: Option<Instant>,
    used: u64,
}

/// Why a policy is not ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// What the desk has of it cannot be read.
    #[error("read the component")]
    Desk(#[from] desk::Error),
    /// It was not compiled.
    #[error(transparent)]
    Compile(#[from] CompileFailure),
    /// Its code was made and is not there.
    #[error("keep the compiled code")]
    Keep(#[source] std::io::Error),
    /// Its code was made and is not used by this program.
    #[error("the compiled code does not fit this program")]
    Unfit,
    /// It is a component, and no policy of ours.
    #[error(transparent)]
    Link(#[from] CompileError),
    /// The settings it has are none.
    #[error("settings: {0}")]
    Settings(String),
}

/// What [`Policies::new`] needs.
pub struct Parts {
    /// The sandbox.
    pub engine: Engine,
    /// What one call may use.
    pub limits: Limits,
    /// The policies everybody has.
    pub operator: Vec<Policy>,
    /// Where compiled code is kept.
    pub cache: CodeCache,
}

impl Policies {
    /// The operator's policies; accounts' own are read when they are needed.
    pub fn new(parts: Parts) -> Self {
        Self {
            everybody: Chain::new(parts.operator.clone(), Vec::new()),
            engine: parts.engine,
            limits: parts.limits,
            operator: parts.operator,
            cache: Arc::new(parts.cache),
            ready: Mutex::default(),
            compiling: Arc::new(Semaphore::new(COMPILED_AT_ONCE)),
        }
    }

    /// What decides for an account, as it stands now. Mail does not wait for a compiler: what
    /// is not ready in [`READY_WITHIN`] fails for now, and is made ready meanwhile.
    pub async fn of(&self, account: &Account) -> Chain {
        if let Some(chain) = self.known(account.id()) {
            return chain;
        }
        let before = self.ready().changes;
        let (chain, again) = match policies::list(account).await {
            Ok(own) if own.is_empty() => (None, None),
            Ok(own) => match timeout(READY_WITHIN, self.made_ready(account, &own)).await {
                Ok(made) => made,
                Err(_) => {
                    warn!(account = account.id().get(), "policies are not ready yet");
                    self.not_ready()
                }
            },
            Err(error) => {
                error!(%error, "an account's policies cannot be read");
                self.not_ready()
            }
        };
        self.remember(account.id(), before, chain.clone(), again);
        chain.unwrap_or_else(|| self.everybody.clone())
    }

    /// Nobody knows what the account's own policies would say; tried again soon.
    fn not_ready(&self) -> (Option<Chain>, Option<Instant>) {
        let chain = self.everybody.clone().without("", Digest::default());
        (Some(chain), Some(Instant::now() + AGAIN_AFTER))
    }

    /// The same by the account's id; everybody's if there is none.
    pub async fn for_account(&self, desk: &Installation, account: Option<AccountId>) -> Chain {
        match account {
            Some(account) => self.of(&desk.account(account)).await,
            None => self.everybody.clone(),
        }
    }

    /// The account's policies have changed: the next question meets the new ones.
    pub fn changed(&self, account: AccountId) {
        let mut ready = self.ready();
        ready.changes += 1;
        ready.accounts.remove(&account);
        ready
            .components
            .retain(|_, component| component.upgrade().is_some());
    }

    /// A component ready to be asked, compiled now if it never was. `octets` are asked for
    /// then only.
    ///
    /// # Errors
    /// [`NotReady`].
    pub async fn component<F>(&self, digest: Digest, octets: F) -> Result<Component, NotReady>
    where
        F: Future<Output = Result<Vec<u8>, desk::Error>>,
    {
        if let Some(component) = self.loaded(digest)? {
            return Ok(component);
        }
        let one = Arc::clone(&self.compiling).acquire_owned().await;
        if let Some(component) = self.loaded(digest)? {
            return Ok(component);
        }
        let octets = octets.await?;
        // By itself, so that it comes to its end though nobody waits for it any more.
        let compiled = tokio::spawn(compiled(Arc::clone(&self.cache), digest, octets, one));
        compiled.await.map_err(|_| NotReady::Unfit)??;
        self.loaded(digest)?.ok_or(NotReady::Unfit)
    }

    /// A policy of that component, under the limits of this program.
    ///
    /// # Errors
    /// [`NotReady::Settings`].
    pub fn policy(
        &self,
        name: &str,
        component: &Component,
        settings: &str,
    ) -> Result<Policy, NotReady> {
        let value = serde_json::from_str(settings)
            .map_err(|error| NotReady::Settings(error.to_string()))?;
        let settings =
            Settings::from_json(&value).map_err(|error| NotReady::Settings(error.to_string()))?;
        Ok(Policy::new(name, component)
            .with_settings(settings)
            .with_limits(self.limits.clone()))
    }

    fn known(&self, account: AccountId) -> Option<Chain> {
        let mut ready = self.ready();
        ready.uses += 1;
        let used = ready.uses;
        let own = ready.accounts.get_mut(&account)?;
        if own.again.is_some_and(|again| again <= Instant::now()) {
            return None;
        }
        own.used = used;
        Some(own.chain.clone().unwrap_or_else(|| self.everybody.clone()))
    }

    /// The account's chain; one policy that is not ready makes it fail for some seconds,
    /// when it is tried again.
    async fn made_ready(
        &self,
        account: &Account,
        own: &[Installed],
    ) -> (Option<Chain>, Option<Instant>) {
        let mut policies = Vec::with_capacity(own.len());
        let mut missing = None;
        for installed in own {
            match self.one(account, installed).await {
                Ok(policy) => policies.push(policy),
                Err(reason) => {
                    let (policy, digest) = (&installed.name, digest_of(installed.live()));
                    let reason = &reason as &dyn std::error::Error;
                    error!(account = account.id().get(), policy, %digest, reason, "policy is not ready");
                    missing = Some((policy, digest));
                }
            }
        }
        let chain = Chain::new(self.operator.clone(), policies);
        match missing {
            None => (Some(chain), None),
            Some((name, digest)) => {
                let again = Instant::now() + AGAIN_AFTER;
                (Some(chain.without(name, digest)), Some(again))
            }
        }
    }

    async fn one(&self, account: &Account, installed: &Installed) -> Result<Policy, NotReady> {
        let live = installed.live();
        let octets = policies::component(account, live.digest);
        let component = self.component(digest_of(live), octets).await?;
        let policy = self.policy(&installed.name, &component, &live.settings)?;
        Ok(match live.interfaces.is_empty() {
            true => policy,
            false => policy.asked_only(&questions_of(&live.interfaces)),
        })
    }

    fn loaded(&self, digest: Digest) -> Result<Option<Component>, CompileError> {
        let known = self.ready().components.get(&digest).cloned();
        if let Some(component) = known.and_then(|known| known.upgrade()) {
            return Ok(Some(component));
        }
        let found = self.cache.load(&self.engine, digest)?;
        if let Some(component) = &found {
            let weak = component.downgrade();
            self.ready().components.insert(digest, weak);
        }
        Ok(found)
    }

    fn remember(
        &self,
        account: AccountId,
        before: u64,
        chain: Option<Chain>,
        again: Option<Instant>,
    ) {
        let mut ready = self.ready();
        if ready.changes != before {
            return;
        }
        ready.uses += 1;
        let used = ready.uses;
        ready.accounts.insert(account, Own { chain, again, used });
        ready.make_room();
    }

    fn ready(&self) -> MutexGuard<'_, Ready> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ready {
    /// Lets go of the chains that were not asked for longest; they are read again.
    fn make_room(&mut self) {
        if self.accounts.len() <= READY_MAX {
            return;
        }
        let mut uses: Vec<u64> = self.accounts.values().map(|own| own.used).collect();
        uses.sort_unstable();
        let oldest = uses[uses.len() / 10];
        self.accounts.retain(|_, own| own.used > oldest);
        self.components
            .retain(|_, component| component.upgrade().is_some());
    }
}

/// Compiles a component and keeps its code; `_one` is whose turn it is.
async fn compiled(
    cache: Arc<CodeCache>,
    digest: Digest,
    octets: Vec<u8>,
    _one: Result<OwnedSemaphorePermit, AcquireError>,
) -> Result<(), NotReady> {
    let started = Instant::now();
    let code = compiler::compile(octets).await?;
    cache.keep(digest, &code).map_err(NotReady::Keep)?;
    info!(%digest, millis = started.elapsed().as_millis(), "component compiled");
    Ok(())
}

/// The questions of these interfaces.
pub fn questions_of(interfaces: &[String]) -> Vec<Question> {
    let among = |question: &Question| interfaces.iter().any(|it| it == question.interface());
    Question::ALL.into_iter().filter(among).collect()
}

/// The digest a version names.
pub fn digest_of(version: &Version) -> Digest {
    Digest::from_octets(version.digest)
}

/// Each takes a core for as long as it lasts, and mail needs the others.
const COMPILED_AT_ONCE: usize = 1;
/// How long mail waits for an account's policies; a relay waits five minutes for any reply
/// (RFC 5321 §4.5.3.2).
const READY_WITHIN: Duration = Duration::from_secs(10);
/// When what could not be made ready is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(30);
/// Accounts whose chains are ready. Each component of theirs takes three memory maps, of
/// which a process has 65,530 unless the operator raises `vm.max_map_count`.
const READY_MAX: usize = 12_000;
