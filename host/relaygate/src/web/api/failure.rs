//! Why a request was not done, in the envelopes clients know (API.md, section 2).
//!
//! What is not there and what is another account's are told in the same words (R107).

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::shapes::suspended::SuspendedTicket;
use crate::operations::Refusal;

/// An answer that is an error.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    // In a box: results that hold an error are passed up through every route.
    body: Box<ErrorBody>,
    retry_after: Option<u64>,
}

/// What every error looks like.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// Stable word, for example `RecordNotFound`.
    error: &'static str,
    /// One sentence for people.
    description: String,
    /// What is wrong, by field; with `RecordInvalid` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    details: Option<BTreeMap<String, Vec<ErrorDetail>>>,
    /// How many values there may be; with `TooManyValues` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    max_count: Option<usize>,
    /// What is still kept aside and why; when some messages could not be recovered only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    suspended_tickets: Option<Vec<SuspendedTicket>>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorDetail {
    /// What to do about it.
    description: String,
    /// Stable word for machines (R114).
    error: String,
}

/// The errors any route may answer with, for the document.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "read by the macro alone")]
pub(super) enum Failures {
    /// The request itself is malformed.
    #[response(status = 400)]
    BadRequest(#[to_schema] ErrorBody),
    /// No token, or not a valid one.
    #[response(status = 401)]
    Unauthenticated(#[to_schema] ErrorBody),
    /// Only an admin of the account may.
    #[response(status = 403)]
    Forbidden(#[to_schema] ErrorBody),
    /// The account has no such thing.
    #[response(status = 404)]
    NotFound(#[to_schema] ErrorBody),
    /// The body did not come in time.
    #[response(status = 408)]
    TimedOut(#[to_schema] ErrorBody),
    /// Somebody else was faster; read it again and try again.
    #[response(status = 409)]
    Conflict(#[to_schema] ErrorBody),
    /// The body is too long.
    #[response(status = 413)]
    TooLarge(#[to_schema] ErrorBody),
    /// What was asked for cannot be.
    #[response(status = 422)]
    Invalid(#[to_schema] ErrorBody),
    /// The account has asked too much; `Retry-After` tells when to go on.
    #[response(status = 429)]
    TooManyRequests(#[to_schema] ErrorBody),
}

impl Failure {
    fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            body: Box::new(ErrorBody {
                error,
                description: description.into(),
                details: None,
                max_count: None,
                suspended_tickets: None,
            }),
            retry_after: None,
        }
    }

    /// The request cannot be understood.
    pub(super) fn bad_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", description)
    }

    /// More ids than one call may name.
    pub(super) fn too_many_values(max_count: usize) -> Self {
        let description = format!("at most {max_count} values at once");
        let mut failure = Self::new(StatusCode::BAD_REQUEST, "TooManyValues", description);
        failure.body.max_count = Some(max_count);
        failure
    }

    /// Nobody we know.
    pub(super) fn unauthenticated() -> Self {
        let description = "give EMAIL/token and an API token as user name and password; \
            the password of a person is not taken here";
        Self::new(StatusCode::UNAUTHORIZED, "Unauthenticated", description)
    }

    /// Somebody we know, but no admin.
    pub(super) fn forbidden() -> Self {
        let description = "only an admin of the account may do this";
        Self::new(StatusCode::FORBIDDEN, "Forbidden", description)
    }

    /// The account has no such thing, whoever else may have one.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "RecordNotFound", "Not found")
    }

    /// There is no such route.
    pub(super) fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "InvalidEndpoint", "Not found")
    }

    /// The route is there, but not for this method.
    pub(super) fn no_method() -> Self {
        let description = "the Allow field names the methods there are";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            description,
        )
    }

    /// The body did not come in time.
    pub(super) fn timed_out() -> Self {
        let description = "the body did not come in time";
        Self::new(StatusCode::REQUEST_TIMEOUT, "RequestTimeout", description)
    }

    /// The body is too long.
    pub(super) fn too_large() -> Self {
        let description = "the body is longer than 1 MiB";
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "PayloadTooLarge",
            description,
        )
    }

    /// One field cannot be as it is.
    pub(super) fn invalid(field: &str, error: &str, description: &str) -> Self {
        Refusal::field(field, error, description).into()
    }

    /// These messages stay aside.
    pub(super) fn not_recovered(left: Vec<SuspendedTicket>) -> Self {
        let description = "some messages could not be recovered; each says why";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let mut failure = Self::new(status, "RecordInvalid", description);
        failure.body.suspended_tickets = Some(left);
        failure
    }

    /// What was asked for cannot be, however often it is asked.
    pub(super) fn is_about_the_request(&self) -> bool {
        self.status == StatusCode::UNPROCESSABLE_ENTITY
    }

    /// The account has asked too much.
    pub(super) fn too_many_requests(wait: Duration) -> Self {
        let seconds = wait.as_secs_f64().ceil() as u64;
        let description = format!("go on in {seconds} s");
        Self {
            retry_after: Some(seconds),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequests",
                description,
            )
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal.code.as_str() {
            "not_found" => Self::not_found(),
            "conflict" => Self::new(StatusCode::CONFLICT, "Conflict", refusal.message),
            "internal" => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalError",
                refusal.message,
            ),
            "store_full" | policy::Failed::CODE => Self {
                retry_after: Some(RETRY_SECONDS),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "ServiceUnavailable",
                    refusal.message,
                )
            },
            _ => invalid(refusal),
        }
    }
}

fn invalid(refusal: Refusal) -> Failure {
    let mut details = BTreeMap::<String, Vec<ErrorDetail>>::new();
    if refusal.details.is_empty() {
        let whole = details.entry(WHOLE_RECORD.to_owned()).or_default();
        whole.push(ErrorDetail {
            description: refusal.message,
            error: refusal.code,
        });
    }
    for detail in refusal.details {
        let field = details.entry(public_field(&detail.field)).or_default();
        field.push(ErrorDetail {
            description: detail.hint,
            error: detail.code,
        });
    }
    let description = "Record validation errors";
    let mut failure = Failure::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "RecordInvalid",
        description,
    );
    failure.body.details = Some(details);
    failure
}

/// What the API calls a field of an operation.
fn public_field(field: &str) -> String {
    match field {
        "address" => "email",
        "brand" => "brand_id",
        "group" => "group_id",
        "cc" => "email_ccs",
        "body" => "comment",
        "requester" => "requester_id",
        "" => WHOLE_RECORD,
        other => other,
    }
    .to_owned()
}

impl From<desk::Error> for Failure {
    fn from(error: desk::Error) -> Self {
        Refusal::from(error).into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let fields = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            fields.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("Basic realm=\"API\", charset=\"UTF-8\"");
            fields.insert(header::WWW_AUTHENTICATE, realm);
        }
        response
    }
}

/// The field errors stand under that are about no single one.
const WHOLE_RECORD: &str = "base";
/// When to try again what could not be done for a reason of ours.
const RETRY_SECONDS: u64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    /// Every refusal has one status and one envelope (R114).
    #[test]
    fn refusals_become_the_envelopes_clients_know() {
        for (refusal, status, error) in [
            (
                Refusal::not_found("ticket", "see the list"),
                404,
                "RecordNotFound",
            ),
            (Refusal::new("conflict", "changed"), 409, "Conflict"),
            (Refusal::new("internal", "failed"), 500, "InternalError"),
            (
                Refusal::new("store_full", "full"),
                503,
                "ServiceUnavailable",
            ),
            (
                Refusal::field("address", "address_taken", "choose"),
                422,
                "RecordInvalid",
            ),
            (
                Refusal::new("nothing_to_change", "say what"),
                422,
                "RecordInvalid",
            ),
        ] {
            let failure = Failure::from(refusal);
            assert_eq!(
                (failure.status.as_u16(), failure.body.error),
                (status, error)
            );
        }
    }

    #[test]
    fn details_stand_under_the_public_name_of_their_field() {
        let failure = Failure::invalid("address", "address_taken", "choose another");
        let details = failure.body.details.expect("details");
        assert_eq!(details["email"][0].error, "address_taken");
        let failure = Failure::from(Refusal::new("nothing_to_change", "say what"));
        assert!(failure.body.details.expect("details").contains_key("base"));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_never_in_none() {
        let failure = Failure::too_many_requests(Duration::from_millis(86));
        assert_eq!(failure.retry_after, Some(1));
    }
}
