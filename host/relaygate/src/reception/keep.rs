//! Makes an accepted message durable: texts, one intake job for each recipient
//! (one for all, if a help desk hands it in for others), log rows and idempotency
//! marks, in one batch.

use desk::messages::{self, Direction, Line, Message, Verdict};
use mail::address::{Address, Domain};
use mail::reply::Reply;
use mail::server::Envelope;
use metrics::{counter, histogram};
use storage::{AccountId, Batch, Durable, NewJob, Scope, StagedText, TextId};
use tracing::info;

use super::incoming::{Complete, Incoming};
use super::judge::{Found, Outgoing};
use super::repeat::{self, Mark};
use super::{Accepted, Reception, ReceptionError, ingress_name};
use crate::facts::{self, SessionFacts};
use crate::runner::{Acceptance, Arrived, Card, Submitted, Work, intake_lane};

/// Keeps a message. Returns the proof and the id for the 250.
///
/// What was kept before for the same recipient (its 250 got lost, R111) is
/// answered 250 again and not kept twice.
pub(super) async fn keep(
    reception: &Reception,
    incoming: Incoming,
    envelope: &Envelope,
) -> Result<(Durable, String), ReceptionError> {
    let began = std::time::Instant::now();
    let mut complete = incoming.complete(reception).await?;
    let texts = std::mem::take(&mut complete.texts);
    let marked = repeat::marks(reception, &complete).await?;
    let fresh: Vec<_> = marked
        .into_iter()
        .filter(|(_, mark)| !mark.is_known())
        .collect();
    let batch = batch(reception, &complete, envelope, texts, &fresh);
    let proof = reception.services.store.commit(batch).await?;
    histogram!("relaygate_keep_seconds").record(began.elapsed().as_secs_f64());
    log_kept(reception, &complete, fresh.len());
    Ok((proof, complete.queue_id))
}

fn batch(
    reception: &Reception,
    complete: &Complete,
    envelope: &Envelope,
    texts: Vec<(Scope, StagedText)>,
    fresh: &[(Accepted, Mark)],
) -> Batch {
    let mut batch = Batch::new();
    for (scope, text) in texts {
        let mine = || fresh.iter().filter(|(accepted, _)| accepted.scope == scope);
        if mine().next().is_none() {
            continue;
        }
        let octets = text.octets();
        match &complete.judged.found {
            Found::Inbound(acceptance) => {
                // Each recipient's ticket keeps it or lets it go by itself.
                let keepers = u32::try_from(mine().count()).unwrap_or(u32::MAX);
                let text = batch.shared_text(text, keepers);
                for (accepted, mark) in mine() {
                    let work = arrived(
                        reception,
                        complete,
                        envelope,
                        accepted,
                        acceptance,
                        (text, octets),
                    );
                    let card = card(reception, Work::Intake(work));
                    let id = batch.enqueue(new_job(reception, scope, text, &card));
                    mark.enter(&mut batch, &complete.queue_id, id);
                }
            }
            Found::Outbound(outgoing) => {
                let text = batch.text(text);
                let recipients = mine().map(|(accepted, _)| accepted.recipient.clone());
                let work = submitted(complete, outgoing, recipients.collect(), (text, octets));
                let card = card(reception, Work::Submitted(work));
                let id = batch.enqueue(new_job(reception, scope, text, &card));
                mine().for_each(|(_, mark)| mark.enter(&mut batch, &complete.queue_id, id));
            }
        }
        if let Scope::Account(account) = scope {
            let recipients = mine().map(|(accepted, _)| accepted);
            let recipients: Vec<&Accepted> = recipients.collect();
            open_log(reception, complete, account, &recipients, &mut batch);
        }
    }
    batch
}

fn card(reception: &Reception, work: Work) -> Card {
    Card::new(reception.services.clock.now(), work)
}

/// The message for one of its recipients.
fn arrived(
    reception: &Reception,
    complete: &Complete,
    envelope: &Envelope,
    accepted: &Accepted,
    acceptance: &Acceptance,
    (text, octets): (TextId, u64),
) -> Arrived {
    Arrived {
        queue_id: complete.queue_id.clone(),
        session: reception.session.clone(),
        sender: envelope.sender.clone(),
        recipient: accepted.recipient.clone(),
        recipients: recipients_of(reception, accepted.scope),
        text,
        octets,
        acceptance: acceptance.clone(),
    }
}

/// What a foreign help desk handed in, for all of its recipients.
fn submitted(
    complete: &Complete,
    outgoing: &Outgoing,
    recipients: Vec<Address>,
    (text, octets): (TextId, u64),
) -> Submitted {
    Submitted {
        id: complete.queue_id.clone(),
        sender: outgoing.sender.clone(),
        message_id: outgoing.message_id.as_str().to_owned(),
        recipients,
        text,
        octets,
    }
}

/// The connector it came by or goes by.
fn connector(complete: &Complete, session: &SessionFacts) -> Option<Domain> {
    match &complete.judged.found {
        Found::Inbound(_) => session.connector().cloned(),
        Found::Outbound(outgoing) => Some(outgoing.sender.domain().clone()),
    }
}

/// The recipients that are the account's own: it learns of no others.
fn recipients_of(reception: &Reception, scope: Scope) -> Vec<Address> {
    let own = reception
        .accepted
        .iter()
        .filter(|accepted| accepted.scope == scope);
    own.map(|accepted| accepted.recipient.clone()).collect()
}

fn new_job(reception: &Reception, scope: Scope, text: TextId, card: &Card) -> NewJob {
    NewJob {
        scope,
        lane: intake_lane(),
        due: reception.services.clock.now(),
        payload: card.to_payload(),
        texts: vec![text],
    }
}

/// The first lines of the message's log (R4).
fn open_log(
    reception: &Reception,
    complete: &Complete,
    account: AccountId,
    recipients: &[&Accepted],
    batch: &mut Batch,
) {
    let at = reception.services.clock.now();
    let account = reception.services.desk.account(account);
    let message = Message {
        id: complete.queue_id.clone(),
        direction: match complete.judged.found {
            Found::Inbound(_) => Direction::Inbound,
            Found::Outbound(_) => Direction::Outbound,
        },
        message_id: complete.judged.message_id.clone(),
        sender: reception.sender.clone(),
        recipients: recipients.iter().map(|it| it.recipient.clone()).collect(),
        connector: connector(complete, &reception.session),
        session: Some(reception.session.to_log()),
        ticket: None,
        at,
    };
    messages::open(&account, batch, &message);
    let reply = Reply::kept_as(&complete.queue_id).to_string();
    let line = Line::new(at, "accepted", reply);
    let line = line.because_of(verdicts(reception, complete, recipients));
    messages::add(&account, batch, &complete.queue_id, &line);
}

/// What led to the message being kept for these recipients; what was said of others
/// is another account's affair.
fn verdicts(reception: &Reception, complete: &Complete, recipients: &[&Accepted]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let of_recipients = recipients.iter().flat_map(|accepted| &accepted.verdicts);
    let said = reception.verdicts.iter().chain(of_recipients);
    for verdict in said.chain(&complete.judged.verdicts) {
        facts::hear(&mut verdicts, verdict.clone());
    }
    verdicts
}

fn log_kept(reception: &Reception, complete: &Complete, fresh: usize) {
    let ingress = ingress_name(reception.session.ingress);
    counter!("relaygate_accepted_total", "ingress" => ingress).increment(1);
    let (id, octets) = (complete.queue_id.as_str(), complete.octets);
    if fresh == 0 {
        info!(id, octets, "message was here before, not kept again");
    } else {
        info!(id, octets, recipients = fresh, "message committed");
    }
}
