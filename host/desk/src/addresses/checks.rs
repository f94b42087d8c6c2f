//! The two verification machines of a support address (REQUIREMENTS.md, section 11):
//! `failed(not_yet_verified)` -> `pending` -> `verified` or `failed(reason)`.
//!
//! Pure values; who sends the mails and who consumes the tokens is `verification`.

use serde::{Deserialize, Serialize};
use storage::Timestamp;

use crate::facts::Finding;

/// How long a check may be pending before it counts as timed out (R77).
pub const PENDING_MS_MAX: u64 = 15 * 60 * 1_000;
/// How long a confirmation mail is still accepted after that (R77).
pub const LATE_MS_MAX: u64 = 24 * 60 * 60 * 1_000;

/// Which of the two ways is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Mail to the address reaches us through the authenticated relay.
    Inbound,
    /// Mail from us leaves through the customer's server.
    Outbound,
}

/// Where one verification stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// Never tested, or tested and found wanting.
    Failed {
        /// Stable word, for example `not_yet_verified`.
        reason: String,
        /// The last SMTP reply or finding, for people.
        detail: Option<String>,
        /// Since when.
        at: Timestamp,
    },
    /// The confirmation mail is on its way.
    Pending {
        /// When it was started.
        since: Timestamp,
        /// Why it takes so long, for example `greylisted` (R26).
        reason: Option<String>,
        /// The last SMTP reply or finding, for people.
        detail: Option<String>,
    },
    /// The confirmation mail came back as it should.
    Verified {
        /// When.
        at: Timestamp,
        /// Things seen on the way that are worth a look (R32).
        warnings: Vec<Finding>,
    },
}

/// A [`Check`] as it is shown at some moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckView {
    /// `failed`, `pending` or `verified`.
    pub state: &'static str,
    /// Stable word; absent when verified without a warning.
    pub reason: Option<String>,
    /// For people.
    pub detail: Option<String>,
    /// When the state was last known to change.
    pub checked_at: Timestamp,
}

impl Direction {
    /// `inbound` or `outbound`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

impl Check {
    /// The state every side of a new or changed address starts in (R70, R72).
    pub fn not_yet(now: Timestamp) -> Self {
        Self::failed(NOT_YET_VERIFIED, None, now)
    }

    pub(crate) fn failed(reason: &str, detail: Option<String>, at: Timestamp) -> Self {
        Self::Failed {
            reason: reason.to_owned(),
            detail,
            at,
        }
    }

    pub(crate) fn pending(since: Timestamp) -> Self {
        Self::Pending {
            since,
            reason: None,
            detail: None,
        }
    }

    /// Keeps a pending check pending and says why; nothing else is touched.
    pub(crate) fn note(&mut self, why: &str, what: Option<String>) {
        if let Self::Pending { reason, detail, .. } = self {
            *reason = Some(why.to_owned());
            *detail = what;
        }
    }

    /// Whether it is verified.
    pub fn is_verified(&self) -> bool {
        matches!(self, Self::Verified { .. })
    }

    /// Whether it was tested and found wanting, or ran out of time.
    pub fn is_broken(&self, now: Timestamp) -> bool {
        match self {
            Self::Failed { reason, .. } => reason != NOT_YET_VERIFIED,
            Self::Pending { since, .. } => timed_out(*since, now),
            Self::Verified { .. } => false,
        }
    }

    /// What to show at `now`: a check that is pending for too long has failed.
    pub fn view(&self, now: Timestamp) -> CheckView {
        let shown = |state, reason: Option<&str>, detail: Option<&str>, checked_at| CheckView {
            state,
            reason: reason.map(str::to_owned),
            detail: detail.map(str::to_owned),
            checked_at,
        };
        match self {
            Self::Failed { reason, detail, at } => {
                shown("failed", Some(reason), detail.as_deref(), *at)
            }
            Self::Pending {
                since,
                reason,
                detail,
            } if timed_out(*since, now) => {
                // The last thing known is what helps: a grey list, a refusal.
                let known = detail.as_deref().or(reason.as_deref());
                shown(
                    "failed",
                    Some("timed_out"),
                    known,
                    Timestamp(since.0 + PENDING_MS_MAX),
                )
            }
            Self::Pending {
                since,
                reason,
                detail,
            } => shown("pending", reason.as_deref(), detail.as_deref(), *since),
            Self::Verified { at, warnings } => {
                let first = warnings.first();
                let reason = first.map(|finding| finding.code.as_str());
                shown(
                    "verified",
                    reason,
                    first.map(|finding| finding.hint.as_str()),
                    *at,
                )
            }
        }
    }
}

fn timed_out(since: Timestamp, now: Timestamp) -> bool {
    now.0.saturating_sub(since.0) > PENDING_MS_MAX
}

/// The reason of a check that was never made.
pub const NOT_YET_VERIFIED: &str = "not_yet_verified";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_side_counts_as_failed_but_not_as_broken() {
        let check = Check::not_yet(Timestamp(5));
        let view = check.view(Timestamp(9));
        assert_eq!(
            (view.state, view.reason.as_deref()),
            ("failed", Some("not_yet_verified"))
        );
        assert!(!check.is_broken(Timestamp(9)));
    }

    #[test]
    fn pending_turns_into_timed_out_and_keeps_what_was_known() {
        let mut check = Check::pending(Timestamp(0));
        check.note("greylisted", Some("451 4.7.1 come back later".into()));
        assert_eq!(check.view(Timestamp(PENDING_MS_MAX)).state, "pending");
        let late = check.view(Timestamp(PENDING_MS_MAX + 1));
        assert_eq!(
            (late.state, late.reason.as_deref()),
            ("failed", Some("timed_out"))
        );
        assert_eq!(late.detail.as_deref(), Some("451 4.7.1 come back later"));
    }

    #[test]
    fn a_note_does_not_disturb_what_is_decided() {
        let mut check = Check::Verified {
            at: Timestamp(1),
            warnings: Vec::new(),
        };
        check.note("greylisted", None);
        assert!(check.is_verified());
    }
}
