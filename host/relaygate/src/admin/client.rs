//! The socket's side in the command line.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::{ANSWER_OCTETS_MAX, Answer, Request};
use crate::config::io_reason;
use crate::operations::Refusal;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody listens there.
    #[error("no program answers at {} ({reason}); start it with `relaygate serve`, or name its socket with --socket", path.display())]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The connection broke, or the answer is not one.
    #[error("the program gave no answer; look into its log")]
    Broken(#[source] io::Error),
    /// The program said no.
    #[error("{0}")]
    Refused(Refusal),
}

/// Asks the running program and waits for its answer, at most `wait` long.
pub fn ask(socket: &Path, request: &Request, wait: Duration) -> Result<Value, AskError> {
    let stream = UnixStream::connect(socket).map_err(|error| AskError::Unreachable {
        path: socket.to_owned(),
        reason: io_reason(&error),
    })?;
    match exchange(stream, request, wait).map_err(AskError::Broken)? {
        Answer::Ok(value) => Ok(value),
        Answer::Error(refusal) => Err(AskError::Refused(refusal)),
    }
}

fn exchange(mut stream: UnixStream, request: &Request, wait: Duration) -> io::Result<Answer> {
    stream.set_write_timeout(Some(SEND_TIMEOUT))?;
    stream.set_read_timeout(Some(wait))?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    BufReader::new(stream.take(ANSWER_OCTETS_MAX as u64)).read_line(&mut answer)?;
    Ok(serde_json::from_str(&answer)?)
}

const SEND_TIMEOUT: Duration = Duration::from_secs(10);
