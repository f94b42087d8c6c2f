//! `relaygate policy`, as a request.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use policy::Digest;

use super::read_file;
use crate::admin::PolicyRequest;
use crate::cli::Failure;
use crate::cli::args::{InstallArguments, PolicyCommand};
use crate::config::io_reason;
use crate::operations::policy_changes::{ComponentInput, InstallInput};

/// What the command stands for.
pub(super) fn request(command: PolicyCommand) -> Result<PolicyRequest, Failure> {
    Ok(match command {
        PolicyCommand::List { account } => PolicyRequest::List {
            account: account.account,
        },
        PolicyCommand::Check { file } => PolicyRequest::Check(ComponentInput {
            octets: Some(octets(&file)?),
            digest: None,
        }),
        PolicyCommand::Install(arguments) => PolicyRequest::Install(install(arguments)?),
        PolicyCommand::Show(policy) => PolicyRequest::Show {
            account: policy.account.account,
            name: policy.name,
        },
        PolicyCommand::Rollback(policy) => PolicyRequest::Rollback {
            account: policy.account.account,
            name: policy.name,
        },
        PolicyCommand::Build { .. } | PolicyCommand::Run(_) => {
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
    let file = Path::new(&arguments.component);
    let settings = arguments.settings.as_deref().map(settings).transpose()?;
    let (component, usual_name) = match Digest::parse(&arguments.component) {
        Some(digest) if !file.exists() => {
            let component = ComponentInput {
                octets: None,
                digest: Some(digest.to_string()),
            };
            (component, None)
        }
        _ => {
            let component = ComponentInput {
                octets: Some(octets(file)?),
                digest: arguments.digest,
            };
            (component, usual_name(file))
        }
    };
    let name = arguments.name.or(usual_name);
    Ok(InstallInput {
        account: arguments.account.account,
        name: name.ok_or_else(|| Failure::usage("say what it is called with --name"))?,
        component,
        settings,
        interfaces: arguments.interfaces,
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
