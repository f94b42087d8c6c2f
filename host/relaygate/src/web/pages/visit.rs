//! Who asks for a page: read once for each request, before anything else.
//!
//! A handler says by its argument whom it is for ([`Admin`], [`Member`],
//! [`Operator`], [`HalfWay`]). Who is not signed in is sent to do so; to anybody
//! else the page does not exist (R107: never 403, which would tell that it does).

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use desk::members::Role;
use desk::members::browsers::KNOWN_MS;
use desk::members::sessions::Stage;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::language::Language;
use super::problem::{self, Problem};
use crate::operations::sessions::{self, Client, Visitor};
use crate::operations::{Actor, Refusal};
use crate::services::Services;
use crate::web::Peer;

/// One request, and who makes it as far as is known.
#[derive(Clone)]
pub(super) struct Visit(Arc<Known>);

/// What is known of it.
pub(super) struct Known {
    /// The language it is answered in.
    pub(super) language: Language,
    /// What the product calls itself.
    pub(super) product: String,
    /// From where.
    pub(super) peer: IpAddr,
    /// The cookie's value, whether it opens anything or not.
    pub(super) secret: Option<SecretString>,
    /// The marks of those who have signed in with this browser.
    browser: Option<SecretString>,
    /// Whose session it is.
    pub(super) visitor: Option<Visitor>,
}

impl Deref for Visit {
    type Target = Known;

    fn deref(&self) -> &Known {
        &self.0
    }
}

/// Reads who asks, lets the request be answered, and gives a page to what went wrong.
pub(super) async fn load(
    State(services): State<Arc<Services>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = match known(&services, &parts).await {
        Ok(visit) => visit,
        Err((visit, refusal)) => return problem::page(&visit, &Problem::from(refusal)),
    };
    parts.extensions.insert(visit.clone());
    let request = Request::from_parts(parts, body);
    problem::with_page(&visit, next.run(request).await)
}

async fn known(services: &Services, parts: &Parts) -> Result<Visit, (Visit, Refusal)> {
    let secret = cookie(&parts.headers, COOKIE);
    let browser = cookie(&parts.headers, BROWSER_COOKIE);
    let found = match &secret {
        Some(secret) => sessions::visitor(services, secret).await,
        None => Ok(None),
    };
    let make = |visitor: Option<Visitor>| {
        let chosen = visitor
            .as_ref()
            .and_then(|it| it.member.language.as_deref());
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let peer = parts.extensions.get::<Peer>();
        Visit(Arc::new(Known {
            language: Language::choose(chosen, accepted),
            product: services.product.name.clone(),
            peer: peer.expect("the server says who asks").0,
            secret: secret.clone(),
            browser: browser.clone(),
            visitor,
        }))
    };
    match found {
        Ok(visitor) => Ok(make(visitor)),
        Err(refusal) => Err((make(None), refusal)),
    }
}

/// One of our cookies. A browser sends all of a site's in one field, HTTP/2 may
/// split them (RFC 9113 §8.2.3).
fn cookie(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let fields = headers.get_all(header::COOKIE).into_iter();
    let cookies = fields.filter_map(|field| field.to_str().ok());
    let mut cookies = cookies.flat_map(|field| field.split(';'));
    let value = cookies.find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))?;
    Some(SecretString::from(value))
}

/// The field that keeps a session's secret in the browser: for this host alone
/// (`__Host-`, RFC 6265bis §4.1.3.2), out of reach of scripts, never sent from elsewhere.
pub(super) fn set_cookie(secret: &SecretString) -> HeaderValue {
    let text = format!("{COOKIE}={}; {COOKIE_RULES}", secret.expose_secret());
    sensitive(&text)
}

/// The field that marks a browser as one that somebody has signed in with. It opens nothing,
/// and stays when they sign out.
pub(super) fn mark_browser(marks: &SecretString) -> HeaderValue {
    let (marks, life) = (marks.expose_secret(), KNOWN_MS / 1_000);
    sensitive(&format!(
        "{BROWSER_COOKIE}={marks}; Max-Age={life}; {COOKIE_RULES}"
    ))
}

/// The field that makes a browser forget it.
pub(super) fn clear_cookie() -> HeaderValue {
    sensitive(&format!("{COOKIE}=; Max-Age=0; {COOKIE_RULES}"))
}

fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).expect("clear letters and our own words");
    value.set_sensitive(true);
    value
}

impl Known {
    /// From where it comes.
    pub(super) fn client(&self) -> Client<'_> {
        Client {
            peer: self.peer,
            browser: self.browser.as_ref(),
        }
    }

    /// The word that every form of this session carries. Whoever knows it knows the
    /// cookie, which no other site can read.
    pub(super) fn form_word(&self) -> String {
        let secret = self
            .secret
            .as_ref()
            .map_or("", |secret| secret.expose_secret());
        let digest = Sha256::new()
            .chain_update("form ")
            .chain_update(secret)
            .finalize();
        digest.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// Whether a form's word is this session's.
    pub(super) fn is_form_word(&self, word: &str) -> bool {
        self.form_word().as_bytes().ct_eq(word.as_bytes()).into()
    }
}

/// Somebody who is signed in, whole; what they may do is told by the type around it.
#[derive(Clone)]
pub(super) struct SignedIn {
    /// The request.
    pub(super) visit: Visit,
    visitor: Visitor,
    secret: SecretString,
}

impl SignedIn {
    /// Who it is.
    pub(super) fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// The cookie's value.
    pub(super) fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// The same for the audit log.
    pub(super) fn actor(&self) -> Actor {
        Actor::person(&self.visitor.member.address, self.visit.peer)
    }

    /// Their account's subdomain.
    pub(super) fn subdomain(&self) -> Option<&str> {
        let profile = self.visitor.profile.as_ref();
        profile.map(|profile| profile.subdomain.as_str())
    }

    /// Sends those to give their password again who did so too long ago to touch
    /// credentials or logins; then back to `path`.
    pub(super) fn has_proved_lately(&self, services: &Services, path: &str) -> Result<(), Problem> {
        match self.visitor.session.is_recent(services.clock.now()) {
            true => Ok(()),
            false => Err(Problem::See(format!("/confirm?next={}", escaped(path)))),
        }
    }
}

/// Anybody who is signed in.
#[derive(Clone)]
pub(super) struct Anyone(pub(super) SignedIn);

/// An admin of an account.
#[derive(Clone)]
pub(super) struct Admin {
    who: SignedIn,
    /// Subdomain of their account.
    pub(super) account: String,
}

impl Deref for Admin {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.who
    }
}

/// Somebody of an account: an admin, or an agent, who reads what an admin may change.
#[derive(Clone)]
pub(super) struct Member {
    who: SignedIn,
    /// Subdomain of their account.
    pub(super) account: String,
}

impl Deref for Member {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.who
    }
}

impl Member {
    /// Whether they may change what they see.
    pub(super) fn is_admin(&self) -> bool {
        self.who.visitor.member.role == Role::Admin
    }
}

/// Somebody who runs the installation; no account is theirs.
#[derive(Clone)]
pub(super) struct Operator(SignedIn);

impl Deref for Operator {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

/// Somebody whose password was right and whose second factor is awaited.
pub(super) struct HalfWay(pub(super) SignedIn);

fn signed_in(parts: &Parts, stage: Stage) -> Result<SignedIn, Problem> {
    let visit = visit(parts);
    let visitor = visit.visitor.clone();
    let found = visitor.filter(|visitor| visitor.session.stage == stage);
    match (found, visit.secret.clone()) {
        (Some(visitor), Some(secret)) => Ok(SignedIn {
            visit,
            visitor,
            secret,
        }),
        _ => Err(Problem::See(sign_in_path(parts))),
    }
}

/// Back to the page after signing in, if it is one that can be asked for again.
fn sign_in_path(parts: &Parts) -> String {
    match parts.method == Method::GET && parts.uri.path() != "/" {
        true => format!("/sign-in?next={}", escaped(parts.uri.path())),
        false => "/sign-in".to_owned(),
    }
}

/// A path for the value of a query.
pub(super) fn escaped(path: &str) -> String {
    serde_urlencoded::to_string([("", path)])
        .unwrap_or_default()
        .trim_start_matches('=')
        .to_owned()
}

fn visit(parts: &Parts) -> Visit {
    let visit = parts.extensions.get::<Visit>();
    visit.expect("every page is behind `load`").clone()
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(visit(parts))
    }
}

impl<S: Sync> FromRequestParts<S> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        signed_in(parts, Stage::Whole).map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for HalfWay {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        signed_in(parts, Stage::Password).map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let who = signed_in(parts, Stage::Whole)?;
        let account = who.subdomain().map(str::to_owned);
        match (account, who.visitor.member.role) {
            (Some(account), Role::Admin) => Ok(Self { who, account }),
            _ => Err(Problem::Status(StatusCode::NOT_FOUND)),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let who = signed_in(parts, Stage::Whole)?;
        match who.subdomain().map(str::to_owned) {
            Some(account) => Ok(Self { who, account }),
            None => Err(Problem::Status(StatusCode::NOT_FOUND)),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let who = signed_in(parts, Stage::Whole)?;
        match (who.subdomain(), who.visitor.member.role) {
            (None, Role::Operator) => Ok(Self(who)),
            _ => Err(Problem::Status(StatusCode::NOT_FOUND)),
        }
    }
}

const COOKIE: &str = "__Host-session";
const BROWSER_COOKIE: &str = "__Host-browser";
const COOKIE_RULES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        for (fields, expected) in [
            (&["__Host-session=abc"][..], Some("abc")),
            (&["a=b; __Host-session=abc; c=d"], Some("abc")),
            (&["a=b", "__Host-session=abc"], Some("abc")),
            (&["__Host-session2=abc"], None),
            (&["x__Host-session=abc"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for field in fields {
                headers.append(header::COOKIE, HeaderValue::from_static(field));
            }
            let found = cookie(&headers, COOKIE);
            let found = found.as_ref().map(|secret| secret.expose_secret());
            assert_eq!(found, expected, "{fields:?}");
        }
    }

    #[test]
    fn a_path_survives_in_a_query() {
        assert_eq!(escaped("/a/b@c&d=e"), "%2Fa%2Fb%40c%26d%3De");
    }
}
