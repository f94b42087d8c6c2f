//! The policies of one account, in order.

use std::sync::Arc;

use crate::questions::headers::{
    Edit, Finding, InboundFacts, InboundVerdict, OutboundFacts, OutboundVerdict, ReturnedFacts,
};
use crate::questions::limits::{AddressFacts, DomainFacts, Permission, RecipientFacts};
use crate::questions::routes::{
    Arrival, Departure, Failure as Attempt, InboundRoute, OutboundRoute, Retry,
};
use crate::questions::tags::{DeliveryFacts, Tagging};
use crate::questions::types::{Envelope, Session, Verdict};
use crate::{Answered, CompileError, Component, Engine, Facts, Limits, Settings, SettingsError};

/// A component with the settings and limits of one account.
#[derive(Clone)]
pub struct Policy {
    name: Arc<str>,
    component: Component,
    settings: Arc<Settings>,
    limits: Limits,
}

/// Why a chain could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// A built-in policy does not compile.
    #[error("compile policy {0}")]
    Compile(String, #[source] CompileError),
    /// The settings of a policy cannot be used.
    #[error("settings of policy {0}")]
    Settings(String, #[source] SettingsError),
}

/// The operator's policies, then the account's. Cheap to clone.
#[derive(Clone)]
pub struct Chain {
    _policies: Arc<[Policy]>,
}

impl Policy {
    /// A policy without settings, under the default limits.
    pub fn new(name: &str, component: &Component) -> Self {
        Self {
            name: name.into(),
            component: component.clone(),
            settings: Arc::default(),
            limits: Limits::default(),
        }
    }

    /// The same with these settings.
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = Arc::new(settings);
        self
    }

    /// The same under these limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// Each question runs through the chain until a policy refuses or fails; later
/// policies may only tighten what earlier ones said.
impl Chain {
    /// A chain of the operator's policies and then the account's.
    pub fn new(operator: Vec<Policy>, account: Vec<Policy>) -> Self {
        let _ = (operator, account);
        todo!()
    }

    /// The four built-in policies with default limits; `settings` is an object
    /// whose keys are the policies' names.
    pub fn built_in(engine: &Engine, settings: &serde_json::Value) -> Result<Self, ChainError> {
        let components = crate::built_in::components(engine)?;
        let policies = crate::built_in::policies(&components, settings, &Limits::default())?;
        Ok(Self::new(policies, Vec::new()))
    }

    /// May this domain be connected?
    pub fn add_domain(&self, facts: &Arc<dyn Facts>, domain: &DomainFacts) -> Answered<Permission> {
        let _ = (facts, domain);
        todo!()
    }

    /// May this support address be added?
    pub fn add_address(
        &self,
        facts: &Arc<dyn Facts>,
        address: &AddressFacts,
    ) -> Answered<Permission> {
        let _ = (facts, address);
        todo!()
    }

    /// May this sender speak? (RFC 5321 §4.1.1.2)
    pub fn sender(
        &self,
        facts: &Arc<dyn Facts>,
        session: &Session,
        sender: &str,
        octets: Option<u64>,
    ) -> Answered<Verdict> {
        let _ = (facts, session, sender, octets);
        todo!()
    }

    /// May this recipient be addressed? (RFC 5321 §4.1.1.3)
    pub fn recipient(
        &self,
        facts: &Arc<dyn Facts>,
        session: &Session,
        envelope: &Envelope,
        candidate: &RecipientFacts,
    ) -> Answered<Verdict> {
        let _ = (facts, session, envelope, candidate);
        todo!()
    }

    /// Is this inbound message sound, and what is it? Asked before 250.
    pub fn inbound(
        &self,
        facts: &Arc<dyn Facts>,
        message: &InboundFacts,
    ) -> Answered<InboundVerdict> {
        let _ = (facts, message);
        todo!()
    }

    /// May this notification leave as it is?
    pub fn outbound(
        &self,
        facts: &Arc<dyn Facts>,
        message: &OutboundFacts,
    ) -> Answered<OutboundVerdict> {
        let _ = (facts, message);
        todo!()
    }

    /// What happened to a verification mail on its way?
    pub fn returned(
        &self,
        facts: &Arc<dyn Facts>,
        message: &ReturnedFacts,
    ) -> Answered<Vec<Finding>> {
        let _ = (facts, message);
        todo!()
    }

    /// Which tags does the ticket get? `system` holds only what the facts bear out.
    pub fn delivery(&self, facts: &Arc<dyn Facts>, message: &DeliveryFacts) -> Answered<Tagging> {
        let _ = (facts, message);
        todo!()
    }

    /// Where does this message go?
    pub fn route_inbound(
        &self,
        facts: &Arc<dyn Facts>,
        arrival: &Arrival,
    ) -> Answered<InboundRoute> {
        let _ = (facts, arrival);
        todo!()
    }

    /// Which way out, and in whose name? Only the operator's policies are asked.
    pub fn route_outbound(
        &self,
        facts: &Arc<dyn Facts>,
        departure: &Departure,
    ) -> Answered<OutboundRoute> {
        let _ = (facts, departure);
        todo!()
    }

    /// What follows a failed attempt? A later policy may only give up sooner.
    pub fn after_failure(&self, facts: &Arc<dyn Facts>, attempt: &Attempt) -> Answered<Retry> {
        let _ = (facts, attempt);
        todo!()
    }
}

const _: Option<Edit> = None;
