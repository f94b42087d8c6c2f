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
        drop(cache.touch(digest));
        return Ok(component);
    }
    let code = compiler::compile(settings, octets)?;
    if cache.keep(digest, &code).is_err() {
        return engine.compile(octets);
    }
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
    // Every build of a policy is another component.
    let cache = CodeCache::open(directory.join("code"), &key)?;
    Ok(cache.with_octets_max(KEPT_OCTETS_MAX))
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

fn directory() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.filter(|it| it.is_absolute());
    let at_home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    Some(cache.or_else(at_home)?.join("relaygate/policies"))
}

/// A policy without a language runtime is compiled faster than it is looked up.
const LARGE_OCTETS: usize = 512 * 1024;
/// Code of some components; that of a Python one has some 40 MB.
const KEPT_OCTETS_MAX: u64 = 256 * 1024 * 1024;

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
        let code = || files_below(&directory.path().join("code"));
        let first = code();
        assert_eq!(first.len(), 1);
        made();
        assert_eq!(code(), first);
    }

    fn files_below(directory: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).expect("a directory");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let deeper = |path: PathBuf| match path.is_dir() {
            true => files_below(&path),
            false => vec![path],
        };
        paths.flat_map(deeper).collect()
    }
}
