//! The login of a session: let in, refused, or locked out and not looked at.
//!
//! Not here: what a login is compared with (`desk::credentials::verifier`), the counts that
//! lock out ([`super::throttle`]).

use desk::credentials::{self, LoginError, peers};
use mail::reply::{Detail, Reply};
use mail::sasl::Credentials;
use metrics::counter;
use secrecy::SecretString;
use storage::Timestamp;
use tracing::{error, info, warn};

use super::throttle::Attempt;
use super::{Reception, first_use, lockout, sources};
use crate::facts::Login;

impl Reception {
    /// Verifies a login.
    ///
    /// # Errors
    /// The reply for the peer; whether the user exists cannot be told from it.
    pub async fn login(&mut self, presented: Credentials) -> Result<Login, Reply> {
        let now = self.services.clock.now();
        let attempt = Attempt::new(self.session.peer, presented.user(), presented.password());
        if self.is_locked_out(&attempt, now).await {
            count("blocked");
            return Err(Reply::AUTH_TEMPORARY);
        }
        let password = SecretString::from(presented.password());
        match self.verify(presented.user(), &password, now).await {
            Ok(found) => self.let_in(found, presented.user(), now).await,
            Err(error) => Err(self.login_failed(&attempt, &error).await),
        }
    }

    /// The password, and then the place it comes from.
    async fn verify(
        &self,
        user: &str,
        password: &SecretString,
        now: Timestamp,
    ) -> Result<credentials::Login, LoginError> {
        let found = self.services.verifier.login(user, password, now).await?;
        sources::check(&self.services, &found, self.session.peer, now).await?;
        Ok(found)
    }

    async fn let_in(
        &mut self,
        found: credentials::Login,
        user: &str,
        now: Timestamp,
    ) -> Result<Login, Reply> {
        let Some(seat) = self.services.flow.caps.admit_account(found.account) else {
            count("crowded");
            return Err(TOO_MANY_OF_ACCOUNT);
        };
        count("ok");
        self.seat = Some(seat);
        first_use::note(&self.services, &found, user, self.session.peer, now).await;
        let login = Login {
            account: found.account,
            credential: found.credential,
            right: found.right,
            identity: user.to_owned(),
        };
        self.session.login = Some(login.clone());
        // What decides for this session is settled now, not at its first question.
        self.chain(Some(login.account)).await;
        Ok(login)
    }

    /// What it costs to tell a known peer is spent only where there is a lock-out.
    async fn is_locked_out(&self, attempt: &Attempt<'_>, now: Timestamp) -> bool {
        let throttle = &self.services.flow.throttle;
        if !throttle.is_blocked(attempt, now) {
            return false;
        }
        match self.is_known(attempt).await {
            Ok(true) => throttle.is_blocked_though_known(attempt, now),
            Ok(false) => true,
            Err(error) => {
                warn!(
                    error = &error as &dyn std::error::Error,
                    "peers of a credential could not be looked up"
                );
                true
            }
        }
    }

    /// Whether the set that is named belongs to this peer.
    async fn is_known(&self, attempt: &Attempt<'_>) -> Result<bool, desk::Error> {
        let Some(id) = attempt.credential() else {
            return Ok(false);
        };
        match self.services.verifier.holder(id).await? {
            Some((account, right)) => {
                peers::is_known(&account, &right, id, self.session.peer).await
            }
            None => Ok(false),
        }
    }

    async fn login_failed(&self, attempt: &Attempt<'_>, error: &LoginError) -> Reply {
        match error {
            LoginError::Refused => {
                count("refused");
                let now = self.services.clock.now();
                if self.services.flow.strangers.lets_through(now) {
                    info!("authentication refused");
                }
                let locked_out = self.services.flow.throttle.failed(attempt, now);
                let peer = self.session.peer;
                lockout::note(&self.services, peer, attempt, locked_out, now).await;
                Reply::CREDENTIALS_INVALID
            }
            LoginError::GivenUp { now_called } => {
                count("given_up");
                info!("authentication refused: the user name was given up");
                let text = format!("this user name was given up, use {now_called}");
                Reply::CREDENTIALS_INVALID.with_text(text)
            }
            LoginError::Busy(_) => {
                count("busy");
                Reply::AUTH_TEMPORARY
            }
            LoginError::Damaged(credential) => {
                error!(%credential, "stored hash is unusable; rotate this credential");
                Reply::CREDENTIALS_INVALID
            }
            LoginError::Desk(error) => {
                warn!(
                    error = error as &dyn std::error::Error,
                    "credentials could not be looked up"
                );
                Reply::AUTH_TEMPORARY
            }
        }
    }
}

fn count(outcome: &'static str) {
    counter!("relaygate_logins_total", "outcome" => outcome).increment(1);
}

const TOO_MANY_OF_ACCOUNT: Reply = Reply::new(
    421,
    Detail(7, 0),
    "too many sessions of this account, try again later",
);
