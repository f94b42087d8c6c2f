//! Says in the audit log that a peer was locked out for guessing (R5).

use std::net::IpAddr;

use desk::audit::{self, Act};
use storage::Timestamp;
use tracing::{error, info};

use crate::services::Services;

/// Writes the row of one lock-out. The peer is refused with or without it: if it
/// cannot be written the program's own log has to do.
pub(super) async fn note(services: &Services, peer: IpAddr, user: &str, now: Timestamp) {
    let act = Act {
        at: now,
        actor: "system".to_owned(),
        peer: Some(peer.to_canonical().to_string()),
        action: LOCKED_OUT.to_owned(),
        subject: shown(user),
        credential: None,
    };
    info!("peer locked out after too many failed logins");
    metrics::counter!("relaygate_lockouts_total").increment(1);
    if let Err(reason) = audit::note_installation(&services.desk, &act).await {
        error!(%reason, action = LOCKED_OUT, "audit row not written");
    }
}

/// The user name that was tried last. A stranger has written it: no more of it
/// than can be read, nothing that is not plain text.
fn shown(user: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() { c } else { '?' };
    user.chars().take(USER_CHARS_MAX).map(plain).collect()
}

const LOCKED_OUT: &str = "auth_locked_out";
const USER_CHARS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_is_cut_and_made_plain() {
        assert_eq!(shown("help\u{1b}[2J\u{fc}"), "help?[2J?");
        assert_eq!(shown(&"x".repeat(5_000)).len(), USER_CHARS_MAX);
    }
}
