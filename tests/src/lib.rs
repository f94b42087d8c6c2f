//! The product from outside: what the tests in `tests/tests/` stand on.
//!
//! Nothing here is a stand-in for our own code. The program is the built
//! binary ([`relaygate`]), the customer's mail server and the mailbox at the far
//! end are real Postfix instances ([`postfix`], from `examples/customer-server`),
//! names are answered by dnsmasq ([`dns`]) or from zone files ([`zones`]), and further clients are the ones mail
//! administrators use ([`clients`]). Every one of them listens on 127.0.0.1 on a
//! high port, keeps its files in a directory that goes away, and ends with the test.
//!
//! Postfix wants to be started by root; [`postfix::unavailable`] says so, and a
//! test that cannot run tells why ([`skip`]).
//!
//! Not here: the scenarios themselves (`tests/tests/it/`), the load generator
//! (`tests/bench/`).

pub mod api;
pub mod browser;
pub mod certs;
pub mod clients;
pub mod desks;
pub mod dns;
pub mod door;
pub mod headers;
pub mod house;
pub mod kit;
pub mod ledger;
pub mod mailbox;
pub mod odd_certs;
pub mod postfix;
pub mod process;
pub mod relaygate;
pub mod repository;
pub mod smtp;
pub mod tracer;
pub mod transcript;
pub mod troublesome;
pub mod vitals;
pub mod wait;
pub mod zones;

/// A port nobody listens on, never handed out before by this process.
pub fn free_port() -> u16 {
    customer::ports::free().expect("some port of the range is free")
}
