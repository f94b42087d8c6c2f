//! Looking on until something is done.

use std::io::Write;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::{Context, Failure, print};
use crate::admin::{DomainRequest, Request};

/// Looks on until a domain is disconnected. In words every change is a line; as JSON only the
/// end is printed, so that it stays one object.
pub(super) fn disconnected(
    context: &Context,
    account: String,
    domain: String,
    mut answer: Value,
) -> Result<(), Failure> {
    let request = Request::Domain(DomainRequest::Progress { account, domain });
    let mut said = String::new();
    while answer["state"] != "disconnected" {
        let line = print::domain::progress(&answer);
        if !context.json && line != said {
            // Whoever reads may have read enough.
            drop(std::io::stdout().write_all(line.as_bytes()));
        }
        said = line;
        thread::sleep(PAUSE);
        answer = context.ask(&request)?;
    }
    context.print(&answer, print::domain::progress)
}

const PAUSE: Duration = Duration::from_millis(500);
