//! What an account's own help desk handed in: its way out, signed where the domain
//! is, queued on the support address's smarthost.
//!
//! The same question goes to the routing policy as for a notification of ours, but
//! there is no fallback: a help desk that writes as an address that is not verified
//! any more waits until it is, since an answer in another name would reach people
//! who cannot tell whose it is.

use desk::desks::sent;
use desk::facts::{DepartureFacts, NotificationKind};
use desk::messages::{self, Line};
use desk::{Account, accounts};
use mail::message::MessageId;
use storage::{Batch, Durable, NewJob, StagedText};
use tracing::info;

use super::way_out::{self, WayOut};
use super::{DispatchError, Signings, signing};
use crate::policies::About;
use crate::runner::{Card, Delivery, Path, Submitted, Work};
use crate::services::Services;
use crate::whole;

/// A message that is ready to leave.
pub(crate) struct Ready {
    way: WayOut,
    /// With our signature on top; absent if it goes as it is.
    signed: Option<StagedText>,
}

/// Asks for the way out and signs.
pub(crate) async fn prepare(
    services: &Services,
    account: &Account,
    submitted: &Submitted,
) -> Result<Ready, DispatchError> {
    let profile = accounts::profile(account).await?;
    let asked = DepartureFacts {
        notification: NotificationKind::Ticket,
        ticket_recipient: Some(submitted.sender.clone()),
        connected: true,
        verified: true,
        fallback_sender: profile.default_brand().default_address.clone(),
    };
    let way = way_out::ask(services, account, About::Mail(&submitted.id), &asked).await?;
    if !way.through_customer() || *way.address() != submitted.sender {
        let reason = way.reason.clone();
        return Err(DispatchError::NotConnected(reason.unwrap_or_default()));
    }
    let signed = signed(services, account, submitted, &way).await?;
    Ok(Ready { way, signed })
}

/// A copy with our signature, if the domain's mail is signed.
async fn signed(
    services: &Services,
    account: &Account,
    submitted: &Submitted,
    way: &WayOut,
) -> Result<Option<StagedText>, DispatchError> {
    let signings = Signings::look(services, account).await?;
    if !signings.signs(way.address().domain()) {
        return Ok(None);
    }
    let text = account.store().text(submitted.text).await?;
    let message = whole::read(&text).await?;
    let signature = signing::signature(services, &signings, way, &message.octets)?;
    let mut writer = services.store.stage(account.scope());
    writer.write(&signature).await?;
    writer.write(&message.octets).await?;
    Ok(Some(writer.finish().await?))
}

/// Adds record, job and log line to the batch that ends the job, and commits it.
pub(crate) async fn commit(
    services: &Services,
    account: &Account,
    mut batch: Batch,
    submitted: &Submitted,
    ready: Ready,
) -> Result<Durable, DispatchError> {
    let now = services.clock.now();
    let message_id = MessageId::parse(&submitted.message_id);
    let message = sent::Submitted {
        id: submitted.id.clone(),
        sender: submitted.sender.clone(),
        message_id: message_id.map_err(|_| DispatchError::Sender)?,
        signed: ready.signed.is_some(),
        recipients: submitted.recipients.clone(),
    };
    sent::record(account, &mut batch, message, now);
    let octets = ready
        .signed
        .as_ref()
        .map_or(submitted.octets, StagedText::octets);
    let text = match ready.signed {
        Some(signed) => batch.text(signed),
        None => submitted.text,
    };
    let delivery = Delivery {
        email_id: submitted.id.clone(),
        notification: NotificationKind::Ticket,
        path: Path::Smarthost(ready.way.address().clone()),
        reverse_path: Some(submitted.sender.clone()),
        recipients: submitted.recipients.clone(),
        text,
        octets,
    };
    batch.enqueue(NewJob {
        scope: account.scope(),
        lane: delivery.path.lane(),
        due: now,
        payload: Card::new(now, Work::Delivery(delivery)).to_payload(),
        texts: vec![text],
    });
    // The job holds what it sends; nobody needs either once it is delivered.
    for text in [submitted.text, text] {
        batch.drop_text(account.id(), text);
    }
    let line = Line::new(now, "queued", ready.way.path_name());
    let line = line.because_of(ready.way.verdicts);
    messages::add(account, &mut batch, &submitted.id, &line);
    let durable = account.commit(batch).await?;
    info!(email = submitted.id, path = "smarthost", "message queued");
    Ok(durable)
}
