//! Headers of ours that others show us: a delivery report returns one, an answer may bring one
//! along as an attachment. What differs from what was sent is for header-check to find (R32).

use std::sync::Arc;

use desk::facts::Finding;
use desk::messages::Verdict;
use desk::outbound::Email;
use desk::{Account, outbound};
use mail::message::{Headers, Marks, dsn};
use policy::questions::headers::{Direction, DomainSignature, ReturnedFacts, SignatureFate};
use policy::questions::types::{Envelope, Field};

use super::hearing::{Hearing, Patience};
use super::{IntakeError, Message};
use crate::facts::{self, CallFacts, MessageStart};
use crate::runner::Arrived;
use crate::services::Services;

/// A message of ours that another one quotes.
pub(super) struct Quoted {
    /// Its e-mail id.
    pub(super) email: String,
    /// What differs from what was sent.
    pub(super) findings: Vec<Finding>,
    /// Who said so.
    pub(super) verdicts: Vec<Verdict>,
}

/// Compares the first header of ours that a message quotes.
pub(super) async fn compare(
    services: &Services,
    account: &Account,
    (arrived, patience): (&Arrived, Patience),
    message: &Message,
) -> Result<Option<Quoted>, IntakeError> {
    let prefix = &services.config.product.header_prefix;
    for headers in dsn::quoted(&message.raw, &message.headers) {
        for id in ids(&headers, prefix) {
            if let Some(email) = outbound::find(account, &id).await? {
                let mut hearing = Hearing::new(patience);
                let asked = ask(services, account, arrived, (headers, &email), &mut hearing);
                let findings = asked.await?;
                return Ok(Some(Quoted {
                    email: email.id,
                    findings,
                    verdicts: hearing.verdicts,
                }));
            }
        }
    }
    Ok(None)
}

/// Either identifier will do: there are relays that change one of them.
fn ids(headers: &Headers, prefix: &str) -> Vec<String> {
    let marked = headers.raw(&Marks::email_id_field(prefix));
    let message_id = headers.message_id();
    let left = message_id.and_then(|id| Some(id.as_str().split_once('@')?.0.to_owned()));
    let ids = marked.map(|mark| mark.trim().to_owned()).into_iter();
    ids.chain(left).collect()
}

/// A policy that fails has nothing to say; the message goes its way.
async fn ask(
    services: &Services,
    account: &Account,
    arrived: &Arrived,
    (headers, email): (Headers, &Email),
    hearing: &mut Hearing,
) -> Result<Vec<Finding>, IntakeError> {
    let product = facts::product(services);
    let sent = email.protected_fields(account, &product)?;
    let asked = ReturnedFacts {
        session: arrived.session.to_policy(),
        envelope: Envelope {
            sender: arrived
                .sender
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            recipients: arrived.recipients.iter().map(ToString::to_string).collect(),
        },
        direction: Direction::Quoted,
        copies: 1,
        sent: sent
            .into_iter()
            .map(|(name, value)| Field { name, value })
            .collect(),
        sender: Some(email.sender.to_string()),
        address: arrived.recipient.to_string(),
        signature: SignatureFate::Unsigned,
        domain_signature: DomainSignature::Unknown,
        deferrals: Vec::new(),
    };
    let block: Arc<[u8]> = headers.block().into();
    let start = MessageStart {
        octets: block.len() as u64,
        headers: Arc::new(headers),
        start: block,
    };
    let counters = Arc::clone(&services.flow.counters);
    let call = CallFacts::new(Some(account.id()), counters, services.clock.now())
        .with_message(start)
        .shared();
    let chain = services.policies.of(account, arrived.about()).await;
    let findings = hearing
        .hear(chain.returned(&call, &asked))?
        .unwrap_or_default();
    Ok(findings.into_iter().map(facts::finding).collect())
}
