//! Mail for the postmaster of this server that no account serves (RFC 5321
//! §4.5.1): kept aside on the operator's own shelf, and told in the log.

use desk::facts::Cause;
use desk::suspended::Shelf;
use storage::{Batch, Lease, Scope};
use tracing::warn;

use super::message::{Message, READ_OCTETS_MAX};
use super::{IntakeError, enter};
use crate::runner::Arrived;
use crate::services::Services;

/// Keeps the message aside; the job ends with that.
pub(super) async fn keep_aside(
    services: &Services,
    arrived: &Arrived,
    lease: &Lease,
) -> Result<(), IntakeError> {
    let reader = services
        .store
        .text(Scope::Installation, arrived.text)
        .await?;
    let raw = reader.read(0, READ_OCTETS_MAX).await?;
    let letter = Message::read(raw, reader.octets(), false).map(|message| message.letter);
    let incoming = enter::incoming(arrived, letter.unwrap_or_default());
    let mut batch = Batch::new();
    let now = services.clock.now();
    let shelf = Shelf::of_operator(&services.desk);
    let id = shelf.put(&mut batch, &incoming, Cause::NoAccount, None, now);
    batch.finish(lease);
    services.store.commit(batch).await?;
    warn!(
        id = arrived.queue_id,
        suspended = id,
        "mail for the postmaster kept aside; see `relaygate suspended list`, or set product.postmaster"
    );
    Ok(())
}
