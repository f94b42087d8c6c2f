//! Reading a backup back: digests of the files, then everything they say.

use std::io;
use std::path::Path;

use super::super::files::Layout;
use super::super::inspect;
use super::copy::look;
use super::manifest::{BackedUp, Manifest};
use super::{BackupError, Report};
use crate::journal::{Damage, DamageKind};

/// Reads a whole backup and names what is not as it was written.
pub fn verify(directory: &Path) -> Result<Report, BackupError> {
    let manifest = Manifest::read(directory)?;
    let layout = Layout::new(directory);
    let mut damages: Vec<String> = manifest
        .files
        .iter()
        .filter_map(|file| difference(directory, file))
        .collect();
    let contents = inspect::contents(&layout)?;
    let losses = contents.outcome.damages.iter().filter(|it| is_loss(it));
    damages.extend(losses.map(|damage| {
        let (file, at) = (damage.file.display(), damage.offset);
        format!("{file} from octet {at} on: {:?}", damage.kind)
    }));
    damages.extend(contents.damaged_texts(&layout));
    if contents.outcome.last != manifest.sequence {
        let (last, wanted) = (contents.outcome.last, manifest.sequence);
        damages.push(format!("ends with commit {last}, not {wanted}"));
    }
    Ok(Report {
        directory: directory.to_owned(),
        made_at: manifest.made_at,
        sequence: manifest.sequence,
        files: manifest.files.len() as u64,
        octets: manifest.files.iter().map(|file| file.octets).sum(),
        texts: contents.texts.len() as u64,
        jobs: contents.jobs.len() as u64,
        damages,
    })
}

/// A store may carry old damage that cost it nothing.
fn is_loss(damage: &Damage) -> bool {
    !matches!(damage.kind, DamageKind::Harmless | DamageKind::TornTail)
}

fn difference(directory: &Path, wanted: &BackedUp) -> Option<String> {
    match look(directory, &wanted.path) {
        Ok(found) if found == *wanted => None,
        Ok(_) => Some(format!("{} is not what was written", wanted.path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Some(format!("{} is missing", wanted.path))
        }
        Err(error) => Some(format!("{} cannot be read ({})", wanted.path, error.kind())),
    }
}
