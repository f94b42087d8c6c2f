//! Compiled code on disk: made once, mapped by every later start.
//!
//! wasmtime trusts the code it loads, so it must be ours. A file is named by the digest
//! of its component and a keyed hash of what is in it; one whose name and content do not
//! agree was made by somebody else, is removed, and counts as absent. The key is not on
//! the same disk place (the caller derives it from the sealing key), and the directory is
//! for us alone.
//!
//! Not here: making the code ([`crate::compiler`]).

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aws_lc_rs::hmac;
use tracing::warn;

use crate::failure::one_line;
use crate::{CompileError, Component, Digest, Engine};

/// Where compiled code is kept, and the key it is recognised by.
pub struct CodeCache {
    directory: PathBuf,
    key: hmac::Key,
    octets_max: u64,
}

impl CodeCache {
    /// The cache in this directory, which is made if there is none.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn open(directory: PathBuf, key: &[u8; 32]) -> io::Result<Self> {
        private(&directory)?;
        Ok(Self {
            directory,
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            octets_max: u64::MAX,
        })
    }

    /// Holding at most so many octets: what was made or touched longest ago goes first, and
    /// is compiled again when it is needed.
    #[must_use]
    pub fn with_octets_max(mut self, octets_max: u64) -> Self {
        self.octets_max = octets_max;
        self
    }

    /// Keeps the code of a component. Torn writes leave a name nobody looks for.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn keep(&self, digest: Digest, code: &[u8]) -> io::Result<()> {
        let shelf = self.shelf(digest);
        private(&shelf)?;
        let made = shelf.join(format!("{digest}.new"));
        let mut file = File::create(&made)?;
        file.write_all(code)?;
        file.sync_all()?;
        fs::rename(made, shelf.join(self.name(digest, code)))?;
        if let Err(error) = self.make_room() {
            warn!(%error, "old compiled code cannot be let go of");
        }
        Ok(())
    }

    /// The component of that digest, if its code is there, is ours and fits the engine.
    ///
    /// # Errors
    /// It is there and ours, and not what a policy may be: [`CompileError`].
    pub fn load(&self, engine: &Engine, digest: Digest) -> Result<Option<Component>, CompileError> {
        for path in self.files_of(digest) {
            match self.is_ours(&path, digest) {
                Ok(true) => match map(engine, &path) {
                    Ok(code) => return Component::link(engine, &code, digest).map(Some),
                    // The compiling process has no slots; what fits none is found out here.
                    Err(error) if fits_no_slot(&error) => {
                        let _ = fs::remove_file(path);
                        return Err(CompileError::Invalid(one_line(&format!("{error:#}"))));
                    }
                    // Of another build of ours: no harm, and no use.
                    Err(error) => warn!(%digest, %error, "compiled code does not fit"),
                },
                Ok(false) => warn!(%digest, "compiled code is not ours; it is removed"),
                Err(error) => warn!(%digest, %error, "compiled code cannot be read"),
            }
            let _ = fs::remove_file(path);
        }
        Ok(None)
    }

    /// Notes that the code of that component was used just now.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn touch(&self, digest: Digest) -> io::Result<()> {
        let now = SystemTime::now();
        let touch = |path: PathBuf| File::open(path)?.set_modified(now);
        self.files_of(digest).into_iter().try_for_each(touch)
    }

    /// Lets go of the oldest, but never of the newest.
    fn make_room(&self) -> io::Result<()> {
        let mut files = self.files()?;
        let mut octets: u64 = files.iter().map(|file| file.octets).sum();
        files.sort_unstable_by_key(|file| Reverse(file.used));
        while octets > self.octets_max && files.len() > 1 {
            let Some(oldest) = files.pop() else { break };
            fs::remove_file(oldest.path)?;
            octets -= oldest.octets;
        }
        Ok(())
    }

    fn files(&self) -> io::Result<Vec<CodeFile>> {
        let mut files = Vec::new();
        for shelf in fs::read_dir(&self.directory)? {
            for entry in fs::read_dir(shelf?.path()).into_iter().flatten() {
                let (path, about) = entry.and_then(|it| Ok((it.path(), it.metadata()?)))?;
                files.push(CodeFile {
                    path,
                    used: about.modified()?,
                    octets: about.len(),
                });
            }
        }
        Ok(files)
    }

    fn is_ours(&self, path: &Path, digest: Digest) -> io::Result<bool> {
        let name = self.name(digest, &fs::read(path)?);
        Ok(path.file_name().is_some_and(|it| *it == *name))
    }

    fn name(&self, digest: Digest, code: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(digest.octets());
        context.update(code);
        let mut name = format!("{digest}-");
        for octet in context.sign().as_ref() {
            let _ = write!(name, "{octet:02x}");
        }
        name
    }

    /// The directory of that digest and some others: one with ten thousand entries would be
    /// looked through for each of them.
    fn shelf(&self, digest: Digest) -> PathBuf {
        self.directory.join(format!("{digest:.2}"))
    }

    fn files_of(&self, digest: Digest) -> Vec<PathBuf> {
        let beginning = format!("{digest}-");
        let entries = fs::read_dir(self.shelf(digest))
            .into_iter()
            .flatten()
            .flatten();
        let of_it = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(&beginning))
        };
        entries.map(|entry| entry.path()).filter(of_it).collect()
    }
}

/// Code of one component.
struct CodeFile {
    path: PathBuf,
    used: SystemTime,
    octets: u64,
}

/// A directory for us alone, if there is none.
fn private(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(directory)
}

/// Whether it wants more instances, memories or tables than a call may have. wasmtime has no
/// type for that.
fn fits_no_slot(error: &wasmtime::Error) -> bool {
    format!("{error:#}").contains("pooling allocator")
}

/// Maps code that was found to be ours.
#[allow(
    unsafe_code,
    reason = "there is no safe way to load compiled code; see below"
)]
fn map(engine: &Engine, path: &Path) -> wasmtime::Result<wasmtime::component::Component> {
    let wasm = &engine.inner.wasm;
    // SAFETY: `deserialize_file` asks for a file that a wasmtime compiler made and that
    // nobody changes while it is mapped. Its keyed hash says that our compiler made it;
    // it stands in a directory only we may write to, and we never write to a file that
    // has its final name.
    unsafe { wasmtime::component::Component::deserialize_file(wasm, path) }
}

/// Loads code once more that is loaded.
#[allow(
    unsafe_code,
    reason = "there is no safe way to load compiled code; see below"
)]
pub(crate) fn again(
    engine: &Engine,
    code: &wasmtime::component::Component,
) -> wasmtime::Result<wasmtime::component::Component> {
    let octets = code.serialize()?;
    // SAFETY: `deserialize` asks for what `serialize` made, unchanged, and that is this.
    unsafe { wasmtime::component::Component::deserialize(&engine.inner.wasm, octets) }
}
