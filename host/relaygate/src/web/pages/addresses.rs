//! `/channels/email/addresses`: support addresses, their server, their two checks.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::domains::is_ticked;
use super::email::PLACE;
use super::form::{Faults, Posted};
use super::page::Page;
use super::problem::{Problem, refusal_status, shown};
use super::profile::Told;
use super::visit::{Admin, escaped};
use crate::operations::addresses::{self, AddressInput, AddressView, CheckDetails};
use crate::operations::brands::{self, BrandView};
use crate::operations::diagnosis::{DiagnosisView, SideView};
use crate::operations::domains::{self, ConnectorView};
use crate::operations::servers::{self, AuthInput, ChangeInput, TlsInput, TrustInput};
use crate::operations::verification::{self, VerifyInput, Ways};
use crate::operations::{Outcome, Refusal};
use crate::services::Services;

pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/channels/email/addresses/new", get(new_form).post(add))
        .route("/channels/email/addresses/{address}", get(show))
        .route("/channels/email/addresses/{address}/verify", post(verify))
        .route(
            "/channels/email/addresses/{address}/server",
            get(change_form).post(change),
        )
        .route("/channels/email/addresses/{address}/keep", post(keep))
        .route(
            "/channels/email/addresses/{address}/remove",
            get(remove_form).post(remove),
        )
}

/// What is chosen before the form is shown.
#[derive(Debug, Deserialize)]
struct Chosen {
    brand: Option<u64>,
    domain: Option<String>,
}

/// A server as it is typed; what is left empty is the usual, or stays.
#[derive(Clone, Default, Deserialize)]
struct ServerForm {
    #[serde(default)]
    host: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    tls: String,
    #[serde(default)]
    auth: String,
    #[serde(default)]
    ca: String,
    #[serde(default)]
    fingerprint: String,
}

/// A form's flat fields are told apart here: the encoding knows no nesting.
#[derive(Clone, Default, Deserialize)]
struct NewForm {
    #[serde(default)]
    brand: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    local: String,
    #[serde(default)]
    outbound_only: String,
    #[serde(flatten)]
    server: ServerForm,
}

#[derive(Deserialize)]
struct WayForm {
    way: Ways,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Template)]
#[template(path = "addresses/new.html")]
struct NewPage {
    page: Page,
    faults: Faults,
    form: NewForm,
    connectors: Vec<ConnectorView>,
    brands: Vec<BrandView>,
}

#[derive(Template)]
#[template(path = "addresses/address.html")]
pub(super) struct AddressPage {
    page: Page,
    address: AddressView,
    brand: String,
    brands: Vec<BrandView>,
    /// What sends until it is usable (R80).
    fallback: String,
    diagnosis: DiagnosisView,
    faults: Faults,
}

/// One of the two checks, with what its confirmation mail met.
struct Side<'a> {
    way: &'static str,
    check: &'a CheckDetails,
    seen: &'a SideView,
}

#[derive(Template)]
#[template(path = "addresses/server.html")]
struct ServerPage {
    page: Page,
    address: String,
    faults: Faults,
    form: ServerForm,
}

#[derive(Template)]
#[template(path = "addresses/remove.html")]
struct RemovePage {
    page: Page,
    address: String,
    fallback: String,
}

fn sides<'a>(address: &'a AddressView, diagnosis: &'a DiagnosisView) -> [Side<'a>; 2] {
    [
        Side {
            way: "inbound",
            check: &address.inbound,
            seen: &diagnosis.inbound,
        },
        Side {
            way: "outbound",
            check: &address.outbound,
            seen: &diagnosis.outbound,
        },
    ]
}

impl Side<'_> {
    /// The colour of its mark.
    fn tone(&self) -> &'static str {
        match self.check.state {
            "verified" => "good",
            PENDING => "wait",
            _ => "warn",
        }
    }

    /// The word of the sentence that says how it stands.
    fn words(&self) -> String {
        format!("{}-{}", self.way, self.check.state)
    }

    /// There is more to say than that nobody has tried yet.
    fn is_telling(&self) -> bool {
        self.check.reason.as_deref() != Some(NOT_YET)
    }
}

impl ServerForm {
    fn tls(&self) -> Option<TlsInput> {
        match self.tls.as_str() {
            "starttls" => Some(TlsInput::Starttls),
            "implicit" => Some(TlsInput::Implicit),
            _ => None,
        }
    }

    fn auth(&self) -> Option<AuthInput> {
        match self.auth.as_str() {
            "plain" => Some(AuthInput::Plain),
            "login" => Some(AuthInput::Login),
            "xoauth2" => Some(AuthInput::Xoauth2),
            _ => None,
        }
    }

    fn trust(&self) -> TrustInput {
        TrustInput {
            ca_pem: typed(&self.ca),
            fingerprint: typed(&self.fingerprint),
        }
    }

    /// Whether somebody has opened the lesser known part of the form.
    fn is_advanced(&self) -> bool {
        let lesser = [&self.tls, &self.auth, &self.ca, &self.fingerprint];
        lesser.into_iter().any(|field| !field.is_empty())
    }
}

/// What was typed; an empty field says nothing.
pub(super) fn typed(field: &str) -> Option<String> {
    let field = field.trim();
    (!field.is_empty()).then(|| field.to_owned())
}

async fn new_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, "/channels/email/addresses/new")?;
    let form = NewForm {
        brand: chosen
            .brand
            .map(|brand| brand.to_string())
            .unwrap_or_default(),
        domain: chosen.domain.unwrap_or_default(),
        ..NewForm::default()
    };
    let page = new_page(&services, &admin, form, Faults::default()).await?;
    Ok(shown(&page).into_response())
}

/// What was typed comes back, but for the password (R68).
async fn new_page(
    services: &Services,
    admin: &Admin,
    form: NewForm,
    faults: Faults,
) -> Outcome<NewPage> {
    Ok(NewPage {
        page: Page::of(&admin.visit, PLACE),
        connectors: domains::list(services, &admin.account).await?.connectors,
        brands: brands::list(services, &admin.account).await?.brands,
        faults,
        form,
    })
}

async fn add(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Posted(form): Posted<NewForm>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, "/channels/email/addresses/new")?;
    let input = new_input(&admin, &form);
    match addresses::add(&services, &admin.actor(), &input).await {
        Ok(added) => {
            let path = path(&added.address.address);
            Ok(Redirect::to(&format!("{path}?done=address-added")).into_response())
        }
        Err(refusal) => {
            let faults = Faults::of(&admin.visit, &refusal);
            let page = new_page(&services, &admin, form, faults).await?;
            Ok(refused(&refusal, &page))
        }
    }
}

/// Who types a whole address means the part before its @ only if that is the domain
/// chosen; anything else is left for the policies to judge (R67).
fn new_input(admin: &Admin, form: &NewForm) -> AddressInput {
    let local = form.local.trim();
    let address = match local.contains('@') {
        true => local.to_owned(),
        false => format!("{local}@{}", form.domain),
    };
    AddressInput {
        account: admin.account.clone(),
        address,
        name: None,
        domain: typed(&form.domain),
        host: form.server.host.clone(),
        username: form.server.username.clone(),
        password: form.server.password.clone(),
        tls: form.server.tls(),
        trust: form.server.trust(),
        auth: form.server.auth(),
        brand: form.brand.parse().ok(),
        outbound_only: is_ticked(&form.outbound_only),
    }
}

pub(super) fn refused(refusal: &Refusal, page: &impl Template) -> Response {
    (refusal_status(&refusal.code), shown(page)).into_response()
}

/// The page of an address.
pub(super) fn path(address: &str) -> String {
    format!("{PLACE}/addresses/{}", escaped(address))
}

async fn show(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let done = told.done.as_deref();
    let page = address_page(&services, &admin, &address, Faults::default(), done).await?;
    Ok(shown(&page).into_response())
}

pub(super) async fn address_page(
    services: &Services,
    admin: &Admin,
    address: &str,
    faults: Faults,
    done: Option<&str>,
) -> Outcome<AddressPage> {
    let found = addresses::show(services, &admin.account, address).await?;
    let address = found.address;
    let brands = brands::list(services, &admin.account).await?.brands;
    let (brand, fallback) = brand_of(&brands, address.brand)?;
    let pending = |check: &CheckDetails| check.state == PENDING;
    let staged = address
        .staged
        .as_ref()
        .is_some_and(|staged| pending(&staged.check));
    let mut page = Page::of(&admin.visit, PLACE).with_done(done);
    page.reloads = pending(&address.inbound) || pending(&address.outbound) || staged;
    Ok(AddressPage {
        page,
        diagnosis: found
            .diagnosis
            .ok_or_else(|| Refusal::not_found("address", "see the list"))?,
        address,
        brand,
        brands,
        fallback,
        faults,
    })
}

/// What no brand needs can be removed.
fn may_go(address: &AddressView, brands: &[BrandView]) -> bool {
    let mut brands = brands.iter();
    !address.default && brands.all(|brand| brand.default_address != address.address)
}

/// Its name, and the address that sends where no better one may.
fn brand_of(brands: &[BrandView], id: u64) -> Outcome<(String, String)> {
    let found = brands.iter().find(|brand| brand.id == id);
    let found = found.ok_or_else(|| Refusal::not_found("brand", "see the account's settings"))?;
    Ok((found.name.clone(), found.default_address.clone()))
}

async fn verify(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Posted(form): Posted<WayForm>,
) -> Result<Response, Problem> {
    let input = VerifyInput {
        account: admin.account.clone(),
        address: address.clone(),
        ways: form.way,
        wait_seconds: None,
        explain: false,
    };
    match verification::verify(&services, &admin.actor(), &input).await {
        Ok(_) => Ok(Redirect::to(&path(&address)).into_response()),
        Err(refusal) => {
            let faults = Faults::of(&admin.visit, &refusal);
            let page = address_page(&services, &admin, &address, faults, None).await?;
            Ok(refused(&refusal, &page))
        }
    }
}

async fn change_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &format!("{}/server", path(&address)))?;
    let found = addresses::show(&services, &admin.account, &address)
        .await?
        .address;
    let server = found
        .server
        .ok_or_else(|| Refusal::not_found("server", "it has none"))?;
    let page = ServerPage {
        page: Page::of(&admin.visit, PLACE),
        address: found.address,
        faults: Faults::default(),
        form: ServerForm {
            host: format!("{}:{}", bracketed(&server.host), server.port),
            username: server.username,
            ..ServerForm::default()
        },
    };
    Ok(shown(&page).into_response())
}

/// An IPv6 address before a port stands in brackets.
fn bracketed(host: &str) -> String {
    match host.contains(':') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    }
}

async fn change(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Posted(form): Posted<ServerForm>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &format!("{}/server", path(&address)))?;
    let password = (!form.password.expose_secret().is_empty()).then(|| form.password.clone());
    let input = ChangeInput {
        account: admin.account.clone(),
        address: address.clone(),
        host: typed(&form.host),
        username: typed(&form.username),
        password,
        tls: form.tls(),
        trust: form.trust(),
        auth: form.auth(),
        wait_seconds: None,
    };
    match servers::change(&services, &admin.actor(), &input).await {
        Ok(_) => Ok(Redirect::to(&path(&address)).into_response()),
        Err(refusal) => Ok(refused(
            &refusal,
            &ServerPage {
                page: Page::of(&admin.visit, PLACE),
                address,
                faults: Faults::of(&admin.visit, &refusal),
                form,
            },
        )),
    }
}

async fn keep(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    servers::keep(&services, &admin.actor(), &admin.account, &address).await?;
    Ok(Redirect::to(&path(&address)))
}

async fn remove_form(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
) -> Result<Response, Problem> {
    admin.has_proved_lately(&services, &format!("{}/remove", path(&address)))?;
    let found = addresses::show(&services, &admin.account, &address)
        .await?
        .address;
    let brands = brands::list(&services, &admin.account).await?.brands;
    let (_, fallback) = brand_of(&brands, found.brand)?;
    let page = RemovePage {
        page: Page::of(&admin.visit, PLACE),
        address: found.address,
        fallback,
    };
    Ok(shown(&page).into_response())
}

async fn remove(
    State(services): State<Arc<Services>>,
    admin: Admin,
    Path(address): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    admin.has_proved_lately(&services, &format!("{}/remove", path(&address)))?;
    addresses::remove(&services, &admin.actor(), &admin.account, &address).await?;
    Ok(Redirect::to(&format!("{PLACE}?done=address-removed")))
}

const PENDING: &str = "pending";
const NOT_YET: &str = "not_yet_verified";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_flat_fields_reach_the_server_inside() {
        let body = "form_word=x&domain=acme.example&local=help&host=mail&username=u&password=p";
        let form: NewForm = serde_urlencoded::from_str(body).expect("it is read");
        assert_eq!(
            (form.local.as_str(), form.server.host.as_str()),
            ("help", "mail")
        );
        assert_eq!(form.server.password.expose_secret(), "p");
    }
}
