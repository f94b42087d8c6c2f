//! `/profile`: somebody's own language, password and second factor.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use qrcode::{Color, QrCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::form::{Faults, Posted};
use super::invitation::same;
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::sign_in::go_on;
use super::visit::{Anyone, SignedIn};
use crate::operations::passkeys::{self, PasskeyView};
use crate::operations::profile as own;
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/profile", get(profile))
        .route("/profile/language", post(language))
        .route("/profile/password", get(password_form).post(password))
        .route("/profile/codes", get(codes_form).post(finish_codes))
        .route("/profile/codes/begin", post(begin_codes))
        .route("/profile/codes/end", post(end_codes))
}

/// What was just done.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    /// A word of the family `done-`.
    pub(super) done: Option<String>,
}

#[derive(Deserialize)]
struct LanguageForm {
    language: String,
}

#[derive(Deserialize)]
struct PasswordForm {
    password: SecretString,
    again: SecretString,
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Template)]
#[template(path = "profile/profile.html")]
struct ProfilePage {
    page: Page,
    address: String,
    role: &'static str,
    chosen: String,
    codes: bool,
    passkeys: Vec<PasskeyView>,
    /// They can be had here.
    passkeys_possible: bool,
}

#[derive(Template)]
#[template(path = "profile/password.html")]
struct PasswordPage {
    page: Page,
    faults: Faults,
    address: String,
}

#[derive(Template)]
#[template(path = "profile/codes.html")]
struct CodesPage {
    page: Page,
    faults: Faults,
    seed: String,
    picture: Picture,
}

/// A square of dark and light modules, as a path of an SVG picture.
struct Picture {
    side: usize,
    path: String,
}

async fn profile(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Query(told): Query<Told>,
) -> Response {
    let member = &who.visitor().member;
    shown(&ProfilePage {
        page: Page::of(&who.visit, PLACE).with_done(told.done.as_deref()),
        address: member.address.to_string(),
        role: member.role.as_str(),
        chosen: member.language.clone().unwrap_or_default(),
        codes: member.has_codes(),
        passkeys: passkeys::list(member),
        passkeys_possible: passkeys::are_possible(&services),
    })
    .into_response()
}

async fn language(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Posted(form): Posted<LanguageForm>,
) -> Result<Redirect, Problem> {
    let language = match form.language.as_str() {
        "" => None,
        "en" | "de" => Some(form.language),
        _ => return Err(Problem::Status(StatusCode::BAD_REQUEST)),
    };
    own::choose_language(&services, who.visitor(), language).await?;
    Ok(Redirect::to("/profile?done=language"))
}

async fn password_form(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
) -> Result<Response, Problem> {
    who.has_proved_lately(&services, "/profile/password")?;
    Ok(shown(&password_page(&who, Faults::default())).into_response())
}

fn password_page(who: &SignedIn, faults: Faults) -> PasswordPage {
    PasswordPage {
        page: Page::of(&who.visit, PLACE),
        faults,
        address: who.visitor().member.address.to_string(),
    }
}

async fn password(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Posted(form): Posted<PasswordForm>,
) -> Result<Response, Problem> {
    who.has_proved_lately(&services, "/profile/password")?;
    let (visitor, secret, client) = (who.visitor(), who.secret(), who.visit.client());
    let changed = match same(&form.password, &form.again) {
        Ok(new) => own::change_password(&services, visitor, secret, new, client).await,
        Err(refusal) => Err(refusal),
    };
    match changed {
        Ok(begun) => Ok(go_on(&begun, "/profile?done=password")),
        Err(refusal) => {
            let page = password_page(&who, Faults::of(&who.visit, &refusal));
            Ok((refusal_status(&refusal.code), shown(&page)).into_response())
        }
    }
}

async fn begin_codes(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    who.has_proved_lately(&services, "/profile")?;
    own::begin_codes(&services, who.visitor()).await?;
    Ok(Redirect::to("/profile/codes"))
}

async fn codes_form(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
) -> Result<Response, Problem> {
    who.has_proved_lately(&services, "/profile/codes")?;
    let page = codes_page(&services, &who, Faults::default())?;
    Ok(shown(&page).into_response())
}

fn codes_page(services: &Services, who: &SignedIn, faults: Faults) -> Result<CodesPage, Problem> {
    let seed = own::pending_seed(services, who.visitor())?;
    let seed = seed.ok_or(Problem::See("/profile".to_owned()))?;
    let seed = seed.expose_secret().to_owned();
    let address = who.visitor().member.address.to_string();
    Ok(CodesPage {
        page: Page::of(&who.visit, PLACE),
        faults,
        picture: picture(&app_link(&who.visit.product, &address, &seed)),
        seed: spaced(&seed),
    })
}

/// What an authenticator app reads from the picture (the `otpauth` form all of them know).
fn app_link(product: &str, address: &str, seed: &str) -> String {
    let escape = |text| super::visit::escaped(text).replace('+', "%20");
    let (product, address) = (escape(product), escape(address));
    format!("otpauth://totp/{product}:{address}?secret={seed}&issuer={product}")
}

/// In groups of four, for who has to type it.
fn spaced(seed: &str) -> String {
    let letters: Vec<char> = seed.chars().collect();
    let groups = letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}

fn picture(text: &str) -> Picture {
    let code = QrCode::new(text).expect("a link is far below what a picture holds");
    let side = code.width();
    let dark = code.to_colors().into_iter().enumerate();
    let dark = dark.filter(|(_, color)| *color == Color::Dark);
    let squares = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % side, at / side));
    Picture {
        side,
        path: squares.collect(),
    }
}

async fn finish_codes(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Posted(form): Posted<CodeForm>,
) -> Result<Response, Problem> {
    who.has_proved_lately(&services, "/profile/codes")?;
    let client = who.visit.client();
    match own::finish_codes(&services, who.visitor(), &form.code, client).await {
        Ok(()) => Ok(Redirect::to("/profile?done=codes-on").into_response()),
        Err(refusal) => {
            let page = codes_page(&services, &who, Faults::of(&who.visit, &refusal))?;
            Ok((refusal_status(&refusal.code), shown(&page)).into_response())
        }
    }
}

async fn end_codes(
    State(services): State<Arc<Services>>,
    Anyone(who): Anyone,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    who.has_proved_lately(&services, "/profile")?;
    own::end_codes(&services, who.visitor(), who.visit.peer).await?;
    Ok(Redirect::to("/profile?done=codes-off"))
}

const PLACE: &str = "/profile";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_finds_issuer_and_name() {
        assert_eq!(
            app_link("Desk One", "a+b@x.example", "MZXW"),
            "otpauth://totp/Desk%20One:a%2Bb%40x.example?secret=MZXW&issuer=Desk%20One"
        );
    }

    #[test]
    fn a_seed_is_shown_in_groups() {
        assert_eq!(spaced("MZXW6YTBOI"), "MZXW 6YTB OI");
    }
}
