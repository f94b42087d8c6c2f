//! What the sandbox costs, for `relaygate policy bench`: an instance made and thrown away,
//! and one kept for several questions, which no mail ever gets.
//!
//! Not here: a clock, a benchmark's rounds (the program).

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::{ComponentNamedList, Instance, Lift, Lower};

use crate::asked::Parameters;
use crate::call;
use crate::imports::CallState;
use crate::policy::Parts;
use crate::questions::{Question, headers, limits, routes, tags, types};
use crate::{Facts, Failure, Policy};

/// An instance of a policy that stays from one question to the next.
pub struct Kept {
    policy: Arc<Parts>,
    store: Store<CallState>,
    instance: Instance,
}

impl Kept {
    /// A new instance, which will know these facts. Dropping it at once is what every
    /// call pays beside its own work.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn of(policy: &Policy, facts: &Arc<dyn Facts>) -> Result<Self, Failure> {
        let policy = policy.parts();
        let mut store = call::begun(policy, facts);
        let instance = policy.component.linked.instances.instantiate(&mut store);
        Ok(Self {
            instance: instance.map_err(|error| call::failure(&error, &policy.limits))?,
            policy: Arc::clone(policy),
            store,
        })
    }

    /// Asks it, and looks at the answer no further.
    ///
    /// # Errors
    /// [`Failure`]; after one it answers no more.
    pub fn ask(&mut self, parameters: &Parameters) -> Result<(), Failure> {
        use Parameters as P;
        let question = parameters.question();
        match parameters {
            P::AddDomain(it) => self.call::<_, limits::Permission>(question, (it,)),
            P::AddAddress(it) => self.call::<_, limits::Permission>(question, (it,)),
            P::Sender(session, sender, octets) => {
                self.call::<_, types::Verdict>(question, (session, sender.as_str(), *octets))
            }
            P::Recipient(session, envelope, candidate) => {
                self.call::<_, types::Verdict>(question, (session, envelope, candidate))
            }
            P::HeadersInbound(it) => self.call::<_, headers::InboundVerdict>(question, (it,)),
            P::HeadersOutbound(it) => self.call::<_, headers::OutboundVerdict>(question, (it,)),
            P::HeadersReturned(it) => self.call::<_, Vec<headers::Finding>>(question, (it,)),
            P::Tags(it) => self.call::<_, tags::Tagging>(question, (it,)),
            P::RouteInbound(it) => self.call::<_, routes::InboundRoute>(question, (it,)),
            P::RouteOutbound(it) => self.call::<_, routes::OutboundRoute>(question, (it,)),
            P::AfterFailure(it) => self.call::<_, routes::Retry>(question, (it,)),
        }
    }

    fn call<P, R>(&mut self, question: Question, params: P) -> Result<(), Failure>
    where
        P: ComponentNamedList + Lower,
        R: Lift + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let index = self.policy.component.linked.export(question);
        let index = index.ok_or(Failure::Unanswered)?;
        call::renew(&mut self.store);
        let answer = call::called::<P, R>(&self.instance, &index, &mut self.store, params);
        answer
            .map(drop)
            .map_err(|error| call::failure(&error, &self.policy.limits))
    }
}
