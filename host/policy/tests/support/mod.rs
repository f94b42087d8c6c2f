//! Plain facts to ask with, and one engine for all tests of a file.

#![allow(dead_code)] // each test file takes what it needs

use std::sync::OnceLock;

use policy::questions::headers::InboundFacts;
use policy::questions::limits::{DomainFacts, DomainKind, Holder};
use policy::questions::routes::{Arrival, Carried};
use policy::questions::tags::DeliveryFacts;
use policy::questions::types::{AuthorAuthentication, Envelope, Ingress, Origin, Role, Session};
use policy::{Component, Engine, EngineSettings, Limits, Policy, Settings};
use serde_json::Value;

pub(crate) fn engine_settings() -> EngineSettings {
    EngineSettings {
        instances_max: 32,
        ..EngineSettings::default()
    }
}

pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(engine_settings()).expect("an engine"))
}

pub(crate) fn built_in(settings: Value) -> Vec<Policy> {
    static COMPONENTS: OnceLock<Vec<(&'static str, Component)>> = OnceLock::new();
    let components =
        COMPONENTS.get_or_init(|| policy::built_in::components(engine()).expect("components"));
    policy::built_in::policies(components, &settings, &Limits::default()).expect("settings")
}

pub(crate) fn settings(value: Value) -> Settings {
    Settings::from_json(&value).expect("settings")
}

pub(crate) fn session() -> Session {
    Session {
        ingress: Ingress::Submission,
        peer: "192.0.2.1".into(),
        helo: "mail.acme.example".into(),
        tls: Some("TLSv1.3".into()),
        connector: Some("acme.example".into()),
        desk: false,
    }
}

pub(crate) fn envelope() -> Envelope {
    Envelope {
        sender: "ann@home.example".into(),
        recipients: vec!["help@acme.example".into()],
    }
}

pub(crate) fn domain() -> DomainFacts {
    DomainFacts {
        domain: "acme.example".into(),
        kind: DomainKind::Ordinary,
        held_by: Holder::Nobody,
        proved_elsewhere: false,
        domains: 0,
        addresses_in_domain: vec![],
        copies_enabled: true,
    }
}

pub(crate) fn inbound() -> InboundFacts {
    InboundFacts {
        session: session(),
        envelope: envelope(),
        defects: vec![],
        ours: false,
        trusted_authserv: Some(String::new()),
    }
}

pub(crate) fn delivery(relay_authenticated: bool) -> DeliveryFacts {
    DeliveryFacts {
        ingress: if relay_authenticated {
            Ingress::Submission
        } else {
            Ingress::Mx
        },
        relay_authenticated,
        author: AuthorAuthentication::None,
        author_role: Role::Stranger,
        origin: Origin::Person,
        recipient: "help@acme.example".into(),
        brand: 7,
        update: None,
    }
}

pub(crate) fn arrival() -> Arrival {
    Arrival {
        ingress: Ingress::Submission,
        relay_authenticated: true,
        author: AuthorAuthentication::None,
        author_address: Some("ann@home.example".into()),
        author_is_ours: false,
        author_messages: 1,
        author_role: Role::Stranger,
        origin: Origin::Person,
        carries: Carried::Nothing,
        recipient: "help@acme.example".into(),
        brand: 7,
        thread: None,
        flags: vec![],
        require_authenticated: false,
    }
}
