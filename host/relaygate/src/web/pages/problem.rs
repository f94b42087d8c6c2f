//! What is answered when a page cannot be: in the reader's language, with the mend.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::form::words;
use super::page::Page;
use super::visit::Visit;
use crate::operations::Refusal;

/// Why there is no page.
#[derive(Debug, Clone)]
pub(super) enum Problem {
    /// It is somewhere else.
    See(String),
    /// An operation was refused where no form could say so.
    Refused(Refusal),
    /// The form was made for a session that is over, or by somebody else.
    StaleForm,
    /// What the status says.
    Status(StatusCode),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::See(_) => StatusCode::SEE_OTHER,
            Self::StaleForm => StatusCode::FORBIDDEN,
            Self::Status(status) => *status,
            Self::Refused(refusal) => refusal_status(&refusal.code),
        }
    }
}

/// The status that goes with a refusal's code.
pub(super) fn refusal_status(code: &str) -> StatusCode {
    match code {
        "not_found" => StatusCode::NOT_FOUND,
        "conflict" => StatusCode::CONFLICT,
        "internal" => StatusCode::INTERNAL_SERVER_ERROR,
        "sign_in_throttled" => StatusCode::TOO_MANY_REQUESTS,
        "busy" | "store_full" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// A problem has no page before [`with_page`] has given it one.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::See(place) = &self {
            let place = HeaderValue::from_str(place).expect("our own paths, escaped");
            response.headers_mut().insert(header::LOCATION, place);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// There is no such page, or not for this somebody.
pub(super) async fn nothing_here() -> Problem {
    Problem::Status(StatusCode::NOT_FOUND)
}

/// Gives a page to a problem, and to what axum refused by itself.
pub(super) fn with_page(visit: &Visit, response: Response) -> Response {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return match problem {
            Problem::See(_) => response,
            problem => page(visit, problem),
        };
    }
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    match failed && !is_html(&response) {
        true => page(visit, &Problem::Status(status)),
        false => response,
    }
}

fn is_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    page: Page,
    title: String,
    text: String,
}

/// The page of a problem.
pub(super) fn page(visit: &Visit, problem: &Problem) -> Response {
    let status = problem.status();
    let page = Page::of(visit, "");
    let text = match problem {
        Problem::Refused(refusal) if status != StatusCode::NOT_FOUND => {
            words(visit, &refusal.code, &refusal.message)
        }
        Problem::StaleForm => page.say("problem-stale-form").into_owned(),
        _ => page.say(hint(status)).into_owned(),
    };
    let title = page.say(title(status)).into_owned();
    (status, shown(&ProblemPage { page, title, text })).into_response()
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => Key("problem-not-found-title").0,
        status if status.is_server_error() => Key("problem-ours-title").0,
        _ => Key("problem-title").0,
    }
}

fn hint(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => Key("problem-not-found").0,
        status if status.is_server_error() => Key("problem-ours").0,
        _ => Key("problem-request").0,
    }
}

/// The key of a sentence that is said elsewhere; the tests look for these, too.
pub(super) struct Key(pub(super) &'static str);

/// A filled template.
pub(super) fn shown(template: &impl Template) -> Html<String> {
    Html(template.render().expect("templates have no fallible parts"))
}
