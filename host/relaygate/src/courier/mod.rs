//! Being written.

use storage::Lease;

use crate::runner::LeaseSlot;
use crate::services::Services;

/// Jobs of one destination together.
pub fn by_destination(leases: Vec<Lease>) -> Vec<Vec<Lease>> {
    leases.into_iter().map(|lease| vec![lease]).collect()
}

/// Delivers messages for one destination.
pub async fn work(services: &Services, slots: Vec<LeaseSlot>) {
    let _ = (services, slots);
}
