//! The admin center, clicked through with a real browser.

mod addresses;
mod borders;
mod channels;
mod hostile;
mod mail;
mod operator;
mod policies;
mod safety;
mod screens;
mod sign_in;
pub(crate) mod tickets;

/// Ends a test that cannot run here, saying why.
macro_rules! needs_browser {
    () => {
        if let Some(reason) = relaygate_tests::browser::unavailable() {
            skip::skipped(reason);
            return;
        }
    };
}
pub(crate) use needs_browser;
