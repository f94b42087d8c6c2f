//! Remembers whose mail was put off because its domain is being disconnected (R100).

use desk::connectors::refused;
use mail::address::Address;
use tracing::warn;

use super::Reception;

/// Notes one recipient that was put off. The peer is refused with or without it.
pub(super) async fn note_refused(
    reception: &Reception,
    account: Option<&desk::Account>,
    recipient: &Address,
) {
    let Some(account) = account else { return };
    let now = reception.services.clock.now();
    let (session, sender) = (&reception.session.id, reception.sender.as_ref());
    match refused::note(account, session, sender, recipient, now).await {
        // Another session has just noted the same.
        Ok(()) | Err(desk::Error::Changed) => {}
        Err(error) => warn!(
            error = &error as &dyn std::error::Error,
            "refused envelope not noted"
        ),
    }
}
