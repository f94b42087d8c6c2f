//! What a request brings besides its caller: ids in the path, a query, a body.
//!
//! Read by extractors of ours, so that what cannot be read is answered in our
//! envelope, and a body is bounded in octets, in depth and in time (FAULTS RES-10).

use std::time::Duration;

use axum::body::{HttpBody as _, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::failure::Failure;
use crate::web::BODY_OCTETS_MAX;

/// The number in the path. What is no number is nobody's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id(pub(super) u64);

/// The numbers in the path, as many as it has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers<const N: usize>(pub(super) [u64; N]);

/// The word in the path.
#[derive(Debug, Clone)]
pub(super) struct Word(pub(super) String);

/// The query.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

/// The body, JSON whatever it calls itself. An empty one is `null`.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

/// Every route answers with and without `.json` at its end.
pub(super) fn without_suffix<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    if let Some(path) = request.uri().path().strip_suffix(".json") {
        let query = request
            .uri()
            .query()
            .map_or(String::new(), |it| format!("?{it}"));
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = format!("{path}{query}").parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Which ones.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Ids {
    /// Their ids with commas between, at most a hundred.
    ids: String,
}

impl Ids {
    /// The ids one by one.
    pub(super) fn parsed(&self) -> Result<Vec<u64>, Failure> {
        ids(&self.ids)
    }
}

fn ids(list: &str) -> Result<Vec<u64>, Failure> {
    let parsed: Result<Vec<u64>, _> = list.split(',').map(|id| id.trim().parse()).collect();
    let ids = parsed.map_err(|_| Failure::bad_request("ids are numbers with commas between"))?;
    match ids.len() > IDS_MAX {
        true => Err(Failure::too_many_values(IDS_MAX)),
        false => Ok(ids),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = Path::<u64>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id))
            .map_err(|_| Failure::not_found())
    }
}

impl<const N: usize, S: Send + Sync> FromRequestParts<S> for Numbers<N> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = Path::<Vec<u64>>::from_request_parts(parts, state).await;
        let numbers = path.ok().and_then(|Path(numbers)| numbers.try_into().ok());
        numbers.map(Self).ok_or_else(Failure::not_found)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Word {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(word)| Self(word))
            .map_err(|_| Failure::not_found())
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|rejected| {
            let reason = std::error::Error::source(&rejected).map(ToString::to_string);
            Failure::bad_request(reason.unwrap_or_else(|| "the query cannot be read".to_owned()))
        })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let announced = request.body().size_hint().lower();
        if announced > BODY_OCTETS_MAX as u64 {
            return Err(Failure::too_large());
        }
        let read = to_bytes(request.into_body(), BODY_OCTETS_MAX);
        let octets = timeout(BODY_TIMEOUT, read).await;
        let octets = octets.map_err(|_| Failure::timed_out())?;
        let octets = octets.map_err(|_| Failure::too_large())?;
        parse(&octets).map(Self)
    }
}

fn parse<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Failure> {
    let octets = if octets.is_empty() { b"null" } else { octets };
    if depth(octets) > DEPTH_MAX {
        return Err(Failure::bad_request("the body is nested too deeply"));
    }
    serde_json::from_slice(octets).map_err(|error| match error.classify() {
        Category::Data => Failure::invalid("", "body_malformed", &error.to_string()),
        _ => Failure::bad_request("the body is not JSON"),
    })
}

/// How deep arrays and objects stand in each other at most.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for octet in json {
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Ids one call may name (API.md, section 4).
const IDS_MAX: usize = 100;
const DEPTH_MAX: usize = 64;
/// From the header to the end of the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_is_no_part_of_a_path() {
        for (asked, meant) in [
            ("/tickets.json", "/tickets"),
            (
                "/tickets/7.json?page%5Bsize%5D=2",
                "/tickets/7?page%5Bsize%5D=2",
            ),
            ("/tickets?x=.json", "/tickets?x=.json"),
        ] {
            let request = axum::http::Request::get(asked).body(()).expect("a request");
            assert_eq!(without_suffix(request).uri().to_string(), meant);
        }
    }

    #[test]
    fn brackets_in_texts_are_no_depth() {
        assert_eq!(depth(br#"{"a": "[[[{\"[", "b": [1, {"c": 2}]}"#), 3);
        let deep = "[".repeat(100_000);
        assert!(parse::<serde_json::Value>(deep.as_bytes()).is_err());
    }

    #[test]
    fn more_than_a_hundred_ids_are_too_many() {
        let list = |count: u64| {
            (0..count)
                .map(|id| id.to_string())
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(ids(&list(100)).map(|ids| ids.len()).ok(), Some(100));
        assert!(ids(&list(101)).is_err() && ids("1,x").is_err() && ids("").is_err());
    }
}
