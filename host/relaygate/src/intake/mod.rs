//! Being written.

use crate::runner::LeaseSlot;
use crate::services::Services;

/// Works on one accepted message.
pub async fn work(services: &Services, slot: &LeaseSlot) {
    let _ = (services, slot);
}
