//! Every decision of the policies, written down with all it depended on, so that it can be
//! made again: with another policy, on yesterday's mail.
//!
//! Kept in a diary of its own beside the store: good to have, bounded in size and age, and
//! never waited for. Mail does not pass through here; what there is no time to write down is
//! counted as lost.
//!
//! | file | what |
//! |---|---|
//! | `entry` | what is written down |
//! | `writer` | the thread that writes |
//! | `again` | the facts of a decision, told once more |
//! | `reader` | decisions of the past, one after the other |
//!
//! Not here: what is done with them (`operations::policy_replay`), who decides (`policies`).

mod again;
mod entry;
mod reader;
mod writer;

pub use again::{Again, Occasion};
pub use entry::{Decided, Said, answer};
pub use reader::Decisions;
pub use writer::{Writer, start};

use std::path::PathBuf;

use crate::config::Config;

/// Where they are.
pub fn directory(config: &Config) -> PathBuf {
    config.data_dir.join("decisions")
}
