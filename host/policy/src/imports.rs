//! The host's side of the imports, for the length of one call.
//!
//! Every call is counted, and what a policy hands over is bounded here or by the
//! transfer limit; the facts themselves come from the caller.

use std::sync::Arc;

use wasmtime::{ResourceLimiter, Result};

use crate::bindings::relaygate::policy::{counters, log, lookup, mail, settings, types};
use crate::deadline::Deadline;
use crate::engine::CORES_PER_COMPONENT_MAX;
use crate::policy::Parts;
use crate::{Facts, Failure, Limits, LogLine};

/// What a store carries: one policy, one question.
pub(crate) struct CallState {
    pub(crate) policy: Arc<Parts>,
    pub(crate) facts: Arc<dyn Facts>,
    pub(crate) log: Vec<LogLine>,
    pub(crate) deadline: Deadline,
    /// The most memory it had.
    pub(crate) memory_octets: usize,
    pub(crate) host_calls: u32,
    log_octets: usize,
}

/// A failure raised by us inside a call; found again by downcast.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Halt(pub(crate) Failure);

/// A counter's key and window are bounded by the contract.
const COUNTER_KEY_OCTETS_MAX: usize = 128;
const COUNTER_WINDOW_SECONDS_MAX: u32 = 86_400;

/// An empty line of log costs something too.
const LOG_LINE_OVERHEAD_OCTETS: usize = 16;

impl CallState {
    pub(crate) fn new(policy: Arc<Parts>, facts: Arc<dyn Facts>) -> Self {
        Self {
            deadline: Deadline::start(policy.limits.deadline),
            policy,
            facts,
            log: Vec::new(),
            memory_octets: 0,
            host_calls: 0,
            log_octets: 0,
        }
    }

    /// A call begins: nothing is used up.
    pub(crate) fn begin(&mut self, deadline: Deadline) {
        self.deadline = deadline;
        (self.host_calls, self.log_octets) = (0, 0);
        self.log.clear();
    }

    /// One more call of the host; too many end the question. So does a call after the deadline:
    /// code without loops is asked for its time nowhere else.
    pub(crate) fn count_call(&mut self) -> Result<()> {
        self.host_calls += 1;
        if self.deadline.is_over() {
            return Err(Halt(Failure::Deadline(self.policy.limits.deadline)).into());
        }
        match self.host_calls <= self.policy.limits.host_calls_max {
            true => Ok(()),
            false => Err(Halt(Failure::HostCalls(self.policy.limits.host_calls_max)).into()),
        }
    }

    /// Keeps a line of log as far as there is room; control characters cannot forge another.
    pub(crate) fn keep_line(&mut self, level: log::Level, text: &str) {
        let used = self.log_octets + LOG_LINE_OVERHEAD_OCTETS;
        let Some(room) = self.policy.limits.log_octets_max.checked_sub(used) else {
            return;
        };
        let text = &text[..text.floor_char_boundary(room)];
        self.log_octets = used + text.len();
        let text = text.replace(char::is_control, " ");
        self.log.push(LogLine { level, text });
    }
}

impl types::Host for CallState {}

impl mail::Host for CallState {
    fn header(&mut self, name: String) -> Result<Option<String>> {
        self.count_call()?;
        Ok(self.facts.header(&name))
    }

    fn headers(&mut self, name: String) -> Result<Vec<String>> {
        self.count_call()?;
        Ok(self.facts.headers(&name))
    }

    fn mailboxes(&mut self, name: String) -> Result<Vec<types::Mailbox>> {
        self.count_call()?;
        Ok(self.facts.mailboxes(&name))
    }

    fn header_block(&mut self) -> Result<Vec<u8>> {
        self.count_call()?;
        let mut block = self.facts.header_block();
        block.truncate(Limits::HEADER_BLOCK_OCTETS_MAX);
        Ok(block)
    }

    fn body(&mut self, offset: u64, length: u32) -> Result<Vec<u8>> {
        self.count_call()?;
        let length = length.min(Limits::BODY_OCTETS_MAX);
        let mut octets = self.facts.body(offset, length);
        octets.truncate(length as usize);
        Ok(octets)
    }

    fn octets(&mut self) -> Result<u64> {
        self.count_call()?;
        Ok(self.facts.octets())
    }
}

impl settings::Host for CallState {
    fn text(&mut self, key: String) -> Result<Option<String>> {
        self.count_call()?;
        Ok(self.policy.settings.text(&key).map(str::to_owned))
    }

    fn number(&mut self, key: String) -> Result<Option<i64>> {
        self.count_call()?;
        Ok(self.policy.settings.number(&key))
    }

    fn flag(&mut self, key: String) -> Result<Option<bool>> {
        self.count_call()?;
        Ok(self.policy.settings.flag(&key))
    }

    fn texts(&mut self, key: String) -> Result<Vec<String>> {
        self.count_call()?;
        Ok(self.policy.settings.texts(&key).to_vec())
    }

    fn contains(&mut self, key: String, value: String) -> Result<bool> {
        self.count_call()?;
        Ok(self.policy.settings.contains(&key, &value))
    }
}

impl lookup::Host for CallState {
    fn find_support_address(&mut self, address: String) -> Result<Option<lookup::SupportAddress>> {
        self.count_call()?;
        Ok(self.facts.support_address(&address))
    }

    fn find_person(&mut self, address: String) -> Result<Option<lookup::Person>> {
        self.count_call()?;
        Ok(self.facts.person(&address))
    }
}

impl counters::Host for CallState {
    fn add(&mut self, key: String, window_seconds: u32) -> Result<u64> {
        self.count_call()?;
        if key.len() > COUNTER_KEY_OCTETS_MAX {
            return Err(Halt(Failure::Output("a counter's key is too long")).into());
        }
        let window = window_seconds.clamp(1, COUNTER_WINDOW_SECONDS_MAX);
        Ok(self.facts.count(&self.policy.name, &key, window))
    }
}

impl log::Host for CallState {
    fn write(&mut self, level: log::Level, text: String) -> Result<()> {
        self.count_call()?;
        self.keep_line(level, &text);
        Ok(())
    }
}

/// More than the limit ends the call: a guest that goes on without the memory it
/// asked for would only fail in a way that is harder to read.
impl ResourceLimiter for CallState {
    /// All memories of a component count as one.
    fn memory_growing(&mut self, now: usize, wanted: usize, _max: Option<usize>) -> Result<bool> {
        let more = wanted.saturating_sub(now);
        self.memory_octets = self.memory_octets.saturating_add(more);
        match self.memory_octets <= self.policy.limits.memory_octets_max {
            true => Ok(true),
            false => Err(Halt(Failure::Memory(self.policy.limits.memory_octets_max)).into()),
        }
    }

    fn table_growing(&mut self, _now: usize, wanted: usize, _max: Option<usize>) -> Result<bool> {
        match wanted <= self.policy.limits.table_elements_max {
            true => Ok(true),
            false => Err(Halt(Failure::Memory(self.policy.limits.memory_octets_max)).into()),
        }
    }

    fn instances(&self) -> usize {
        CORES_PER_COMPONENT_MAX as usize
    }
}
