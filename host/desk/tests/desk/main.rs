//! The desk over a real embedded store, subject by subject.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(unreachable_pub, reason = "the modules of one test program")]

mod accounts_and_limits;
mod credentials;
mod desks;
mod disconnect;
mod dkim_keys;
mod isolation;
mod kept_aside;
mod members;
mod message_log;
mod notices;
mod outbound;
mod policies;
mod proof;
mod rename;
mod scene;
mod secrets;
mod staged;
mod tickets;
mod traffic;
mod triggers;
mod verification;
