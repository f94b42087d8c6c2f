//! Where things are in the store's directory, and how they get there safely.
//!
//! ```text
//! lock                  held by the process that has the store open
//! journal/N-S.journal   segments; N: first commit, S: salt of its checksums
//! snapshot/N-S.snapshot everything up to commit N
//! texts/A-T             large texts
//! view/                 sled; may be removed at any time while the store is closed
//! view.clean            says that `view/` was left in order
//! quarantine/           copies of what was found damaged
//! backup/               second names of files a backup is being made from
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use ulid::Ulid;

use super::OpenError;

/// The store's directory.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    pub(crate) fn snapshots(&self) -> PathBuf {
        self.root.join("snapshot")
    }

    pub(crate) fn texts(&self) -> PathBuf {
        self.root.join("texts")
    }

    pub(crate) fn view(&self) -> PathBuf {
        self.root.join("view")
    }

    pub(crate) fn marker(&self) -> PathBuf {
        self.root.join("view.clean")
    }

    pub(crate) fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    pub(crate) fn backup(&self) -> PathBuf {
        self.root.join("backup")
    }

    fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(crate) fn segment(&self, name: FileName) -> PathBuf {
        self.journal().join(name.with(SEGMENT))
    }

    pub(crate) fn snapshot(&self, name: FileName) -> PathBuf {
        self.snapshots().join(name.with(SNAPSHOT))
    }

    /// Makes what is missing, and makes it last.
    pub(crate) fn create(&self) -> Result<(), OpenError> {
        for directory in [
            self.journal(),
            self.snapshots(),
            self.texts(),
            self.quarantine(),
        ] {
            fs::create_dir_all(&directory).map_err(OpenError::at(&directory))?;
        }
        sync_directory(&self.root).map_err(OpenError::at(&self.root))?;
        match self.root.parent() {
            Some(parent) if parent != Path::new("") => {
                sync_directory(parent).map_err(OpenError::at(parent))
            }
            _ => Ok(()),
        }
    }

    /// Takes the store for this process; it is free again when the file is closed.
    pub(crate) fn take_lock(&self) -> Result<File, OpenError> {
        let path = self.lock();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(OpenError::at(&path))?;
        match try_lock_patiently(&file) {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(&path).unwrap_or_default();
                return Err(OpenError::InUse {
                    directory: self.root.clone(),
                    holder: holder.trim().to_owned(),
                });
            }
            Err(fs::TryLockError::Error(error)) => return Err(OpenError::at(&path)(error)),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "process {}", std::process::id()))
            .map_err(OpenError::at(&path))?;
        Ok(file)
    }

    /// Whether some process has the store open.
    pub(crate) fn in_use(&self) -> bool {
        File::open(self.lock())
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)))
    }

    /// Segments in the order of their commits.
    pub(crate) fn list_segments(&self) -> io::Result<Vec<FileName>> {
        list(&self.journal(), SEGMENT)
    }

    /// Snapshots, oldest first.
    pub(crate) fn list_snapshots(&self) -> io::Result<Vec<FileName>> {
        list(&self.snapshots(), SNAPSHOT)
    }

    /// Copies a damaged range to the quarantine, once.
    pub(crate) fn quarantine_range(&self, path: &Path, offset: u64, octets: u64) -> io::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let target = self.quarantine().join(format!("{name}.{offset}+{octets}"));
        if octets == 0 || target.exists() {
            return Ok(());
        }
        let source = File::open(path)?;
        let mut copy = File::create(&target)?;
        let mut piece = vec![0; COPY_OCTETS];
        let (mut at, end) = (offset, offset + octets);
        while at < end {
            let wanted =
                usize::try_from(end - at).map_or(COPY_OCTETS, |left| left.min(COPY_OCTETS));
            source.read_exact_at(&mut piece[..wanted], at)?;
            copy.write_all(&piece[..wanted])?;
            at += wanted as u64;
        }
        copy.sync_all()?;
        sync_directory(&self.quarantine())
    }
}

/// `verify` holds the lock for a moment to see whether it is free.
fn try_lock_patiently(file: &File) -> Result<(), fs::TryLockError> {
    for _ in 1..LOCK_ATTEMPTS {
        match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            outcome => return outcome,
        }
    }
    file.try_lock()
}

/// A file is named after a commit, with a salt its checksums begin with: so
/// octets from elsewhere, be it another file or a message somebody wrote to look
/// like a record, are not taken for records of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileName {
    pub(crate) sequence: u64,
    pub(crate) salt: u32,
}

impl FileName {
    /// A name with a salt nobody can guess.
    pub(crate) fn fresh(sequence: u64) -> Self {
        let salt = (Ulid::generate().random() & u128::from(u32::MAX)) as u32;
        Self { sequence, salt }
    }

    pub(crate) fn with(self, extension: &str) -> String {
        format!("{:020}-{:08x}.{extension}", self.sequence, self.salt)
    }

    fn parse(name: &str, extension: &str) -> Option<Self> {
        let name = name.strip_suffix(extension)?.strip_suffix('.')?;
        let (sequence, salt) = name.split_once('-')?;
        Some(Self {
            sequence: sequence.parse().ok()?,
            salt: u32::from_str_radix(salt, 16).ok()?,
        })
    }
}

fn list(directory: &Path, extension: &str) -> io::Result<Vec<FileName>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        names.extend(
            name.to_str()
                .and_then(|name| FileName::parse(name, extension)),
        );
    }
    names.sort_unstable();
    Ok(names)
}

/// Makes new, renamed and removed entries of a directory last.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Whether the error says that there is no room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

const SEGMENT: &str = "journal";
const SNAPSHOT: &str = "snapshot";
const LOCK_ATTEMPTS: u32 = 4;
const LOCK_PAUSE: Duration = Duration::from_millis(25);
const COPY_OCTETS: usize = 1024 * 1024;
