//! `/sign-in`, `/sign-in/code`, `/confirm`, `/sign-out`.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::members::sessions::Stage;
use secrecy::SecretString;
use serde::Deserialize;

use super::form::{Faults, Open, Posted};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::visit::{Anyone, HalfWay, SignedIn, Visit, clear_cookie, escaped, set_cookie};
use crate::operations::Refusal;
use crate::operations::sessions::{self, BegunView, SignInInput};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/sign-in/code", get(code_form).post(code))
        .route("/confirm", get(confirm_form).post(confirm))
        .route("/sign-out", post(sign_out))
}

/// Where to go on.
#[derive(Debug, Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    account: String,
    address: String,
    password: SecretString,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct ConfirmForm {
    password: SecretString,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Template)]
#[template(path = "sign-in/sign-in.html")]
struct SignInPage {
    page: Page,
    faults: Faults,
    account: String,
    address: String,
    next: String,
}

#[derive(Template)]
#[template(path = "sign-in/code.html")]
struct CodePage {
    page: Page,
    faults: Faults,
    next: String,
}

#[derive(Template)]
#[template(path = "sign-in/confirm.html")]
struct ConfirmPage {
    page: Page,
    faults: Faults,
    codes: bool,
    next: String,
}

async fn sign_in_form(visit: Visit, Query(query): Query<Next>) -> Response {
    shown(&SignInPage {
        page: Page::of(&visit, ""),
        faults: Faults::default(),
        account: String::new(),
        address: String::new(),
        next: query.next,
    })
    .into_response()
}

async fn sign_in(
    State(services): State<Arc<Services>>,
    visit: Visit,
    Open(form): Open<SignInForm>,
) -> Response {
    let input = SignInInput {
        account: &form.account,
        address: &form.address,
        password: &form.password,
        ends: visit.secret.as_ref(),
        peer: visit.peer,
    };
    match sessions::sign_in(&services, input).await {
        Ok(begun) => go_on(&begun, &form.next),
        Err(refusal) => {
            let page = SignInPage {
                page: Page::of(&visit, ""),
                faults: Faults::of(&visit, &refusal),
                account: form.account,
                address: form.address,
                next: form.next,
            };
            refused(&refusal, &page)
        }
    }
}

fn refused(refusal: &Refusal, page: &impl Template) -> Response {
    (refusal_status(&refusal.code), shown(page)).into_response()
}

/// With the new session, to the one-time code if that is asked for, else on.
pub(super) fn go_on(begun: &BegunView, next: &str) -> Response {
    let place = match begun.stage {
        Stage::Password => format!("/sign-in/code?next={}", escaped(inner(next))),
        Stage::Whole => inner(next).to_owned(),
    };
    let cookie = AppendHeaders([(header::SET_COOKIE, set_cookie(&begun.secret))]);
    (cookie, Redirect::to(&place)).into_response()
}

/// A page of ours: what else somebody wrote into `next` leads to the first one.
fn inner(next: &str) -> &str {
    let plain = |octet: u8| octet.is_ascii_graphic() && octet != b'\\';
    let ours = next.starts_with('/') && !next.starts_with("//") && next.bytes().all(plain);
    if ours { next } else { "/" }
}

async fn code_form(HalfWay(who): HalfWay, Query(query): Query<Next>) -> Response {
    shown(&CodePage {
        page: Page::of(&who.visit, ""),
        faults: Faults::default(),
        next: query.next,
    })
    .into_response()
}

async fn code(
    State(services): State<Arc<Services>>,
    HalfWay(who): HalfWay,
    Posted(form): Posted<CodeForm>,
) -> Response {
    let peer = who.visit.peer;
    let given = sessions::give_code(&services, who.visitor(), who.secret(), &form.code, peer);
    match given.await {
        Ok(begun) => go_on(&begun, &form.next),
        Err(refusal) => {
            let page = CodePage {
                page: Page::of(&who.visit, ""),
                faults: Faults::of(&who.visit, &refusal),
                next: form.next,
            };
            refused(&refusal, &page)
        }
    }
}

async fn confirm_form(Anyone(who): Anyone, Query(query): Query<Next>) -> Response {
    shown(&confirm_page(&who, Faults::default(), query.next)).into_response()
}

fn confirm_page(who: &SignedIn, faults: Faults, next: String) -> ConfirmPage {
    ConfirmPage {
        page: Page::of(&who.visit, ""),
        faults,
        codes: who.visitor().member.has_codes(),
        next,
    }
}

async fn confirm(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Posted(form): Posted<ConfirmForm>,
) -> Response {
    let (proofs, peer) = ((&form.password, form.code.as_str()), who.visit.peer);
    let proved = sessions::prove_again(&services, who.visitor(), who.secret(), proofs, peer);
    match proved.await {
        Ok(begun) => go_on(&begun, &form.next),
        Err(refusal) => {
            let faults = Faults::of(&who.visit, &refusal);
            refused(&refusal, &confirm_page(&who, faults, form.next))
        }
    }
}

/// Also for who has come half the way.
async fn sign_out(
    State(services): State<Arc<Services>>,
    visit: Visit,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Problem> {
    if let Some(secret) = &visit.secret {
        sessions::sign_out(&services, secret).await?;
    }
    let cookie = AppendHeaders([(header::SET_COOKIE, clear_cookie())]);
    Ok((cookie, Redirect::to("/sign-in")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away_from_here() {
        for ours in [
            "/",
            "/profile",
            "/channels/email/addresses/help@acme.example",
        ] {
            assert_eq!(inner(ours), ours);
        }
        for other in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
        ] {
            assert_eq!(inner(other), "/", "{other}");
        }
    }
}
