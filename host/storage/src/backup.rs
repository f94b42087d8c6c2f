//! Backups of a store and the way back: for `relaygate backup` and `restore`.
//!
//! One is made by [`crate::embedded::Embedded::backup`]. [`verify`] and
//! [`restore`] work without a program; `embedded::backup` says how.

pub use crate::embedded::backup::{
    BackedUp, BackupError, Manifest, Report, Restored, restore, verify,
};
