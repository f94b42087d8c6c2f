//! The text of one message on its way in, never whole in memory.
//!
//! Up to [`START_OCTETS_MAX`] are gathered: the header and as much of the body as
//! policies get to see. The rest goes straight to the store. The message is
//! judged once it is complete; only then is its header, changed as it was
//! decided, put before the body.

use std::sync::Arc;

use mail::message::{HEADER_START_OCTETS, Headers};
use sha2::{Digest as _, Sha256};
use storage::{Scope, StagedText, TextWriter};

use super::judge::{Judged, judge};
use super::{Reception, ReceptionError};
use crate::facts::MessageStart;

/// A message on its way in.
pub(super) struct Incoming {
    /// Told with the 250, and part of the Received field.
    queue_id: String,
    octets: u64,
    stage: Stage,
}

enum Stage {
    /// Its header may not be complete.
    Gathering(Vec<u8>),
    /// What follows is body and goes to the store.
    Writing(Box<Writing>),
    /// Cannot be taken; what follows is swallowed.
    Refused(ReceptionError),
}

struct Writing {
    start: Arc<[u8]>,
    headers: Arc<Headers>,
    writers: Vec<(Scope, TextWriter)>,
    body_digest: Sha256,
}

/// A message that is complete and was not refused.
pub(super) struct Complete {
    pub(super) queue_id: String,
    pub(super) judged: Judged,
    /// One for each account it goes to: accounts share nothing.
    pub(super) texts: Vec<(Scope, StagedText)>,
    pub(super) body_digest: [u8; 32],
    /// As it came, our own fields not counted.
    pub(super) octets: u64,
}

impl Default for Incoming {
    fn default() -> Self {
        Self {
            queue_id: ulid::Ulid::generate().to_string(),
            octets: 0,
            stage: Stage::Gathering(Vec::new()),
        }
    }
}

impl Incoming {
    /// Takes the next piece.
    pub(super) async fn take_in(&mut self, reception: &Reception, octets: &[u8]) {
        self.octets += octets.len() as u64;
        match &mut self.stage {
            Stage::Gathering(start) => {
                start.extend_from_slice(octets);
                if start.len() > START_OCTETS_MAX {
                    self.turn_to_writing(reception).await;
                }
            }
            Stage::Writing(writing) => {
                if let Err(error) = writing.write(octets).await {
                    self.stage = Stage::Refused(error);
                }
            }
            Stage::Refused(_) => {}
        }
    }

    /// Ends the text.
    pub(super) async fn complete(
        mut self,
        reception: &Reception,
    ) -> Result<Complete, ReceptionError> {
        if matches!(self.stage, Stage::Gathering(_)) {
            self.turn_to_writing(reception).await;
        }
        match self.stage {
            Stage::Writing(writing) => {
                writing
                    .complete(reception, self.queue_id, self.octets)
                    .await
            }
            Stage::Refused(error) => Err(error),
            Stage::Gathering(_) => unreachable!("gathering was turned into one of the others"),
        }
    }

    async fn turn_to_writing(&mut self, reception: &Reception) {
        let Stage::Gathering(start) = &mut self.stage else {
            return;
        };
        let start = std::mem::take(start);
        self.stage = match Writing::begin(reception, start).await {
            Ok(writing) => Stage::Writing(Box::new(writing)),
            Err(error) => Stage::Refused(error),
        };
    }
}

impl Writing {
    async fn begin(reception: &Reception, start: Vec<u8>) -> Result<Self, ReceptionError> {
        let header_start = &start[..start.len().min(HEADER_START_OCTETS)];
        let headers = Arc::new(Headers::parse(header_start)?);
        let mut writing = Self {
            start: start.into(),
            headers,
            writers: writers(reception),
            body_digest: Sha256::new(),
        };
        let start = Arc::clone(&writing.start);
        let body = start.get(writing.headers.body_start()..);
        writing.write(body.unwrap_or_default()).await?;
        Ok(writing)
    }

    async fn write(&mut self, octets: &[u8]) -> Result<(), ReceptionError> {
        self.body_digest.update(octets);
        for (_, writer) in &mut self.writers {
            writer.write(octets).await?;
        }
        Ok(())
    }

    /// Judges the message and puts its header, changed as it was decided, before the body.
    async fn complete(
        self,
        reception: &Reception,
        queue_id: String,
        octets: u64,
    ) -> Result<Complete, ReceptionError> {
        let message = MessageStart {
            headers: self.headers,
            start: self.start,
            octets,
        };
        let (judged, edited) = judge(reception, &queue_id, &message).await?;
        let head = edited.head(&message.start);
        let mut texts = Vec::with_capacity(self.writers.len());
        for (scope, writer) in self.writers {
            texts.push((scope, writer.finish_behind(head.clone()).await?));
        }
        Ok(Complete {
            queue_id,
            judged,
            texts,
            body_digest: self.body_digest.finalize().into(),
            octets,
        })
    }
}

fn writers(reception: &Reception) -> Vec<(Scope, TextWriter)> {
    let mut scopes: Vec<Scope> = Vec::new();
    for accepted in &reception.accepted {
        if !scopes.contains(&accepted.scope) {
            scopes.push(accepted.scope);
        }
    }
    let stage = |scope| (scope, reception.services.store.stage(scope));
    scopes.into_iter().map(stage).collect()
}

/// As much of a message as policies get to see: the largest header there may be.
const START_OCTETS_MAX: usize = HEADER_START_OCTETS;
