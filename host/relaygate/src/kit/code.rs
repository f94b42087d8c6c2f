//! Compiled code of large components, kept for the author who asks one again and again.
//!
//! What brings a language runtime takes a compiler seconds, Python twenty. Its code is kept
//! below `~/.cache/relaygate` under a key that is made there: whoever can write to that
//! directory can do anything in the author's name anyway. What cannot be kept is compiled
//! again and nobody is told.
//!
//! Not here: how kept code is recognised (`policy::CodeCache`), the server's own cache.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use policy::{CodeCache, CompileError, Component, Digest, Engine, EngineSettings, compiler};

/// The component of these octets, compiled now if its code is not there.
///
/// # Errors
/// [`CompileError`].
pub(super) fn component(
    engine: &Engine,
    settings: &EngineSettings,
    octets: &[u8],
) -> Result<Component, CompileError> {
    if octets.len() < LARGE_OCTETS {
        return engine.compile(octets);
    }
    match directory() {
        Some(directory) => kept(engine, settings, octets, &directory),
        None => engine.compile(octets),
    }
}

fn kept(
    engine: &Engine,
    settings: &EngineSettings,
    octets: &[u8],
    directory: &Path,
) -> Result<Component, CompileError> {
    let Ok(cache) = open(directory) else {
        return engine.compile(octets);
    };
    let digest = Digest::of(octets);
    if let Some(component) = cache.load(engine, digest)? {
        used(directory, digest);
        return Ok(component);
    }
    let code = compiler::compile(settings, octets)?;
    if cache.keep(digest, &code).is_err() {
        return engine.compile(octets);
    }
    make_room(directory);
    match cache.load(engine, digest)? {
        Some(component) => {
            component.try_out()?;
            Ok(component)
        }
        None => engine.compile(octets),
    }
}

fn open(directory: &Path) -> io::Result<CodeCache> {
    fs::create_dir_all(directory)?;
    let key = key(&directory.join("key"))?;
    CodeCache::open(directory.join("code"), &key)
}

/// The key of that file, made if there is none. Two that make one at the same time agree on
/// the first.
fn key(file: &Path) -> io::Result<[u8; 32]> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600);
    match options.open(file) {
        Ok(mut new) => new.write_all(&rand::random::<[u8; 32]>())?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    let mut key = [0; 32];
    File::open(file)?.read_exact(&mut key)?;
    Ok(key)
}

/// Makes it the newest.
fn used(directory: &Path, digest: Digest) {
    let its = format!("{digest}-");
    for (_, file) in files(directory) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&its) {
            let newest = File::open(&file).and_then(|it| it.set_modified(SystemTime::now()));
            drop(newest);
        }
    }
}

/// Lets go of what was not used for longest: every build of a policy is another component.
fn make_room(directory: &Path) {
    let mut files = files(directory);
    files.sort();
    let surplus = files.len().saturating_sub(KEPT_MAX);
    for (_, file) in &files[..surplus] {
        drop(fs::remove_file(file));
    }
}

/// What is kept, and when it was used last.
fn files(directory: &Path) -> Vec<(SystemTime, PathBuf)> {
    let entries = fs::read_dir(directory.join("code"));
    let entries = entries.into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect()
}

fn directory() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.filter(|it| it.is_absolute());
    let at_home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    Some(cache.or_else(at_home)?.join("relaygate/policies"))
}

/// A policy without a language runtime is compiled faster than it is looked up.
const LARGE_OCTETS: usize = 512 * 1024;
/// Components whose code is kept; that of a Python one has some 40 MB.
const KEPT_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use policy::built_in::TAGGING;

    #[test]
    fn code_is_kept_and_found_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let settings = EngineSettings::default();
        let engine = Engine::new(settings.clone()).expect("an engine");
        let made = || kept(&engine, &settings, TAGGING, directory.path()).expect("a component");
        assert_eq!(made().digest(), Digest::of(TAGGING));
        let code = directory.path().join("code");
        let files = || fs::read_dir(&code).expect("the code").count();
        assert_eq!(files(), 1);
        made();
        assert_eq!(files(), 1);
        let (_, kept) = super::files(directory.path()).remove(0);
        for old in 0..2 * KEPT_MAX {
            fs::write(code.join(old.to_string()), "").expect("a file of ours");
        }
        made();
        make_room(directory.path());
        assert_eq!(files(), KEPT_MAX);
        assert!(kept.exists(), "it was used last");
    }
}
