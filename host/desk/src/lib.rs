//! What the product knows: accounts, connectors, credentials, support addresses
//! and their verification, tickets, threading, notifications.
//!
//! Plain functions over values and over `storage`'s traits. Everything an
//! account owns is reached through its [`Account`] handle, so that an id from
//! another account leads nowhere (R107). Functions that decide nothing but
//! record much take a [`storage::Batch`] and add to it, so that a ticket, its
//! comment and the end of the job that brought them are one commit; functions an
//! admin calls commit by themselves.
//!
//! Not here: sockets, HTTP, clocks (`now` is an argument), and what is allowed:
//! facts go out to the policies and answers come back ([`facts`]).

pub mod accounts;
pub mod addresses;
pub mod connectors;
pub mod credentials;
mod error;
pub mod facts;
mod limits;
pub mod people;
mod random;
mod rows;
pub mod secrets;
mod wire;

pub use error::{Error, Problem};
pub use random::sortable_id;
pub use rows::{Account, Basis, Installation, Kept};
