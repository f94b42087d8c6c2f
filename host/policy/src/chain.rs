//! The policies of one account, in order.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tracing::debug;
use wasmtime::component::{ComponentNamedList, Lift, Lower};

use crate::answer::{Answered, Decision};
use crate::asked::{Parameters, Told};
use crate::call::{self, Cost};
use crate::guard::Allowance;
use crate::output;
use crate::questions::Question;
use crate::questions::headers::{
    Finding, InboundFacts, InboundVerdict, OutboundFacts, OutboundVerdict, ReturnedFacts,
};
use crate::questions::limits::{AddressFacts, DomainFacts, Permission, RecipientFacts};
use crate::questions::routes::{
    Arrival, Departure, Failure as Attempt, InboundRoute, OutboundRoute, Retry,
};
use crate::questions::tags::{DeliveryFacts, Tagging};
use crate::questions::types::{Envelope, Session, Verdict};
use crate::tighten::Answer;
use crate::{CompileError, Digest, Engine, Facts, Failed, Failure, Limits, Policy, SettingsError};

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
    links: Arc<[Link]>,
    allowance: Option<Arc<Allowance>>,
    /// Whether a policy of the account's own that fails all the time is asked all the same.
    unwatched: bool,
    missing: Option<(Arc<str>, Digest)>,
}

/// A policy of a chain, for people to look at.
#[derive(Debug)]
pub struct Listed<'a> {
    /// Its name.
    pub name: &'a str,
    /// SHA-256 of its component.
    pub digest: Digest,
    /// It is the operator's; an account's own can only tighten what those say.
    pub operator: bool,
    /// What it answers.
    pub questions: Vec<Question>,
}

struct Link {
    policy: Policy,
    operator: bool,
}

/// Each question runs through the chain until a policy refuses or fails; later
/// policies may only tighten what earlier ones said.
impl Chain {
    /// A chain of the operator's policies and then the account's.
    pub fn new(operator: Vec<Policy>, account: Vec<Policy>) -> Self {
        let operator = operator.into_iter().map(|policy| (policy, true));
        let account = account.into_iter().map(|policy| (policy, false));
        let links = operator.chain(account);
        Self {
            links: links
                .map(|(policy, operator)| Link { policy, operator })
                .collect(),
            allowance: None,
            unwatched: false,
            missing: None,
        }
    }

    /// The same for an account one of whose policies could not be made ready. What it
    /// would have refused nobody knows, so no question gets an answer that would let
    /// anything through; refusals of the others stand.
    pub fn without(mut self, name: &str, digest: Digest) -> Self {
        self.missing = Some((name.into(), digest));
        self
    }

    /// The same, its account's own policies under this allowance.
    pub fn within(mut self, allowance: Arc<Allowance>) -> Self {
        self.allowance = Some(allowance);
        self
    }

    /// The same, each policy asked however often it failed before. For decisions made again:
    /// no mail waits for them, and their answers must not depend on the time.
    pub fn unwatched(mut self) -> Self {
        self.unwatched = true;
        self
    }

    /// Whether a policy of the account itself is asked this question.
    pub fn account_answers(&self, question: Question) -> bool {
        let own = |link: &Link| !link.operator && link.policy.answers(question);
        self.missing.is_some() || self.links.iter().any(own)
    }

    /// The four built-in policies with default limits; `settings` is an object
    /// whose keys are the policies' names.
    pub fn built_in(engine: &Engine, settings: &serde_json::Value) -> Result<Self, ChainError> {
        let components = crate::built_in::components(engine)?;
        let policies = crate::built_in::policies(&components, settings, &Limits::default())?;
        Ok(Self::new(policies, Vec::new()))
    }

    /// Its policies in order: whose, what they are, and what they answer.
    pub fn policies(&self) -> impl Iterator<Item = Listed<'_>> {
        self.links.iter().map(|link| {
            let answers = |question: &Question| link.policy.answers(*question);
            Listed {
                name: link.policy.name(),
                digest: link.policy.parts().component.digest(),
                operator: link.operator,
                questions: Question::ALL.into_iter().filter(answers).collect(),
            }
        })
    }

    /// May this domain be connected?
    pub fn add_domain(&self, facts: &Arc<dyn Facts>, domain: &DomainFacts) -> Answered<Permission> {
        let parameters = || Parameters::AddDomain(domain.clone());
        let check = |answer, _: &Link| output::permission(answer);
        self.asked(facts, parameters, Question::AddDomain, (domain,), check)
    }

    /// May this support address be added?
    pub fn add_address(
        &self,
        facts: &Arc<dyn Facts>,
        address: &AddressFacts,
    ) -> Answered<Permission> {
        let parameters = || Parameters::AddAddress(address.clone());
        let check = |answer, _: &Link| output::permission(answer);
        self.asked(facts, parameters, Question::AddAddress, (address,), check)
    }

    /// May this sender speak? (RFC 5321 §4.1.1.2)
    pub fn sender(
        &self,
        facts: &Arc<dyn Facts>,
        session: &Session,
        sender: &str,
        octets: Option<u64>,
    ) -> Answered<Verdict> {
        let parameters = || Parameters::Sender(session.clone(), sender.to_owned(), octets);
        let check = |answer, _: &Link| output::verdict(answer);
        let params = (session, sender, octets);
        self.asked(facts, parameters, Question::Sender, params, check)
    }

    /// May this recipient be addressed? (RFC 5321 §4.1.1.3)
    pub fn recipient(
        &self,
        facts: &Arc<dyn Facts>,
        session: &Session,
        envelope: &Envelope,
        candidate: &RecipientFacts,
    ) -> Answered<Verdict> {
        let parameters =
            || Parameters::Recipient(session.clone(), envelope.clone(), candidate.clone());
        let check = |answer, _: &Link| output::verdict(answer);
        let params = (session, envelope, candidate);
        self.asked(facts, parameters, Question::Recipient, params, check)
    }

    /// Is this inbound message sound, and what is it? Asked before 250.
    pub fn inbound(
        &self,
        facts: &Arc<dyn Facts>,
        message: &InboundFacts,
    ) -> Answered<InboundVerdict> {
        let parameters = || Parameters::HeadersInbound(message.clone());
        let check = |answer, link: &Link| output::inbound(answer, link.policy.product());
        self.asked(
            facts,
            parameters,
            Question::HeadersInbound,
            (message,),
            check,
        )
    }

    /// May this notification leave as it is?
    pub fn outbound(
        &self,
        facts: &Arc<dyn Facts>,
        message: &OutboundFacts,
    ) -> Answered<OutboundVerdict> {
        let parameters = || Parameters::HeadersOutbound(message.clone());
        let check = |answer, link: &Link| output::outbound(answer, link.policy.product());
        self.asked(
            facts,
            parameters,
            Question::HeadersOutbound,
            (message,),
            check,
        )
    }

    /// What happened to a verification mail on its way?
    pub fn returned(
        &self,
        facts: &Arc<dyn Facts>,
        message: &ReturnedFacts,
    ) -> Answered<Vec<Finding>> {
        let parameters = || Parameters::HeadersReturned(message.clone());
        let check = |answer, _: &Link| output::findings(answer);
        self.asked(
            facts,
            parameters,
            Question::HeadersReturned,
            (message,),
            check,
        )
    }

    /// Which tags does the ticket get? `system` holds only what the facts bear out.
    pub fn delivery(&self, facts: &Arc<dyn Facts>, message: &DeliveryFacts) -> Answered<Tagging> {
        let parameters = || Parameters::Tags(message.clone());
        let check = |answer, link: &Link| output::tagging(answer, message, link.operator);
        self.asked(facts, parameters, Question::Tags, (message,), check)
    }

    /// Where does this message go?
    pub fn route_inbound(
        &self,
        facts: &Arc<dyn Facts>,
        arrival: &Arrival,
    ) -> Answered<InboundRoute> {
        let parameters = || Parameters::RouteInbound(arrival.clone());
        let check = |answer, _: &Link| output::inbound_route(answer, arrival);
        self.asked(facts, parameters, Question::RouteInbound, (arrival,), check)
    }

    /// Which way out, and in whose name? Only the operator's policies are asked.
    pub fn route_outbound(
        &self,
        facts: &Arc<dyn Facts>,
        departure: &Departure,
    ) -> Answered<OutboundRoute> {
        let parameters = || Parameters::RouteOutbound(departure.clone());
        let check = |answer, _: &Link| output::outbound_route(answer, departure);
        self.asked(
            facts,
            parameters,
            Question::RouteOutbound,
            (departure,),
            check,
        )
    }

    /// What follows a failed attempt? A later policy may only give up sooner.
    pub fn after_failure(&self, facts: &Arc<dyn Facts>, attempt: &Attempt) -> Answered<Retry> {
        let parameters = || Parameters::AfterFailure(attempt.clone());
        let check = |answer, _: &Link| output::retry(answer);
        self.asked(facts, parameters, Question::AfterFailure, (attempt,), check)
    }

    /// Asks, and lets whoever keeps such things have question and answer.
    fn asked<P, R>(
        &self,
        facts: &Arc<dyn Facts>,
        parameters: impl FnOnce() -> Parameters,
        question: Question,
        params: P,
        check: impl Fn(R, &Link) -> Result<R, Failure>,
    ) -> Answered<R>
    where
        P: ComponentNamedList + Lower + Copy,
        R: Answer + Lift + Serialize + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let answered = self.ask(question, facts, params, check);
        if facts.keeps_asked() {
            facts.asked(parameters(), Told::of(&answered));
        }
        answered
    }

    /// Asks one policy after the other until an answer is final or one fails. The
    /// first word must be the operator's.
    fn ask<P, R>(
        &self,
        question: Question,
        facts: &Arc<dyn Facts>,
        params: P,
        check: impl Fn(R, &Link) -> Result<R, Failure>,
    ) -> Answered<R>
    where
        P: ComponentNamedList + Lower + Copy,
        R: Answer + Lift + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let mut decisions = Vec::new();
        let mut standing: Option<R> = None;
        for link in self.links.iter() {
            if !link.operator && standing.is_none() {
                break;
            }
            if !link.policy.answers(question) {
                continue;
            }
            let Some((answer, cost)) = self.ask_one(link, question, facts, params) else {
                continue;
            };
            if let (Some(probe), Ok(answer)) = (&link.policy.parts().probe, &answer) {
                probe.saw_answer(answer);
            }
            let answer = answer.and_then(|answer| check(answer, link));
            self.note(link, answer.as_ref().err());
            let decision = decision(link, question, &answer, cost);
            facts.answered(&decision);
            decisions.push(decision);
            let answer = match answer {
                Ok(answer) => answer,
                Err(failure) => return failed(link, question, failure, decisions),
            };
            let now = match standing.take() {
                Some(before) => before.tighten(answer),
                None => answer,
            };
            if now.is_final() {
                return Answered {
                    answer: Ok(now),
                    decisions,
                };
            }
            standing = Some(now);
        }
        let answer = match &self.missing {
            Some((name, digest)) => Err(not_there(name, *digest, question)),
            None => standing.ok_or_else(|| unanswered(question)),
        };
        Answered { answer, decisions }
    }
}

impl Chain {
    /// Remembers whether it failed, if it was asked.
    fn note(&self, link: &Link, failure: Option<&Failure>) {
        let watched = !link.operator && !self.unwatched;
        if watched && failure.is_none_or(Failure::is_of_a_call) {
            link.policy.parts().breaker.note(failure, Instant::now());
        }
    }

    /// Asks one policy. An account's own is not asked if it fails all the time, or if the
    /// account has used up its time.
    fn ask_one<P, R>(
        &self,
        link: &Link,
        question: Question,
        facts: &Arc<dyn Facts>,
        params: P,
    ) -> Option<(Result<R, Failure>, Cost)>
    where
        P: ComponentNamedList + Lower,
        R: Lift + 'static,
        (R,): ComponentNamedList + Lift,
    {
        if link.operator {
            return call::ask(&link.policy, question, facts, params);
        }
        let now = Instant::now();
        if !self.unwatched && !link.policy.parts().breaker.admits(now) {
            return Some((Err(Failure::Tripped), Cost::default()));
        }
        let Some(allowance) = &self.allowance else {
            return call::ask(&link.policy, question, facts, params);
        };
        if !allowance.has_left(now) {
            return Some((Err(Failure::Spent), Cost::default()));
        }
        let asked = call::ask(&link.policy, question, facts, params);
        if let Some((_, cost)) = &asked {
            allowance.take(Duration::from_micros(cost.micros));
        }
        asked
    }
}

fn failed<R>(
    link: &Link,
    question: Question,
    failure: Failure,
    decisions: Vec<Decision>,
) -> Answered<R> {
    let failed = Failed {
        policy: Arc::clone(&link.policy.parts().name),
        digest: link.policy.parts().component.digest(),
        question,
        failure,
    };
    Answered {
        answer: Err(failed),
        decisions,
    }
}

fn not_there(name: &Arc<str>, digest: Digest, question: Question) -> Failed {
    Failed {
        policy: Arc::clone(name),
        digest,
        question,
        failure: Failure::Missing,
    }
}

fn unanswered(question: Question) -> Failed {
    Failed {
        policy: "".into(),
        digest: Digest::default(),
        question,
        failure: Failure::Unanswered,
    }
}

/// What is written down, and at once logged for whoever looks on.
fn decision<R: Answer>(
    link: &Link,
    question: Question,
    answer: &Result<R, Failure>,
    cost: Cost,
) -> Decision {
    let (verdict, code) = match answer {
        Ok(answer) => (answer.word(), answer.code().map(str::to_owned)),
        Err(failure) => (failure.word(), Some(Failed::CODE.to_owned())),
    };
    let policy = link.policy.parts();
    let digest = policy.component.digest();
    debug!(
        policy = %policy.name,
        digest = %format_args!("{digest:.12}"),
        %question,
        verdict,
        code = code.as_deref(),
        micros = cost.micros,
        "policy answered"
    );
    Decision {
        policy: Arc::clone(&policy.name),
        digest,
        own: !link.operator,
        question,
        verdict,
        code,
        micros: cost.micros,
        fuel: cost.fuel,
        memory_octets: cost.memory_octets,
        log: cost.log,
    }
}
