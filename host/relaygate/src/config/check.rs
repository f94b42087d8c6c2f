//! What a syntactically sound configuration may still have wrong.
//!
//! Only looked at, never changed: `check-config` and `serve` share this verdict.

use std::net::{IpAddr, UdpSocket};
use std::path::{Component, Path, PathBuf};

use desk::accounts::Subdomain;
use mail::address::Domain;

use super::defaults::COMPONENT_OCTETS_MAX;
use super::load::io_reason;
use super::{
    AuthConfig, Config, ConfigError, DkimConfig, EgressConfig, LimitsConfig, ListenerConfig,
    ListenerKind, TlsMode,
};
use crate::policies::signatures;
use crate::{keys, telemetry, tls};

type Verdict = Result<(), ConfigError>;

/// Judges values, and the files they name.
pub fn check(config: &Config) -> Verdict {
    names(config)?;
    product(config)?;
    directories(config)?;
    certificate(
        "tls",
        config.tls.certificate.as_deref(),
        config.tls.key.as_deref(),
    )?;
    web(config)?;
    listeners(&config.listeners)?;
    routes(config)?;
    egress(&config.egress)?;
    dkim(&config.dkim)?;
    limits(&config.limits)?;
    auth(&config.auth)?;
    policies(config)?;
    telemetry::check_level(&config.log.level)
        .map_err(|reason| ConfigError::new("log.level", reason, "use for example info or debug"))
}

fn names(config: &Config) -> Verdict {
    domain("hostname", &config.hostname)?;
    domain("native_domain", &config.native_domain)
}

/// A name a certificate and an MX record can carry: at least two labels.
fn domain(key: &str, name: &str) -> Verdict {
    let sound = Domain::parse(name).is_ok() && name.contains('.') && !name.ends_with('.');
    if sound {
        return Ok(());
    }
    let problem = format!("{name:?} is not a full domain name");
    Err(ConfigError::new(
        key,
        problem,
        "use a name such as relay.desk.example",
    ))
}

fn product(config: &Config) -> Verdict {
    let product = &config.product;
    let printable = |c: char| c == ' ' || c.is_ascii_graphic();
    if product.name.trim().is_empty() || !product.name.chars().all(printable) {
        let problem = format!("{:?} is not printable ASCII", product.name);
        return Err(ConfigError::new(
            "product.name",
            problem,
            "use a plain name",
        ));
    }
    label("product.header_prefix", &product.header_prefix)?;
    for (index, selector) in product.selectors.iter().enumerate() {
        label(&format!("product.selectors[{index}]"), selector)?;
    }
    if let Some(account) = &product.postmaster {
        Subdomain::parse(account).map_err(|_| {
            let problem = format!("{account:?} is no subdomain of an account");
            let mend = "name one of `relaygate account list`, or nothing";
            ConfigError::new("product.postmaster", problem, mend)
        })?;
    }
    if product.selectors[0].eq_ignore_ascii_case(&product.selectors[1]) {
        let key = "product.selectors";
        return Err(ConfigError::new(
            key,
            "both are the same",
            "name two selectors",
        ));
    }
    Ok(())
}

/// One DNS label, which is also a sound part of a header field's name.
fn label(key: &str, text: &str) -> Verdict {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let edges = !text.starts_with('-') && !text.ends_with('-');
    if !text.is_empty() && text.len() <= LABEL_OCTETS_MAX && edges && text.chars().all(inner) {
        return Ok(());
    }
    let problem = format!("{text:?} is not a label");
    let mend = "use letters, digits and inner hyphens, at most 63";
    Err(ConfigError::new(key, problem, mend))
}

fn directories(config: &Config) -> Verdict {
    socket_length(config)?;
    if config.data_dir.exists() && !config.data_dir.is_dir() {
        let mend = "name a directory, or a path where one can be made";
        return Err(ConfigError::new("data_dir", "is not a directory", mend));
    }
    if tidy(&config.key_file).starts_with(tidy(&config.data_dir)) {
        let mend = "keep it elsewhere, so that a copy of the data does not carry its key";
        return Err(ConfigError::new("key_file", "lies inside data_dir", mend));
    }
    keys::check(&config.key_file)
}

/// `sockaddr_un` has room for 107 octets.
fn socket_length(config: &Config) -> Verdict {
    if config.admin_socket().as_os_str().len() <= SOCKET_PATH_OCTETS_MAX {
        return Ok(());
    }
    let problem = format!("path is longer than {SOCKET_PATH_OCTETS_MAX} octets");
    Err(ConfigError::new(
        "admin.socket",
        problem,
        "name a shorter path",
    ))
}

/// The absolute path without `.` and `..`, as far as that can be told without links.
fn tidy(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(tidy.pop()),
            Component::CurDir => {}
            other => tidy.push(other),
        }
    }
    tidy
}

fn certificate(section: &str, certificate: Option<&Path>, key: Option<&Path>) -> Verdict {
    match (certificate, key) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(half(section, "key", "certificate")),
        (None, Some(_)) => Err(half(section, "certificate", "key")),
        (Some(certificate), Some(key)) => pair(section, certificate, key),
    }
}

fn half(section: &str, missing: &str, other: &str) -> ConfigError {
    let problem = format!("missing beside {section}.{other}");
    let mend = match section {
        "tls" => "name both, or neither for a self-made certificate",
        _ => "name both, or neither for that of [tls]",
    };
    ConfigError::new(&format!("{section}.{missing}"), problem, mend)
}

fn pair(section: &str, certificate: &Path, key: &Path) -> Verdict {
    readable(&format!("{section}.certificate"), certificate)?;
    readable(&format!("{section}.key"), key)?;
    tls::check_pair(certificate, key)
        .map(drop)
        .map_err(|error| {
            let mend = "name a PEM certificate chain and the private key that belongs to it";
            ConfigError::new(&error.config_key(section), error.to_string(), mend)
        })
}

fn web(config: &Config) -> Verdict {
    let Some(web) = &config.web else {
        return Ok(());
    };
    certificate("web", web.certificate.as_deref(), web.key.as_deref())?;
    range(
        "web.connections_max",
        web.connections_max.into(),
        1,
        100_000,
    )?;
    match &web.url {
        Some(url) => web_url(url),
        None => Ok(()),
    }
}

/// An origin and nothing behind it: paths are ours.
fn web_url(url: &str) -> Verdict {
    let origin = url.parse::<hyper::Uri>().ok().filter(|uri| {
        let bare = uri.path() == "/" && uri.query().is_none() && !url.ends_with('/');
        uri.scheme_str() == Some("https") && uri.host().is_some() && bare
    });
    origin.map(drop).ok_or_else(|| {
        let problem = format!("{url:?} is not the address of a site");
        ConfigError::new("web.url", problem, "use for example https://desk.example")
    })
}

fn readable(key: &str, path: &Path) -> Verdict {
    std::fs::read(path).map(drop).map_err(|error| {
        let problem = format!("{} cannot be read ({})", path.display(), io_reason(&error));
        ConfigError::new(key, problem, "name a file this user can read")
    })
}

fn listeners(listeners: &[ListenerConfig]) -> Verdict {
    if listeners.is_empty() {
        let mend = "add at least one, with kind, bind and tls";
        return Err(ConfigError::new("listener", "there is none", mend));
    }
    for (index, listener) in listeners.iter().enumerate() {
        let before = &listeners[..index];
        if listener.bind.port() != 0 && before.iter().any(|other| other.bind == listener.bind) {
            let problem = format!("{} is named twice", listener.bind);
            let mend = "give each listener its own address and port";
            return Err(ConfigError::new(
                &format!("listener[{index}].bind"),
                problem,
                mend,
            ));
        }
        if listener.kind == ListenerKind::Mx && listener.tls == TlsMode::Implicit {
            let key = format!("listener[{index}].tls");
            let problem = "an mx listener cannot have implicit TLS";
            return Err(ConfigError::new(&key, problem, "use tls = \"starttls\""));
        }
        if listener.kind == ListenerKind::Mx && listener.login {
            let key = format!("listener[{index}].login");
            let problem = "an mx listener offers no AUTH";
            return Err(ConfigError::new(&key, problem, "leave it out"));
        }
    }
    Ok(())
}

fn routes(config: &Config) -> Verdict {
    for (index, route) in config.native.routes.iter().enumerate() {
        domain(&format!("native.route[{index}].domain"), &route.domain)?;
        if route.host.is_empty() {
            let key = format!("native.route[{index}].host");
            return Err(ConfigError::new(
                &key,
                "is empty",
                "name a host or an address",
            ));
        }
        port(&format!("native.route[{index}].port"), route.port)?;
    }
    port("native.port", config.native.port)
}

fn port(key: &str, port: u16) -> Verdict {
    range(key, u64::from(port), 1, u64::from(u16::MAX))
}

fn egress(egress: &EgressConfig) -> Verdict {
    for (index, address) in egress.addresses.iter().enumerate() {
        let key = format!("egress.addresses[{index}]");
        own_address(&key, *address)?;
    }
    for (index, name) in egress.hostnames.iter().enumerate() {
        domain(&format!("egress.hostnames[{index}]"), name)?;
    }
    Ok(())
}

/// An address nobody can bind sends nothing; better told before the start. A bound UDP socket
/// says so without a packet.
fn own_address(key: &str, address: IpAddr) -> Verdict {
    let mend = "name an address of this machine, or none";
    if address.is_unspecified() || address.is_multicast() {
        let problem = format!("{address} is no address to send from");
        return Err(ConfigError::new(key, problem, mend));
    }
    UdpSocket::bind((address, 0)).map(drop).map_err(|error| {
        let problem = format!("{address} cannot be bound ({})", io_reason(&error));
        ConfigError::new(key, problem, mend)
    })
}

fn dkim(dkim: &DkimConfig) -> Verdict {
    range("dkim.keep_seconds", dkim.keep_seconds, 1, 90 * DAY_SECONDS)?;
    range("dkim.look_seconds", dkim.look_seconds, 1, HOUR_SECONDS)
}

fn limits(limits: &LimitsConfig) -> Verdict {
    let l = limits;
    range(
        "limits.message_octets_max",
        l.message_octets_max,
        64 * 1024,
        1 << 30,
    )?;
    range("limits.recipients_max", l.recipients_max.into(), 1, 1_000)?;
    range(
        "limits.connections_max",
        l.connections_max.into(),
        1,
        100_000,
    )?;
    range(
        "limits.connections_per_peer_max",
        l.connections_per_peer_max.into(),
        1,
        100_000,
    )?;
    range(
        "limits.connections_per_account_max",
        l.connections_per_account_max.into(),
        1,
        100_000,
    )?;
    range(
        "limits.handshake_seconds",
        l.handshake_seconds,
        1,
        HOUR_SECONDS,
    )?;
    range("limits.idle_seconds", l.idle_seconds, 1, HOUR_SECONDS)?;
    range(
        "limits.transaction_seconds",
        l.transaction_seconds,
        1,
        24 * HOUR_SECONDS,
    )?;
    let per_minute = l.api_requests_per_minute.into();
    range("limits.api_requests_per_minute", per_minute, 1, 1_000_000)?;
    range("limits.hops_max", l.hops_max.into(), 1, 100)?;
    range(
        "limits.jobs_at_once_max",
        l.jobs_at_once_max.into(),
        1,
        10_000,
    )?;
    range(
        "limits.jobs_per_account_at_once_max",
        l.jobs_per_account_at_once_max.into(),
        1,
        10_000,
    )?;
    range("limits.drain_seconds", l.drain_seconds, 1, HOUR_SECONDS)?;
    range(
        "limits.message_log_days",
        l.message_log_days.into(),
        1,
        3_650,
    )?;
    let grace = l.rename_grace_days;
    range("limits.rename_grace_days", grace.into(), 0, 3_650)?;
    range("limits.stop_seconds", l.stop_seconds, 1, HOUR_SECONDS)
}

fn auth(auth: &AuthConfig) -> Verdict {
    let per_connection = auth.failures_per_connection_max.into();
    range("auth.failures_per_connection_max", per_connection, 1, 100)?;
    let per_peer = auth.failures_per_peer_max.into();
    range("auth.failures_per_peer_max", per_peer, 1, 10_000)?;
    range("auth.peer_seconds", auth.peer_seconds, 1, HOUR_SECONDS)?;
    let per_login = auth.failures_per_login_max.into();
    range("auth.failures_per_login_max", per_login, 1, 10_000)?;
    let login = auth.login_seconds;
    range("auth.login_seconds", login, 1, 24 * HOUR_SECONDS)
}

fn policies(config: &Config) -> Verdict {
    range("policy.deadline_ms", config.policy.deadline_ms, 1, 10_000)?;
    range(
        "policy.memory_octets_max",
        config.policy.memory_octets_max,
        1 << 16,
        1 << 30,
    )?;
    range(
        "policy.account_memory_octets_max",
        config.policy.account_memory_octets_max,
        1 << 16,
        1 << 30,
    )?;
    range(
        "policy.component_octets_max",
        config.policy.component_octets_max,
        1 << 16,
        COMPONENT_OCTETS_MAX,
    )?;
    range(
        "policy.code_octets_max",
        config.policy.code_octets_max,
        1 << 20,
        1 << 40,
    )?;
    range(
        "policy.hostcall_octets_max",
        config.policy.hostcall_octets_max,
        1 << 16,
        1 << 30,
    )?;
    for (at, pem) in config.policy.signers.iter().enumerate() {
        if signatures::key(pem).is_none() {
            let mend = "make it with `openssl pkey -in key.pem -pubout`";
            let key = format!("policy.signers[{at}]");
            return Err(ConfigError::new(
                &key,
                "is no Ed25519 public key in PEM",
                mend,
            ));
        }
    }
    let percent = config.policy.account_percent.into();
    range("policy.account_percent", percent, 1, 1_000)?;
    let decisions = &config.policy.decisions;
    range(
        "policy.decisions.keep_hours",
        decisions.keep_hours,
        0,
        24 * 365,
    )?;
    let octets = decisions.octets_max;
    range("policy.decisions.octets_max", octets, 1 << 20, 1 << 40)?;
    let body = decisions.body_octets_max;
    range("policy.decisions.body_octets_max", body, 0, 8 << 20)?;
    for name in config.policy.settings.keys() {
        if !POLICIES.contains(&name.as_str()) {
            let key = format!("policy.settings.{name}");
            let mend = format!("use one of: {}", POLICIES.join(", "));
            return Err(ConfigError::new(&key, "there is no such policy", mend));
        }
    }
    Ok(())
}

fn range(key: &str, value: u64, min: u64, max: u64) -> Verdict {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    let problem = format!("{value} is out of range");
    Err(ConfigError::new(
        key,
        problem,
        format!("use {min} to {max}"),
    ))
}

/// The policies built in; accounts' own come with the store, not with the file.
const POLICIES: [&str; 4] = ["header-check", "address-limits", "tagging", "routing"];

const LABEL_OCTETS_MAX: usize = 63;
const SOCKET_PATH_OCTETS_MAX: usize = 107;
const HOUR_SECONDS: u64 = 3_600;
const DAY_SECONDS: u64 = 24 * HOUR_SECONDS;
