//! `relaygate secrets`.

use clap::Subcommand;

/// `relaygate secrets`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum SecretsCommand {
    /// Put a new key before the old one in the key file, and seal every secret anew by it.
    Rotate,
    /// Go on with a rotation that was interrupted.
    Rewrap,
    /// Take the old keys out of the key file. Backups made before the rotation need them: keep a copy.
    Forget,
}
