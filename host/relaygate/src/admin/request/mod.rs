//! What can be asked for: by noun, a file for each, then by verb, as on the command line.

mod account;
mod address;
mod audit;
mod backup;
mod brand;
mod dkim;
mod domain;
mod email;
mod journal;
mod log;
mod login;
mod person;
mod policy;
mod queue;
mod secrets;
mod suspended;
mod ticket;
mod token;
mod trigger;
mod webhook;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use account::AccountRequest;
pub use address::{AddressRequest, ChangedAddressRequest, NewAddressRequest};
pub use audit::AuditRequest;
pub use backup::BackupRequest;
pub use brand::BrandRequest;
pub use dkim::DkimRequest;
pub use domain::DomainRequest;
pub use email::EmailRequest;
pub use journal::JournalRequest;
pub use log::LogRequest;
pub use login::LoginRequest;
pub use person::PersonRequest;
pub use policy::PolicyRequest;
pub use queue::QueueRequest;
pub use secrets::SecretsRequest;
pub use suspended::SuspendedRequest;
pub use ticket::TicketRequest;
pub use token::TokenRequest;
pub use trigger::TriggerRequest;
pub use webhook::WebhookRequest;

/// One request, typed on both ends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// About an account.
    Account(AccountRequest),
    /// About a brand.
    Brand(BrandRequest),
    /// About a connected domain.
    Domain(DomainRequest),
    /// About a support address.
    Address(AddressRequest),
    /// About people.
    Person(PersonRequest),
    /// About mail we sent.
    Email(EmailRequest),
    /// About an API token.
    Token(TokenRequest),
    /// About somebody who signs in to the pages.
    Login(LoginRequest),
    /// About a ticket.
    Ticket(TicketRequest),
    /// About a rule that acts on tickets.
    Trigger(TriggerRequest),
    /// About endpoints that are told of what happens.
    Webhook(WebhookRequest),
    /// About messages kept aside.
    Suspended(SuspendedRequest),
    /// About the policies.
    Policy(PolicyRequest),
    /// About the queue.
    Queue(QueueRequest),
    /// About the sealing key.
    Secrets(SecretsRequest),
    /// About backups.
    Backup(BackupRequest),
    /// About the journal.
    Journal(JournalRequest),
    /// About the audit log.
    Audit(AuditRequest),
    /// About the installation's DKIM keys.
    Dkim(DkimRequest),
    /// Where our outbound connections come from.
    Egress,
    /// About the message log.
    Log(LogRequest),
    /// How the program is.
    Health,
    /// How the machine has been working.
    Stats {
        /// The last day instead of the last hour.
        day: bool,
    },
    /// What became of a message.
    Trace {
        /// Of this account; of any if absent.
        account: Option<String>,
        /// A Message-ID, an e-mail id or a queue id.
        message_id: String,
    },
}

/// A secret on its way through the socket. `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct Secret(pub SecretString);

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::servers::TrustInput;

    #[test]
    fn a_secret_in_a_request_is_not_shown() {
        let request = Request::Address(AddressRequest::Add(NewAddressRequest {
            account: "acme".into(),
            address: "help@acme.example".into(),
            name: None,
            domain: None,
            host: "mail.acme.example".into(),
            username: "relay".into(),
            password: Secret("correct horse".into()),
            tls: None,
            trust: TrustInput::default(),
            auth: None,
            brand: None,
            outbound_only: false,
        }));
        assert!(!format!("{request:?}").contains("correct horse"));
        let line = serde_json::to_string(&request).expect("it has a JSON form");
        assert!(line.contains("\"password\":\"correct horse\""));
    }
}
