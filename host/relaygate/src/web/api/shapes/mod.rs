//! The documented JSON of the public API, made of the operations' views.
//!
//! Keys are those clients know (API.md); ours are added to them and nothing is
//! renamed. What we do not have is there and empty, for clients that read every key.

pub(super) mod address;
pub(super) mod attachment;
pub(super) mod audit;
pub(super) mod brand;
pub(super) mod comment;
pub(super) mod connector;
pub(super) mod dns;
pub(super) mod egress;
pub(super) mod message;
pub(super) mod notification;
pub(super) mod own_policy;
pub(super) mod policy;
pub(super) mod request;
pub(super) mod suspended;
pub(super) mod ticket;
pub(super) mod trigger;
pub(super) mod user;
pub(super) mod via;
pub(super) mod webhook;

/// A time as clients read it, from milliseconds since the epoch.
pub(super) fn time(at: u64) -> String {
    mail::message::timestamp(at)
}

/// Something that has no entries with us.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct Nothing {}
