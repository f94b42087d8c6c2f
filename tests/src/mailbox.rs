//! Reading what arrived in a Maildir.

use std::time::Duration;

pub use customer::{Maildir, Message};

use crate::wait;

/// Waits until `address` has a message that `wanted` likes.
pub fn arrives(
    mail: &Maildir,
    address: &str,
    patience: Duration,
    wanted: impl Fn(&Message) -> bool,
) -> Message {
    wait::until(&format!("mail to {address}"), patience, || {
        mail.of(address).into_iter().find(|message| wanted(message))
    })
}
