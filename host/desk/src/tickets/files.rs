//! Files that came with a comment: what they are called, and where their octets are.
//!
//! They are noted once, when the message is read, so that a list of them costs no look into
//! messages of many megabytes; one that is asked for is read from its place alone.
//!
//! Not here: taking a message apart (`mail`), how a browser is given one (the program).

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail::message::{Attachment, Content, TransferEncoding, decode};
use serde::{Deserialize, Serialize};

use super::Comment;
use crate::{Account, Error};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// What the sender calls it, without path and tricks; absent if it has no name.
    pub name: Option<String>,
    /// What the sender says it is, for example `application/pdf`. A claim, no more.
    pub media_type: String,
    /// Octets of the file.
    pub octets: u64,
    /// Shown within the HTML.
    pub inline: bool,
    /// What the HTML calls it by.
    content_id: Option<String>,
    place: Place,
}

/// Where a file stands in the raw message of its comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    start: u64,
    encoded_octets: u64,
    encoding: Encoding,
}

/// See [`TransferEncoding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Encoding {
    Identity,
    Base64,
    QuotedPrintable,
}

/// The files of a message; of more than [`FILES_MAX`] the first.
pub fn of(content: &Content, message: &[u8]) -> Vec<File> {
    let files = content.attachments.iter().take(FILES_MAX);
    files.map(|found| file(found, message)).collect()
}

fn file(found: &Attachment, message: &[u8]) -> File {
    let known = found.media_type.len() <= MEDIA_TYPE_OCTETS_MAX;
    File {
        name: found.name.clone(),
        media_type: match known {
            true => found.media_type.clone(),
            false => OPAQUE.to_owned(),
        },
        octets: found.decode(message).len() as u64,
        inline: found.inline,
        content_id: found.content_id.clone(),
        place: Place {
            start: found.range.start as u64,
            encoded_octets: found.range.len() as u64,
            encoding: match found.encoding {
                TransferEncoding::Identity => Encoding::Identity,
                TransferEncoding::Base64 => Encoding::Base64,
                TransferEncoding::QuotedPrintable => Encoding::QuotedPrintable,
            },
        },
    }
}

/// The octets of one file of a comment.
///
/// # Errors
/// [`Error::NotFound`] for a comment entered here; [`Error::Read`].
pub async fn read(account: &Account, comment: &Comment, file: &File) -> Result<Vec<u8>, Error> {
    let via = comment.via.as_ref().ok_or(Error::NotFound("attachment"))?;
    let text = account.store().text(via.text).await?;
    let length = usize::try_from(file.place.encoded_octets).unwrap_or(usize::MAX);
    let encoded = text.read(file.place.start, length).await?;
    Ok(decode(&encoded, file.place.encoding()))
}

impl Place {
    fn encoding(self) -> TransferEncoding {
        match self.encoding {
            Encoding::Identity => TransferEncoding::Identity,
            Encoding::Base64 => TransferEncoding::Base64,
            Encoding::QuotedPrintable => TransferEncoding::QuotedPrintable,
        }
    }
}

/// The pictures a comment's HTML shows of its own message, as `data:` URLs by Content-ID:
/// few, small, and nothing but pixels.
///
/// # Errors
/// [`Error::Read`].
pub async fn pictures(
    account: &Account,
    comment: &Comment,
) -> Result<HashMap<String, String>, Error> {
    let html = comment.html_body.as_deref().unwrap_or_default();
    let (mut pictures, mut room) = (HashMap::new(), PICTURES_OCTETS_MAX);
    for file in &comment.files {
        let Some(id) = file.content_id.as_deref() else {
            continue;
        };
        let wanted = html.contains(id) && !pictures.contains_key(id);
        if !wanted || file.octets > room {
            continue;
        }
        let octets = read(account, comment, file).await?;
        if let Some(media_type) = picture_type(&octets) {
            room = room.saturating_sub(octets.len() as u64);
            let url = format!("data:{media_type};base64,{}", STANDARD.encode(&octets));
            pictures.insert(id.to_owned(), url);
        }
    }
    Ok(pictures)
}

/// What kind of picture the octets are, whatever their sender says: one of those that
/// hold pixels alone. SVG holds scripts and links and is none of them.
fn picture_type(octets: &[u8]) -> Option<&'static str> {
    let begins = |with: &[u8]| octets.starts_with(with);
    match octets {
        _ if begins(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        _ if begins(b"\xff\xd8\xff") => Some("image/jpeg"),
        _ if begins(b"GIF87a") || begins(b"GIF89a") => Some("image/gif"),
        _ if begins(b"RIFF") && octets.get(8..12) == Some(b"WEBP") => Some("image/webp"),
        _ => None,
    }
}

/// Files of one comment that are noted.
pub const FILES_MAX: usize = 100;
/// Longer than any registered one (RFC 6838 §4.2).
const MEDIA_TYPE_OCTETS_MAX: usize = 255;
/// Octets of all pictures shown in one comment.
const PICTURES_OCTETS_MAX: u64 = 2 * 1024 * 1024;
const OPAQUE: &str = "application/octet-stream";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_octets_are() {
        for (octets, kind) in [
            (&b"\x89PNG\r\n\x1a\nrest"[..], Some("image/png")),
            (b"GIF89a<script>", Some("image/gif")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\0\0\0\0WAVE", None),
            (
                b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\">",
                None,
            ),
            (b"", None),
        ] {
            assert_eq!(picture_type(octets), kind, "{octets:?}");
        }
    }
}
