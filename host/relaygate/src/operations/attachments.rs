//! What came with a comment: its files, and its HTML made fit to be looked at.
//!
//! Both can be large and many may ask at once, so there are few seats for what is read into
//! memory, and a file keeps its seat until its last octet is sent.
//!
//! Not here: what may stay of the HTML (`desk::tickets::clean`), header fields for browsers
//! (the pages).

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use desk::tickets::{self, File, files};
use serde::Serialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::tickets::CommentView;
use super::{Outcome, Refusal};
use crate::services::Services;

/// A file as it is listed.
#[derive(Debug, Serialize)]
pub struct FileView {
    /// Its place among the files of its comment, from 1.
    pub number: usize,
    /// What the sender calls it, without path; absent if it has no name.
    pub name: Option<String>,
    /// What the sender says it is.
    pub media_type: String,
    /// Its size.
    pub octets: u64,
    /// Shown within the HTML.
    pub inline: bool,
}

/// A file with its octets.
#[derive(Debug, Serialize)]
pub struct WholeFileView {
    /// What the list says of it.
    pub attachment: FileView,
    /// Its octets in base64.
    pub content: String,
}

/// A file in memory, and the seat it has there.
pub struct Opened {
    /// What the list says of it.
    pub file: FileView,
    /// Its octets.
    pub octets: Octets,
}

/// Octets that keep their seat as long as anybody holds them.
pub struct Octets {
    octets: Vec<u8>,
    _seat: Option<SemaphorePermit<'static>>,
}

impl AsRef<[u8]> for Octets {
    fn as_ref(&self) -> &[u8] {
        &self.octets
    }
}

/// The files of a comment.
pub(super) fn views(files: &[File]) -> Vec<FileView> {
    files.iter().zip(1..).map(view).collect()
}

fn view((file, number): (&File, usize)) -> FileView {
    FileView {
        number,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        octets: file.octets,
        inline: file.inline,
    }
}

/// One file of a comment.
pub async fn open(
    services: &Services,
    account: &str,
    (ticket, comment): (u64, u64),
    number: usize,
) -> Outcome<Opened> {
    let account = super::account(services, account).await?;
    let comment = tickets::comment(&account, ticket, comment).await?;
    let index = number.checked_sub(1);
    let file = index.and_then(|index| comment.files.get(index));
    let file = file.ok_or_else(|| {
        Refusal::not_found("attachment", "`relaygate ticket show` lists them by number")
    })?;
    let seat = match file.octets > LARGE_OCTETS {
        true => Some(seat(&FILE_SEATS).await?),
        false => None,
    };
    let octets = Octets {
        octets: files::read(&account, &comment, file).await?,
        _seat: seat,
    };
    let file = view((file, number));
    Ok(Opened { file, octets })
}

/// The same with its octets as text.
pub async fn show(
    services: &Services,
    account: &str,
    place: (u64, u64),
    number: usize,
) -> Outcome<WholeFileView> {
    let opened = open(services, account, place, number).await?;
    Ok(WholeFileView {
        content: STANDARD.encode(opened.octets.as_ref()),
        attachment: opened.file,
    })
}

/// The HTML of a comment with nothing in it that runs, loads or asks; pictures of the same
/// message are part of it.
pub async fn html(
    services: &Services,
    account: &str,
    (ticket, comment): (u64, u64),
) -> Outcome<String> {
    let account = super::account(services, account).await?;
    let comment = tickets::comment(&account, ticket, comment).await?;
    let Some(html) = comment.html_body.clone() else {
        return Err(Refusal::not_found(
            "html_body",
            "the comment has text alone",
        ));
    };
    let _seat = seat(&HTML_SEATS).await?;
    let pictures = files::pictures(&account, &comment).await?;
    let cleaned = spawn_blocking(move || tickets::clean(&html, pictures)).await;
    cleaned.map_err(|error| Refusal::internal(&error))
}

/// The HTML of some comments in their order, cleaned, as far as it is not too much at once;
/// absent where there is none.
pub async fn html_of(comments: &[CommentView]) -> Outcome<Vec<Option<String>>> {
    let mut room = CLEANED_OCTETS_MAX;
    let mut fits = |html: &&String| {
        let left = room.checked_sub(html.len());
        room = left.unwrap_or(room);
        left.is_some()
    };
    let written = comments.iter().map(|comment| comment.html_body.as_ref());
    let written: Vec<_> = written
        .map(|html| html.filter(&mut fits).cloned())
        .collect();
    if written.iter().all(Option::is_none) {
        return Ok(written);
    }
    let _seat = seat(&HTML_SEATS).await?;
    let clean = |html: Option<String>| html.map(|html| tickets::clean(&html, HashMap::new()));
    let cleaned = spawn_blocking(move || written.into_iter().map(clean).collect()).await;
    cleaned.map_err(|error| Refusal::internal(&error))
}

async fn seat(seats: &'static Semaphore) -> Outcome<SemaphorePermit<'static>> {
    match timeout(SEAT_TIMEOUT, seats.acquire()).await {
        Ok(Ok(seat)) => Ok(seat),
        _ => Err(Refusal::new(
            "busy",
            "too many are looking; try again in a moment",
        )),
    }
}

/// Files above this size need a seat.
const LARGE_OCTETS: u64 = 256 * 1024;
static FILE_SEATS: Semaphore = Semaphore::const_new(4);
/// HTML that is being cleaned.
static HTML_SEATS: Semaphore = Semaphore::const_new(2);
/// Octets of HTML that are cleaned for one list.
const CLEANED_OCTETS_MAX: usize = 1024 * 1024;
/// How long somebody waits for one.
const SEAT_TIMEOUT: Duration = Duration::from_secs(20);
