//! Versions on trial: asked what the live policies were asked, off the way of mail, and what
//! they say compared; stopped by themselves if they fail or dawdle where they decide.
//!
//! | file | what |
//! |---|---|
//! | `thread` | asks candidates |
//! | `record` | what came of it |
//! | `judge` | when one is stopped |
//!
//! What came of a trial is in memory, zero after a start; the decisions themselves are
//! written down (`decisions`).
//!
//! Not here: which versions are tried (`desk::policies::trials`), who decides (`policies`).

mod judge;
mod record;
mod thread;

pub use record::{Difference, Record, Trials};
pub use thread::{Stop, start};
