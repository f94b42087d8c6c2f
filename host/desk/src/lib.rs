//! What the product knows: accounts, connectors, credentials, support addresses
//! and their verification, tickets, threading, notifications.
//!
//! Plain functions over values and over `storage`'s traits. Everything an
//! account owns is reached through its [`Account`] handle, so that an id from
//! another account leads nowhere (R107). Functions that record what a job
//! brought take a [`storage::Batch`] and add to it, so that a ticket, its
//! comment and the end of the job are one commit; functions an admin calls
//! commit by themselves.
//!
//! Not here: sockets, HTTP, clocks (`now` is an argument), and what is allowed:
//! facts go out to the policies and answers come back ([`facts`]).

pub mod accounts;
pub mod addresses;
pub mod audit;
pub mod brands;
mod change;
pub mod connectors;
pub mod credentials;
pub mod delivery_status;
pub mod desks;
pub mod dkim_keys;
mod error;
pub mod facts;
pub mod groups;
pub mod intake;
mod limits;
pub mod members;
pub mod messages;
pub mod notices;
pub mod notifications;
mod numbers;
pub mod outbound;
pub mod pace;
pub mod people;
pub mod policies;
mod product;
mod random;
pub mod rewrap;
mod rows;
pub mod secrets;
pub mod suspended;
pub mod threading;
pub mod tickets;
pub mod traffic;
pub mod triggers;
mod undelivered;
pub mod upkeep;
pub mod verification;
pub mod webhooks;
mod wire;

pub use change::Change;
pub use error::{Error, Problem};
pub use product::Product;
pub use random::sortable_id;
pub use rows::{Account, Basis, Installation, Kept};
