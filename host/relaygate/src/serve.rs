//! The running program: opened in order, stopped in order.
//!
//! Ports are bound before anything on the disk is touched, so a start that
//! fails because of one leaves nothing behind. At the end nothing new is taken,
//! what is in flight is finished or left for the next start, and the store is
//! closed last.

use std::sync::Arc;
use std::time::Duration;

use storage::{JobFilter, JobState};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::admin::{self, AdminSocket};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, io_reason};
use crate::operations::policy_trials;
use crate::services::Services;
use crate::sockets::Ports;
use crate::tls::ServerTls;
use crate::{
    decisions, listener, monitoring, muffle, runner, samples, service_manager, telemetry, trials,
    upkeep, web,
};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to stop, and did.
    Stopped,
    /// The disk failed: nothing can be promised any more, start again.
    StoreFailed,
}

/// Runs the program until SIGTERM or SIGINT.
pub async fn run(config: Config) -> Result<Ended, ConfigError> {
    harden();
    ask_for_descriptors();
    let mut signals = Signals::new()?;
    let ports = Ports::open(&config).await?;
    let services = Services::open(config, Clock::system()).await?;
    let socket = AdminSocket::bind(&services.config.admin_socket())?;
    let recovery = services.embedded.recovery();
    info!(
        records = recovery.records,
        damages = recovery.damages.len(),
        "store opened"
    );
    warn_of_restored(&services).await;
    let tasks = TaskTracker::new();
    let decisions = listen_to_policies(&services, &tasks)?;
    start(&services, ports, socket, &tasks);
    service_manager::ready();
    info!("ready");
    let ended = signals.wait(&services).await;
    stop(&services, tasks).await;
    if let Some(decisions) = decisions {
        decisions.end();
    }
    Ok(ended)
}

/// Every question to the policies is written down and asked of versions on trial.
fn listen_to_policies(
    services: &Arc<Services>,
    tasks: &TaskTracker,
) -> Result<Option<decisions::Writer>, ConfigError> {
    let failed = |what: &str, error: &std::io::Error| {
        let problem = format!("{what} ({})", io_reason(error));
        ConfigError::new("data_dir", problem, "let this user read and write it")
    };
    let trials = trials::start(services);
    let (trials, to_stop) =
        trials.map_err(|error| failed("the thread for trials does not start", &error))?;
    tasks.spawn(policy_trials::run(services.clone(), to_stop));
    let mut ears = vec![trials];
    let config = &services.config.policy.decisions;
    let mut writer = None;
    if config.keep_hours > 0 {
        let directory = decisions::directory(&services.config);
        let started = decisions::start(directory, config);
        let (writing, ear) =
            started.map_err(|error| failed("decisions cannot be written down", &error))?;
        ears.push(ear);
        writer = Some(writing);
    }
    services.flow.counters.ears.open(ears);
    Ok(writer)
}

/// A queue that does not move is a thing to be told, not to be found out.
async fn warn_of_restored(services: &Services) {
    let mut filter = JobFilter::first(1);
    filter.state = Some(JobState::Restored);
    let found = services.store.jobs(filter).await;
    if found.is_ok_and(|jobs| !jobs.is_empty()) {
        warn!("jobs out of a backup are held; see `relaygate queue list --state restored`");
    }
}

fn start(services: &Arc<Services>, ports: Ports, socket: AdminSocket, tasks: &TaskTracker) {
    for (config, listener) in services.config.listeners.iter().zip(ports.smtp) {
        log_listening(config.kind.as_str(), &listener);
        tasks.spawn(listener::serve(services.clone(), config.clone(), listener));
    }
    tasks.spawn(runner::run(services.clone()));
    tasks.spawn(upkeep::run(services.clone()));
    tasks.spawn(upkeep::prove_domains(services.clone()));
    tasks.spawn(upkeep::rotate_keys(services.clone()));
    tasks.spawn(muffle::run(services.clone()));
    tasks.spawn(admin::serve(services.clone(), socket));
    watch_certificate(services, services.server_tls.clone(), tasks);
    let metrics = telemetry::start_metrics();
    tasks.spawn(samples::run(services.clone(), metrics.clone()));
    if let Some(listener) = ports.metrics {
        log_listening("metrics", &listener);
        tasks.spawn(monitoring::serve(services.clone(), metrics, listener));
    }
    if let (Some(listener), Some(tls)) = (ports.web, &services.web_tls) {
        log_listening("https", &listener);
        watch_certificate(services, tls.clone(), tasks);
        tasks.spawn(web::serve(services.clone(), tls.clone(), listener));
    }
}

fn watch_certificate(services: &Services, tls: Arc<ServerTls>, tasks: &TaskTracker) {
    let until = services.stop.clone();
    tasks.spawn(async move { tls.watch(until).await });
}

fn log_listening(kind: &str, listener: &TcpListener) {
    if let Ok(bind) = listener.local_addr() {
        info!(kind, %bind, "listening");
    }
}

/// Stops taking, waits for what is in flight, closes the store.
async fn stop(services: &Services, tasks: TaskTracker) {
    service_manager::stopping();
    info!("stopping");
    services.stop.cancel();
    services.in_flight.close();
    tasks.close();
    let grace = services.config.limits.stop();
    let quiet = async {
        tasks.wait().await;
        services.in_flight.wait().await;
    };
    if tokio::time::timeout(grace, quiet).await.is_err() {
        warn!(
            left = services.in_flight.len(),
            "time is up; what is left will be repeated"
        );
    }
    services.embedded.close().await;
    info!("stopped");
}

struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> Result<Self, ConfigError> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                ConfigError::new(
                    "",
                    format!("signals cannot be received ({})", io_reason(&error)),
                    "start again",
                )
            })
        };
        Ok(Self {
            hangup: listen(SignalKind::hangup())?,
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Reloads certificates at SIGHUP, until there is a reason to end.
    async fn wait(&mut self, services: &Services) -> Ended {
        let mut look = tokio::time::interval(LOOK_AT_STORE_EVERY);
        loop {
            tokio::select! {
                _ = self.hangup.recv() => services.reload_certificates(),
                _ = self.interrupt.recv() => return Ended::Stopped,
                _ = self.terminate.recv() => return Ended::Stopped,
                _ = look.tick() => {
                    if !services.embedded.healthy() {
                        error!("the disk has failed; ending, so that nothing is promised that cannot be kept");
                        return Ended::StoreFailed;
                    }
                }
            }
        }
    }
}

/// No core dumps and no debugger of another user: memory holds secrets (SEC-01).
/// Best effort; a system that refuses is no reason not to start.
fn harden() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let core = setrlimit(Resource::Core, none);
    let dumpable = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    if core.and(dumpable).is_err() {
        warn!("core dumps could not be turned off");
    }
}

/// As many open files as the system lets us have: the usual 1,024 are fewer than the
/// connections we promise to take.
fn ask_for_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limits = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limits.maximum,
        maximum: limits.maximum,
    };
    if setrlimit(Resource::Nofile, raised).is_err() {
        warn!(
            limit = limits.current,
            "open files could not be raised to the hard limit"
        );
    }
}

/// How often the store is asked whether its disk still works.
const LOOK_AT_STORE_EVERY: Duration = Duration::from_millis(500);
