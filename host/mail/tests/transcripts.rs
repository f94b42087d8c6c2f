//! Every dialogue in `tests/transcripts/`, played against a bare session.
#![allow(clippy::unwrap_used)] // a test may fail by panicking

mod common;

use std::path::Path;

use common::BareStage;
use mail::transcript::Transcript;

#[test]
fn every_transcript_goes_as_written() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/transcripts");
    let mut failures = Vec::new();
    let mut played = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "smtp") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let outcome = Transcript::parse(&text).and_then(|t| t.play(&mut BareStage::new()));
        if let Err(why) = outcome {
            failures.push(format!("{}: {why}", path.file_name().unwrap().display()));
        }
        played += 1;
    }
    assert!(played >= 40, "only {played} transcripts were found");
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
