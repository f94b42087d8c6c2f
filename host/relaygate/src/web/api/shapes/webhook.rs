//! Endpoints that are told of what happens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::time;
use crate::operations::webhooks::{AddedWebhookView, WebhookView};
use crate::web::api::paging::PageInfo;

/// An endpoint; its secret is nowhere in it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Webhook {
    id: String,
    url: String,
    /// What it is told of.
    subscriptions: Vec<&'static str>,
    /// `active`, or `gone`: it answered 410 and is told nothing any more.
    status: &'static str,
    created_at: String,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Webhooks {
    pub(in crate::web::api) webhooks: Vec<Webhook>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

/// An endpoint that was just added.
#[derive(Serialize, ToSchema)]
pub(in crate::web::api) struct AddedWebhook {
    webhook: Webhook,
    /// `whsec_…`, shown this once.
    signing_secret: String,
}

/// A new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewWebhook {
    pub(in crate::web::api) webhook: NewWebhookFields,
}

/// What it is made of.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewWebhookFields {
    pub(in crate::web::api) url: String,
    /// `ticket.created`, `ticket.commented`, `ticket.updated`, `delivery.changed`.
    pub(in crate::web::api) subscriptions: Vec<String>,
    /// A certificate authority to believe instead of the system's, PEM.
    pub(in crate::web::api) ca_pem: Option<String>,
}

impl From<WebhookView> for Webhook {
    fn from(view: WebhookView) -> Self {
        Self {
            id: view.id,
            url: view.url,
            subscriptions: view.topics,
            status: view.state,
            created_at: time(view.created_at),
        }
    }
}

impl From<AddedWebhookView> for AddedWebhook {
    fn from(added: AddedWebhookView) -> Self {
        Self {
            webhook: added.webhook.into(),
            signing_secret: added.secret,
        }
    }
}
