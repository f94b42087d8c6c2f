//! What is kept, as keys and values, and how a record changes it.
//!
//! Everything the store keeps is one ordered map from octets to octets. A record
//! says which keys get which values; it carries no preconditions and no
//! arithmetic, so replaying it needs nothing but the map, and a snapshot is the
//! map itself. Keys begin with their kind:
//!
//! ```text
//! r scope(8) table 0 id   -> revision(8) value
//! j id(16)                -> StoredJob
//! t scope(8) id(16)       -> StoredText
//! ```

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::key::{Key, Revision, Scope, Table, Timestamp, Versioned};
use crate::queue::{Job, JobId, JobState, Lane};
use crate::text::TextId;

/// A key and its new value; `None` removes it.
pub(crate) type Edit = (Vec<u8>, Option<Vec<u8>>);

/// One change as the journal has it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Change {
    Row {
        scope: u64,
        table: String,
        id: Vec<u8>,
        value: Option<Vec<u8>>,
    },
    Job {
        id: u128,
        job: Option<StoredJob>,
    },
    Text {
        scope: u64,
        id: u128,
        text: Option<StoredText>,
    },
}

/// A job as it is kept. Leases are not: a restart ends them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredJob {
    pub(crate) scope: u64,
    pub(crate) lane: Lane,
    pub(crate) due: Timestamp,
    pub(crate) state: JobState,
    pub(crate) payload: Vec<u8>,
    pub(crate) texts: Vec<TextId>,
}

impl StoredJob {
    pub(crate) fn into_job(self, id: JobId, leased: bool) -> Job {
        let state = match self.state {
            JobState::Due if leased => JobState::Leased,
            state => state,
        };
        Job {
            id,
            scope: Scope::from_number(self.scope),
            lane: self.lane,
            due: self.due,
            state,
            payload: self.payload,
            texts: self.texts,
        }
    }
}

/// Where a text is and who holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredText {
    pub(crate) octets: u64,
    pub(crate) checksum: u32,
    pub(crate) place: Place,
    /// So many who keep it have not dropped it yet.
    pub(crate) keepers: u32,
    /// So many jobs name it.
    pub(crate) jobs: u32,
}

impl StoredText {
    pub(crate) fn is_held(&self) -> bool {
        self.keepers > 0 || self.jobs > 0
    }
}

/// Where the octets of a text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// In a file of its own, from this octet on: there may be a hole before it.
    File(u64),
    /// In the tail of the record that says so, from this octet on. Never in the map.
    Tail(u64),
    /// In a segment, from this octet on.
    Segment { segment: u64, offset: u64 },
}

/// Where a record is: what turns its changes into edits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) sequence: u64,
    pub(crate) segment: u64,
    /// Where the record's tail begins.
    pub(crate) tail: u64,
}

impl Change {
    pub(crate) fn into_edit(self, origin: Origin) -> Edit {
        match self {
            Self::Row {
                scope,
                table,
                id,
                value,
            } => {
                let value = value.map(|value| row_value(origin.sequence, &value));
                (row_key(scope, &table, &id), value)
            }
            Self::Job { id, job } => (job_key(JobId(id)), job.as_ref().map(encode)),
            Self::Text { scope, id, text } => {
                let text = text.map(|text| encode(&text.settled(origin)));
                (text_key(Scope::from_number(scope), TextId(id)), text)
            }
        }
    }
}

impl StoredText {
    fn settled(mut self, origin: Origin) -> Self {
        if let Place::Tail(at) = self.place {
            self.place = Place::Segment {
                segment: origin.segment,
                offset: origin.tail + at,
            };
        }
        self
    }
}

/// Encodes into memory, which cannot fail for the plain data kept here.
pub(crate) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).expect("plain data always encodes")
}

/// `None` if the octets are not what was encoded.
pub(crate) fn decode<'a, T: Deserialize<'a>>(octets: &'a [u8]) -> Option<T> {
    postcard::from_bytes(octets).ok()
}

pub(crate) fn table_prefix(scope: Scope, table: Table) -> Vec<u8> {
    row_key(scope.number(), table.0, &[])
}

pub(crate) fn key_of(key: &Key) -> Vec<u8> {
    row_key(key.scope.number(), key.table.0, &key.id)
}

fn row_key(scope: u64, table: &str, id: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(ROW_PREFIX_OCTETS + table.len() + id.len());
    key.push(ROW);
    key.extend_from_slice(&scope.to_be_bytes());
    key.extend_from_slice(table.as_bytes());
    key.push(0);
    key.extend_from_slice(id);
    key
}

fn row_value(sequence: u64, value: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(size_of::<u64>() + value.len());
    octets.extend_from_slice(&sequence.to_be_bytes());
    octets.extend_from_slice(value);
    octets
}

/// A row's value with its revision.
pub(crate) fn versioned(octets: &[u8]) -> Option<Versioned> {
    let (revision, value) = octets.split_first_chunk()?;
    Some(Versioned {
        revision: Revision(u64::from_be_bytes(*revision)),
        value: value.to_vec(),
    })
}

pub(crate) fn job_key(id: JobId) -> Vec<u8> {
    let mut key = vec![JOB];
    key.extend_from_slice(&id.0.to_be_bytes());
    key
}

/// The way back from [`job_key`].
pub(crate) fn job_id(key: &[u8]) -> Option<JobId> {
    let (kind, id) = key.split_first()?;
    let id = id.try_into().ok()?;
    (*kind == JOB).then_some(JobId(u128::from_be_bytes(id)))
}

pub(crate) fn text_key(scope: Scope, id: TextId) -> Vec<u8> {
    let mut key = vec![TEXT];
    key.extend_from_slice(&scope.number().to_be_bytes());
    key.extend_from_slice(&id.0.to_be_bytes());
    key
}

/// The way back from [`text_key`]; `None` for keys of other kinds.
pub(crate) fn text_id(key: &[u8]) -> Option<(Scope, TextId)> {
    let (kind, rest) = key.split_first()?;
    let (scope, id) = rest.split_first_chunk()?;
    let id = id.try_into().ok()?;
    let scope = Scope::from_number(u64::from_be_bytes(*scope));
    (*kind == TEXT).then_some((scope, TextId(u128::from_be_bytes(id))))
}

/// A value as it would be wherever a text stands.
pub(crate) fn without_place<'v>(key: &[u8], value: &'v [u8]) -> Cow<'v, [u8]> {
    let text = text_id(key).and_then(|_| decode::<StoredText>(value));
    match text {
        Some(mut text) if matches!(text.place, Place::Segment { .. }) => {
            text.place = Place::Tail(0);
            Cow::Owned(encode(&text))
        }
        _ => Cow::Borrowed(value),
    }
}

const ROW: u8 = b'r';
pub(crate) const JOB: u8 = b'j';
const TEXT: u8 = b't';
const ROW_PREFIX_OCTETS: usize = 10;
