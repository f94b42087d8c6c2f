//! Tests that cannot run on this machine, and how that is told.

use std::env;
use std::fs::File;
use std::io::Write as _;
use std::thread;

/// Says that the running test was left out.
///
/// Cargo hides what a passing test prints, so the line also goes to the file named by
/// `RELAYGATE_SKIPS`, which `make test` shows at its end. With `RELAYGATE_NO_SKIPS` set
/// nothing may be left out, and this panics.
pub fn skipped(reason: &str) {
    assert!(
        env::var_os("RELAYGATE_NO_SKIPS").is_none(),
        "must not be skipped: {reason}"
    );
    let test = thread::current().name().unwrap_or("a test").to_owned();
    let line = format!("SKIPPED: {test}: {reason}\n");
    eprint!("{line}");
    if let Some(file) = env::var_os("RELAYGATE_SKIPS") {
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(file)
            .expect("RELAYGATE_SKIPS names a file that can be written");
        file.write_all(line.as_bytes())
            .expect("RELAYGATE_SKIPS names a file that can be written");
    }
}
