//! Answers about an API token.

use serde_json::Value;

use super::layout::{done, once, pretty};
use crate::admin::TokenRequest;

/// A new token, this once.
pub(super) fn words(request: &TokenRequest, answer: &Value) -> String {
    match request {
        TokenRequest::Create { .. } => once(&pretty(&answer["token"])),
        TokenRequest::Revoke { .. } => done(),
    }
}
