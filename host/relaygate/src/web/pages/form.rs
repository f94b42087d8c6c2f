//! What was typed into a form of ours: it counts only with the word of its session.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::visit::Visit;
use crate::operations::Refusal;
use crate::services::Services;

/// A form that somebody signed in has sent. Whoever takes it apart has to name who
/// it is (`Admin`, `Anyone` …) as well.
pub(super) struct Posted<T>(pub(super) T);

/// The same with a file.
pub(super) struct Uploaded<T> {
    /// What was typed.
    pub(super) form: T,
    /// The file's octets, unless none was chosen.
    pub(super) file: Option<Bytes>,
}

/// A form without a session around it: signing in, taking up an invitation.
/// `CsrfLayer` has seen to where it comes from.
pub(super) struct Open<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Services>> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<Services>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, state).await?;
        let octets = octets(Request::from_parts(parts, body), state).await?;
        let fields: Vec<(String, String)> = read(&octets)?;
        let word = fields.iter().find(|(name, _)| name == WORD);
        match word.is_some_and(|(_, word)| visit.is_form_word(word)) {
            true => read(&octets).map(Self),
            false => Err(Problem::StaleForm),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<Services>> for Uploaded<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<Services>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let sent = Multipart::from_request(request, state).await;
        let sent = sent.map_err(|refused| Problem::Status(refused.status()))?;
        let (fields, file) = taken_apart(&visit, sent).await?;
        let fields = serde_urlencoded::to_string(fields);
        let fields = fields.map_err(|_| Problem::Status(StatusCode::BAD_REQUEST))?;
        Ok(Self {
            form: read(fields.as_bytes())?,
            file,
        })
    }
}

/// The fields and the file. The session's word comes first: without it nothing is read.
async fn taken_apart(visit: &Visit, mut sent: Multipart) -> Result<Taken, Problem> {
    let unreadable = |error: MultipartError| Problem::Status(error.status());
    let (mut fields, mut file, mut known) = (Vec::new(), None, false);
    while let Some(field) = sent.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if known && is_file(&field) {
            let octets = field.bytes().await.map_err(unreadable)?;
            file = Some(octets).filter(|octets| !octets.is_empty());
            continue;
        }
        if !known && name != WORD {
            return Err(Problem::StaleForm);
        }
        let text = field.text().await.map_err(unreadable)?;
        known = known || visit.is_form_word(&text);
        fields.push((name, text));
    }
    match known {
        true => Ok((fields, file)),
        false => Err(Problem::StaleForm),
    }
}

type Taken = (Vec<(String, String)>, Option<Bytes>);

fn is_file(field: &Field<'_>) -> bool {
    field.file_name().is_some()
}

impl<T: DeserializeOwned> FromRequest<Arc<Services>> for Open<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<Services>) -> Result<Self, Problem> {
        read(&octets(request, state).await?).map(Self)
    }
}

/// The body, which a layer bounds.
async fn octets(request: Request, state: &Arc<Services>) -> Result<Bytes, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with(FORM) {
        return Err(Problem::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let octets = Bytes::from_request(request, state).await;
    octets.map_err(|refused| Problem::Status(refused.status()))
}

fn read<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Problem> {
    serde_urlencoded::from_bytes(octets).map_err(|_| Problem::Status(StatusCode::BAD_REQUEST))
}

/// What speaks against a form, beside the field it is about.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// About no single field.
    pub(super) general: Option<String>,
    fields: Vec<(String, String)>,
}

impl Faults {
    /// In the words of who asks.
    pub(super) fn of(visit: &Visit, refusal: &Refusal) -> Self {
        let mut faults = Self::default();
        for detail in &refusal.details {
            let words = words(visit, &detail.code, &detail.hint);
            faults.fields.push((detail.field.clone(), words));
        }
        if refusal.details.is_empty() {
            faults.general = Some(words(visit, &refusal.code, &refusal.message));
        }
        faults
    }

    /// What speaks against one field.
    pub(super) fn at(&self, field: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(name, _)| name == field);
        found.map(|(_, words)| words.as_str())
    }

    /// Everything, for a page without fields.
    pub(super) fn all(&self) -> Vec<&str> {
        self.beside(&[])
    }

    /// What is about fields the form does not have.
    pub(super) fn beside(&self, fields: &[&str]) -> Vec<&str> {
        let other = self
            .fields
            .iter()
            .filter(|(name, _)| !fields.contains(&name.as_str()));
        let general = self.general.iter().map(String::as_str);
        general
            .chain(other.map(|(_, words)| words.as_str()))
            .collect()
    }
}

/// The sentence for a stable word in somebody's language; else the one that came
/// with it, which is English.
pub(super) fn words(visit: &Visit, code: &str, otherwise: &str) -> String {
    let key = format!("refusal-{}", code.replace('_', "-"));
    let found = visit.language.find(&key, &[]);
    found.map_or_else(|| otherwise.to_owned(), String::from)
}

/// The name of the field that carries the session's word.
const WORD: &str = "form_word";
const FORM: &str = "application/x-www-form-urlencoded";
