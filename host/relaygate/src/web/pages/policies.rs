//! `/policies`: who decides for the account, in which order, and what was answered.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::mail_log::digest_start;
use super::own_policies::{PLACE, path};
use super::page::Page;
use super::problem::{Problem, shown};
use super::profile::Told;
use super::visit::Admin;
use crate::operations::policies::{self, AnswersView, PoliciesView};
use crate::operations::policy_changes::{self, InstalledView};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new().route(PLACE, get(list))
}

#[derive(Template)]
#[template(path = "policies/policies.html")]
struct PoliciesPage {
    page: Page,
    found: PoliciesView,
    own: Vec<InstalledView>,
}

/// A piece of the bar that shows the shares of answers.
struct Piece {
    x: u64,
    width: u64,
    /// Which of the colours of a plot.
    tone: usize,
}

async fn list(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let page = PoliciesPage {
        page: Page::of(&admin.visit, PLACE).with_done(told.done.as_deref()),
        found: policies::list(&services, &admin.account).await?,
        own: policy_changes::own(&services, &admin.account).await?,
    };
    Ok(shown(&page).into_response())
}

/// The shares side by side, a thousand units wide; what is too rare to be seen is told by
/// its number.
fn pieces(answers: &AnswersView) -> Vec<Piece> {
    let mut x = 0;
    let shares = answers.verdicts.iter().enumerate();
    let piece = |(place, share): (usize, &policies::ShareView)| {
        let piece = Piece {
            x,
            width: share.permille,
            tone: place % TONES + 1,
        };
        x += share.permille;
        piece
    };
    shares.map(piece).collect()
}

/// For example `98.5`.
fn percent(permille: &u64) -> String {
    format!("{}.{}", permille / 10, permille % 10)
}

/// The name of a question as a key has it.
pub(super) fn key(question: &str) -> String {
    question.replace('.', "-")
}

/// Colours there are for what is shown side by side.
const TONES: usize = 4;
