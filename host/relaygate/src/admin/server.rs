//! The socket's side in the running program.

use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::SocketAddr;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tracing::{debug, warn};

use super::act::act;
use super::{ANSWER_OCTETS_MAX, Answer, REQUEST_OCTETS_MAX, Request};
use crate::config::{ConfigError, io_reason};
use crate::operations::{Actor, Refusal};
use crate::services::Services;

/// The bound socket; its file goes when this is dropped.
#[derive(Debug)]
pub struct AdminSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl AdminSocket {
    /// Binds the socket. A file left behind by a dead process is replaced; one
    /// that answers is not.
    pub fn bind(path: &Path) -> Result<Self, ConfigError> {
        clear(path)?;
        let bound = UnixListener::bind(path).and_then(|listener| {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
            Ok(listener)
        });
        match bound {
            Ok(listener) => Ok(Self {
                listener,
                path: path.to_owned(),
            }),
            Err(error) => {
                let reason = format!("cannot be bound ({})", io_reason(&error));
                Err(problem(
                    path,
                    &reason,
                    "make its directory, writable for this user",
                ))
            }
        }
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        // If it is gone already somebody else has cleared it up.
        drop(fs::remove_file(&self.path));
    }
}

fn clear(path: &Path) -> Result<(), ConfigError> {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !metadata.file_type().is_socket() {
        return Err(problem(
            path,
            "exists and is not a socket",
            "name another path",
        ));
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            let removed = fs::remove_file(path);
            removed.map_err(|error| problem(path, &io_reason(&error), "remove it"))
        }
        _ => Err(problem(
            path,
            "is in use",
            "stop the other process, or name another path",
        )),
    }
}

fn problem(path: &Path, what: &str, mend: &str) -> ConfigError {
    ConfigError::new("admin.socket", format!("{} {what}", path.display()), mend)
}

/// Answers until the program is to stop.
pub async fn serve(services: Arc<Services>, socket: AdminSocket) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Some((place, accepted)) = services
        .stop
        .run_until_cancelled(next(&socket, &places))
        .await
    {
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(reason) => {
                warn!(%reason, "admin connection not accepted");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                continue;
            }
        };
        let services = services.clone();
        let tracker = services.in_flight.clone();
        tracker.spawn(async move {
            let _place = place;
            if let Err(reason) = converse(&services, stream).await {
                debug!(%reason, "admin connection ended");
            }
        });
    }
}

/// The next command, once there is a place for it; until then it waits in the socket.
async fn next(
    socket: &AdminSocket,
    places: &Arc<Semaphore>,
) -> (OwnedSemaphorePermit, io::Result<(UnixStream, SocketAddr)>) {
    let place = places.clone().acquire_owned().await;
    let place = place.expect("the semaphore is never closed");
    (place, socket.listener.accept().await)
}

async fn converse(services: &Services, mut stream: UnixStream) -> io::Result<()> {
    let user = stream.peer_cred()?.uid();
    if !is_ours(user) {
        warn!(user, "admin socket refused to another user");
        return Ok(());
    }
    let answer = match timeout(REQUEST_TIMEOUT, request(&mut stream)).await?? {
        Ok(request) => act(services, &Actor::local(user), request).await,
        Err(refusal) => Answer::Error(refusal),
    };
    timeout(ANSWER_TIMEOUT, send(&mut stream, &answer)).await?
}

/// The user the program runs as, and root. The file's mode says the same; this
/// holds in the moment before it is set, too.
fn is_ours(user: u32) -> bool {
    user == 0 || user == rustix::process::geteuid().as_raw()
}

async fn request(stream: &mut UnixStream) -> io::Result<Result<Request, Refusal>> {
    let mut line = Vec::new();
    let limit = REQUEST_OCTETS_MAX as u64;
    BufReader::new(stream.take(limit))
        .read_until(b'\n', &mut line)
        .await?;
    let read = serde_json::from_slice(&line);
    Ok(read.map_err(|_| {
        Refusal::new(
            "bad_request",
            "not a request of this version of the program",
        )
    }))
}

async fn send(stream: &mut UnixStream, answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    if line.len() >= ANSWER_OCTETS_MAX {
        let refusal = Refusal::new("answer_too_large", "the answer is too large to be shown");
        line = serde_json::to_vec(&Answer::Error(refusal))?;
    }
    line.push(b'\n');
    stream.write_all(&line).await?;
    stream.shutdown().await
}

/// Commands at once.
const CONNECTIONS_MAX: usize = 32;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);
