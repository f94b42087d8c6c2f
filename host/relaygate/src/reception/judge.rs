//! What a complete message is: asked of the policies once, with the changes they
//! and we make to the header.

use desk::messages::Verdict;
use mail::address::Address;
use mail::message::{
    Defect, Edited, Edits, Headers, MessageId, Protocol, Received, TlsFacts, is_ambiguous,
};
use policy::questions::headers::{Edit, InboundAcceptance, InboundFacts, InboundVerdict};

use super::{Accepted, Reception, ReceptionError, Refusal, for_desk};
use crate::facts::{self, MessageStart, noted};
use crate::runner::Acceptance;

/// An accepted message's facts.
pub(super) struct Judged {
    pub(super) found: Found,
    pub(super) message_id: Option<MessageId>,
    /// The trace of a message of our own come back; empty for any other.
    pub(super) way: Vec<u8>,
    /// What the policies said of its header.
    pub(super) verdicts: Vec<Verdict>,
}

/// What a message turned out to be.
pub(super) enum Found {
    /// Mail for the account.
    Inbound(Acceptance),
    /// Mail of the account's own help desk for others.
    Outbound(Outgoing),
}

/// Mail for others.
pub(super) struct Outgoing {
    /// The support address it is from.
    pub(super) sender: Address,
    /// Its own, or the one it was given.
    pub(super) message_id: MessageId,
}

/// Judges a message. The second is its header as it will be kept.
pub(super) async fn judge(
    reception: &Reception,
    queue_id: &str,
    message: &MessageStart,
) -> Result<(Judged, Edited), ReceptionError> {
    let headers = &message.headers;
    check_hops(headers, reception.services.config.limits.hops_max)?;
    if reception.session.is_desk() {
        return for_desk::judge(reception, queue_id, message).await;
    }
    let ours = is_ours(reception, headers).await?;
    let mut verdicts = Vec::new();
    let about = (queue_id, message);
    let acceptance = ask(reception, about, ours, &mut verdicts).await?;
    let edited = edits(reception, queue_id, &acceptance.edits, ours).apply(headers);
    let judged = Judged {
        message_id: headers.message_id(),
        way: if ours { trace(headers) } else { Vec::new() },
        found: Found::Inbound(found(acceptance)),
        verdicts,
    };
    Ok((judged, edited))
}

/// The Received fields as they stand, ours not yet among them.
fn trace(headers: &Headers) -> Vec<u8> {
    headers.all("Received").collect::<Vec<_>>().concat()
}

/// RFC 5321 §6.3: count the Received fields, refuse what goes in circles.
fn check_hops(headers: &Headers, limit: u32) -> Result<(), ReceptionError> {
    let hops = headers.hops();
    if hops > limit as usize {
        Err(ReceptionError::Loop { hops, limit })
    } else {
        Ok(())
    }
}

async fn ask(
    reception: &Reception,
    (queue_id, message): (&str, &MessageStart),
    ours: bool,
    verdicts: &mut Vec<Verdict>,
) -> Result<InboundAcceptance, ReceptionError> {
    let account = reception.accepted.first().and_then(Accepted::account);
    let call = reception
        .call_facts(account)
        .of_message(queue_id)
        .with_message(message.clone())
        .shared();
    let facts = inbound_facts(reception, message, ours);
    let chain = reception.chain(account).await;
    match noted(chain.inbound(&call, &facts), verdicts)? {
        InboundVerdict::Accept(acceptance) => Ok(acceptance),
        InboundVerdict::Defer(reason) => Err(ReceptionError::Verdict(Refusal::new(
            reason.kind.deferred(),
            &reason,
        ))),
        InboundVerdict::Reject(reason) => Err(ReceptionError::Verdict(Refusal::new(
            reason.kind.rejected(),
            &reason,
        ))),
    }
}

fn inbound_facts(reception: &Reception, message: &MessageStart, ours: bool) -> InboundFacts {
    let submitted = reception.session.login.is_some();
    InboundFacts {
        session: reception.session.to_policy(),
        envelope: reception.envelope_for_policy(),
        defects: defects(message),
        ours,
        // The relay proved itself, so the topmost field is its word, whatever
        // name it bears (RFC 8601 §5 asks for nothing more of us).
        trusted_authserv: submitted.then(String::new),
    }
}

/// What is wrong with the header, and with the parts as far as policies get to see them.
fn defects(message: &MessageStart) -> Vec<String> {
    let mut found = message.headers.defects().to_vec();
    let whole = message.octets <= message.start.len() as u64;
    if !found.contains(&Defect::MimeAmbiguous)
        && is_ambiguous(&message.start, &message.headers, whole)
    {
        found.push(Defect::MimeAmbiguous);
    }
    found
        .iter()
        .map(|defect| defect.code().to_owned())
        .collect()
}

/// Our own field on top, policies' changes below, forgeries out.
///
/// Forgeries are the host's affair, whatever policies there are: RFC 8601 §5
/// leaves nothing to decide. A message that is really ours come back keeps its
/// marks: they are the evidence that verification and loop detection look at
/// (R34, R37). Results in our name are forged in any case, since we write none.
fn edits(reception: &Reception, queue_id: &str, asked: &[Edit], ours: bool) -> Edits {
    let mut edits = Edits::default();
    edits.strip_results(reception.services.hostname.as_str());
    if !ours {
        edits.strip_marks(&reception.services.config.product.header_prefix);
    }
    facts::enter(&mut edits, asked);
    edits.put_on_top(&received(reception, queue_id));
    edits
}

/// Our trace field.
pub(super) fn received(reception: &Reception, queue_id: &str) -> Vec<u8> {
    let session = &reception.session;
    let tls = session.tls.as_ref();
    let recipient = match reception.accepted.as_slice() {
        [only] => Some(&only.recipient),
        _ => None,
    };
    let field = Received {
        helo: &session.helo,
        peer: session.peer,
        by: reception.services.hostname.as_str(),
        protocol: Protocol {
            extended: reception.esmtp,
            tls: tls.is_some(),
            authenticated: session.login.is_some(),
            utf8: reception.utf8,
        },
        tls: tls.map(|tls| TlsFacts {
            version: &tls.version,
            cipher: &tls.cipher,
        }),
        session: &session.id,
        id: queue_id,
        recipient,
        at: reception.services.clock.now().0,
    };
    field.to_lines()
}

fn found(acceptance: InboundAcceptance) -> Acceptance {
    Acceptance {
        origin: facts::origin_found(acceptance.origin),
        author: facts::author_found(acceptance.author),
        author_is_reply_to: facts::is_reply_to(acceptance.author_field),
        flags: acceptance.flags,
    }
}

/// Whether one of the accounts it is for has made it (R37).
async fn is_ours(reception: &Reception, headers: &Headers) -> Result<bool, desk::Error> {
    let product = facts::product(&reception.services);
    for account in reception.accepted.iter().filter_map(Accepted::account) {
        let account = reception.services.desk.account(account);
        if desk::outbound::is_ours(&account, &product, headers).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// ID-10: two readers could see two files in a part, and policies are told so.
    #[test]
    fn policies_are_told_of_parts_that_can_be_read_in_two_ways() {
        let message = |disposition: &str| {
            let text = format!(
                "From: eve@enduser.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
                 --b\r\nContent-Disposition: attachment; {disposition}\r\n\r\nx\r\n--b--\r\n"
            );
            let headers = Headers::parse(text.as_bytes()).expect("within the limits");
            MessageStart {
                headers: Arc::new(headers),
                start: text.as_bytes().into(),
                octets: text.len() as u64,
            }
        };
        let two = defects(&message("filename=a.txt; filename*=us-ascii''a.exe"));
        assert_eq!(two, ["mime_ambiguous"]);
        assert!(defects(&message("filename=a.txt")).is_empty());
    }
}
