//! Messages an account's own help desk hands in, for others: written in the name of
//! a live support address, or refused (FAULTS ID-01, ID-02).
//!
//! The sender was judged at MAIL; here the header is, and it gets what every message
//! of ours has (R34). Signing and the way out come after 250 (`dispatch::submitted`).

use desk::accounts::account_code;
use desk::messages::Verdict;
use mail::message::{Edited, Edits, Headers, Marks, MarksError, MessageId, date_line};
use policy::questions::headers::{Edit, OutboundFacts, OutboundVerdict};

use super::judge::{Found, Judged, Outgoing, received};
use super::{Reception, ReceptionError, Refusal};
use crate::facts::{self, MessageStart, noted};

/// Judges a message. The second is its header as it will be sent.
pub(super) async fn judge(
    reception: &Reception,
    queue_id: &str,
    message: &MessageStart,
) -> Result<(Judged, Edited), ReceptionError> {
    let sender = reception.sender.clone().ok_or(ReceptionError::NoSender)?;
    let headers = &message.headers;
    let mut verdicts = Vec::new();
    let about = (queue_id, message);
    let asked = ask(reception, about, sender.to_string(), &mut verdicts).await?;
    let (edits, message_id) = edits(reception, queue_id, headers, &asked)?;
    let judged = Judged {
        message_id: Some(message_id.clone()),
        way: Vec::new(),
        found: Found::Outbound(Outgoing { sender, message_id }),
        verdicts,
    };
    Ok((judged, edits.apply(headers)))
}

async fn ask(
    reception: &Reception,
    (queue_id, message): (&str, &MessageStart),
    sender: String,
    verdicts: &mut Vec<Verdict>,
) -> Result<Vec<Edit>, ReceptionError> {
    let account = reception.session.login.as_ref().map(|login| login.account);
    let call = reception
        .call_facts(account)
        .of_message(queue_id)
        .with_message(message.clone());
    let facts = OutboundFacts {
        sender,
        recipients: reception.envelope_for_policy().recipients,
        through_customer: true,
        submitted: true,
    };
    let chain = reception.chain(account).await;
    let answered = chain.outbound(&call.shared(), &facts);
    match noted(answered, verdicts)? {
        OutboundVerdict::Accept(edits) => Ok(edits),
        OutboundVerdict::Defer(reason) => Err(ReceptionError::Verdict(Refusal::new(
            reason.kind.deferred(),
            &reason,
        ))),
        OutboundVerdict::Reject(reason) => Err(ReceptionError::Verdict(Refusal::new(
            reason.kind.rejected(),
            &reason,
        ))),
    }
}

/// The five protected fields as ours, whoever wrote some before; what a submission
/// server adds where it is missing (RFC 6409 §8); blind copies stay blind.
fn edits(
    reception: &Reception,
    queue_id: &str,
    headers: &Headers,
    asked: &[Edit],
) -> Result<(Edits, MessageId), ReceptionError> {
    let services = &reception.services;
    let prefix = &services.config.product.header_prefix;
    let mut edits = Edits::default();
    facts::enter(&mut edits, asked);
    edits.strip_marks(prefix);
    edits.strip_results(services.hostname.as_str());
    for name in REPLACED {
        edits.remove(name);
    }
    let message_id = match headers.message_id() {
        Some(id) => id,
        None => {
            let id = MessageId::parse(&format!("{queue_id}@{}", services.hostname));
            let id = id.map_err(|_| ReceptionError::Marks(MarksError::EmailId))?;
            edits.remove(MESSAGE_ID);
            edits.put_on_top(format!("{MESSAGE_ID}: {id}\r\n").as_bytes());
            id
        }
    };
    if headers.date().is_none() {
        edits.remove(DATE);
        edits.put_on_top(&date_line(services.clock.now().0));
    }
    edits.put_on_top(&marks(reception, queue_id)?);
    edits.put_on_top(&received(reception, queue_id));
    Ok((edits, message_id))
}

fn marks(reception: &Reception, queue_id: &str) -> Result<Vec<u8>, ReceptionError> {
    let product = &reception.services.config.product;
    let login = reception.session.login.as_ref();
    let code = login.map(|login| account_code(login.account));
    let code = code.unwrap_or_default();
    let marks = Marks::new(&product.name, &product.header_prefix, &code, queue_id)?;
    let mut lines = Vec::new();
    marks
        .fields()
        .iter()
        .for_each(|field| field.write_to(&mut lines));
    Ok(lines)
}

const MESSAGE_ID: &str = "Message-ID";
const DATE: &str = "Date";
/// Ours to write, or nobody else's to read.
const REPLACED: [&str; 6] = [
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Mailer",
    "Return-Path",
    "Bcc",
    "Resent-Bcc",
];
