//! The product from outside: what the tests in `tests/tests/` stand on.
//!
//! Nothing here is a stand-in for our own code. The program is the built
//! binary ([`relaygate`]), the customer's mail server and the mailbox at the far
//! end are real Postfix instances ([`postfix`]), names are answered by dnsmasq
//! ([`dns`]), and further clients are the ones mail administrators use
//! ([`clients`]). Every one of them listens on 127.0.0.1 on a high port, keeps
//! its files in a directory that goes away, and ends with the test.
//!
//! Postfix wants to be started by root; [`postfix::unavailable`] says so, and a
//! test that cannot run prints why.
//!
//! Not here: the scenarios themselves (`tests/tests/it/`), the load generator
//! (`tests/bench/`).

pub mod certs;
pub mod clients;
pub mod dns;
pub mod house;
pub mod mailbox;
pub mod ports;
pub mod postfix;
pub mod process;
pub mod relaygate;
pub mod repository;
pub mod smtp;
pub mod transcript;
pub mod wait;
