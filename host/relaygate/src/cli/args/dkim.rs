//! `relaygate dkim`.

use clap::Subcommand;

/// `relaygate dkim`.
#[derive(Debug, Subcommand)]
pub enum DkimCommand {
    /// Show both keys, which of them signs, and whether their TXT records stand.
    Show,
    /// Make a new key for the selector that does not sign, and print its TXT record. It signs as
    /// soon as that is seen in DNS; the old one is kept until mail on its way has arrived.
    Rotate,
}
