//! Endpoints that are told of what happens in an account: added, listed, removed.

use std::collections::BTreeSet;

use desk::webhooks::{self, NewWebhook, Topic, Webhook};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::desks::check_endpoint;
use super::servers::check_authority;
use super::{Actor, Outcome, Refusal, audit, retried};
use crate::services::Services;

/// An endpoint as it is shown; its secret is nowhere in it.
#[derive(Debug, Serialize)]
pub struct WebhookView {
    /// Its name.
    pub id: String,
    /// Where events are posted to.
    pub url: String,
    /// What it is told of.
    pub topics: Vec<&'static str>,
    /// `active`, or `gone`: it answered 410 and is told nothing any more.
    pub state: &'static str,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// The endpoints of an account.
#[derive(Debug, Serialize)]
pub struct WebhooksView {
    /// In the order of their names.
    pub webhooks: Vec<WebhookView>,
}

/// An endpoint that was just added, in the one moment in which its secret is shown.
#[derive(Serialize)]
pub struct AddedWebhookView {
    /// The endpoint.
    pub webhook: WebhookView,
    /// `whsec_…`; by it the endpoint knows that it is us. Shown once.
    pub secret: String,
}

/// A new endpoint as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WebhookInput {
    /// Subdomain of the account.
    pub account: String,
    /// Where events are posted to.
    pub url: String,
    /// What it is told of: `ticket.created`, `ticket.commented`, `ticket.updated`, `delivery.changed`.
    pub topics: Vec<String>,
    /// A certificate authority to believe instead of the system's, PEM.
    pub ca_pem: Option<String>,
}

/// Adds an endpoint; one that must not be dialled is refused now rather than at the
/// first event.
pub async fn add(
    services: &Services,
    actor: &Actor,
    input: &WebhookInput,
) -> Outcome<AddedWebhookView> {
    let account = super::account(services, &input.account).await?;
    check_endpoint(services, &input.url).await?;
    check_authority(services, input.ca_pem.as_deref())?;
    let new = NewWebhook {
        url: input.url.clone(),
        ca_pem: input.ca_pem.clone(),
        topics: topics(&input.topics)?,
    };
    let now = services.clock.now();
    let add = || async { Ok(webhooks::add(&account, &services.sealing, new.clone(), now).await?) };
    let (hook, secret) = retried(|| Box::pin(add())).await?;
    audit::record(services, &account, actor, "webhook_added", &hook.id).await;
    Ok(AddedWebhookView {
        webhook: view(&hook),
        secret: secret.expose_secret().to_owned(),
    })
}

fn topics(texts: &[String]) -> Outcome<BTreeSet<Topic>> {
    let known = Topic::ALL.map(Topic::as_str).join(", ");
    let unknown = || {
        let hint = format!("use one or more of {known}");
        Refusal::field("subscriptions", "topic_unknown", &hint)
    };
    let topic = |text: &String| Topic::parse(text).ok_or_else(unknown);
    texts.iter().map(topic).collect()
}

/// The endpoints of an account.
pub async fn list(services: &Services, account: &str) -> Outcome<WebhooksView> {
    let account = super::account(services, account).await?;
    let hooks = webhooks::list(&account).await?;
    Ok(WebhooksView {
        webhooks: hooks.iter().map(view).collect(),
    })
}

/// Removes an endpoint; what waits for it goes with it.
pub async fn remove(services: &Services, actor: &Actor, account: &str, id: &str) -> Outcome<()> {
    let account = super::account(services, account).await?;
    let remove = || async { Ok(webhooks::remove(&account, id).await?) };
    retried(|| Box::pin(remove())).await?;
    audit::record(services, &account, actor, "webhook_removed", id).await;
    Ok(())
}

fn view(hook: &Webhook) -> WebhookView {
    WebhookView {
        id: hook.id.clone(),
        url: hook.url.clone(),
        topics: hook.topics.iter().map(|topic| topic.as_str()).collect(),
        state: match hook.gone_since {
            None => "active",
            Some(_) => "gone",
        },
        created_at: hook.created_at.0,
    }
}
