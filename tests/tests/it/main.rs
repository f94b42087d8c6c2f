//! The scenarios: our program among real mail servers and clients, in one binary.
//!
//! Each module is a story a mail administrator knows; each test's comment names
//! the rows of the requirements (`R10`) or of the fault catalogue (`SMG-01`) it
//! proves. `tests/requirements.toml` and `tests/faults.toml` are the way back.

mod api;
mod backup;
mod bombs;
mod clients;
mod configuration;
mod connect;
mod conversation;
mod crash;
mod demo;
mod desk_sends;
mod disconnect;
mod doors;
mod durability;
mod foreign_desk;
mod framing;
mod fuzzing;
mod guessing;
mod handover;
mod headers;
mod hostile;
mod injection;
mod isolation;
mod limits;
mod loops;
mod machine;
mod message_log;
mod names;
mod outbound;
mod outbound_tls;
mod own_policies;
mod pages;
mod peers;
mod plain_path;
mod policy_kit;
mod quoted;
mod registry;
mod rename;
mod rotation;
mod routing;
mod secrets;
mod suspended;
mod ticket_system;
mod tls;
mod trials;
mod triggers;
mod troublesome;
mod verification;

/// Ends a test that cannot run here, saying why.
macro_rules! needs_postfix {
    () => {
        if let Some(reason) = relaygate_tests::postfix::unavailable() {
            skip::skipped(reason);
            return;
        }
    };
}
pub(crate) use needs_postfix;

/// Whether a campaign runs: every point instead of some, as many rounds as the row asks for.
fn full_campaign() -> bool {
    std::env::var_os("RELAYGATE_CAMPAIGN").is_some_and(|value| value == "full")
}

/// How often: a sample, or as often as the campaign does.
fn times(sample: usize, full: usize) -> usize {
    if full_campaign() { full } else { sample }
}
