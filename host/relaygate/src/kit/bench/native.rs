//! The built-in policies without a sandbox: the same functions, compiled for this machine,
//! told the same facts.
//!
//! What a component is handed is made for it anew at each call; so it is here.

use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;

use address_limits::AddressLimits;
use header_check::HeaderCheck;
use policy::asked::Parameters;
use policy::questions as host;
use policy::{Facts, Settings};
use routing::Routing;
use sdk::native::{Host, with_host};
use sdk::{headers, limits, lookup, routes, tags, types};
use tagging::Tags;

use super::case::{self, Case};

/// Decides about one message.
pub(super) fn decide(case: &Case) {
    for parameters in &case.asked {
        decide_one(case, parameters);
    }
}

fn decide_one(case: &Case, parameters: &Parameters) {
    match parameters {
        Parameters::Recipient(session, envelope, candidate) => {
            let answer = under("address-limits", case, || {
                <AddressLimits as limits::Policy>::recipient(
                    of_session(session),
                    of_envelope(envelope),
                    of_candidate(candidate),
                )
            });
            drop(black_box(answer));
        }
        Parameters::HeadersInbound(facts) => {
            let ask = || <HeaderCheck as headers::Policy>::inbound(of_inbound(facts));
            drop(black_box(under("header-check", case, ask)));
        }
        Parameters::Tags(facts) => {
            let ask = || <Tags as tags::Policy>::delivery(of_delivery(facts));
            drop(black_box(under("tagging", case, ask)));
        }
        Parameters::RouteInbound(arrival) => {
            let ask = || <Routing as routes::Policy>::inbound(of_arrival(arrival));
            drop(black_box(under("routing", case, ask)));
        }
        _ => {}
    }
}

fn under<R>(policy: &'static str, case: &Case, ask: impl FnOnce() -> R) -> R {
    with_host(Rc::new(Native::new(policy, &case.facts)), ask)
}

/// The program's side of the contract, without a sandbox between.
struct Native {
    facts: Arc<dyn Facts>,
    settings: Rc<Settings>,
}

impl Native {
    fn new(policy: &str, facts: &Arc<dyn Facts>) -> Self {
        Self {
            facts: Arc::clone(facts),
            settings: case::settings_of(policy),
        }
    }
}

impl Host for Native {
    fn mailboxes(&self, name: &str) -> Vec<types::Mailbox> {
        let found = self.facts.mailboxes(name).into_iter();
        let ours = found.map(|it| types::Mailbox {
            name: it.name,
            address: it.address,
        });
        ours.collect()
    }

    fn header_block(&self) -> Vec<u8> {
        self.facts.header_block()
    }

    fn support_address(&self, address: &str) -> Option<lookup::SupportAddress> {
        let found = self.facts.support_address(address)?;
        Some(lookup::SupportAddress {
            connector: found.connector,
            brand: found.brand,
            verified: found.verified,
        })
    }

    fn text(&self, key: &str) -> Option<String> {
        self.settings.text(key).map(str::to_owned)
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.settings.number(key)
    }

    fn flag(&self, key: &str) -> Option<bool> {
        self.settings.flag(key)
    }

    fn contains(&self, key: &str, value: &str) -> bool {
        self.settings.contains(key, value)
    }
}

fn of_session(session: &host::types::Session) -> types::Session {
    types::Session {
        ingress: types::Ingress::Submission,
        peer: session.peer.clone(),
        helo: session.helo.clone(),
        tls: session.tls.clone(),
        connector: session.connector.clone(),
        desk: session.desk,
    }
}

fn of_envelope(envelope: &host::types::Envelope) -> types::Envelope {
    types::Envelope {
        sender: envelope.sender.clone(),
        recipients: envelope.recipients.clone(),
    }
}

fn of_candidate(candidate: &host::limits::RecipientFacts) -> limits::RecipientFacts {
    limits::RecipientFacts {
        address: candidate.address.clone(),
        kind: limits::RecipientKind::Support,
        catch_all: candidate.catch_all,
        disconnecting: candidate.disconnecting,
        unproved: candidate.unproved,
        require_authenticated: candidate.require_authenticated,
    }
}

fn of_inbound(facts: &host::headers::InboundFacts) -> headers::InboundFacts {
    headers::InboundFacts {
        session: of_session(&facts.session),
        envelope: of_envelope(&facts.envelope),
        defects: facts.defects.clone(),
        ours: facts.ours,
        trusted_authserv: facts.trusted_authserv.clone(),
    }
}

fn of_delivery(facts: &host::tags::DeliveryFacts) -> tags::DeliveryFacts {
    tags::DeliveryFacts {
        ingress: types::Ingress::Submission,
        relay_authenticated: facts.relay_authenticated,
        author: types::AuthorAuthentication::Pass,
        author_role: types::Role::Requester,
        origin: types::Origin::Person,
        recipient: facts.recipient.clone(),
        brand: facts.brand,
        update: None,
    }
}

fn of_arrival(arrival: &host::routes::Arrival) -> routes::Arrival {
    routes::Arrival {
        ingress: types::Ingress::Submission,
        relay_authenticated: arrival.relay_authenticated,
        author: types::AuthorAuthentication::Pass,
        author_address: arrival.author_address.clone(),
        author_is_ours: arrival.author_is_ours,
        author_messages: arrival.author_messages,
        author_role: types::Role::Requester,
        origin: types::Origin::Person,
        carries: routes::Carried::Nothing,
        recipient: arrival.recipient.clone(),
        brand: arrival.brand,
        thread: None,
        flags: arrival.flags.clone(),
        require_authenticated: arrival.require_authenticated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A figure of other answers than the sandbox gives would compare nothing.
    #[test]
    fn natively_the_answers_are_those_of_the_sandbox() {
        let sandbox = super::super::Sandbox::new(false).expect("a sandbox");
        let case = Case::new();
        for parameters in &case.asked {
            let told = parameters.ask(&sandbox.chain, &case.facts);
            let told = told.answer.expect("an answer").to_string();
            let native = match parameters {
                Parameters::Recipient(session, envelope, candidate) => {
                    let ask = || {
                        <AddressLimits as limits::Policy>::recipient(
                            of_session(session),
                            of_envelope(envelope),
                            of_candidate(candidate),
                        )
                    };
                    format!("{:?}", under("address-limits", &case, ask))
                }
                Parameters::HeadersInbound(facts) => {
                    let ask = || <HeaderCheck as headers::Policy>::inbound(of_inbound(facts));
                    format!("{:?}", under("header-check", &case, ask))
                }
                Parameters::Tags(facts) => {
                    let ask = || <Tags as tags::Policy>::delivery(of_delivery(facts));
                    format!("{:?}", under("tagging", &case, ask))
                }
                Parameters::RouteInbound(arrival) => {
                    let ask = || <Routing as routes::Policy>::inbound(of_arrival(arrival));
                    format!("{:?}", under("routing", &case, ask))
                }
                other => panic!("not of the case: {other:?}"),
            };
            for word in words_of(&told) {
                assert!(
                    words_of(&native).contains(&word),
                    "{word}: {told} / {native}"
                );
            }
        }
    }

    /// The letters only, without how JSON and Rust set them.
    fn words_of(text: &str) -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
        let plain = |word: &str| word.replace(['-', '_'], "").to_lowercase();
        let mut words: Vec<String> = words.map(plain).filter(|it| it.len() > 4).collect();
        words.sort();
        words
    }
}
