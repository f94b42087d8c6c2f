//! The customer's Postfix and the mailbox end, from `examples/customer-server`.

use std::path::Path;

pub use customer::postfix::{Customer, MailboxEnd, unavailable};
pub use customer::{Authority, Ports, Relay, Setup};

/// The customer's domain.
pub const DOMAIN: &str = "acme.example";
/// The name its server's certificate is made out to.
pub const HOST: &str = "mail.acme.example";

/// What the customer's server is told; its files go below `directory`.
///
/// It relays to `relay_port` with STARTTLS, whatever our certificate says; a test that wants
/// it otherwise changes the answer.
pub fn setup(directory: &Path, authority: &Authority, relay_port: u16) -> Setup {
    Setup {
        directory: directory.to_path_buf(),
        domain: DOMAIN.to_owned(),
        certificate: authority
            .issue(HOST, &["127.0.0.1"])
            .expect("the name is sound"),
        ports: Ports::free().expect("some ports are free"),
        relay: Relay {
            port: relay_port,
            implicit: false,
            authority: authority.file().to_path_buf(),
            name: None,
        },
    }
}
