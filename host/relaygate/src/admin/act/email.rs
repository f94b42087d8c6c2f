//! Requests about mail we sent.

use serde_json::Value;

use super::shown;
use crate::admin::EmailRequest;
use crate::operations::{Outcome, emails};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(services: &Services, request: EmailRequest) -> Outcome<Value> {
    match request {
        EmailRequest::List { account, ticket } => {
            shown(emails::list(services, &account, ticket).await)
        }
        EmailRequest::Show { account, number } => {
            shown(emails::by_number(services, &account, number).await)
        }
    }
}
