//! Built-in policy: the two reserved tags that tell how a ticket came about.
//!
//! The tag vouches for the relay, never for the author (R8). Not here: the
//! words themselves, which the host writes and guards (R108).

#![cfg_attr(target_arch = "wasm32", no_std)]

use sdk::tags::{DeliveryFacts, Policy, SystemTag, Tagging, no_tags};

/// The policy.
#[derive(Debug)]
pub struct Tags;

impl Policy for Tags {
    fn delivery(facts: DeliveryFacts) -> Tagging {
        let mut tagging = no_tags();
        tagging.system.extend(system_tag(&facts));
        tagging
    }
}

sdk::export_tags!(Tags);

/// R11: a new ticket over the connector. R30: an update that came another way,
/// of a ticket that was created over the connector. Tags are never taken away.
pub fn system_tag(facts: &DeliveryFacts) -> Option<SystemTag> {
    match &facts.update {
        None => facts
            .relay_authenticated
            .then_some(SystemTag::AuthenticatedTicket),
        Some(ticket) => (ticket.created_authenticated && !facts.relay_authenticated)
            .then_some(SystemTag::UnauthenticatedUpdate),
    }
}

#[cfg(test)]
mod tests {
    use sdk::tags::UpdateFacts;
    use sdk::types::{AuthorAuthentication, Ingress, Origin, Role};

    use super::*;

    fn facts(relay_authenticated: bool, created_authenticated: Option<bool>) -> DeliveryFacts {
        DeliveryFacts {
            ingress: if relay_authenticated {
                Ingress::Submission
            } else {
                Ingress::Mx
            },
            relay_authenticated,
            author: AuthorAuthentication::Fail,
            author_role: Role::Stranger,
            origin: Origin::Person,
            recipient: "help@acme.example".into(),
            brand: 1,
            update: created_authenticated.map(|created_authenticated| UpdateFacts {
                created_authenticated,
                tags: vec![],
            }),
        }
    }

    #[test]
    fn the_tag_tells_how_the_ticket_came_about() {
        let cases = [
            (
                "R8 R11 new, authenticated relay, failing author",
                true,
                None,
                Some(SystemTag::AuthenticatedTicket),
            ),
            ("R6 new, public path", false, None, None),
            (
                "R30 update by the public path",
                false,
                Some(true),
                Some(SystemTag::UnauthenticatedUpdate),
            ),
            ("R30 never authenticated", false, Some(false), None),
            ("R30 authenticated update", true, Some(true), None),
            ("R11 not at an update", true, Some(false), None),
        ];
        for (row, relay, created, expected) in cases {
            assert_eq!(system_tag(&facts(relay, created)), expected, "{row}");
        }
    }
}
