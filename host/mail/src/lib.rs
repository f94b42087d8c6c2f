//! What the RFCs say about mail, as plain values.
//!
//! SMTP on both sides ([`server`], [`client`]), the words it is made of
//! ([`address`], [`reply`], [`framing`], [`sasl`]) and the messages it carries
//! ([`message`]). Everything here is told what happened and says what to do
//! next, which is why a text file can drive it ([`transcript`]).
//!
//! Not here: sockets, TLS, clocks, disks, policies. This crate depends on no
//! runtime and no database, and it must stay so.

pub mod address;
pub mod client;
pub mod framing;
pub mod message;
pub mod reply;
pub mod sasl;
pub mod server;
pub mod transcript;
