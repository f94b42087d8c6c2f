//! Comments.

use serde::Serialize;
use utoipa::ToSchema;

use super::attachment::Attachment;
use super::user::People;
use super::via::Via;
use super::{Nothing, time};
use crate::operations::tickets::{CommentView, TicketView};
use crate::web::api::caller::Site;
use crate::web::api::paging::PageInfo;

/// One contribution to a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Comment {
    id: u64,
    /// Always `Comment`.
    #[serde(rename = "type")]
    kind: &'static str,
    author_id: u64,
    body: String,
    /// What the author wrote as HTML, cleaned; made of the text where there is none, or too
    /// much at once. Either can be shown as it is: nothing in it runs or loads anything.
    html_body: String,
    plain_body: String,
    public: bool,
    attachments: Vec<Attachment>,
    audit_id: u64,
    via: Via,
    metadata: Metadata,
    created_at: String,
    /// It came over the connector of the recipient's domain.
    authenticated: bool,
    /// The author could not be confirmed.
    flagged: bool,
}

/// Always empty.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Metadata {
    system: Nothing,
    custom: Nothing,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Comments {
    pub(in crate::web::api) comments: Vec<Comment>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

impl Metadata {
    pub(in crate::web::api) fn empty() -> Self {
        Self {
            system: Nothing {},
            custom: Nothing {},
        }
    }
}

impl Comment {
    /// `cleaned` is its HTML, cleaned.
    pub(in crate::web::api) fn new(
        view: &CommentView,
        cleaned: Option<String>,
        people: &People,
        (ticket, site): (&TicketView, &Site),
    ) -> Self {
        let place = (ticket.id, view.id);
        let files = view.attachments.iter();
        let recipient = ticket.recipient.as_deref();
        Self {
            id: view.id,
            kind: "Comment",
            author_id: people.id(&view.author),
            html_body: cleaned.unwrap_or_else(|| html(&view.body)),
            plain_body: view.body.clone(),
            body: view.body.clone(),
            public: view.public,
            attachments: files
                .map(|file| Attachment::new(file, place, site))
                .collect(),
            audit_id: view.id,
            via: match view.via {
                Some(_) => Via::email(&view.author, &view.author_name, recipient),
                None => Via::api(),
            },
            metadata: Metadata::empty(),
            created_at: time(view.created_at),
            authenticated: view.authenticated,
            flagged: view.flagged,
        }
    }
}

/// A text as HTML: escaped, its lines kept.
fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 64);
    html.push_str("<div class=\"comment\"><p>");
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>"),
            '\r' => {}
            other => html.push(other),
        }
    }
    html.push_str("</p></div>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tag_of_a_stranger_is_left() {
        let shown = html("<script>alert('x')</script>\n\"a\" & b");
        assert_eq!(
            shown,
            "<div class=\"comment\"><p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;<br>\
             &quot;a&quot; &amp; b</p></div>"
        );
    }
}
