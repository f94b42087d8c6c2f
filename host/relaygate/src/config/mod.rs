//! The configuration file: one TOML file, read once at start.
//!
//! The structs are the manual: what a key means stands in its doc comment, and
//! `relaygate config-schema` prints the comments. An
//! unknown key is an error, never ignored: a misspelt limit is no limit.
//!
//! Not here: reading and judging the file ([`load`], [`check`], [`warnings`]); what accounts,
//! domains and addresses there are, which is data and not configuration.

mod check;
mod defaults;
mod load;
mod warnings;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Deserialize;

pub use check::check;
pub(crate) use load::io_reason;
pub use load::{ConfigError, load, parse, read, schema};
pub use warnings::{ConfigWarning, warnings};

/// Everything an operator decides before the start.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The name of this server: banner, EHLO, Received fields, Message-IDs. For example `relay.desk.example`.
    pub hostname: String,
    /// The directory of the journal and everything else that must survive, for example `/var/lib/relaygate`.
    pub data_dir: PathBuf,
    /// Accounts live in `<subdomain>.<native_domain>`, for example `desk.example`.
    pub native_domain: String,
    /// The file with the key that seals passwords and DKIM keys, for example `/etc/relaygate/relaygate.key`. It is made (mode 0600) on first start if absent, and must not be inside `data_dir`: whoever steals the one should not have the other.
    pub key_file: PathBuf,
    /// What the product calls itself.
    #[serde(default)]
    pub product: ProductConfig,
    /// The certificate shown to peers.
    #[serde(default)]
    pub tls: TlsFilesConfig,
    /// The SMTP listeners, one `[[listener]]` each.
    #[serde(default, rename = "listener")]
    pub listeners: Vec<ListenerConfig>,
    /// Where metrics and health are served; nowhere if absent.
    pub metrics: Option<MetricsConfig>,
    /// Where the admin center and the API are served; nowhere if absent.
    pub web: Option<WebConfig>,
    /// The socket the command line talks to.
    #[serde(default)]
    pub admin: AdminConfig,
    /// Name servers.
    #[serde(default)]
    pub resolver: ResolverConfig,
    /// Our own delivery path, for mail that does not go through a customer's server.
    #[serde(default)]
    pub native: NativeConfig,
    /// What our outbound connections may reach.
    #[serde(default)]
    pub outbound: OutboundConfig,
    /// Where our outbound connections come from.
    #[serde(default)]
    pub egress: EgressConfig,
    /// The keys that sign.
    #[serde(default)]
    pub dkim: DkimConfig,
    /// Bounds of sessions, messages and queues.
    #[serde(default)]
    pub limits: LimitsConfig,
    /// How many wrong logins there may be.
    #[serde(default)]
    pub auth: AuthConfig,
    /// Bounds and settings of the policies.
    #[serde(default)]
    pub policy: PolicyConfig,
    /// What is logged, and how.
    #[serde(default)]
    pub log: LogConfig,
}

/// What the product calls itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProductConfig {
    /// The name in templates and in `X-Mailer: <name> Mailer`.
    pub name: String,
    /// The word in our own header fields: `X-<prefix>-Email-Id`. Letters, digits and inner hyphens.
    pub header_prefix: String,
    /// The two DKIM selectors whose CNAMEs customers set; two, so that keys can change behind them.
    pub selectors: [String; 2],
    /// Subdomain of the account whose tickets mail to `<Postmaster>` of this server becomes, if nobody has logged in (RFC 5321 §4.5.1). If absent it is kept aside for the operator (`relaygate suspended list`), and the log says so.
    pub postmaster: Option<String>,
}

/// The certificate shown to peers. Both keys or neither: with neither, a
/// self-made certificate is kept in `data_dir/tls`, and the log says so.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TlsFilesConfig {
    /// The certificate chain, PEM, our own certificate first.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM (PKCS #8, PKCS #1 or SEC 1).
    pub key: Option<PathBuf>,
}

/// An address the program listens on for SMTP.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListenerConfig {
    /// `submission` (customers' servers, with AUTH) or `mx` (native and forwarded mail, without).
    pub kind: ListenerKind,
    /// Address and port, for example `0.0.0.0:465`.
    pub bind: SocketAddr,
    /// `implicit` (RFC 8314, port 465) or `starttls` (ports 587 and 25).
    pub tls: TlsMode,
    /// Offer AUTH LOGIN besides PLAIN, on a submission listener: for customers' servers that know nothing else. `false` if absent.
    #[serde(default)]
    pub login: bool,
}

/// Whom a listener is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListenerKind {
    /// Customers' servers: TLS and AUTH are required (RFC 6409).
    Submission,
    /// The world: native and forwarded mail, never counted as authenticated.
    Mx,
}

impl ListenerKind {
    /// The word in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Mx => "mx",
        }
    }
}

/// How a connection becomes encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// TLS from the first octet (RFC 8314).
    Implicit,
    /// Clear text until STARTTLS (RFC 3207).
    Starttls,
}

/// Where metrics and health are served, in clear text: keep it on a private address.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricsConfig {
    /// Address and port of `/metrics`, `/healthz` and `/readyz`, for example `127.0.0.1:9090`.
    pub bind: SocketAddr,
}

/// Where the admin center and the API are served, over TLS 1.2 or 1.3 always.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebConfig {
    /// Address and port, for example `0.0.0.0:443`.
    pub bind: SocketAddr,
    /// What people type into their browsers, for example `https://desk.example`; `https://` and the hostname if absent. Links in invitations begin with it, whatever a browser calls us.
    pub url: Option<String>,
    /// The certificate chain, PEM, our own certificate first; that of `[tls]` if absent.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM; that of `[tls]` if absent.
    pub key: Option<PathBuf>,
    /// Connections at once.
    #[serde(default = "defaults::web_connections_max")]
    pub connections_max: u32,
}

impl WebConfig {
    /// The host people type into their browsers, where it was named.
    pub fn host(&self) -> Option<&str> {
        let origin = self.url.as_deref()?.strip_prefix("https://")?;
        // An IPv6 address stands in brackets (RFC 3986 §3.2.2).
        let end = origin.find(']').map_or(0, |bracket| bracket + 1);
        let port = origin[end..].find(':').map(|colon| end + colon);
        Some(&origin[..port.unwrap_or(origin.len())])
    }

    /// The section of the file its certificate comes from.
    pub fn tls_section(&self) -> &'static str {
        match self.certificate {
            Some(_) => "web",
            None => "tls",
        }
    }
}

/// The socket the command line talks to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdminConfig {
    /// Path of the Unix socket (mode 0600); `data_dir/admin.sock` if absent.
    pub socket: Option<PathBuf>,
}

/// Name servers.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResolverConfig {
    /// Addresses and ports to ask, for example `["127.0.0.1:53"]`; the system's (`/etc/resolv.conf`) if empty.
    pub servers: Vec<SocketAddr>,
}

/// Our own delivery path.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NativeConfig {
    /// The port of the mail servers MX records name.
    pub port: u16,
    /// Fixed ways, asked before MX records.
    #[serde(rename = "route")]
    pub routes: Vec<RouteConfig>,
}

/// A fixed way to a domain's mail server.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteConfig {
    /// The domain of the recipients, for example `acme.example`; exact, sub-domains not included.
    pub domain: String,
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    #[serde(default = "defaults::smtp_port")]
    pub port: u16,
}

/// What our outbound connections may reach. Hosts come from customers, so
/// loopback, private and other special networks are refused unless listed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutboundConfig {
    /// Networks that may be reached although they are special, at any port, for example `["10.1.0.0/16"]`.
    #[schemars(with = "Vec<String>")]
    pub allowed_networks: Vec<IpNet>,
    /// Ports that may be reached elsewhere.
    pub allowed_ports: Vec<u16>,
    /// Connections at once to one host, over all accounts; they take turns.
    pub connections_per_host_max: u32,
}

/// Where our outbound connections come from, for the customers who allow us in their
/// firewalls: `relaygate egress` prints it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EgressConfig {
    /// Addresses of this machine that connections are bound to, for example `["198.51.100.7", "2001:db8::7"]`. With some, nothing leaves from another address, and a server of a family none of them belongs to is not reached. The system chooses if empty.
    pub addresses: Vec<IpAddr>,
    /// The names of these addresses, for example `["out1.desk.example"]`.
    pub hostnames: Vec<String>,
}

/// The keys that sign (`relaygate dkim`).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DkimConfig {
    /// Seconds a replaced key is kept after its last signature, until the mail that bears it has arrived; longer than anything stays in a queue.
    pub keep_seconds: u64,
    /// Seconds between two looks at the record of a new key, while it is not in DNS yet.
    pub look_seconds: u64,
}

impl DkimConfig {
    /// How long a replaced key is kept.
    pub fn keep(&self) -> Duration {
        Duration::from_secs(self.keep_seconds)
    }

    /// How often the record of a new key is looked for.
    pub fn look(&self) -> Duration {
        Duration::from_secs(self.look_seconds)
    }
}

/// Bounds of sessions, messages and queues.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Largest message accepted, in octets; announced with SIZE (RFC 1870).
    pub message_octets_max: u64,
    /// Recipients of one message; at most 1,000. More are answered 452 4.5.3.
    pub recipients_max: u32,
    /// SMTP connections at once, in all. When they are taken, the one nobody has logged in on for longest gives way; from three quarters on, ten seconds of silence end a connection.
    pub connections_max: u32,
    /// SMTP connections at once from one IP address.
    pub connections_per_peer_max: u32,
    /// SMTP connections at once of one account.
    pub connections_per_account_max: u32,
    /// Seconds a TLS handshake may take.
    pub handshake_seconds: u64,
    /// Seconds a peer may be silent between commands.
    pub idle_seconds: u64,
    /// Seconds one transaction may take, text included.
    pub transaction_seconds: u64,
    /// Requests of one account to the API in a minute; more are answered 429.
    pub api_requests_per_minute: u32,
    /// Received fields in a message before it counts as a loop (RFC 5321 §6.3).
    pub hops_max: u32,
    /// Jobs worked on at once in each lane of the queue.
    pub jobs_at_once_max: u32,
    /// Of them so many for one account; the others are served although they have waited less.
    pub jobs_per_account_at_once_max: u32,
    /// Seconds given to what waits for a customer's server when its domain is disconnected; what is left then goes out by our own path.
    pub drain_seconds: u64,
    /// Days the message log is kept (`relaygate log`, `relaygate trace`); what threading needs stays longer.
    pub message_log_days: u32,
    /// Days in which the old name of a renamed account still leads to it: user names, native addresses. Nobody else can have it meanwhile.
    pub rename_grace_days: u32,
    /// Seconds given to what is in flight when the program is told to stop.
    pub stop_seconds: u64,
    /// Octets of free disk below which the program is not ready (`/readyz` 503); below a quarter of that mail is answered 452 4.3.1.
    pub disk_free_octets_min: u64,
}

impl LimitsConfig {
    /// How long a TLS handshake may take.
    pub fn handshake(&self) -> Duration {
        Duration::from_secs(self.handshake_seconds)
    }

    /// How long a peer may be silent between commands.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds)
    }

    /// How long one transaction may take.
    pub fn transaction(&self) -> Duration {
        Duration::from_secs(self.transaction_seconds)
    }

    /// How long what waits for a customer's server is tried when its domain is disconnected.
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }

    /// How long in-flight work is waited for at the end.
    pub fn stop(&self) -> Duration {
        Duration::from_secs(self.stop_seconds)
    }
}

/// How many wrong logins there may be. Whoever is locked out is answered 454 4.7.0, without a
/// look at the password; an address a credential set has been used from before is not locked
/// out by what others guess.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthConfig {
    /// Failed AUTH commands before a connection is closed with 421.
    pub failures_per_connection_max: u32,
    /// Failed AUTH commands from one IP address (IPv6: one network of 64 bits) within `peer_seconds` before it is locked out.
    pub failures_per_peer_max: u32,
    /// Seconds in which an address's failures are counted; a lock-out lasts to their end.
    pub peer_seconds: u64,
    /// Failed AUTH commands with one credential set or user name, from wherever, within `login_seconds` before that login is locked out where it is not known to be used from.
    pub failures_per_login_max: u32,
    /// Seconds in which a login's failures are counted; a lock-out lasts to their end.
    pub login_seconds: u64,
}

/// Bounds and settings of the policies.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// Milliseconds a policy may compute on one question, and at most ten times that by the wall clock, before it counts as deferred.
    pub deadline_ms: u64,
    /// Octets of linear memory one of the operator's policies may use.
    pub memory_octets_max: u64,
    /// The same for an account's own, which may bring a language runtime: Python needs up to 64 MiB.
    pub account_memory_octets_max: u64,
    /// Octets a component of an account may have: all there is by default, which CPython needs; 4 MiB admit Rust and JavaScript.
    pub component_octets_max: u64,
    /// Octets of compiled code kept on disk, of all accounts together; the oldest goes, and is compiled again when it is needed.
    pub code_octets_max: u64,
    /// Octets that may be copied between host and policy in one call.
    pub hostcall_octets_max: u64,
    /// Makers of components: Ed25519 public keys in PEM. If there are any, only what one of them
    /// has signed is installed, tried or checked.
    pub signers: Vec<String>,
    /// Hundredths of one core that one account's own policies may use all together; what they
    /// would decide beyond is deferred.
    pub account_percent: u32,
    /// What is kept of decisions, to make them again with another policy.
    pub decisions: DecisionsConfig,
    /// Settings handed to a policy, by its name: `[policy.settings.address-limits]`.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub settings: BTreeMap<String, toml::Table>,
}

/// What is kept of the policies' decisions (`relaygate policy replay`). Written beside the
/// store, without waiting for the disk; mail does not depend on it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DecisionsConfig {
    /// Hours for which decisions are kept; 0 keeps none.
    pub keep_hours: u64,
    /// Octets all of them may take on the disk; the oldest go.
    pub octets_max: u64,
    /// Octets kept of each message's body, for policies that read it; the header is kept whole.
    pub body_octets_max: u64,
}

/// What is logged, and how. Logs go to standard error.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `human` or `json` (one object a line).
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`, or a list such as `info,relaygate::courier=debug`.
    pub level: String,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For eyes.
    Human,
    /// For machines.
    Json,
}

impl Config {
    /// The admin socket's path.
    pub fn admin_socket(&self) -> PathBuf {
        let beside_data = || self.data_dir.join(ADMIN_SOCKET);
        self.admin.socket.clone().unwrap_or_else(beside_data)
    }

    /// The directory of the store.
    pub fn store_dir(&self) -> PathBuf {
        self.data_dir.join(STORE_DIR)
    }

    /// The directory of compiled policies.
    pub fn code_dir(&self) -> PathBuf {
        self.data_dir.join(CODE_DIR)
    }

    /// The directory of the self-made certificate.
    pub fn tls_dir(&self) -> PathBuf {
        self.data_dir.join(TLS_DIR)
    }
}

const ADMIN_SOCKET: &str = "admin.sock";
const STORE_DIR: &str = "store";
const TLS_DIR: &str = "tls";
const CODE_DIR: &str = "code";
