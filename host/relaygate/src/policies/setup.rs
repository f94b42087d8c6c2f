//! The policies of a program, as its configuration wants them.

use std::time::Duration;

use desk::secrets::SealingKey;
use policy::{ChainError, CodeCache, Engine, EngineSettings, Limits, Policy};

use super::{Parts, Policies};
use crate::config::{Config, ConfigError, PolicyConfig, io_reason};

/// The sandbox, and the policies everybody has.
pub struct Sandbox {
    engine: Engine,
    operator: Vec<Policy>,
}

/// Compiles the built-in policies with the operator's settings and limits.
///
/// # Errors
/// The settings of a policy are wrong, or the machine has no room for a sandbox.
pub fn sandbox(config: &Config) -> Result<Sandbox, ConfigError> {
    let unfit = |reason: String| {
        ConfigError::new(
            "policy",
            reason,
            "lower policy.memory_octets_max and policy.account_memory_octets_max, or give the process more address space",
        )
    };
    let engine = Engine::new(engine_settings(config)).map_err(|error| unfit(error.to_string()))?;
    let components =
        policy::built_in::components(&engine).map_err(|error| unfit(error.to_string()))?;
    let settings = serde_json::to_value(&config.policy.settings).map_err(|error| {
        ConfigError::new("policy.settings", error.to_string(), "use plain values")
    })?;
    let operator = policy::built_in::policies(&components, &settings, &limits(&config.policy));
    Ok(Sandbox {
        engine,
        operator: operator.map_err(settings_error)?,
    })
}

/// The policies, with the directory where compiled code is kept.
///
/// # Errors
/// The directory cannot be used.
pub fn policies(
    config: &Config,
    sandbox: Sandbox,
    sealing: &SealingKey,
) -> Result<Policies, ConfigError> {
    let directory = config.code_dir();
    let cache = CodeCache::open(directory.clone(), &sealing.derived(CODE_KEY));
    let cache = cache.map_err(|error| {
        let problem = format!(
            "{} cannot be made ({})",
            directory.display(),
            io_reason(&error)
        );
        ConfigError::new("data_dir", problem, "let this user read and write it")
    })?;
    Ok(Policies::new(Parts {
        engine: sandbox.engine,
        limits: Limits {
            memory_octets_max: octets(config.policy.account_memory_octets_max),
            ..limits(&config.policy)
        },
        account_percent: config.policy.account_percent,
        operator: sandbox.operator,
        cache: cache.with_octets_max(config.policy.code_octets_max),
    }))
}

fn engine_settings(config: &Config) -> EngineSettings {
    let defaults = EngineSettings::default();
    EngineSettings {
        product: policy::Product {
            name: config.product.name.clone(),
            header_prefix: config.product.header_prefix.clone(),
            hostname: config.hostname.clone(),
        },
        memory_octets_max: defaults
            .memory_octets_max
            .max(octets(config.policy.memory_octets_max))
            .max(octets(config.policy.account_memory_octets_max)),
        ..defaults
    }
}

fn limits(config: &PolicyConfig) -> Limits {
    Limits {
        deadline: Duration::from_millis(config.deadline_ms),
        memory_octets_max: octets(config.memory_octets_max),
        transfer_octets_max: octets(config.hostcall_octets_max),
        ..Limits::default()
    }
}

fn settings_error(error: ChainError) -> ConfigError {
    let (key, reason) = match &error {
        ChainError::Settings(policy, reason) => {
            (format!("policy.settings.{policy}"), reason.to_string())
        }
        ChainError::Compile(policy, reason) => (format!("policy.{policy}"), reason.to_string()),
    };
    ConfigError::new(&key, reason, "see the policy's settings in its own page")
}

fn octets(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// What the key that compiled code is recognised by is for.
const CODE_KEY: &[u8] = b"relaygate compiled policies";
