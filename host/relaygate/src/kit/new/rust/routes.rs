//! A policy for `routes`: what comes from the domains in the setting `blocked` is kept
//! aside until an agent decides.

#![cfg_attr(target_arch = "wasm32", no_std)]

use sdk::routes::{Arrival, Cause, InboundRoute, Policy};
use sdk::{domain_of, settings};

struct Blocked;

impl Policy for Blocked {
    fn inbound(arrival: Arrival) -> InboundRoute {
        let author = arrival.author_address.as_deref().unwrap_or_default();
        route(settings::contains("blocked", domain_of(author)), arrival.brand)
    }
}

sdk::export_routes!(Blocked);

/// Where a message goes; a ticket is what changes nothing here.
pub fn route(blocked: bool, brand: u64) -> InboundRoute {
    match blocked {
        true => InboundRoute::Suspend(Cause::Blocked),
        false => InboundRoute::Ticket(brand),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_blocked_goes_on() {
        assert_eq!(route(false, 7), InboundRoute::Ticket(7));
        assert_eq!(route(true, 7), InboundRoute::Suspend(Cause::Blocked));
    }
}
