//! A policy for `limits`: nobody may write to the addresses in the setting `closed`.

#![cfg_attr(target_arch = "wasm32", no_std)]

use sdk::limits::{Policy, RecipientFacts};
use sdk::types::{Envelope, Refusal, Session, Verdict};
use sdk::{reject, settings};

struct Closed;

impl Policy for Closed {
    fn recipient(_session: Session, _envelope: Envelope, candidate: RecipientFacts) -> Verdict {
        verdict(settings::contains("closed", &candidate.address))
    }
}

sdk::export_limits!(Closed);

/// What an address is told that is closed, or is not.
pub fn verdict(closed: bool) -> Verdict {
    match closed {
        true => reject(Refusal::NotPermitted, "address_closed", "write to another address"),
        false => Verdict::Accept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_closed_is_open() {
        assert_eq!(verdict(false), Verdict::Accept);
        assert!(matches!(verdict(true), Verdict::Reject(_)));
    }
}
