//! What a key is when the file does not name it.

use policy::Limits;

use super::{
    AuthConfig, DecisionsConfig, DkimConfig, LimitsConfig, LogConfig, LogFormat, NativeConfig,
    OutboundConfig, PolicyConfig, ProductConfig,
};

/// What the process that compiles takes at most ([`policy::inspect::Bounds`]).
pub(super) const COMPONENT_OCTETS_MAX: u64 = 32 * MEBIBYTE;

/// The port of SMTP between servers (RFC 5321 §4.5.4.2).
pub(super) fn smtp_port() -> u16 {
    25
}

/// Browsers hold a handful each.
pub(super) fn web_connections_max() -> u32 {
    1_024
}

impl Default for ProductConfig {
    fn default() -> Self {
        Self {
            name: "Relaygate".to_owned(),
            header_prefix: "Relaygate".to_owned(),
            selectors: ["relaygate1".to_owned(), "relaygate2".to_owned()],
            postmaster: None,
        }
    }
}

impl Default for NativeConfig {
    fn default() -> Self {
        Self {
            port: smtp_port(),
            routes: Vec::new(),
        }
    }
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self {
            allowed_networks: Vec::new(),
            allowed_ports: vec![25, 465, 587, 2525],
            connections_per_host_max: 8,
        }
    }
}

impl Default for DkimConfig {
    fn default() -> Self {
        Self {
            keep_seconds: 7 * DAY_SECONDS,
            look_seconds: 60,
        }
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            message_octets_max: 50 * MEBIBYTE,
            recipients_max: 100,
            connections_max: 2_000,
            connections_per_peer_max: 50,
            connections_per_account_max: 100,
            handshake_seconds: 10,
            idle_seconds: 120,
            transaction_seconds: 15 * 60,
            api_requests_per_minute: 700,
            hops_max: 30,
            jobs_at_once_max: 32,
            jobs_per_account_at_once_max: 16,
            drain_seconds: 5 * 60,
            message_log_days: 30,
            rename_grace_days: 30,
            stop_seconds: 10,
            disk_free_octets_min: 256 * MEBIBYTE,
        }
    }
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            failures_per_connection_max: 3,
            failures_per_peer_max: 10,
            peer_seconds: 60,
            failures_per_login_max: 10,
            login_seconds: 10 * 60,
        }
    }
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            deadline_ms: 20,
            memory_octets_max: 8 * MEBIBYTE,
            account_memory_octets_max: Limits::RUNTIME_MEMORY_OCTETS as u64,
            component_octets_max: COMPONENT_OCTETS_MAX,
            code_octets_max: 4096 * MEBIBYTE,
            hostcall_octets_max: MEBIBYTE,
            signers: Vec::new(),
            account_percent: 50,
            decisions: DecisionsConfig::default(),
            settings: Default::default(),
        }
    }
}

impl Default for DecisionsConfig {
    fn default() -> Self {
        Self {
            keep_hours: 72,
            octets_max: 1024 * MEBIBYTE,
            body_octets_max: 16 * 1024,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::Human,
            level: "info".to_owned(),
        }
    }
}

const DAY_SECONDS: u64 = 24 * 60 * 60;
const MEBIBYTE: u64 = 1024 * 1024;
