//! The policies an account has beside the operator's.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::time;
use crate::operations::policy_changes::{InstalledView, VersionView};
use crate::operations::policy_trials::TrialView;

/// A policy with all its versions.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OwnPolicy {
    name: String,
    /// Oldest first; none if what is on trial is the first.
    versions: Vec<Version>,
    trial: Option<Trial>,
}

/// A component with its settings.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Version {
    /// SHA-256 of its component, in hexadecimal digits.
    digest: String,
    /// It is the one that decides.
    live: bool,
    settings: Value,
    /// What it is asked about, interfaces of the contract; none means all it answers.
    interfaces: Vec<String>,
    installed_at: String,
}

/// A version on trial.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Trial {
    /// SHA-256 of its component, in hexadecimal digits.
    digest: String,
    settings: Value,
    /// What it is asked about, interfaces of the contract; none means all it answers.
    interfaces: Vec<String>,
    /// For so many of a hundred messages it decides; 0: it is only asked.
    percent: u8,
    /// When it got that share.
    since: String,
    /// Why it was stopped.
    stopped: Option<String>,
    /// Answers of it that were held against those that decided.
    compared: u64,
    /// Of those, the ones that were different.
    different: u64,
    /// Questions it decided.
    decided: u64,
    /// Times it failed to answer.
    failures: u64,
    /// The last of what was different, oldest first.
    differences: Vec<Difference>,
}

/// A question with two answers.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Difference {
    at: String,
    /// The message in the log; none where there was no message yet.
    message_id: Option<String>,
    /// `interface.function` of the contract.
    question: &'static str,
    /// The answer that held, in the words of the contract.
    live: String,
    /// The answer of the version on trial.
    candidate: String,
}

/// All of them, in the order in which they are asked.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OwnPolicies {
    policies: Vec<OwnPolicy>,
}

impl From<Vec<InstalledView>> for OwnPolicies {
    fn from(views: Vec<InstalledView>) -> Self {
        let policy = |view: InstalledView| OwnPolicy {
            name: view.name,
            versions: view.versions.into_iter().map(Version::from).collect(),
            trial: view.trial.map(Trial::from),
        };
        Self {
            policies: views.into_iter().map(policy).collect(),
        }
    }
}

impl From<VersionView> for Version {
    fn from(view: VersionView) -> Self {
        Self {
            digest: view.digest,
            live: view.live,
            settings: view.settings,
            interfaces: view.interfaces,
            installed_at: time(view.installed_at),
        }
    }
}

impl From<TrialView> for Trial {
    fn from(view: TrialView) -> Self {
        let difference = |it: crate::trials::Difference| Difference {
            at: time(it.at),
            message_id: it.message_id,
            question: it.question,
            live: it.live,
            candidate: it.candidate,
        };
        Self {
            digest: view.digest,
            settings: view.settings,
            interfaces: view.interfaces,
            percent: view.percent,
            since: time(view.since),
            stopped: view.stopped,
            compared: view.compared,
            different: view.different,
            decided: view.decided,
            failures: view.failures,
            differences: view.differences.into_iter().map(difference).collect(),
        }
    }
}
