//! `/policies/new`: a component is uploaded, to be tried or to decide.
//!
//! Not here: what is checked before it is taken (`operations::policy_changes`).

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use policy::compiler::WALL_MAX;
use serde::Deserialize;
use serde_json::Value;
use tower_http::limit::RequestBodyLimitLayer;

use super::addresses::{refused, typed};
use super::domains::is_ticked;
use super::form::{Faults, Uploaded};
use super::own_policies::{PLACE, path, pretty};
use super::page::Page;
use super::problem::{Problem, shown};
use super::visit::Admin;
use crate::operations::policy_changes::{self, ComponentInput, InstallInput, InstalledView};
use crate::operations::{Outcome, Refusal, policy_trials};
use crate::services::Services;

pub(super) fn router(services: &Services) -> Router<Arc<Services>> {
    let octets_max = services.config.policy.component_octets_max;
    let octets_max = usize::try_from(octets_max).unwrap_or(usize::MAX);
    Router::new()
        .route(NEW, get(form).post(install))
        .layer(DefaultBodyLimit::disable())
        // One that is a little too large is told so by its form.
        .layer(RequestBodyLimitLayer::new(
            octets_max.saturating_add(crate::web::BODY_OCTETS_MAX),
        ))
        .layer(crate::web::answered_within(UPLOAD_TIMEOUT))
}

/// Which policy gets a version more.
#[derive(Deserialize)]
struct Chosen {
    name: Option<String>,
}

/// A version as it is typed.
#[derive(Clone, Default, Deserialize)]
struct InstallForm {
    #[serde(default)]
    name: String,
    /// `live`: it decides at once.
    #[serde(default)]
    how: String,
    #[serde(default)]
    settings: String,
    #[serde(default)]
    limits: String,
    #[serde(default)]
    headers: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    routes: String,
    #[serde(default)]
    digest: String,
    #[serde(default)]
    signature: String,
    /// The component the account has, which is meant if no file is chosen.
    #[serde(default)]
    kept: String,
}

#[derive(Template)]
#[template(path = "policies/install.html")]
struct InstallPage {
    page: Page,
    faults: Faults,
    form: InstallForm,
    /// The operator takes only signed components.
    signed: bool,
}

impl InstallForm {
    /// With what the version that decides has.
    fn after(policy: &InstalledView) -> Self {
        let mut form = Self {
            name: policy.name.clone(),
            ..Self::default()
        };
        if let Some(live) = policy.versions.iter().find(|version| version.live) {
            let tick = |interface: &str| match live.interfaces.iter().any(|it| it == interface) {
                true => "yes".to_owned(),
                false => String::new(),
            };
            form.kept.clone_from(&live.digest);
            form.settings = pretty(&live.settings);
            form.limits = tick("limits");
            form.headers = tick("headers");
            form.tags = tick("tags");
            form.routes = tick("routes");
        }
        form
    }

    fn interfaces(&self) -> Vec<String> {
        let all = [
            ("limits", &self.limits),
            ("headers", &self.headers),
            ("tags", &self.tags),
            ("routes", &self.routes),
        ];
        let ticked = all.into_iter().filter(|(_, tick)| is_ticked(tick));
        ticked.map(|(name, _)| name.to_owned()).collect()
    }

    fn settings(&self) -> Outcome<Option<Value>> {
        let parsed = typed(&self.settings).map(|text| serde_json::from_str(&text));
        let unfit = |error: serde_json::Error| {
            let hint = format!("write a JSON object: {error}");
            Refusal::field("settings", "settings_unfit", &hint)
        };
        parsed.transpose().map_err(unfit)
    }

    fn input(&self, account: &str, file: Option<&[u8]>) -> Outcome<InstallInput> {
        let kept = || typed(&self.kept).filter(|_| file.is_none());
        Ok(InstallInput {
            account: account.to_owned(),
            name: self.name.trim().to_owned(),
            component: ComponentInput {
                octets: file.map(|octets| BASE64.encode(octets)),
                digest: typed(&self.digest).or_else(kept),
                signature: typed(&self.signature),
            },
            settings: self.settings()?,
            interfaces: self.interfaces(),
        })
    }
}

async fn form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, NEW)?;
    let form = match chosen.name {
        Some(name) => {
            let policy = policy_changes::show(&services, &admin.account, &name).await?;
            InstallForm::after(&policy)
        }
        None => InstallForm::default(),
    };
    let page = install_page(&services, &admin, form, Faults::default());
    Ok(shown(&page).into_response())
}

fn install_page(
    services: &Services,
    admin: &Admin,
    form: InstallForm,
    faults: Faults,
) -> InstallPage {
    InstallPage {
        page: Page::of(&admin.visit, PLACE),
        faults,
        form,
        signed: !services.config.policy.signers.is_empty(),
    }
}

async fn install(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Uploaded { form, file }: Uploaded<InstallForm>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, NEW)?;
    match take(&services, &admin, &form, file.as_deref()).await {
        Ok(done) => {
            let place = format!("{}?done={done}", path(form.name.trim()));
            Ok(Redirect::to(&place).into_response())
        }
        Err(refusal) => {
            let faults = Faults::of(&admin.visit, &refusal);
            let page = install_page(&services, &admin, form, faults);
            Ok(refused(&refusal, &page))
        }
    }
}

/// Lets it decide, or be tried; the word of what was done.
async fn take(
    services: &Services,
    admin: &Admin,
    form: &InstallForm,
    file: Option<&[u8]>,
) -> Outcome<&'static str> {
    let input = form.input(&admin.account, file)?;
    if form.how == LIVE {
        policy_changes::install(services, &admin.actor(), &input).await?;
        return Ok("policy-installed");
    }
    policy_trials::shadow(services, &admin.actor(), &input).await?;
    Ok("trial-begun")
}

/// It may come over a slow line, and then has a compiler's time.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120).saturating_add(WALL_MAX);
const NEW: &str = "/policies/new";
const LIVE: &str = "live";
