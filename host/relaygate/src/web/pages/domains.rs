//! `/channels/email/domains`: connecting a domain, its credentials, taking it out of use.
//!
//! A password is on the one page that answers the form which made it, and nowhere
//! after (R51). That page is no redirect, so loading it again sends the form again:
//! the browser asks, and the domain is there already.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::addresses::path as address_path;
use super::bars::Bars;
use super::email::{PLACE, mark, status_tone};
use super::form::{Faults, Posted};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::profile::Told;
use super::traffic;
use super::visit::Admin;
use crate::operations::addresses::{self, AddressView};
use crate::operations::disconnect::{self, EnvelopeView, ProgressView};
use crate::operations::domains::{self, ConnectorView, DiscardInput, DomainInput, IssuedView};
use crate::operations::handover::{self, HandoverView};
use crate::operations::{Outcome, Refusal};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/channels/email/domains/new", get(new_form).post(add))
        .route("/channels/email/domains/{domain}", get(show))
        .route("/channels/email/domains/{domain}/name", post(rename))
        .route(
            "/channels/email/domains/{domain}/rotate",
            get(rotate_form).post(rotate),
        )
        .route(
            "/channels/email/domains/{domain}/credentials/{credential}/discard",
            get(discard_form).post(discard),
        )
        .route(
            "/channels/email/domains/{domain}/disconnect",
            get(disconnect_form).post(begin_disconnect),
        )
        .route("/channels/email/domains/{domain}/progress", get(progress))
}

#[derive(Clone, Default, Deserialize)]
struct NewForm {
    name: String,
    domain: String,
    #[serde(default)]
    protocol: String,
    #[serde(default)]
    catch_all: String,
    #[serde(default)]
    require_authenticated: String,
}

#[derive(Deserialize)]
struct NameForm {
    name: String,
}

#[derive(Default, Deserialize)]
struct RotateForm {
    #[serde(default)]
    keep_hours: String,
}

#[derive(Deserialize)]
struct DiscardForm {
    #[serde(default)]
    last: String,
}

#[derive(Deserialize)]
struct DisconnectForm {
    #[serde(default)]
    domain: String,
}

#[derive(Template)]
#[template(path = "domains/new.html")]
struct NewPage {
    page: Page,
    faults: Faults,
    form: NewForm,
}

#[derive(Template)]
#[template(path = "domains/credentials.html")]
struct CredentialsPage {
    page: Page,
    domain: String,
    credential: IssuedView,
    sheet: HandoverView,
    /// A second set beside the one in use, not the first of all.
    rotated: bool,
    /// The user name that is an address is nobody's address yet (R54).
    alias_missing: bool,
}

#[derive(Template)]
#[template(path = "domains/domain.html")]
struct DomainPage {
    page: Page,
    connector: ConnectorView,
    addresses: Vec<AddressView>,
    week: Bars,
    sheet: HandoverView,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "domains/rotate.html")]
struct RotatePage {
    page: Page,
    domain: String,
    faults: Faults,
    keep_hours: String,
    /// There are two live sets, and so no room for a third.
    full: bool,
}

#[derive(Template)]
#[template(path = "domains/discard.html")]
struct DiscardPage {
    page: Page,
    domain: String,
    credential: String,
    faults: Faults,
    last: bool,
}

#[derive(Template)]
#[template(path = "domains/disconnect.html")]
struct DisconnectPage {
    page: Page,
    progress: ProgressView,
    addresses: Vec<AddressView>,
    hours: Bars,
    /// The quietest, if there is any mail to tell it by.
    quietest: Option<String>,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "domains/progress.html")]
struct ProgressPage {
    page: Page,
    progress: ProgressView,
    refused: Vec<EnvelopeView>,
}

async fn new_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, "/channels/email/domains/new")?;
    let page = NewPage {
        page: Page::of(&admin.visit, PLACE),
        faults: Faults::default(),
        form: NewForm::default(),
    };
    Ok(shown(&page).into_response())
}

async fn add(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Posted(form): Posted<NewForm>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, "/channels/email/domains/new")?;
    let input = DomainInput {
        account: admin.account.clone(),
        domain: form.domain.clone(),
        name: Some(form.name.clone()),
        login: form.protocol == LOGIN,
        catch_all: is_ticked(&form.catch_all),
        require_authenticated: is_ticked(&form.require_authenticated),
    };
    match domains::add(&services, &admin.actor(), &input).await {
        Ok(added) => {
            let domain = added.connector.domain;
            credentials(&services, &admin, domain, added.credential, false).await
        }
        Err(refusal) => {
            let faults = Faults::of(&admin.visit, &refusal);
            let page = Page::of(&admin.visit, PLACE);
            Ok(refused(&refusal, &NewPage { page, faults, form }))
        }
    }
}

/// The hand-over sheet, in the one moment in which the password exists.
async fn credentials(
    services: &Services,
    admin: &Admin,
    domain: String,
    credential: IssuedView,
    rotated: bool,
) -> Result<Response, Problem> {
    let known = addresses::list(services, &admin.account).await?.addresses;
    let is_alias = |address: &AddressView| address.address == credential.username_alias;
    Ok(shown(&CredentialsPage {
        page: Page::of(&admin.visit, PLACE),
        alias_missing: !known.iter().any(is_alias),
        domain,
        credential,
        sheet: handover::sheet(services),
        rotated,
    })
    .into_response())
}

pub(super) fn refused(refusal: &Refusal, page: &impl Template) -> Response {
    (refusal_status(&refusal.code), shown(page)).into_response()
}

/// One connector; another account's is none.
pub(super) async fn connector(
    services: &Services,
    admin: &Admin,
    domain: &str,
) -> Outcome<ConnectorView> {
    let all = domains::list(services, &admin.account).await?.connectors;
    let found = all.into_iter().find(|connector| connector.domain == domain);
    found.ok_or_else(|| Refusal::not_found("domain", "see the list"))
}

async fn addresses_of(
    services: &Services,
    admin: &Admin,
    domain: &str,
) -> Outcome<Vec<AddressView>> {
    let mut all = addresses::list(services, &admin.account).await?.addresses;
    all.retain(|address| address.connector.as_deref() == Some(domain));
    Ok(all)
}

async fn show(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let connector = connector(&services, &admin, &domain).await?;
    if connector.status == DISCONNECTING {
        return Ok(Redirect::to(&format!("{PLACE}/domains/{domain}/progress")).into_response());
    }
    let done = told.done.as_deref();
    let page = domain_page(&services, &admin, connector, Faults::default(), done).await?;
    Ok(shown(&page).into_response())
}

async fn domain_page(
    services: &Services,
    admin: &Admin,
    connector: ConnectorView,
    faults: Faults,
    done: Option<&str>,
) -> Outcome<DomainPage> {
    let page = Page::of(&admin.visit, PLACE).with_done(done);
    Ok(DomainPage {
        week: traffic::days(&page, &connector.traffic),
        page,
        addresses: addresses_of(services, admin, &connector.domain).await?,
        sheet: handover::sheet(services),
        connector,
        faults,
    })
}

async fn rename(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
    Posted(form): Posted<NameForm>,
) -> Result<Response, Problem> {
    let actor = admin.actor();
    match domains::rename(&services, &actor, &admin.account, &domain, &form.name).await {
        Ok(_) => Ok(Redirect::to(&told(&domain, "domain-renamed")).into_response()),
        Err(refusal) => {
            let connector = connector(&services, &admin, &domain).await?;
            let faults = Faults::of(&admin.visit, &refusal);
            let page = domain_page(&services, &admin, connector, faults, None).await?;
            Ok(refused(&refusal, &page))
        }
    }
}

/// The page of a domain, with what was just done.
pub(super) fn told(domain: &str, done: &str) -> String {
    format!("{PLACE}/domains/{domain}?done={done}")
}

async fn rotate_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &format!("{PLACE}/domains/{domain}/rotate"))?;
    let form = RotateForm::default();
    let page = rotate_page(&services, &admin, &domain, form, Faults::default()).await?;
    Ok(shown(&page).into_response())
}

async fn rotate_page(
    services: &Services,
    admin: &Admin,
    domain: &str,
    form: RotateForm,
    faults: Faults,
) -> Outcome<RotatePage> {
    let connector = connector(services, admin, domain).await?;
    let live = connector
        .credentials
        .iter()
        .filter(|set| set.state != EXPIRED);
    Ok(RotatePage {
        page: Page::of(&admin.visit, PLACE),
        full: live.count() > 1,
        domain: connector.domain,
        faults,
        keep_hours: form.keep_hours,
    })
}

async fn rotate(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
    Posted(form): Posted<RotateForm>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &format!("{PLACE}/domains/{domain}/rotate"))?;
    // Nothing chosen keeps the set before until it is discarded.
    let keep = form.keep_hours.parse().ok();
    let rotated = domains::rotate(&services, &admin.actor(), &admin.account, &domain, keep).await;
    match rotated {
        Ok(rotated) => credentials(&services, &admin, domain, rotated.credential, true).await,
        Err(refusal) => {
            let faults = Faults::of(&admin.visit, &refusal);
            let page = rotate_page(&services, &admin, &domain, form, faults).await?;
            Ok(refused(&refusal, &page))
        }
    }
}

async fn discard_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path((domain, credential)): Path<(String, String)>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &discard_path(&domain, &credential))?;
    let faults = Faults::default();
    let page = discard_page(&services, &admin, &domain, credential, faults).await?;
    Ok(shown(&page).into_response())
}

fn discard_path(domain: &str, credential: &str) -> String {
    format!("{PLACE}/domains/{domain}/credentials/{credential}/discard")
}

async fn discard_page(
    services: &Services,
    admin: &Admin,
    domain: &str,
    credential: String,
    faults: Faults,
) -> Outcome<DiscardPage> {
    let connector = connector(services, admin, domain).await?;
    let mut sets = connector.credentials.iter();
    if sets.all(|set| set.id != credential) {
        return Err(Refusal::not_found("credential", "see the domain"));
    }
    let live = connector
        .credentials
        .iter()
        .filter(|set| set.state != EXPIRED);
    Ok(DiscardPage {
        page: Page::of(&admin.visit, PLACE),
        last: live.count() == 1,
        domain: connector.domain,
        credential,
        faults,
    })
}

async fn discard(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path((domain, credential)): Path<(String, String)>,
    Posted(form): Posted<DiscardForm>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &discard_path(&domain, &credential))?;
    let input = DiscardInput {
        account: admin.account.clone(),
        domain: domain.clone(),
        credential: credential.clone(),
        last: is_ticked(&form.last),
    };
    match domains::discard(&services, &admin.actor(), &input).await {
        Ok(_) => Ok(Redirect::to(&told(&domain, "credential-discarded")).into_response()),
        Err(refusal) => {
            let faults = Faults::of(&admin.visit, &refusal);
            let page = discard_page(&services, &admin, &domain, credential, faults).await?;
            Ok(refused(&refusal, &page))
        }
    }
}

async fn disconnect_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &format!("{PLACE}/domains/{domain}/disconnect"))?;
    let page = disconnect_page(&services, &admin, &domain, Faults::default()).await?;
    Ok(shown(&page).into_response())
}

async fn disconnect_page(
    services: &Services,
    admin: &Admin,
    domain: &str,
    faults: Faults,
) -> Outcome<DisconnectPage> {
    let connector = connector(services, admin, domain).await?;
    Ok(DisconnectPage {
        page: Page::of(&admin.visit, PLACE),
        progress: disconnect::progress(services, &admin.account, &connector.domain).await?,
        addresses: addresses_of(services, admin, domain).await?,
        hours: traffic::hours(&connector.traffic),
        quietest: connector.traffic.quietest_hour.map(traffic::clock),
        faults,
    })
}

/// The domain's name is typed, so that nobody does it by a slip of the hand.
async fn begin_disconnect(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
    Posted(form): Posted<DisconnectForm>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &format!("{PLACE}/domains/{domain}/disconnect"))?;
    let begun = match form.domain.trim().eq_ignore_ascii_case(&domain) {
        true => disconnect::begin(&services, &admin.actor(), &admin.account, &domain).await,
        false => {
            let hint = "type the domain's name to confirm";
            Err(Refusal::field("domain", "domain_not_confirmed", hint))
        }
    };
    match begun {
        Ok(_) => Ok(Redirect::to(&format!("{PLACE}/domains/{domain}/progress")).into_response()),
        Err(refusal) => {
            let faults = Faults::of(&admin.visit, &refusal);
            let page = disconnect_page(&services, &admin, &domain, faults).await?;
            Ok(refused(&refusal, &page))
        }
    }
}

/// Also of a domain that is gone: that is how its end is seen. One that never was is none.
async fn progress(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(domain): Path<String>,
) -> Result<Response, Problem> {
    let progress = disconnect::progress(&services, &admin.account, &domain).await?;
    let refused = disconnect::refused(&services, &admin.account, Some(&domain)).await?;
    let mut page = Page::of(&admin.visit, PLACE);
    page.reloads = progress.state != DISCONNECTED && progress.state != CONNECTED;
    Ok(shown(&ProgressPage {
        page,
        progress,
        refused: refused.refused,
    })
    .into_response())
}

impl ProgressPage {
    /// `done`, `now` or nothing yet, of one of the steps in their order.
    fn step(&self, step: &str) -> &'static str {
        let place = |name: &str| STEPS.iter().position(|known| *known == name);
        match place(step).cmp(&place(&self.progress.state)) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal if step == DISCONNECTED => "done",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "",
        }
    }
}

/// A box that was ticked sends its value, another one nothing.
pub(super) fn is_ticked(value: &str) -> bool {
    !value.is_empty()
}

const STEPS: [&str; 4] = ["draining", "removing_addresses", "revoking", DISCONNECTED];
/// The protocol for servers that know no better.
pub(super) const LOGIN: &str = "LOGIN";
const EXPIRED: &str = "expired";
const CONNECTED: &str = "connected";
const DISCONNECTED: &str = "disconnected";
const DISCONNECTING: &str = "disconnecting";
