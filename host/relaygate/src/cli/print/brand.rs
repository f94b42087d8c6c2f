//! Answers about brands.

use serde_json::Value;

use super::layout::{pretty, table};
use crate::admin::BrandRequest;

/// One brand, or all.
pub(super) fn words(request: &BrandRequest, answer: &Value) -> String {
    match request {
        BrandRequest::List { .. } => table(
            &answer["brands"],
            &["id", "name", "default_address", "default"],
        ),
        BrandRequest::Add { .. } => pretty(&answer["brand"]),
    }
}
