//! Which policies decide for whom: the operator's for everybody, an account's own beside
//! them, ready to be asked.
//!
//! What an account has is read from the desk when it is first needed and kept until it
//! changes. A chain that was handed out stays as it is: a session, or a job, goes on with
//! the versions it began with, and a change takes effect with the next one.
//!
//! A component is compiled once for all accounts that have it, in a process of its own
//! ([`compiler`]), and mapped from disk from then on. One that cannot be made ready makes
//! its account's questions fail, which defers mail before 250; after it mail waits for some
//! hours and is then kept aside.
//!
//! Not here: the sandbox (`policy`), what is installed (`desk::policies`), who may change
//! it (`operations`).

pub mod compiler;
mod ready;
pub mod setup;
pub mod signatures;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use desk::policies::trials::{self, Trial};
use desk::policies::{self, Installed, Version};
use desk::{Account, Installation};
use policy::questions::Question;
use policy::{
    Allowance, Chain, CodeCache, CompileError, Component, Digest, Engine, Limits, Policy, Settings,
};
use storage::AccountId;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::{error, info, warn};

use compiler::CompileFailure;
use ready::{Own, Ready};

pub use ready::{About, Candidate};

/// Every policy, and for whom it decides.
pub struct Policies {
    engine: Engine,
    limits: Limits,
    operator: Vec<Policy>,
    everybody: Chain,
    cache: Arc<CodeCache>,
    ready: Mutex<Ready>,
    compiling: Arc<Semaphore>,
    account_percent: u32,
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
    /// A policy of that name, for this reason.
    #[error("policy {0}")]
    Policy(String, #[source] Box<NotReady>),
}

/// What [`Policies::new`] needs.
pub struct Parts {
    /// The sandbox.
    pub engine: Engine,
    /// What one call may use.
    pub limits: Limits,
    /// Hundredths of one core that one account's own policies may use.
    pub account_percent: u32,
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
            account_percent: parts.account_percent,
        }
    }

    /// What decides for an account about something, as it stands now. Mail does not wait for a
    /// compiler: what is not ready in [`READY_WITHIN`] fails for now, and is made ready meanwhile.
    pub async fn of(&self, account: &Account, about: About<'_>) -> Chain {
        if let Some(chain) = self.known(account.id(), about) {
            return chain;
        }
        let before = self.ready().changes;
        let own = match timeout(READY_WITHIN, self.own(account)).await {
            Ok(Ok(own)) => own,
            Ok(Err(error)) => {
                error!(%error, "an account's policies cannot be read");
                self.not_ready()
            }
            Err(_) => {
                warn!(account = account.id().get(), "policies are not ready yet");
                self.not_ready()
            }
        };
        let chain = own.about(about, &self.everybody);
        self.remember(account.id(), before, own);
        chain
    }

    /// Nobody knows what the account's own policies would say; tried again soon.
    fn not_ready(&self) -> Own {
        let chain = self.everybody.clone().without("", Digest::default());
        Own::new(Some(chain)).again_after(AGAIN_AFTER)
    }

    /// What the account has, made ready.
    async fn own(&self, account: &Account) -> Result<Own, desk::Error> {
        let installed = policies::list(account).await?;
        let trials = trials::list(account).await?;
        if installed.is_empty() && trials.is_empty() {
            return Ok(Own::new(None));
        }
        let ready = self.made_ready(account, &installed).await;
        let (policies, missing) = with_what_is_there(account, ready);
        let chain = self.chain(policies.clone()).within(self.allowance());
        if let Some((name, digest)) = missing {
            // No candidate either: its chain would lack what is missing, and let mail past it.
            return Ok(Own::new(Some(chain.without(&name, digest))).again_after(AGAIN_AFTER));
        }
        let running = trials.iter().filter(|trial| trial.is_running()).count();
        let candidates = self.candidates(account, &policies, &trials).await;
        let own = match candidates.len() == running {
            true => Own::new(Some(chain)),
            false => Own::new(Some(chain)).again_after(AGAIN_AFTER),
        };
        Ok(own.with(candidates))
    }

    /// The account's trials as chains. One that is not ready at once is not tried yet: mail
    /// waits for no trial's compiler, which goes on by itself.
    async fn candidates(
        &self,
        account: &Account,
        live: &[Policy],
        trials: &[Trial],
    ) -> Vec<Arc<Candidate>> {
        let mut candidates = Vec::new();
        for trial in trials.iter().filter(|trial| trial.is_running()) {
            let name = format!("{}{NEXT}", trial.name);
            let ready = timeout(TRIAL_WITHIN, self.one(account, &name, &trial.version));
            let Ok(ready) = ready.await else {
                continue;
            };
            match ready {
                Ok(policy) => candidates.push(Arc::new(Candidate {
                    chain: self
                        .instead(live, &trial.name, policy.clone())
                        .within(self.allowance()),
                    trial: trial.clone(),
                    policy,
                })),
                Err(reason) => {
                    let reason = &reason as &dyn std::error::Error;
                    error!(
                        account = account.id().get(),
                        trial = trial.name,
                        reason,
                        "trial is not ready"
                    );
                }
            }
        }
        candidates
    }

    fn allowance(&self) -> Arc<Allowance> {
        Arc::new(Allowance::percent_of_a_core(self.account_percent))
    }

    /// The chain with a policy in the place of that name, or behind all others.
    pub fn instead(&self, live: &[Policy], name: &str, policy: Policy) -> Chain {
        let mut policies = live.to_vec();
        match policies.iter_mut().find(|live| live.name() == name) {
            Some(place) => *place = policy,
            None => policies.push(policy),
        }
        self.chain(policies)
    }

    /// The operator's policies and then these.
    pub fn chain(&self, own: Vec<Policy>) -> Chain {
        Chain::new(self.operator.clone(), own)
    }

    /// An account's own policies that decide, each ready to be asked.
    ///
    /// # Errors
    /// [`NotReady::Policy`]: which, and why.
    pub async fn live(&self, account: &Account) -> Result<Vec<Policy>, NotReady> {
        let installed = policies::list(account).await?;
        let ready = self.made_ready(account, &installed).await.into_iter();
        let named = |(of, ready): (&Installed, Result<Policy, NotReady>)| {
            ready.map_err(|reason| NotReady::Policy(of.name.clone(), Box::new(reason)))
        };
        ready.map(named).collect()
    }

    /// What is tried beside what decides for an account, as far as it is ready.
    pub fn on_trial(&self, account: AccountId) -> Vec<Arc<Candidate>> {
        self.ready().on_trial(account)
    }

    /// Whether anything is tried for an account that was ready last.
    pub fn tries(&self, account: AccountId) -> bool {
        !self.ready().on_trial(account).is_empty()
    }

    /// The same by the account's id; everybody's if there is none.
    pub async fn for_account(
        &self,
        desk: &Installation,
        account: Option<AccountId>,
        about: About<'_>,
    ) -> Chain {
        match account {
            Some(account) => self.of(&desk.account(account), about).await,
            None => self.everybody.clone(),
        }
    }

    /// The account's policies have changed: the next question meets the new ones.
    pub fn changed(&self, account: AccountId) {
        self.ready().forget(account);
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
        self.made(digest, octets.await?, one).await
    }

    /// A component somebody brings, compiled as if nobody had brought it before: how long it
    /// takes must not tell them whether another account has the same (WASM-11).
    ///
    /// # Errors
    /// [`NotReady`].
    pub async fn brought(&self, octets: Vec<u8>) -> Result<Component, NotReady> {
        let one = Arc::clone(&self.compiling).acquire_owned().await;
        self.made(Digest::of(&octets), octets, one).await
    }

    /// Compiles it; `one` is whose turn it is.
    async fn made(
        &self,
        digest: Digest,
        octets: Vec<u8>,
        one: Result<OwnedSemaphorePermit, AcquireError>,
    ) -> Result<Component, NotReady> {
        // By itself, so that it comes to its end though nobody waits for it any more.
        let compiled = tokio::spawn(compiled(Arc::clone(&self.cache), digest, octets, one));
        compiled.await.map_err(|_| NotReady::Unfit)??;
        self.loaded(digest)?.ok_or(NotReady::Unfit)
    }

    /// A policy of that component with these settings, asked about these interfaces (none means
    /// all it answers), under the limits of this program.
    ///
    /// # Errors
    /// [`NotReady::Settings`].
    pub fn policy(
        &self,
        name: &str,
        component: &Component,
        (settings, interfaces): (&str, &[String]),
    ) -> Result<Policy, NotReady> {
        let value = serde_json::from_str(settings)
            .map_err(|error| NotReady::Settings(error.to_string()))?;
        let settings =
            Settings::from_json(&value).map_err(|error| NotReady::Settings(error.to_string()))?;
        let policy = Policy::new(name, component)
            .with_settings(settings)
            .with_limits(self.limits.clone());
        Ok(match interfaces.is_empty() {
            true => policy,
            false => policy.asked_only(&questions_of(interfaces)),
        })
    }

    fn known(&self, account: AccountId, about: About<'_>) -> Option<Chain> {
        self.ready().chain(account, about, &self.everybody)
    }

    /// The live version of each of the account's policies, or why it is not ready.
    async fn made_ready<'a>(
        &self,
        account: &Account,
        own: &'a [Installed],
    ) -> Vec<(&'a Installed, Result<Policy, NotReady>)> {
        let mut ready = Vec::with_capacity(own.len());
        for installed in own {
            let made = self.one(account, &installed.name, installed.live()).await;
            ready.push((installed, made));
        }
        ready
    }

    async fn one(
        &self,
        account: &Account,
        name: &str,
        version: &Version,
    ) -> Result<Policy, NotReady> {
        let octets = policies::component(account, version.digest);
        let component = self.component(digest_of(version), octets).await?;
        self.policy(name, &component, (&version.settings, &version.interfaces))
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

    fn remember(&self, account: AccountId, before: u64, own: Own) {
        let mut ready = self.ready();
        if ready.changes == before {
            ready.remember(account, own);
        }
    }

    fn ready(&self) -> MutexGuard<'_, Ready> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The policies that are ready, and the first that is not.
fn with_what_is_there(
    account: &Account,
    ready: Vec<(&Installed, Result<Policy, NotReady>)>,
) -> (Vec<Policy>, Option<(String, Digest)>) {
    let (mut policies, mut missing) = (Vec::with_capacity(ready.len()), None);
    for (installed, made) in ready {
        match made {
            Ok(policy) => policies.push(policy),
            Err(reason) => {
                let (policy, digest) = (&installed.name, digest_of(installed.live()));
                let reason = &reason as &dyn std::error::Error;
                error!(account = account.id().get(), policy, %digest, reason, "policy is not ready");
                missing = missing.or(Some((policy.clone(), digest)));
            }
        }
    }
    (policies, missing)
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
    // It is synced, and others are looked through for room; mail needs this thread meanwhile.
    let kept = spawn_blocking(move || cache.keep(digest, &code)).await;
    kept.map_err(|_| NotReady::Unfit)?.map_err(NotReady::Keep)?;
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
/// How long it waits for a version on trial, whose code is on the disk nearly always.
const TRIAL_WITHIN: Duration = Duration::from_millis(500);
/// When what could not be made ready is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(30);
/// What the candidate for a policy's next version is called beside it. No name of an account's
/// has a dot.
pub const NEXT: &str = ".next";
