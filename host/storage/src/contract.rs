//! The promises of [`crate::Store`] as tests every backend runs.
