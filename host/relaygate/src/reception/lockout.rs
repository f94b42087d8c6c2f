//! Says in the audit log who was locked out for guessing (R5, AUTH-05).

use std::net::IpAddr;

use desk::audit::{self, Act};
use desk::credentials::peers;
use storage::Timestamp;
use tracing::{error, info};

use super::throttle::{Attempt, LockedOut};
use crate::services::Services;

/// Writes a row for each lock-out: a peer's with the operator, a login's with the account
/// whose credential set it names. It holds with or without the row: if that cannot be written
/// the program's own log has to do.
pub(super) async fn note(
    services: &Services,
    peer: IpAddr,
    attempt: &Attempt<'_>,
    locked_out: LockedOut,
    now: Timestamp,
) {
    let act = |action: &str| Act {
        at: now,
        actor: "system".to_owned(),
        peer: Some(peers::name(peer)),
        action: action.to_owned(),
        subject: shown(attempt.user()),
        credential: None,
    };
    if locked_out.peer {
        told("peer");
        let written = audit::note_installation(&services.desk, &act(PEER_LOCKED_OUT)).await;
        missed(PEER_LOCKED_OUT, written);
    }
    if locked_out.login {
        told("login");
        let written = of_login(services, attempt, act(LOGIN_LOCKED_OUT)).await;
        missed(LOGIN_LOCKED_OUT, written);
    }
}

/// A set that does not exist, or none at all, is the operator's affair.
async fn of_login(
    services: &Services,
    attempt: &Attempt<'_>,
    mut act: Act,
) -> Result<(), desk::Error> {
    act.credential = attempt.credential().map(|id| id.as_str().to_owned());
    let holder = match attempt.credential() {
        Some(id) => services.verifier.holder(id).await?,
        None => None,
    };
    match holder {
        Some((account, _)) => audit::note(&account, &act).await,
        None => audit::note_installation(&services.desk, &act).await,
    }
}

fn told(what: &'static str) {
    info!(what, "locked out after too many failed logins");
    metrics::counter!("relaygate_lockouts_total", "what" => what).increment(1);
}

fn missed(action: &str, written: Result<(), desk::Error>) {
    if let Err(reason) = written {
        error!(%reason, action, "audit row not written");
    }
}

/// The user name that was tried last. A stranger has written it: no more of it
/// than can be read, nothing that is not plain text.
fn shown(user: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() { c } else { '?' };
    user.chars().take(USER_CHARS_MAX).map(plain).collect()
}

const PEER_LOCKED_OUT: &str = "auth_locked_out";
const LOGIN_LOCKED_OUT: &str = "auth_login_locked_out";
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
