//! What was true of the session a message came by: kept with the message, told
//! to policies, written to the log.

use std::net::IpAddr;

use desk::credentials::{CredentialId, Right};
use mail::address::Domain;
use policy::questions::types;
use serde::{Deserialize, Serialize};
use storage::AccountId;

/// One SMTP session as it stood when the message was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionFacts {
    /// Id of the session; in its log span and in the Received field.
    pub id: String,
    /// The listener.
    pub ingress: desk::facts::Ingress,
    /// The peer's address.
    pub peer: IpAddr,
    /// The name given with EHLO or HELO: the peer's word, not a fact.
    pub helo: String,
    /// Absent in clear text.
    pub tls: Option<TlsUsed>,
    /// Absent without AUTH.
    pub login: Option<Login>,
}

/// What a TLS handshake agreed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsUsed {
    /// For example `TLSv1.3`.
    pub version: String,
    /// For example `TLS13_AES_256_GCM_SHA384`.
    pub cipher: String,
}

impl TlsUsed {
    /// Both on one line, as records keep it.
    pub fn to_text(&self) -> String {
        format!("{} {}", self.version, self.cipher)
    }
}

/// Whose credentials were proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The account; a session has one and keeps it.
    pub account: AccountId,
    /// The credential set; not secret.
    pub credential: CredentialId,
    /// What it is good for.
    pub right: Right,
    /// The user name proved.
    #[serde(default)]
    pub identity: String,
}

impl Login {
    /// The connector it was issued for, if it was for one.
    pub fn connector(&self) -> Option<&Domain> {
        self.right.connector()
    }
}

impl SessionFacts {
    /// The connector whose credential was proved.
    pub fn connector(&self) -> Option<&Domain> {
        self.login.as_ref().and_then(Login::connector)
    }

    /// The account's own help desk is speaking.
    pub fn is_desk(&self) -> bool {
        let right = self.login.as_ref().map(|login| &login.right);
        right == Some(&Right::Desk)
    }

    /// The session in the message log's words.
    pub fn to_log(&self) -> desk::messages::Session {
        let login = self.login.as_ref();
        desk::messages::Session {
            peer: self.peer.to_string(),
            tls: self.tls.as_ref().map(TlsUsed::to_text),
            credential: login.map(|login| login.credential.to_string()),
            identity: login.map(|login| login.identity.clone()),
        }
    }

    /// The session in the policies' words.
    pub fn to_policy(&self) -> types::Session {
        types::Session {
            ingress: super::ingress(self.ingress),
            peer: self.peer.to_string(),
            helo: self.helo.clone(),
            tls: self.tls.as_ref().map(|tls| tls.version.clone()),
            connector: self.connector().map(ToString::to_string),
            desk: self.is_desk(),
        }
    }
}
