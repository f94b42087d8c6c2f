//! `relaygate policy`, as a request.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use policy::Digest;
use policy::inspect::Bounds;

use super::read_file;
use crate::admin::PolicyRequest;
use crate::cli::Failure;
use crate::cli::args::{InstallArguments, PolicyCommand, ReplayArguments};
use crate::config::io_reason;
use crate::operations::policy_changes::{ComponentInput, InstallInput};
use crate::operations::policy_replay::ReplayInput;
use crate::operations::policy_trials::PromoteInput;
use crate::registry::{self, Reference, SCHEME};

/// What the command stands for.
pub(super) fn request(command: PolicyCommand) -> Result<PolicyRequest, Failure> {
    Ok(match command {
        PolicyCommand::List { account } => PolicyRequest::List {
            account: account.account,
        },
        PolicyCommand::Check { file } => PolicyRequest::Check(ComponentInput {
            octets: Some(octets(&file)?),
            digest: None,
            signature: beside(&file)?,
        }),
        PolicyCommand::Install(arguments) => PolicyRequest::Install(install(arguments)?),
        PolicyCommand::Shadow(arguments) => PolicyRequest::Shadow(install(arguments)?),
        PolicyCommand::Promote { policy, percent } => PolicyRequest::Promote(PromoteInput {
            account: policy.account.account,
            name: policy.name,
            percent,
        }),
        PolicyCommand::Withdraw(policy) => PolicyRequest::EndTrial {
            account: policy.account.account,
            name: policy.name,
        },
        PolicyCommand::Replay(arguments) => PolicyRequest::Replay(replay(arguments)?),
        PolicyCommand::Show(policy) => PolicyRequest::Show {
            account: policy.account.account,
            name: policy.name,
        },
        PolicyCommand::Rollback(policy) => PolicyRequest::Rollback {
            account: policy.account.account,
            name: policy.name,
        },
        PolicyCommand::New(_)
        | PolicyCommand::Build { .. }
        | PolicyCommand::Test { .. }
        | PolicyCommand::Run(_)
        | PolicyCommand::Bench(_)
        | PolicyCommand::Fuzz(_) => {
            return Err(Failure::usage(
                "this command is not asked of the running program",
            ));
        }
        PolicyCommand::Remove(policy) => PolicyRequest::Remove {
            account: policy.account.account,
            name: policy.name,
        },
    })
}

fn install(arguments: InstallArguments) -> Result<InstallInput, Failure> {
    let settings = arguments.settings.as_deref().map(settings).transpose()?;
    let (component, usual_name) = component(&arguments)?;
    let name = arguments.name.or(usual_name);
    Ok(InstallInput {
        account: arguments.account.account,
        name: name.ok_or_else(|| Failure::usage("say what it is called with --name"))?,
        component,
        settings,
        interfaces: arguments.interfaces,
    })
}

/// The component that is meant, and what it would be called.
fn component(arguments: &InstallArguments) -> Result<(ComponentInput, Option<String>), Failure> {
    let (named, file) = (&arguments.component, Path::new(&arguments.component));
    if named.starts_with(SCHEME) {
        return pulled(arguments);
    }
    let digest = Digest::parse(named).filter(|_| !file.exists());
    let beside = || beside(file);
    let component = ComponentInput {
        octets: digest.is_none().then(|| octets(file)).transpose()?,
        digest: digest.map(|it| it.to_string()).or(arguments.digest.clone()),
        signature: signature(arguments)?.map_or_else(beside, |given| Ok(Some(given)))?,
    };
    Ok((component, usual_name(file).filter(|_| digest.is_none())))
}

/// Out of a registry.
fn pulled(arguments: &InstallArguments) -> Result<(ComponentInput, Option<String>), Failure> {
    let wrong =
        |reason: String| Failure::new("component", format!("{}: {reason}", arguments.component));
    let reference = Reference::parse(&arguments.component).map_err(wrong)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| wrong(error.to_string()))?;
    let octets_max = Bounds::default().octets as u64;
    let pulled = runtime.block_on(registry::pull(&reference, octets_max));
    let pulled = pulled.map_err(|error| wrong(error.to_string()))?;
    let component = ComponentInput {
        octets: Some(BASE64.encode(&pulled.octets)),
        digest: arguments.digest.clone(),
        signature: signature(arguments)?.or(pulled.signature),
    };
    let last = reference.repository.rsplit('/').next();
    Ok((component, last.map(|name| name.replace(['_', '.'], "-"))))
}

fn signature(arguments: &InstallArguments) -> Result<Option<String>, Failure> {
    let file = arguments.signature.as_deref();
    file.map(|file| read_file("signature", file)).transpose()
}

/// `policy.wasm.sig`, if there is one.
fn beside(file: &Path) -> Result<Option<String>, Failure> {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    let file = Path::new(&name);
    match file.exists() {
        true => read_file("signature", file).map(Some),
        false => Ok(None),
    }
}

fn replay(arguments: ReplayArguments) -> Result<ReplayInput, Failure> {
    let named = arguments.component.as_deref();
    let component = named.map(candidate).transpose()?;
    let file = component.as_ref().filter(|it| it.octets.is_some());
    let file = file.and(named).map(Path::new);
    let name = arguments.name.or_else(|| file.and_then(usual_name));
    if component.is_some() && name.is_none() {
        return Err(Failure::usage("say whose place it takes with --name"));
    }
    Ok(ReplayInput {
        account: arguments.account,
        name: name.unwrap_or_default(),
        component,
        settings: arguments.settings.as_deref().map(settings).transpose()?,
        interfaces: Some(arguments.interfaces).filter(|it| !it.is_empty()),
        since_seconds: arguments.since,
        decisions_max: arguments.decisions,
        millis_max: None,
    })
}

/// A file, or the digest of a component the account has.
fn candidate(named: &str) -> Result<ComponentInput, Failure> {
    let file = Path::new(named);
    let digest = Digest::parse(named).filter(|_| !file.exists());
    Ok(ComponentInput {
        octets: digest.is_none().then(|| octets(file)).transpose()?,
        digest: digest.map(|it| it.to_string()),
        signature: None,
    })
}

/// `attachment_types.wasm` is `attachment-types`.
fn usual_name(file: &Path) -> Option<String> {
    let stem = file.file_stem()?.to_str()?;
    Some(stem.to_ascii_lowercase().replace(['_', ' '], "-"))
}

fn octets(file: &Path) -> Result<String, Failure> {
    let read = std::fs::read(file).map_err(|error| {
        let problem = format!("{} cannot be read ({})", file.display(), io_reason(&error));
        Failure::new("component", problem)
    })?;
    Ok(BASE64.encode(read))
}

fn settings(file: &Path) -> Result<serde_json::Value, Failure> {
    let text = read_file("settings", file)?;
    serde_json::from_str(&text).map_err(|error| {
        let problem = format!("{} is not JSON ({error})", file.display());
        Failure::new("settings", problem)
    })
}
