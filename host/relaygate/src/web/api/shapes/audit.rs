//! Who did what.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::operations::audit::ActView;
use crate::web::api::paging::PageInfo;

/// One act.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Act {
    created_at: String,
    /// `operator:…`, `token:…`, a person, or `system`.
    actor: String,
    /// Stable word for what was done.
    act: String,
    /// To what.
    subject: String,
    /// The credential set it is about.
    credential: Option<String>,
    /// From where, if over the network.
    peer: Option<String>,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Acts {
    pub(in crate::web::api) audit: Vec<Act>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

impl From<ActView> for Act {
    fn from(view: ActView) -> Self {
        Self {
            created_at: time(view.at),
            actor: view.actor,
            act: view.act,
            subject: view.subject,
            credential: view.credential,
            peer: view.peer,
        }
    }
}
