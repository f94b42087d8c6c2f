//! The thread that asks candidates. It may fall behind, and then skips; mail never waits.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use metrics::counter;
use storage::AccountId;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::judge;
use super::record::{Difference, Record};
use crate::decisions::{Occasion, answer};
use crate::facts::{Counters, Heard, Listen};
use crate::policies::Candidate;
use crate::services::Services;

/// A trial that has to be stopped.
#[derive(Debug)]
pub struct Stop {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Begins to try what is on trial. What has to be stopped comes out of the channel.
///
/// # Errors
/// The thread cannot be started.
pub fn start(services: &Arc<Services>) -> io::Result<(Box<dyn Listen>, UnboundedReceiver<Stop>)> {
    let (queue, waiting) = sync_channel(QUEUE_MAX);
    let (stops, to_stop) = unbounded_channel();
    let bench = Bench {
        services: Arc::clone(services),
        counters: Arc::default(),
        stops,
    };
    let thread = thread::Builder::new().name("policy-trials".into());
    thread.spawn(move || bench.work(&waiting))?;
    let services = Arc::clone(services);
    Ok((Box::new(Ear { services, queue }), to_stop))
}

struct Ear {
    services: Arc<Services>,
    queue: SyncSender<Arc<Heard>>,
}

impl Listen for Ear {
    fn wants(&self, account: Option<AccountId>) -> bool {
        account.is_some_and(|account| self.services.policies.tries(account))
    }

    fn hear(&self, heard: Arc<Heard>) {
        if self.queue.try_send(heard).is_err() {
            counter!("relaygate_trials_skipped_total").increment(1);
        }
    }
}

struct Bench {
    services: Arc<Services>,
    /// The candidates' own: what they count does not reach the live ones.
    counters: Arc<Counters>,
    stops: UnboundedSender<Stop>,
}

impl Bench {
    fn work(&self, waiting: &Receiver<Arc<Heard>>) {
        while let Ok(heard) = waiting.recv() {
            let Some(account) = heard.account else {
                continue;
            };
            for candidate in self.services.policies.on_trial(account) {
                self.try_out(account, &candidate, &heard);
            }
        }
    }

    fn try_out(&self, account: AccountId, candidate: &Candidate, heard: &Heard) {
        let trial = &candidate.trial;
        let note = |record: &mut Record| record.note(heard, &trial.name);
        let mut record = self.services.trials.add(account, trial, note);
        let mut decisions = heard.told.decisions.iter();
        let decided = decisions.any(|decision| *decision.policy == *candidate.policy.name());
        if !decided && candidate.policy.answers(heard.parameters.question()) {
            record = self.compare(account, candidate, heard);
        }
        if trial.percent > 0
            && let Some(reason) = judge::reason(&record)
        {
            // Whoever would hear it may be gone at the end of the program.
            drop(self.stops.send(Stop {
                account,
                name: trial.name.clone(),
                reason,
            }));
        }
    }

    /// Asks the candidate what the live chain was asked.
    fn compare(&self, account: AccountId, candidate: &Candidate, heard: &Heard) -> Record {
        let facts: Arc<dyn policy::Facts> = Occasion::heard(heard).facts(&self.counters);
        let told = heard.parameters.ask(&candidate.chain, &facts);
        let (was, would_be) = (answer(&heard.told), answer(&told));
        let difference = (was != would_be).then(|| Difference {
            at: heard.at.0,
            message_id: heard.message_id.clone(),
            question: heard.parameters.question().name(),
            live: was.unwrap_or_else(|failure| failure),
            candidate: would_be.unwrap_or_else(|failure| failure),
        });
        let (trials, trial) = (&self.services.trials, &candidate.trial);
        trials.add(account, trial, |record| {
            let said = told.decisions.iter();
            let said = said.filter(|decision| *decision.policy == *candidate.policy.name());
            said.for_each(|decision| record.candidate.add(decision));
            record.compare(difference);
        })
    }
}

/// Messages of one account after the other; a candidate takes some tens of microseconds.
const QUEUE_MAX: usize = 1_024;
