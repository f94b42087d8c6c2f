//! Requests about people.

use serde_json::Value;

use super::shown;
use crate::admin::PersonRequest;
use crate::operations::{Outcome, people};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(services: &Services, request: PersonRequest) -> Outcome<Value> {
    match request {
        PersonRequest::List { account } => shown(people::list(services, &account).await),
        PersonRequest::Show { account, number } => {
            shown(people::by_number(services, &account, number).await)
        }
    }
}
