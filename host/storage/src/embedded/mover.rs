//! Moves small texts that outlive their neighbours to the journal's end.
//!
//! One text of a kilobyte would keep its whole segment otherwise. It is written
//! once more by the committing thread, as part of a batch like any other; the old
//! segment goes with the next snapshot, which sees that nothing live is in it.
//! Only segments with little in them are cleared, so what is written for that is
//! a small part of what it frees.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use tokio::sync::{mpsc, oneshot};

use super::snapshot::{LIVE_NAMES_MAX, Live};
use super::state::Place;
use super::writer::Request;
use super::{OpenError, Shared};
use crate::batch::{Batch, Moved};
use crate::key::Scope;
use crate::text::TextId;

/// The way to the committing thread. Weak: the store ends although we are here.
#[derive(Debug)]
pub(crate) struct Mover {
    pub(crate) requests: mpsc::WeakSender<Request>,
}

impl Mover {
    /// The texts worth moving.
    pub(crate) fn plan(&self, shared: &Shared, live: &BTreeMap<u64, Live>) -> Vec<(Scope, TextId)> {
        let mut moves = Vec::new();
        for (segment, live) in live {
            let size = shared.segment_path(*segment).metadata();
            let size = size.map_or(0, |file| file.len());
            if live.names.len() <= LIVE_NAMES_MAX && live.octets * SPARSE <= size {
                moves.extend_from_slice(&live.names);
            }
        }
        moves
    }

    /// Moves them; returns how many. What does not work today is tried again after
    /// the next snapshot.
    pub(crate) fn run(&self, shared: &Shared, moves: &[(Scope, TextId)]) -> usize {
        let (mut batch, mut octets, mut moved) = (Batch::new(), 0, 0);
        for (scope, id) in moves {
            match read(shared, *scope, *id) {
                Ok(text) => {
                    octets += text.octets.len();
                    batch.moved.push(text);
                }
                // Gone meanwhile, or damaged, which `journal verify` tells.
                Err(error) => tracing::debug!(%error, text = %id, "text is not moved"),
            }
            if octets >= BATCH_OCTETS {
                moved += self.commit(std::mem::take(&mut batch));
                octets = 0;
            }
        }
        moved + self.commit(batch)
    }

    fn commit(&self, batch: Batch) -> usize {
        let count = batch.moved.len();
        let (answer, outcome) = oneshot::channel();
        let sent = count > 0
            && self.requests.upgrade().is_some_and(|requests| {
                let request = Request::Commit(batch, answer);
                requests.blocking_send(request).is_ok()
            });
        match sent.then(|| outcome.blocking_recv()) {
            Some(Ok(Ok(_durable))) => count,
            _ => 0,
        }
    }
}

fn read(shared: &Shared, scope: Scope, id: TextId) -> io::Result<Moved> {
    let text = shared.stored_text(scope, id).map_err(io::Error::other)?;
    let Place::Segment { segment, offset } = text.place else {
        return Err(io::Error::other("it has a file of its own"));
    };
    let mut octets = vec![0; usize::try_from(text.octets).map_err(io::Error::other)?];
    let path = shared.segment_path(segment);
    File::open(&path)
        .and_then(|file| file.read_exact_at(&mut octets, offset))
        .map_err(OpenError::at(&path))
        .map_err(io::Error::other)?;
    if crc32c::crc32c(&octets) != text.checksum {
        return Err(io::Error::other("it is damaged"));
    }
    Ok(Moved {
        scope,
        id,
        from: text.place,
        octets,
    })
}

/// A segment is cleared if at most one part in so many of it is live.
const SPARSE: u64 = 4;
/// Moved in one batch; bounds the memory.
const BATCH_OCTETS: usize = 4 * 1024 * 1024;
