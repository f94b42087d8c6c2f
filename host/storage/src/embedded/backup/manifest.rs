//! What belongs to a backup, for programs and for people.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::super::files::sync_directory;
use super::BackupError;

/// The list of a backup's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this file and of the directory.
    pub format: u32,
    /// When the backup was begun, in milliseconds since the epoch.
    pub made_at: u64,
    /// The last commit in it.
    pub sequence: u64,
    /// Every file but this one.
    pub files: Vec<BackedUp>,
    /// SHA-256 over the list, so that a line that was lost is missed.
    pub sha256: String,
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackedUp {
    /// Where it is in the directory.
    pub path: String,
    /// Its size.
    pub octets: u64,
    /// SHA-256 of its contents.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(made_at: u64, sequence: u64, files: Vec<BackedUp>) -> Self {
        let mut manifest = Self {
            format: FORMAT,
            made_at,
            sequence,
            files,
            sha256: String::new(),
        };
        manifest.sha256 = manifest.digest();
        manifest
    }

    /// Reads the manifest of a backup.
    pub(super) fn read(directory: &Path) -> Result<Self, BackupError> {
        let path = directory.join(NAME);
        let octets = match fs::read(&path) {
            Ok(octets) => octets,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(BackupError::NoBackup(directory.to_owned()));
            }
            Err(error) => return Err(BackupError::at(&path)(error)),
        };
        let manifest: Option<Self> = serde_json::from_slice(&octets).ok();
        manifest
            .filter(|manifest| manifest.format == FORMAT && manifest.sha256 == manifest.digest())
            .filter(|manifest| manifest.files.iter().all(BackedUp::stays_inside))
            .ok_or_else(|| BackupError::Manifest(directory.to_owned()))
    }

    /// Puts it in place; everything it names must be on the disk.
    pub(super) fn write(&self, directory: &Path) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(io::Error::other)?;
        let temporary = directory.join(NAME).with_extension("new");
        let mut file = File::create(&temporary)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&temporary, directory.join(NAME))?;
        sync_directory(directory)
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.made_at.to_le_bytes());
        hash.update(self.sequence.to_le_bytes());
        for file in &self.files {
            let line = format!("{}  {} {}\n", file.sha256, file.octets, file.path);
            hash.update(line.as_bytes());
        }
        hex(&hash.finalize())
    }
}

impl BackedUp {
    /// A manifest may come from anywhere; no file of it is written elsewhere.
    fn stays_inside(&self) -> bool {
        use std::path::Component::Normal;
        let mut parts = Path::new(&self.path).components();
        let inside = parts.all(|part| matches!(part, Normal(_)));
        inside && !self.path.is_empty()
    }
}

pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

const NAME: &str = "manifest.json";
const FORMAT: u32 = 1;
