//! Mail that was sent, and what became of it for each recipient.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use super::user::People;
use crate::operations::emails::EmailView;
use crate::operations::tickets::DeliveryView;
use crate::web::api::paging::PageInfo;

/// A message that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct EmailNotification {
    notification_id: u64,
    ticket_id: Option<u64>,
    comment_id: Option<u64>,
    /// Stands in its header, too.
    email_id: String,
    message_id: String,
    recipients: Vec<NotificationRecipient>,
    created_at: String,
    updated_at: String,
}

/// One of its recipients.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct NotificationRecipient {
    email_address: String,
    user_id: Option<u64>,
    delivery_status: DeliveryStatus,
}

/// What became of it for them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct DeliveryStatus {
    /// Never changes its meaning.
    id: u16,
    name: &'static str,
    /// The codes the other server told.
    code: Option<String>,
    /// What it means and what helps.
    message: &'static str,
}

/// One message.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OneNotification {
    pub(in crate::web::api) email_notification: EmailNotification,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Notifications {
    pub(in crate::web::api) email_notifications: Vec<EmailNotification>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

/// Some of them, all at once.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct SomeNotifications {
    pub(in crate::web::api) email_notifications: Vec<EmailNotification>,
}

impl EmailNotification {
    pub(in crate::web::api) fn new(view: EmailView, people: &People) -> Self {
        let recipient = |delivery| NotificationRecipient::new(delivery, people);
        Self {
            notification_id: view.number,
            ticket_id: view.ticket,
            comment_id: view.comment,
            email_id: view.id,
            message_id: view.message_id,
            recipients: view.deliveries.into_iter().map(recipient).collect(),
            created_at: time(view.created_at),
            updated_at: time(view.updated_at),
        }
    }
}

impl NotificationRecipient {
    fn new(delivery: DeliveryView, people: &People) -> Self {
        Self {
            user_id: Some(people.id(&delivery.recipient)).filter(|id| *id != 0),
            email_address: delivery.recipient,
            delivery_status: DeliveryStatus {
                id: delivery.status.id,
                name: delivery.status.name,
                code: delivery.status.code,
                message: delivery.status.message,
            },
        }
    }
}
