//! `relaygate dkim`, as a request.

use crate::admin::DkimRequest;
use crate::cli::args::DkimCommand;

/// What the command stands for.
pub(super) fn request(command: DkimCommand) -> DkimRequest {
    match command {
        DkimCommand::Show => DkimRequest::Show,
        DkimCommand::Rotate => DkimRequest::Rotate,
    }
}
