//! Files that came with a comment.

use serde::Serialize;
use utoipa::ToSchema;

use super::Nothing;
use crate::operations::attachments::FileView;
use crate::web::api::caller::Site;

/// One file.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Attachment {
    id: u64,
    url: String,
    /// What the sender calls it, without path.
    file_name: String,
    /// Where its octets are; for whoever may read the ticket.
    content_url: String,
    mapped_content_url: String,
    /// What the sender says it is; it is always served as `application/octet-stream`.
    content_type: String,
    /// Octets.
    size: u64,
    width: Option<u64>,
    height: Option<u64>,
    /// Shown within the HTML.
    inline: bool,
    deleted: bool,
    thumbnails: Vec<Nothing>,
    malware_access_override: bool,
    /// Always `not_scanned`.
    malware_scan_result: &'static str,
}

impl Attachment {
    pub(in crate::web::api) fn new(
        view: &FileView,
        (ticket, comment): (u64, u64),
        site: &Site,
    ) -> Self {
        let id = id(comment, view.number);
        let place = format!("tickets/{ticket}/comments/{comment}/attachments");
        let url = site.of_thing(&place, id);
        let name = view.name.clone();
        Self {
            id,
            file_name: name.unwrap_or_else(|| format!("attachment-{}", view.number)),
            content_url: url.clone(),
            mapped_content_url: url.clone(),
            url,
            content_type: view.media_type.clone(),
            size: view.octets,
            width: None,
            height: None,
            inline: view.inline,
            deleted: false,
            thumbnails: Vec::new(),
            malware_access_override: false,
            malware_scan_result: "not_scanned",
        }
    }
}

/// A comment's number and a file's place in it make one number.
fn id(comment: u64, number: usize) -> u64 {
    (comment << PLACE_BITS) | number as u64
}

/// The place of the file of that id, if it is one of that comment.
pub(in crate::web::api) fn number(comment: u64, id: u64) -> Option<usize> {
    let number = id & ((1 << PLACE_BITS) - 1);
    (id >> PLACE_BITS == comment).then_some(number as usize)
}

/// More than a comment has files.
const PLACE_BITS: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_place() {
        let last = desk::tickets::files::FILES_MAX;
        for (comment, place) in [(1, 1), (7, last), (1 << 40, 3)] {
            assert_eq!(number(comment, id(comment, place)), Some(place));
            assert_eq!(number(comment + 1, id(comment, place)), None);
        }
    }
}
