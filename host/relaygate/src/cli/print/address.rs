//! Answers about a support address.

use serde_json::Value;

use super::diagnosis;
use super::layout::{aligned, cell, done, pretty};
use crate::admin::AddressRequest;

/// An address and both its directions.
pub(super) fn words(request: &AddressRequest, answer: &Value) -> String {
    match request {
        AddressRequest::List { .. } => addresses(&answer["addresses"]),
        AddressRequest::Remove { .. } => done(),
        AddressRequest::Add(_)
        | AddressRequest::Set { .. }
        | AddressRequest::Forward(_)
        | AddressRequest::Native { .. }
        | AddressRequest::Describe(_)
        | AddressRequest::Change(_)
        | AddressRequest::Keep { .. }
        | AddressRequest::Verify(_)
        | AddressRequest::Show { .. } => one(answer),
    }
}

fn one(answer: &Value) -> String {
    let mut text = pretty(&answer["address"]);
    if !answer["diagnosis"].is_null() {
        text += &diagnosis::words(&answer["diagnosis"]);
    }
    text
}

fn addresses(list: &Value) -> String {
    let rows = list.as_array().into_iter().flatten().map(|address| {
        let state = |way: &str| cell(&address[way]["state"]);
        let staged = cell(&address["staged"]["check"]["state"]);
        let remark = match (&address["default"], &address["shares_login"]) {
            (Value::Bool(true), _) => "default",
            (_, Value::Bool(true)) => "login is shared with another address",
            _ => "",
        };
        let ways = [
            state("inbound"),
            state("outbound"),
            staged,
            remark.to_owned(),
        ];
        [cell(&address["address"]), cell(&address["host"])]
            .into_iter()
            .chain(ways)
            .collect()
    });
    let heads = ["address", "host", "inbound", "outbound", "staged", "remark"];
    aligned(&heads, rows.collect())
}
