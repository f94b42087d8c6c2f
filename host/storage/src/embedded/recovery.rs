//! Opening a store: read what is there, put it in order, lose nothing more.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::files::{FileName, Layout, remove, sync_directory};
use super::ready::Ready;
use super::replay::{Outcome, Piece, replay};
use super::segment::Segment;
use super::state::{Edit, JOB, decode, job_id, text_key};
use super::view::{Marker, View};
use super::{OpenError, Options, Recovery, backup, snapshot};
use crate::error::Error;
use crate::journal::{Damage, DamageKind};
use crate::text;

/// Everything a running store begins with.
pub(crate) struct Recovered {
    pub(crate) view: View,
    pub(crate) ready: Ready,
    pub(crate) segment: Segment,
    pub(crate) outcome: Outcome,
    /// The last commit, or the last lost one.
    pub(crate) sequence: u64,
    pub(crate) report: Recovery,
}

/// Reads the store, which this process must have locked.
pub(crate) fn recover(layout: &Layout, options: &Options) -> Result<Recovered, OpenError> {
    snapshot::remove_temporaries(layout).map_err(OpenError::at(&layout.snapshots()))?;
    backup::remove_links(layout).map_err(OpenError::at(&layout.backup()))?;
    let marker = Marker::take(layout).map_err(OpenError::at(&layout.marker()))?;
    let known = marker.as_ref().map_or(0, |marker| marker.sequence);
    let found = trusted_view(layout, options, marker.as_ref());
    let (view, outcome, rebuilt) = match found {
        Ok(view) => settle_view(layout, options, view, known)?,
        Err(reason) => {
            let (view, outcome) = rebuild(layout, options, known, marker.is_some())?;
            (view, outcome, Some(reason))
        }
    };
    put_aside(layout, &outcome)?;
    let segment = last_segment(layout, options, &outcome)?;
    let mut report = Recovery {
        sequence: outcome.last,
        records: outcome.records,
        damages: outcome.damages.clone(),
        rebuilt: rebuilt.filter(|_| outcome.last > 0),
        ..Recovery::default()
    };
    report.orphans = remove_orphans(layout, &view, &outcome)?;
    let ready = load_ready(&view).map_err(view_error)?;
    Ok(Recovered {
        view,
        ready,
        segment,
        sequence: outcome.last.max(outcome.known),
        outcome,
        report,
    })
}

/// The view as a clean stop left it; otherwise why not.
fn trusted_view(
    layout: &Layout,
    options: &Options,
    marker: Option<&Marker>,
) -> Result<View, String> {
    let marker = marker.ok_or("no clean stop")?;
    if !marker.matches(layout) {
        return Err("files differ from what a clean stop left".to_owned());
    }
    View::open(&layout.view(), options.cache_octets).map_err(|error| error.to_string())
}

/// Reads the journal and keeps the view if it stands where the journal ends.
fn settle_view(
    layout: &Layout,
    options: &Options,
    view: View,
    known: u64,
) -> Result<(View, Outcome, Option<String>), OpenError> {
    let outcome = replay(layout, known, false, &mut |_| Ok(()))?;
    let harmless =
        |damage: &Damage| matches!(damage.kind, DamageKind::Harmless | DamageKind::TornTail);
    if outcome.last == known && outcome.damages.iter().all(harmless) {
        return Ok((view, outcome, None));
    }
    drop(view);
    let reason = format!("stands at {known}, journal at {}", outcome.last);
    let (view, outcome) = rebuild(layout, options, known, true)?;
    Ok((view, outcome, Some(reason)))
}

/// Builds the view from snapshot and journal. A view that was expected to be
/// good is kept in the quarantine, for those who want to know why it was not.
fn rebuild(
    layout: &Layout,
    options: &Options,
    known: u64,
    keep_old: bool,
) -> Result<(View, Outcome), OpenError> {
    let path = layout.view();
    move_aside(layout, &path, keep_old).map_err(OpenError::at(&path))?;
    let view = View::open(&path, options.cache_octets).map_err(view_error)?;
    // In key order, and what changed twice is written once.
    let mut edits = BTreeMap::new();
    let outcome = replay(layout, known, false, &mut |piece: Piece<'_>| {
        edits.extend(piece.into_edits());
        if edits.len() >= EDITS_AT_ONCE {
            load(&view, &mut edits)?;
        }
        Ok(())
    })?;
    load(&view, &mut edits)?;
    Ok((view, outcome))
}

fn load(view: &View, edits: &mut BTreeMap<Vec<u8>, Option<Vec<u8>>>) -> Result<(), OpenError> {
    let edits: Vec<Edit> = std::mem::take(edits).into_iter().collect();
    view.apply(&edits).map_err(view_error)
}

fn move_aside(layout: &Layout, view: &Path, keep: bool) -> io::Result<()> {
    if !view.exists() {
        return Ok(());
    }
    let aside = layout.quarantine().join("view");
    if aside.exists() {
        fs::remove_dir_all(&aside)?;
    }
    fs::rename(view, &aside)?;
    if !keep {
        fs::remove_dir_all(&aside)?;
    }
    Ok(())
}

/// Copies what is damaged to the quarantine; of the snapshots only the one that
/// was read stays in its place.
fn put_aside(layout: &Layout, outcome: &Outcome) -> Result<(), OpenError> {
    let directory = layout.snapshots();
    let names = layout.list_snapshots().map_err(OpenError::at(&directory))?;
    let is_whole = |damage: &Damage| damage.kind != DamageKind::Snapshot;
    let superseded = outcome.damages.iter().all(is_whole);
    for name in names {
        let path = layout.snapshot(name);
        let moved = match Some(name).cmp(&outcome.snapshot) {
            Ordering::Less if superseded => remove(&path),
            Ordering::Equal => Ok(()),
            Ordering::Less | Ordering::Greater => {
                let aside = path.file_name().unwrap_or_default();
                fs::rename(&path, layout.quarantine().join(aside))
            }
        };
        moved.map_err(OpenError::at(&path))?;
    }
    for damage in &outcome.damages {
        layout
            .quarantine_range(&damage.file, damage.offset, damage.octets)
            .map_err(OpenError::at(&damage.file))?;
    }
    Ok(())
}

/// The segment to go on with: the last one, put in order, or a new one.
fn last_segment(
    layout: &Layout,
    options: &Options,
    outcome: &Outcome,
) -> Result<Segment, OpenError> {
    let next = outcome.last.max(outcome.known) + 1;
    if let Some(name) = outcome.segments.last() {
        let path = layout.segment(*name);
        put_in_order(&path, outcome).map_err(OpenError::at(&path))?;
        let segment = Segment::reopen(layout, *name).map_err(OpenError::at(&path))?;
        sync_directory(&layout.journal()).map_err(OpenError::at(&path))?;
        if segment.length < options.segment_octets && name.sequence <= next {
            return Ok(segment);
        }
    }
    Segment::create(layout, next).map_err(OpenError::at(&layout.journal()))
}

/// Cuts the torn tail. What could be read but may never have been synced is
/// written again: after a failed sync the page cache shows what the disk lacks.
fn put_in_order(path: &Path, outcome: &Outcome) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    if file.metadata()?.len() > outcome.end {
        file.set_len(outcome.end)?;
    }
    let mut at = outcome.unsynced;
    let mut piece = vec![0; REWRITE_OCTETS];
    while at < outcome.end {
        let wanted = (outcome.end - at).min(REWRITE_OCTETS as u64) as usize;
        file.read_exact_at(&mut piece[..wanted], at)?;
        file.write_all_at(&piece[..wanted], at)?;
        at += wanted as u64;
    }
    file.sync_all()
}

/// Removes text files nothing names. After damage they may be all that is left
/// of a lost commit, so they go to the quarantine then.
fn remove_orphans(layout: &Layout, view: &View, outcome: &Outcome) -> Result<u64, OpenError> {
    let directory = layout.texts();
    let at = || OpenError::at(&directory);
    let is_loss = |damage: &Damage| damage.kind != DamageKind::TornTail;
    let keep = outcome.damages.iter().any(is_loss);
    let mut orphans = 0;
    for entry in fs::read_dir(&directory).map_err(at())? {
        let entry = entry.map_err(at())?;
        let name = entry.file_name();
        let id = name.to_str().and_then(text::parse_file_name);
        let key = id.map(|(scope, id)| text_key(scope, id));
        let named = key
            .map_or(Ok(None), |key| view.get(&key))
            .map_err(view_error)?;
        if named.is_some() {
            continue;
        }
        orphans += 1;
        if keep {
            fs::rename(entry.path(), layout.quarantine().join(&name)).map_err(at())?;
        } else {
            remove(&entry.path()).map_err(at())?;
        }
    }
    Ok(orphans)
}

fn load_ready(view: &View) -> Result<Ready, Error> {
    let mut ready = Ready::default();
    view.scan(&[JOB], None, |key, value| {
        if let (Some(id), Some(job)) = (job_id(key), decode(value)) {
            ready.set(id, &job, true);
        }
        true
    })?;
    Ok(ready)
}

fn view_error(error: Error) -> OpenError {
    OpenError::View(error.to_string())
}

/// Segments in use: which are closed and wait for a snapshot, which are covered.
pub(crate) fn split_segments(
    outcome: &Outcome,
    current: FileName,
) -> (Vec<FileName>, Vec<FileName>) {
    let (covered, behind) = outcome.segments.split_at(outcome.covered);
    let closed = |names: &[FileName]| {
        let closed = names.iter().copied();
        closed.filter(|name| *name != current).collect()
    };
    (closed(covered), closed(behind))
}

const EDITS_AT_ONCE: usize = 16 * 1024;
const REWRITE_OCTETS: usize = 1024 * 1024;
