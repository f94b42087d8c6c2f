//! One question to one policy: a fresh store, a fresh instance, an answer or a
//! [`Failure`]. Whatever happened, the store is dropped afterwards.

use std::sync::Arc;
use std::time::Instant;

use wasmtime::component::{
    ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower, TypedFunc,
};
use wasmtime::{PoolConcurrencyLimitError, Store, Trap};

use crate::deadline::Deadline;
use crate::failure::one_line;
use crate::imports::{CallState, Halt};
use crate::policy::Parts;
use crate::questions::{Question, headers, limits, routes, tags, types};
use crate::{Facts, Failure, Limits, LogLine, Policy};

/// What a call cost, and what the policy wrote.
#[derive(Default)]
pub(crate) struct Cost {
    pub(crate) micros: u64,
    pub(crate) fuel: Option<u64>,
    pub(crate) memory_octets: usize,
    pub(crate) log: Vec<LogLine>,
}

/// Asks one policy. `None` if it does not answer that question.
pub(crate) fn ask<P, R>(
    policy: &Policy,
    question: Question,
    facts: &Arc<dyn Facts>,
    params: P,
) -> Option<(Result<R, Failure>, Cost)>
where
    P: ComponentNamedList + Lower,
    R: Lift + 'static,
    (R,): ComponentNamedList + Lift,
{
    let policy = policy.parts();
    let index = policy.component.linked.export(question)?;
    let started = Instant::now();
    let mut store = begun(policy, facts);
    let answer = answer(policy, &index, &mut store, params);
    if let Some(probe) = &policy.probe {
        probe.saw_cost(store.data(), answer.as_ref().err());
    }
    let answer = answer.map_err(|error| failure(&error, &policy.limits));
    let cost = Cost {
        micros: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        fuel: fuel_used(&store, &policy.limits),
        memory_octets: store.data().memory_octets,
        log: std::mem::take(&mut store.data_mut().log),
    };
    Some((answer, cost))
}

fn answer<P, R>(
    policy: &Parts,
    index: &ComponentExportIndex,
    store: &mut Store<CallState>,
    params: P,
) -> wasmtime::Result<R>
where
    P: ComponentNamedList + Lower,
    R: Lift + 'static,
    (R,): ComponentNamedList + Lift,
{
    let instance = policy.component.linked.instances.instantiate(&mut *store)?;
    let answer = called(&instance, index, store, params)?;
    if let Some(probe) = &policy.probe {
        probe.saw_edges(store, &instance)?;
    }
    Ok(answer)
}

/// Calls one function of an instance.
pub(crate) fn called<P, R>(
    instance: &Instance,
    index: &ComponentExportIndex,
    store: &mut Store<CallState>,
    params: P,
) -> wasmtime::Result<R>
where
    P: ComponentNamedList + Lower,
    R: Lift + 'static,
    (R,): ComponentNamedList + Lift,
{
    let function: TypedFunc<P, (R,)> = instance.get_typed_func(&mut *store, index)?;
    let (answer,) = function.call(store, params)?;
    Ok(answer)
}

/// A store for one policy, which will know these facts, under its limits.
pub(crate) fn begun(policy: &Arc<Parts>, facts: &Arc<dyn Facts>) -> Store<CallState> {
    let state = CallState::new(Arc::clone(policy), Arc::clone(facts));
    let deadline = state.deadline;
    let mut store = Store::new(&policy.component.linked.engine.inner.wasm, state);
    store.limiter(|state| state);
    limit(&mut store, deadline);
    store
}

/// Gives a store the whole of its limits, for one more call.
pub(crate) fn renew(store: &mut Store<CallState>) {
    let deadline = Deadline::start(store.data().policy.limits.deadline);
    store.data_mut().begin(deadline);
    limit(store, deadline);
}

fn limit(store: &mut Store<CallState>, deadline: Deadline) {
    let limits = &store.data().policy.limits;
    let transfer = limits.transfer_octets_max;
    let fuel = limits.fuel.unwrap_or(u64::MAX);
    store.set_epoch_deadline(deadline.ticks());
    store.epoch_deadline_callback(|mut store| Ok(store.data_mut().deadline.passed()));
    store.set_hostcall_fuel(transfer);
    // An error only says that this engine does not meter.
    let _ = store.set_fuel(fuel);
}

fn fuel_used(store: &Store<CallState>, limits: &Limits) -> Option<u64> {
    let left = store.get_fuel().ok()?;
    Some(limits.fuel.unwrap_or(u64::MAX).saturating_sub(left))
}

/// Tells what went wrong. wasmtime names most causes by type; the one it keeps
/// private, too much data in one transfer, is known by its text only.
pub(crate) fn failure(error: &wasmtime::Error, limits: &Limits) -> Failure {
    const TRANSFER: &str = "fuel allocated for hostcalls has been exhausted";
    if let Some(Halt(failure)) = error.downcast_ref() {
        return failure.clone();
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return Failure::Busy;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => Failure::Deadline(limits.deadline),
        Some(Trap::OutOfFuel) => Failure::Fuel,
        Some(trap) => Failure::Trap(trap.to_string()),
        None if format!("{error:#}").contains(TRANSFER) => {
            Failure::Transfer(limits.transfer_octets_max)
        }
        None => Failure::Trap(one_line(&format!("{error:#}"))),
    }
}

/// Whether a function has the type of its question.
pub(crate) fn check_type(
    question: Question,
    instance: &Instance,
    store: &mut Store<CallState>,
    index: &ComponentExportIndex,
) -> wasmtime::Result<()> {
    macro_rules! is {
        ($($param:ty),* => $answer:ty) => {
            instance.get_typed_func::<($($param,)*), ($answer,)>(store, index).map(drop)
        };
    }
    match question {
        Question::AddDomain => is!(&limits::DomainFacts => limits::Permission),
        Question::AddAddress => is!(&limits::AddressFacts => limits::Permission),
        Question::Sender => is!(&types::Session, &str, Option<u64> => types::Verdict),
        Question::Recipient => {
            is!(&types::Session, &types::Envelope, &limits::RecipientFacts => types::Verdict)
        }
        Question::HeadersInbound => is!(&headers::InboundFacts => headers::InboundVerdict),
        Question::HeadersOutbound => is!(&headers::OutboundFacts => headers::OutboundVerdict),
        Question::HeadersReturned => is!(&headers::ReturnedFacts => Vec<headers::Finding>),
        Question::Tags => is!(&tags::DeliveryFacts => tags::Tagging),
        Question::RouteInbound => is!(&routes::Arrival => routes::InboundRoute),
        Question::RouteOutbound => is!(&routes::Departure => routes::OutboundRoute),
        Question::AfterFailure => is!(&routes::Failure => routes::Retry),
    }
}
