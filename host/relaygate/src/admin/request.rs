//! What can be asked for: by noun, then by verb, as on the command line.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::operations::addresses::TlsInput;
use crate::operations::domains::DomainInput;
use crate::operations::queue::{Hand, JobQuery};
use crate::operations::tickets::ReplyInput;
use crate::operations::verification::VerifyInput;

/// One request, typed on both ends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// About an account.
    Account(AccountRequest),
    /// About a connected domain.
    Domain(DomainRequest),
    /// About a support address.
    Address(AddressRequest),
    /// About an API token.
    Token(TokenRequest),
    /// About a ticket.
    Ticket(TicketRequest),
    /// About messages kept aside.
    Suspended(SuspendedRequest),
    /// About the queue.
    Queue(QueueRequest),
    /// About the audit log.
    Audit(AuditRequest),
    /// What became of a message.
    Trace {
        /// A Message-ID, an e-mail id or a queue id.
        message_id: String,
    },
}

/// See [`crate::operations::accounts`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum AccountRequest {
    Create {
        subdomain: String,
        name: String,
        admins: Vec<String>,
        sandbox_of: Option<String>,
    },
    List,
    Show {
        account: String,
    },
}

/// See [`crate::operations::domains`] and [`crate::operations::signing`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum DomainRequest {
    Add(DomainInput),
    List {
        account: String,
    },
    Rotate {
        account: String,
        domain: String,
        keep_hours: Option<u32>,
    },
    Discard {
        account: String,
        domain: String,
        credential: String,
    },
    Disconnect {
        account: String,
        domain: String,
    },
    Dkim {
        account: String,
        domain: String,
        enabled: bool,
    },
    Dns {
        account: String,
        domain: String,
    },
}

/// See [`crate::operations::addresses`] and [`crate::operations::verification`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum AddressRequest {
    Add(NewAddressRequest),
    List { account: String },
    Verify(VerifyInput),
    Remove { account: String, address: String },
}

/// A new address with its outbound password, the one secret that comes in.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of `AddressInput`")]
pub struct NewAddressRequest {
    pub account: String,
    pub address: String,
    pub host: String,
    pub username: String,
    pub password: Secret,
    pub tls: Option<TlsInput>,
    pub ca_pem: Option<String>,
    pub brand: Option<u64>,
}

/// See [`crate::operations::tokens`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum TokenRequest {
    Create { account: String, agent: String },
    Revoke { account: String, id: String },
}

/// See [`crate::operations::tickets`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum TicketRequest {
    List { account: String },
    Show { account: String, id: u64 },
    Reply(ReplyInput),
}

/// See [`crate::operations::queue`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum QueueRequest {
    List(JobQuery),
    Show { id: String },
    Change { id: String, hand: Hand },
}

/// See [`crate::operations::suspended`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum SuspendedRequest {
    List { account: String },
    Show { account: String, id: String },
}

/// See [`crate::operations::audit`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum AuditRequest {
    List { account: Option<String> },
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

    #[test]
    fn a_secret_in_a_request_is_not_shown() {
        let request = Request::Address(AddressRequest::Add(NewAddressRequest {
            account: "acme".into(),
            address: "help@acme.example".into(),
            host: "mail.acme.example".into(),
            username: "relay".into(),
            password: Secret("correct horse".into()),
            tls: None,
            ca_pem: None,
            brand: None,
        }));
        assert!(!format!("{request:?}").contains("correct horse"));
        let line = serde_json::to_string(&request).expect("it has a JSON form");
        assert!(line.contains("\"password\":\"correct horse\""));
    }
}
