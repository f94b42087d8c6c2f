//! The key file: what seals outbound passwords and DKIM keys at rest.
//!
//! It is kept outside the store, so that a stolen store or backup opens nothing
//! (SEC-02). Not here: the sealing (`desk::secrets`).

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use desk::secrets::SealingKey;
use zeroize::Zeroizing;

use crate::config::ConfigError;

/// Looks at the key file without changing anything; an absent one is fine.
pub fn check(path: &Path) -> Result<(), ConfigError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        _ => read(path).map(drop),
    }
}

/// Reads the key file, or makes it if there is none and the store is new.
///
/// A missing key beside a store that has been used means that the key was lost,
/// not that this is a first start: a new one would open nothing.
pub fn open(path: &Path, store: &Path) -> Result<SealingKey, ConfigError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if store.exists() {
                let mend = "bring it back from where you keep it; a new key cannot open what the old one sealed";
                return Err(problem(
                    path,
                    "is missing, but the store has been used",
                    mend,
                ));
            }
            make(path)
        }
        _ => read(path),
    }
}

fn read(path: &Path) -> Result<SealingKey, ConfigError> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !metadata.is_file() {
        return Err(problem(path, "is not a file", "name a file"));
    }
    if metadata.mode() & OTHERS != 0 {
        return Err(problem(path, "can be read by others", "chmod 600 it"));
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let text = Zeroizing::new(text);
    SealingKey::parse(&text).map_err(|_| {
        let mend = "bring the original back, or remove it before the first start to have one made";
        problem(path, "does not hold 32 octets in base64", mend)
    })
}

fn make(path: &Path) -> Result<SealingKey, ConfigError> {
    let key = SealingKey::generate();
    write(path, &key).map_err(|error| {
        let reason = format!("cannot be made ({})", crate::config::io_reason(&error));
        problem(
            path,
            &reason,
            "make its directory writable, or put a key there",
        )
    })?;
    tracing::info!(path = %path.display(), "sealing key made; keep a copy apart from the data");
    Ok(key)
}

fn write(path: &Path, key: &SealingKey) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(key.to_text().as_bytes())?;
    file.sync_all()?;
    match path.parent() {
        Some(directory) => fs::File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

/// Puts these keys into the key file; it holds the old ones or these, never half.
pub fn replace(path: &Path, key: &SealingKey) -> std::io::Result<()> {
    let temporary = path.with_extension("new");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write(&temporary, key)?;
    fs::rename(&temporary, path)?;
    match path.parent() {
        Some(directory) => fs::File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConfigError {
    let reason = format!("cannot be read ({})", crate::config::io_reason(error));
    problem(path, &reason, "name a file this user can read")
}

fn problem(path: &Path, what: &str, mend: &str) -> ConfigError {
    ConfigError::new("key_file", format!("{} {what}", path.display()), mend)
}

/// Permission bits of group and others.
const OTHERS: u32 = 0o077;
