//! What a foreign help desk sent through us: the same record as for a message of
//! our own, so that attempts, bounces and loops are found by the same look-ups.

use mail::address::Address;
use mail::message::MessageId;
use storage::{Batch, Timestamp};

use crate::Account;
use crate::facts::NotificationKind;
use crate::outbound::{self, Delivery, Email, Path};

/// A message a foreign desk handed in.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// Its name everywhere: the queue id told with the 250.
    pub id: String,
    /// The support address in `From`.
    pub sender: Address,
    /// Its Message-ID.
    pub message_id: MessageId,
    /// Whether it bears a signature of ours.
    pub signed: bool,
    /// Whom it is for.
    pub recipients: Vec<Address>,
}

/// Adds the record to the batch that enqueues its delivery.
pub fn record(account: &Account, batch: &mut Batch, message: Submitted, now: Timestamp) {
    let queued = |recipient| Delivery::queued(recipient, None, now);
    let email = Email {
        id: message.id,
        number: 0,
        // It is the help desk's word about one of its own tickets.
        notification: NotificationKind::Ticket,
        ticket: None,
        comment: None,
        path: Path::Smarthost,
        sender: message.sender,
        fallback_from: None,
        message_id: message.message_id,
        signed: message.signed,
        unsettled: 0,
        deliveries: message.recipients.into_iter().map(queued).collect(),
        warnings: Vec::new(),
        created_at: now,
    };
    outbound::put(account, batch, email);
}
