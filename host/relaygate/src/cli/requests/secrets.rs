//! `relaygate secrets`, as a request.

use crate::admin::SecretsRequest;
use crate::cli::args::SecretsCommand;

/// What the command stands for.
pub(super) fn request(command: SecretsCommand) -> SecretsRequest {
    match command {
        SecretsCommand::Rotate => SecretsRequest::Rotate,
        SecretsCommand::Rewrap => SecretsRequest::Rewrap,
        SecretsCommand::Forget => SecretsRequest::Forget,
    }
}
