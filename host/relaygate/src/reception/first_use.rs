//! Tells an account's admins when credentials are used from where they were not before (R96),
//! and notes under which of their user names (R54).

use std::net::IpAddr;

use desk::audit::Act;
use desk::credentials::{self, Login};
use desk::notices::Notice;
use storage::Timestamp;
use tracing::warn;

use crate::dispatch;
use crate::services::Services;

/// Notes a login. It holds with or without the note.
pub(super) async fn note(
    services: &Services,
    login: &Login,
    user: &str,
    peer: IpAddr,
    now: Timestamp,
) {
    match try_note(services, login, user, peer, now).await {
        // Another session from there has just noted the same.
        Ok(()) | Err(desk::Error::Changed) => {}
        Err(error) => warn!(
            error = &error as &dyn std::error::Error,
            "first use of credentials not noted"
        ),
    }
}

async fn try_note(
    services: &Services,
    login: &Login,
    user: &str,
    peer: IpAddr,
    now: Timestamp,
) -> Result<(), desk::Error> {
    let account = services.desk.account(login.account);
    let (right, id) = (&login.right, &login.credential);
    if user.contains('@') {
        credentials::peers::note_alias(&account, right, id).await?;
    }
    let first = credentials::peers::first_use(&account, right, id, peer, now).await?;
    let Some(mut change) = first else {
        return Ok(());
    };
    // Where a help desk sends from is not told, only known.
    let Some(connector) = right.connector() else {
        return change.commit(&account).await.map(drop);
    };
    let peer = change.value().clone();
    let notice = Notice::CredentialUsedElsewhere {
        domain: connector.to_string(),
        credential: id.as_str().to_owned(),
        peer: peer.clone(),
    };
    let (action, subject, credential) = notice.act();
    let act = Act {
        at: now,
        actor: "system".to_owned(),
        peer: Some(peer),
        action: action.to_owned(),
        subject: subject.to_owned(),
        credential: credential.map(str::to_owned),
    };
    desk::audit::append(&account, change.batch(), &act);
    dispatch::inform(&account, change.batch(), notice, now);
    change.commit(&account).await.map(drop)
}
