//! The text of one message on its way in, never whole in memory.
//!
//! Up to [`START_OCTETS_MAX`] are gathered. A message that ends within is judged
//! when it is complete; a larger one as soon as there is that much of it, since
//! the changes to its header have to be made before the rest can be written
//! behind it. Its verdict is told all the same at the end of the text.

use mail::message::HEADER_START_OCTETS;
use sha2::{Digest as _, Sha256};
use storage::{AccountId, Scope, StagedText, TextWriter};

use super::judge::{Judged, judge};
use super::{Reception, ReceptionError};

/// A message on its way in.
pub(super) struct Incoming {
    /// Told with the 250, and part of the Received field.
    queue_id: String,
    octets: u64,
    stage: Stage,
}

enum Stage {
    /// Not judged yet.
    Gathering(Vec<u8>),
    /// Judged; the text goes straight to the store.
    Writing(Box<Writing>),
    /// Judged and refused; what follows is swallowed.
    Refused(ReceptionError),
}

struct Writing {
    judged: Judged,
    writers: Vec<(AccountId, TextWriter)>,
    body_digest: Sha256,
}

/// A message that is complete and was not refused.
pub(super) struct Complete {
    pub(super) queue_id: String,
    pub(super) judged: Judged,
    /// One for each account it goes to: accounts share nothing.
    pub(super) texts: Vec<(AccountId, StagedText)>,
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
            Stage::Writing(writing) => writing.complete(self.queue_id, self.octets).await,
            Stage::Refused(error) => Err(error),
            Stage::Gathering(_) => unreachable!("gathering was turned into one of the others"),
        }
    }

    async fn turn_to_writing(&mut self, reception: &Reception) {
        let Stage::Gathering(start) = &mut self.stage else {
            return;
        };
        let start = std::mem::take(start);
        self.stage = match begin(reception, &self.queue_id, start).await {
            Ok(writing) => Stage::Writing(Box::new(writing)),
            Err(error) => Stage::Refused(error),
        };
    }
}

impl Writing {
    async fn write(&mut self, octets: &[u8]) -> Result<(), ReceptionError> {
        self.body_digest.update(octets);
        for (_, writer) in &mut self.writers {
            writer.write(octets).await?;
        }
        Ok(())
    }

    async fn complete(self, queue_id: String, octets: u64) -> Result<Complete, ReceptionError> {
        let mut texts = Vec::with_capacity(self.writers.len());
        for (account, writer) in self.writers {
            texts.push((account, writer.finish().await?));
        }
        let body_digest = self.body_digest.finalize().into();
        Ok(Complete {
            queue_id,
            judged: self.judged,
            texts,
            body_digest,
            octets,
        })
    }
}

/// Judges the start of a message and writes it, changed as it was decided.
async fn begin(
    reception: &Reception,
    queue_id: &str,
    start: Vec<u8>,
) -> Result<Writing, ReceptionError> {
    let start: std::sync::Arc<[u8]> = start.into();
    let (judged, edited) = judge(reception, queue_id, &start).await?;
    let mut writers = writers(reception);
    for piece in edited.pieces(&start) {
        for (_, writer) in &mut writers {
            writer.write(piece).await?;
        }
    }
    let body = start.get(judged.body_start..).unwrap_or_default();
    let body_digest = Sha256::new_with_prefix(body);
    Ok(Writing {
        judged,
        writers,
        body_digest,
    })
}

fn writers(reception: &Reception) -> Vec<(AccountId, TextWriter)> {
    let mut accounts: Vec<AccountId> = Vec::new();
    for accepted in &reception.accepted {
        if !accounts.contains(&accepted.account) {
            accounts.push(accepted.account);
        }
    }
    let stage = |account| {
        (
            account,
            reception.services.store.stage(Scope::Account(account)),
        )
    };
    accounts.into_iter().map(stage).collect()
}

/// As much of a message as is judged: the largest header there may be.
const START_OCTETS_MAX: usize = HEADER_START_OCTETS;
