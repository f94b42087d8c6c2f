//! Verification mails that come back (R72-R74, R82).

use desk::addresses::Direction;
use desk::messages::State;
use desk::notices::Notice;
use desk::outbound::{Email, End, Try};
use desk::verification::{Consumed, Returned};
use desk::{Account, accounts, intake, outbound, verification};
use policy::questions::headers::{self, ReturnedFacts};
use policy::questions::types::{Envelope, Field};
use storage::Batch;

use super::hearing::{Hearing, Patience};
use super::signatures::{self, Signatures};
use super::{Ended, IntakeError, Message, drop_text, seen};
use crate::courier::REPLY_LOST;
use crate::dispatch;
use crate::facts::{self, CallFacts};
use crate::runner::Arrived;
use crate::services::Services;

/// Looks at the signatures of a verification mail; `None` if the message is none. DNS is asked,
/// so this comes before the account's turn.
pub(super) async fn look(
    services: &Services,
    account: &Account,
    message: &Message,
) -> Result<Option<Signatures>, IntakeError> {
    let Some(returned) = recognise(services, account, message).await? else {
        return Ok(None);
    };
    let sent = outbound::find(account, &returned.email_id).await?;
    let signed = sent.is_some_and(|email| email.signed);
    let signatures = signatures::look(services, message, &returned, signed).await;
    Ok(Some(signatures))
}

async fn recognise(
    services: &Services,
    account: &Account,
    message: &Message,
) -> Result<Option<Returned>, desk::Error> {
    let product = facts::product(services);
    let (headers, body) = (&message.headers, &message.letter.body);
    verification::recognise(account, &product, headers, body).await
}

/// Consumes a verification mail; `None` if the message is none. `found` is the message with what
/// [`look`] found.
pub(super) async fn consume(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    (arrived, patience): (&Arrived, Patience),
    (message, signatures): (&Message, &Signatures),
) -> Result<Option<Ended>, IntakeError> {
    let Some(returned) = recognise(services, account, message).await? else {
        return Ok(None);
    };
    let sent = outbound::find(account, &returned.email_id).await?;
    let envelope = envelope(account, arrived, message).await?;
    let asked = returned_facts(arrived, envelope, &returned, sent.as_ref(), signatures);
    let mut hearing = Hearing::new(patience);
    let findings = ask(services, account, (arrived, message), &asked, &mut hearing).await?;
    let verdicts = hearing.verdicts;
    let Some(findings) = findings else {
        // Unchecked is not verified: the check stays pending and can be repeated.
        return Ok(Some(unchecked(account, batch, arrived).judged(verdicts)));
    };
    let findings = findings.into_iter().map(facts::finding).collect();
    let ours = signatures.ours;
    let seen = seen::gather(services, arrived, message, &returned, ours, findings);
    let login = arrived
        .session
        .login
        .as_ref()
        .filter(|_| arrived.session.tls.is_some());
    let relay = login.and_then(facts::Login::connector);
    let now = services.clock.now();
    let consumed = verification::consume(account, batch, &returned, relay, seen, now).await?;
    drop_text(account, batch, arrived);
    if let Consumed::Failed(reason) = &consumed {
        dispatch::inform(account, batch, failed(&returned, reason), now);
    }
    Ok(Some(ended(&returned, consumed).judged(verdicts)))
}

fn failed(returned: &Returned, reason: &str) -> Notice {
    Notice::VerificationFailed {
        address: returned.address.to_string(),
        direction: returned.direction.as_str().to_owned(),
        reason: reason.to_owned(),
    }
}

fn unchecked(account: &Account, batch: &mut Batch, arrived: &Arrived) -> Ended {
    drop_text(account, batch, arrived);
    let (what, detail) = ("verification_unchecked", "policy failed; verify again");
    Ended::new(State::VerificationConsumed, what, detail).because(policy::Failed::CODE)
}

fn ended(returned: &Returned, consumed: Consumed) -> Ended {
    let direction = returned.direction.as_str();
    let end = |what: &str, detail: String| Ended::new(State::VerificationConsumed, what, detail);
    let ignored = |reason: &str| {
        end("verification_ignored", format!("{direction}: {reason}")).because(reason)
    };
    match consumed {
        Consumed::Verified => end("verification_consumed", format!("{direction} verified")),
        Consumed::Failed(reason) => {
            let detail = format!("{direction} failed: {reason}");
            end("verification_consumed", detail).because(reason)
        }
        Consumed::Unauthenticated => ignored(verification::RETURNED_UNAUTHENTICATED),
        Consumed::Ignored(reason) => ignored(reason.as_str()),
    }
}

async fn ask(
    services: &Services,
    account: &Account,
    (arrived, message): (&Arrived, &Message),
    facts: &ReturnedFacts,
    hearing: &mut Hearing,
) -> Result<Option<Vec<headers::Finding>>, policy::Failed> {
    let counters = std::sync::Arc::clone(&services.flow.counters);
    let call = CallFacts::new(Some(account.id()), counters, services.clock.now())
        .with_message(message.start())
        .shared();
    let chain = services.policies.of(account, arrived.about()).await;
    hearing.hear(chain.returned(&call, facts))
}

fn returned_facts(
    arrived: &Arrived,
    envelope: Envelope,
    returned: &Returned,
    sent: Option<&Email>,
    signatures: &Signatures,
) -> ReturnedFacts {
    ReturnedFacts {
        session: arrived.session.to_policy(),
        envelope,
        direction: direction(returned.direction),
        copies: copies(returned, sent),
        sent: returned.sent.iter().map(field).collect(),
        sender: sent.map(|email| email.sender.to_string()),
        address: returned.address.to_string(),
        signature: signatures.ours,
        domain_signature: signatures.domains,
        deferrals: sent.map(deferrals).unwrap_or_default(),
    }
}

/// How often it came back beyond what we may have sent more than once ourselves, for want of
/// a reply (RFC 1047) or of a note about it: those came round for each time we sent them.
fn copies(returned: &Returned, sent: Option<&Email>) -> u32 {
    let again = sent.map_or(0, |email| perhaps_sent(email).saturating_sub(1));
    returned.copies.saturating_sub(again).max(1)
}

/// How often a server may have taken it over.
fn perhaps_sent(email: &Email) -> u32 {
    let tries = email.deliveries.iter().flat_map(|delivery| &delivery.tries);
    let taken = tries.filter(|attempt| {
        attempt.end == End::Accepted || attempt.reason.as_deref() == Some(REPLY_LOST)
    });
    let taken = u32::try_from(taken.count()).unwrap_or(u32::MAX);
    taken.saturating_add(email.unsettled)
}

/// The codes of the replies that put the mail off on its way out.
fn deferrals(email: &Email) -> Vec<u16> {
    let tries = email.deliveries.iter().flat_map(|delivery| &delivery.tries);
    let put_off = tries.filter(|attempt| attempt.end == End::Deferred);
    let code = |attempt: &Try| attempt.reply.as_deref()?.get(..3)?.parse().ok();
    put_off.filter_map(code).collect()
}

/// The envelope it came back in; where it was forwarded to a native address, for
/// the address it was forwarded for.
async fn envelope(
    account: &Account,
    arrived: &Arrived,
    message: &Message,
) -> Result<Envelope, desk::Error> {
    let profile = accounts::profile(account).await?;
    let mut recipients = Vec::with_capacity(arrived.recipients.len());
    for recipient in &arrived.recipients {
        let addressed = &message.letter.addressed;
        let of_record =
            intake::recipient_of_record(account, &profile, recipient, addressed).await?;
        recipients.push(of_record.to_string());
    }
    let sender = arrived.sender.as_ref().map(ToString::to_string);
    Ok(Envelope {
        sender: sender.unwrap_or_default(),
        recipients,
    })
}

fn direction(direction: Direction) -> headers::Direction {
    match direction {
        Direction::Inbound => headers::Direction::Inbound,
        Direction::Outbound => headers::Direction::Outbound,
    }
}

fn field((name, value): &(String, String)) -> Field {
    Field {
        name: name.clone(),
        value: value.clone(),
    }
}
