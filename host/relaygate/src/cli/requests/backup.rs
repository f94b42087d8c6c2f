//! `relaygate backup`, as a request.

use std::path::Path;

use crate::admin::BackupRequest;
use crate::cli::Failure;

/// What the command stands for. The program has a working directory of its own.
pub(super) fn request(directory: &Path) -> Result<BackupRequest, Failure> {
    let directory = std::path::absolute(directory)
        .map_err(|_| Failure::usage("name the directory the backup goes to"))?;
    match directory.into_os_string().into_string() {
        Ok(directory) => Ok(BackupRequest::Make { directory }),
        Err(_) => Err(Failure::usage("the directory's name has to be UTF-8")),
    }
}
