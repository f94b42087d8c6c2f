//! What the parts of the running program share.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use desk::credentials::{HashCost, Hasher, Verifier};
use desk::dkim_keys::DkimKeys;
use desk::secrets::SealingKey;
use desk::{Installation, Product};
use mail::address::Domain;
use storage::embedded::{Embedded, OpenError, Options};
use storage::{Store, Timestamp};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::info;

use crate::clock::Clock;
use crate::config::{self, Config, ConfigError, io_reason};
use crate::flow::Flow;
use crate::keys;
use crate::operations::policy_replay;
use crate::policies::{Policies, setup};
use crate::resolver::Resolver;
use crate::samples::Samples;
use crate::tls::{ClientTls, ServerTls, TlsError};
use crate::trials::Trials;

/// One running program. Made once by [`Services::open`], shared as `Arc<Services>`.
pub struct Services {
    /// The configuration as loaded.
    pub config: Arc<Config>,
    /// Our own name.
    pub hostname: Domain,
    /// Accounts live in `<subdomain>.<native>`.
    pub native: Domain,
    /// What must survive.
    pub store: Arc<dyn Store>,
    /// The same as the backend it is: health, and its end.
    pub embedded: Arc<Embedded>,
    /// What the product calls itself, in messages.
    pub product: Product,
    /// What the product knows.
    pub desk: Installation,
    /// The keys that sign in customers' names.
    pub dkim: DkimKeys,
    /// Seals and opens secrets; the key is kept outside the store.
    pub sealing: Arc<SealingKey>,
    /// Whose turn it is to change the key file.
    pub rotating: Mutex<()>,
    /// Hashes new passwords, a bounded number at a time.
    pub hasher: Hasher,
    /// Verifies logins.
    pub verifier: Arc<Verifier>,
    /// What decides, and for whom.
    pub policies: Policies,
    /// What passes through at the moment: seats, failed logins, counters.
    pub flow: Flow,
    /// What came of versions on trial.
    pub trials: Trials,
    /// Whose turn it is to have past decisions made again.
    pub replays: policy_replay::Turns,
    /// The time.
    pub clock: Clock,
    /// How the machine has been working.
    pub samples: Samples,
    /// When the program was started.
    pub started: Timestamp,
    /// Names to addresses that may be dialled.
    pub resolver: Arc<Resolver>,
    /// The certificate we show to mail servers.
    pub server_tls: Arc<ServerTls>,
    /// The one we show to browsers, if pages and API are served.
    pub web_tls: Option<Arc<ServerTls>>,
    /// Whom we believe.
    pub client_tls: Arc<ClientTls>,
    /// Told when the program is to stop: take nothing new, finish what is in flight.
    pub stop: CancellationToken,
    /// Sessions and jobs in flight; the end waits for them, for a while.
    pub in_flight: TaskTracker,
}

impl Services {
    /// Opens everything, in the order in which one thing needs the other. The
    /// error is the one line the operator reads.
    pub async fn open(config: Config, clock: Clock) -> Result<Arc<Self>, ConfigError> {
        let hostname = domain("hostname", &config.hostname)?;
        let native = domain("native_domain", &config.native_domain)?;
        let sandbox = setup::sandbox(&config)?;
        let client_tls = ClientTls::new().map_err(|error| {
            let mend = "install the system's certificate authorities (ca-certificates)";
            ConfigError::new("", error.to_string(), mend)
        })?;
        let resolver = Resolver::new(&config).map_err(|error| {
            ConfigError::new(
                "resolver.servers",
                error.to_string(),
                "name a server, for example 127.0.0.1:53",
            )
        })?;
        for warning in config::warnings(&config) {
            info!(%warning, "the configuration could be better");
        }
        private_directory(&config.data_dir)?;
        let sealing = keys::open(&config.key_file, &config.store_dir())?;
        let server_tls = certificate(ServerTls::smtp(&config), "tls")?;
        let web_tls = match &config.web {
            Some(web) => Some(certificate(
                ServerTls::https(&config, web),
                web.tls_section(),
            )?),
            None => None,
        };
        let policies = setup::policies(&config, sandbox, &sealing)?;
        let embedded = open_store(&config)?;
        let store: Arc<dyn Store> = embedded.clone();
        let desk = Installation::new(store.clone());
        let dkim = dkim(&config, &desk, &sealing, &clock).await?;
        let hasher = Hasher::new(HashCost::default(), cores());
        let verifier = Verifier::new(desk.clone(), native.clone(), hasher.clone()).await;
        let flow = Flow::new(&config);
        let verifier =
            verifier.map_err(|error| ConfigError::new("", error.to_string(), "start again"))?;
        Ok(Arc::new(Self {
            product: product(&config, &hostname, &native),
            config: Arc::new(config),
            hostname,
            native,
            store,
            embedded,
            desk,
            dkim,
            sealing: Arc::new(sealing),
            rotating: Mutex::new(()),
            hasher,
            verifier: Arc::new(verifier),
            policies,
            flow,
            trials: Trials::default(),
            replays: policy_replay::Turns::default(),
            samples: Samples::default(),
            started: clock.now(),
            clock,
            resolver: Arc::new(resolver),
            server_tls,
            web_tls,
            client_tls: Arc::new(client_tls),
            stop: CancellationToken::new(),
            in_flight: TaskTracker::new(),
        }))
    }

    /// Reads every certificate again and says in the log how it went.
    pub fn reload_certificates(&self) {
        for tls in std::iter::once(&self.server_tls).chain(&self.web_tls) {
            tls.reload_and_log();
        }
    }
}

fn domain(key: &str, name: &str) -> Result<Domain, ConfigError> {
    Domain::parse(name).map_err(|_| {
        let problem = format!("{name:?} is not a full domain name");
        ConfigError::new(key, problem, "use a name such as relay.desk.example")
    })
}

fn cores() -> usize {
    available_parallelism().map_or(1, NonZeroUsize::get)
}

fn product(config: &Config, hostname: &Domain, native: &Domain) -> Product {
    Product {
        name: config.product.name.clone(),
        header_prefix: config.product.header_prefix.clone(),
        hostname: hostname.clone(),
        native: native.clone(),
    }
}

/// Opens the DKIM keys; a wrong sealing key shows here, before any mail moves.
async fn dkim(
    config: &Config,
    desk: &Installation,
    sealing: &SealingKey,
    clock: &Clock,
) -> Result<DkimKeys, ConfigError> {
    let keys = DkimKeys::open(desk, sealing, &config.product.selectors, clock.now()).await;
    keys.map_err(|error| match error {
        desk::Error::Sealed(_) => {
            let mend = "bring back the key file this data_dir was made with";
            ConfigError::new("key_file", "does not open what this store holds", mend)
        }
        other => ConfigError::new(
            "data_dir",
            other.to_string(),
            "look at it with `relaygate journal verify`",
        ),
    })
}

/// Makes the directory for us alone.
fn private_directory(path: &Path) -> Result<(), ConfigError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path);
    made.map_err(|error| {
        let problem = format!("{} cannot be made ({})", path.display(), io_reason(&error));
        ConfigError::new(
            "data_dir",
            problem,
            "make it, owned by the user the program runs as",
        )
    })
}

/// Errors name the key of that section of the configuration.
fn certificate(
    opened: Result<ServerTls, TlsError>,
    section: &str,
) -> Result<Arc<ServerTls>, ConfigError> {
    opened.map(Arc::new).map_err(|error| {
        let mend = "name a PEM certificate chain and the private key that belongs to it";
        ConfigError::new(&error.config_key(section), error.to_string(), mend)
    })
}

/// The store of this configuration.
pub fn store_options(config: &Config) -> Options {
    let mut options = Options::new(config.store_dir());
    options.reserve_octets = config.limits.disk_free_octets_min / RESERVE_SHARE;
    options
}

fn open_store(config: &Config) -> Result<Arc<Embedded>, ConfigError> {
    match Embedded::open(store_options(config)) {
        Ok(store) => Ok(Arc::new(store)),
        Err(error) => Err(store_error(&error)),
    }
}

fn store_error(error: &OpenError) -> ConfigError {
    let (problem, mend) = match error {
        OpenError::InUse { .. } => (
            error.to_string(),
            "stop the other process, or give this one its own data_dir",
        ),
        OpenError::NewerFormat { .. } => (error.to_string(), "start the newer program again"),
        OpenError::Io { path, source } => {
            let problem = format!("{} cannot be used ({})", path.display(), io_reason(source));
            return ConfigError::new("data_dir", problem, "let this user read and write it");
        }
        OpenError::View(_) => (
            error.to_string(),
            "look at it with `relaygate journal verify`",
        ),
    };
    ConfigError::new("data_dir", problem, mend)
}

/// Mail is refused when this part of the room is left at which the program is
/// not ready any more, so that those who ask have gone elsewhere before. What
/// ends work may use half of the rest.
const RESERVE_SHARE: u64 = 4;
