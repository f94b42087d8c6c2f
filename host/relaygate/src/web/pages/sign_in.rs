//! `/sign-in`, `/sign-in/factor`, `/confirm`, `/sign-out`.

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
use super::visit::{
    Anyone, HalfWay, SignedIn, Visit, clear_cookie, escaped, mark_browser, set_cookie,
};
use crate::operations::Refusal;
use crate::operations::passkeys;
use crate::operations::sessions::{self, BegunView, Factor, SignInInput};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/sign-in/factor", get(factor_form).post(factor))
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

/// A one-time code, or what the device of a passkey said.
#[derive(Deserialize)]
struct FactorForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct ConfirmForm {
    password: SecretString,
    #[serde(default)]
    code: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Nothing {}

/// What somebody can prove themselves with beside the password.
struct Factors {
    codes: bool,
    /// What the browser has to be told for a passkey, in JSON.
    passkey: Option<String>,
}

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
#[template(path = "sign-in/factor.html")]
struct FactorPage {
    page: Page,
    faults: Faults,
    factors: Factors,
    next: String,
}

#[derive(Template)]
#[template(path = "sign-in/confirm.html")]
struct ConfirmPage {
    page: Page,
    faults: Faults,
    factors: Factors,
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
        client: visit.client(),
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

/// With the new session, to the second factor if one is asked for, else on.
pub(super) fn go_on(begun: &BegunView, next: &str) -> Response {
    let place = match begun.stage {
        Stage::Password => format!("/sign-in/factor?next={}", escaped(inner(next))),
        Stage::Whole => inner(next).to_owned(),
    };
    let session = [(header::SET_COOKIE, set_cookie(&begun.secret))];
    let browser = begun.browser.as_ref();
    let browser = browser.map(|marks| (header::SET_COOKIE, mark_browser(marks)));
    let cookies = AppendHeaders(session.into_iter().chain(browser));
    (cookies, Redirect::to(&place)).into_response()
}

/// A page of ours: what else somebody wrote into `next` leads to the first one.
fn inner(next: &str) -> &str {
    let plain = |octet: u8| octet.is_ascii_graphic() && octet != b'\\';
    let ours = next.starts_with('/') && !next.starts_with("//") && next.bytes().all(plain);
    if ours { next } else { "/" }
}

async fn factor_form(
    State(services): State<Arc<Services>>,
    HalfWay(who): HalfWay,
    Query(query): Query<Next>,
) -> Result<Response, Problem> {
    let page = factor_page(&services, &who, Faults::default(), query.next)?;
    Ok(shown(&page).into_response())
}

fn factor_page(
    services: &Services,
    who: &SignedIn,
    faults: Faults,
    next: String,
) -> Result<FactorPage, Problem> {
    Ok(FactorPage {
        page: Page::of(&who.visit, ""),
        faults,
        factors: factors(services, who)?,
        next,
    })
}

/// With a ceremony of the session's own, should they choose a passkey.
fn factors(services: &Services, who: &SignedIn) -> Result<Factors, Problem> {
    let member = &who.visitor().member;
    Ok(Factors {
        codes: member.has_codes(),
        passkey: passkeys::begin_showing(services, member, who.secret())?,
    })
}

/// The passkey, if that is what was sent.
fn given<'a>(code: &'a str, answer: &'a str) -> Factor<'a> {
    match answer {
        "" => Factor::Code(code),
        answer => Factor::Passkey(answer),
    }
}

async fn factor(
    State(services): State<Arc<Services>>,
    HalfWay(who): HalfWay,
    Posted(form): Posted<FactorForm>,
) -> Result<Response, Problem> {
    let (factor, client) = (given(&form.code, &form.answer), who.visit.client());
    let taken = sessions::give_factor(&services, who.visitor(), who.secret(), factor, client);
    match taken.await {
        Ok(begun) => Ok(go_on(&begun, &form.next)),
        Err(refusal) => {
            let faults = Faults::of(&who.visit, &refusal);
            let page = factor_page(&services, &who, faults, form.next)?;
            Ok(refused(&refusal, &page))
        }
    }
}

async fn confirm_form(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Query(query): Query<Next>,
) -> Result<Response, Problem> {
    let page = confirm_page(&services, &who, Faults::default(), query.next)?;
    Ok(shown(&page).into_response())
}

fn confirm_page(
    services: &Services,
    who: &SignedIn,
    faults: Faults,
    next: String,
) -> Result<ConfirmPage, Problem> {
    Ok(ConfirmPage {
        page: Page::of(&who.visit, ""),
        faults,
        factors: factors(services, who)?,
        next,
    })
}

async fn confirm(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Posted(form): Posted<ConfirmForm>,
) -> Result<Response, Problem> {
    let (factor, client) = (given(&form.code, &form.answer), who.visit.client());
    let proofs = (&form.password, factor);
    let proved = sessions::prove_again(&services, who.visitor(), who.secret(), proofs, client);
    match proved.await {
        Ok(begun) => Ok(go_on(&begun, &form.next)),
        Err(refusal) => {
            let faults = Faults::of(&who.visit, &refusal);
            let page = confirm_page(&services, &who, faults, form.next)?;
            Ok(refused(&refusal, &page))
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
