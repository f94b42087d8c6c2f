//! The public API, as customers' tools speak it.

mod addresses;
mod bounds;
mod clients;
mod isolation;
mod records;
mod tickets;
mod webhooks;

use relaygate_tests::api::{Api, Token};
use relaygate_tests::house::{ADMIN, AGENT, Cottage};

/// A cottage with its web port, and whoever asks there.
struct Scene {
    cottage: Cottage,
    /// Without a token.
    nobody: Api,
}

impl Scene {
    /// `limits` are lines of that table of the configuration.
    fn start(limits: &str) -> Self {
        let cottage = Cottage::start(&format!("[limits]\n{limits}"));
        let nobody = Api::new(cottage.relay.ports().web, &cottage.tls());
        Self { cottage, nobody }
    }

    /// An admin of that account, with a token.
    fn admin(&self, account: &str) -> Api {
        self.nobody
            .with(&Token::create(&self.cottage.relay, account, ADMIN))
    }

    /// An agent of that account who is no admin.
    fn agent(&self, account: &str) -> Api {
        self.nobody
            .with(&Token::create(&self.cottage.relay, account, AGENT))
    }
}
