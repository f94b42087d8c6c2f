//! The file commits are appended to.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;

use super::files::{FileName, Layout, remove, sync_directory};

/// Proof that a sync returned success. Only [`Segment::sync`] makes one.
#[derive(Debug)]
pub(crate) struct Synced {
    _private: (),
}

/// The segment that is being written.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) name: FileName,
    pub(crate) length: u64,
    file: File,
}

impl Segment {
    /// A new segment, on the disk with its directory entry before its first use.
    pub(crate) fn create(layout: &Layout, sequence: u64) -> io::Result<Self> {
        let name = FileName::fresh(sequence);
        let path = layout.segment(name);
        let outcome = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|file| {
                file.sync_all()?;
                sync_directory(&layout.journal())?;
                Ok(file)
            });
        if outcome.is_err() {
            let _ = remove(&path);
        }
        Ok(Self {
            name,
            length: 0,
            file: outcome?,
        })
    }

    /// Goes on with a segment that recovery has put in order.
    pub(crate) fn reopen(layout: &Layout, name: FileName) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).open(layout.segment(name))?;
        let length = file.metadata()?.len();
        Ok(Self { name, length, file })
    }

    /// Writes behind what is there; not on the disk before [`Segment::sync`].
    pub(crate) fn append(&mut self, octets: &[u8]) -> io::Result<()> {
        self.file.write_all_at(octets, self.length)?;
        self.length += octets.len() as u64;
        Ok(())
    }

    /// Takes a failed append back, for good.
    pub(crate) fn cut_back(&self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.sync_data()
    }

    /// Waits until the disk has everything that was appended.
    pub(crate) fn sync(&self) -> io::Result<Synced> {
        self.file.sync_data()?;
        Ok(Synced { _private: () })
    }

    /// Octets still free on this file system.
    pub(crate) fn free_octets(&self) -> u64 {
        rustix::fs::fstatvfs(&self.file)
            .map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}
