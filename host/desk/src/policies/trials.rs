//! Versions of policies that are tried before they decide: beside the one that does, or in
//! its place for some of the mail.
//!
//! Not here: trying them, comparing what they say (the program).

use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use super::{Changed, Installed, NewVersion, Version, bring, check_name, drop_unneeded};
use crate::rows::{Kept, Record};
use crate::{Account, Error};

/// A version on trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The policy it is to become a version of; there need be none yet.
    pub name: String,
    /// What is tried.
    pub version: Version,
    /// For so many of a hundred it decides; 0 is none, it is only asked.
    pub percent: u8,
    /// Since when it has that share.
    pub since: Timestamp,
    /// It was stopped: when, and for what reason.
    pub stopped: Option<(Timestamp, String)>,
}

impl Trial {
    /// Whether it is asked at all.
    pub fn is_running(&self) -> bool {
        self.stopped.is_none()
    }
}

/// Begins a trial, beside what decides. One of that name that runs ends.
///
/// # Errors
/// [`Error::Invalid`] for a name that is none, or when there are too many.
pub async fn begin(
    account: &Account,
    batch: &mut Batch,
    new: NewVersion,
    now: Timestamp,
) -> Result<Trial, Error> {
    check_name(&new.name)?;
    bring(account, batch, new.digest, new.component).await?;
    let trial = Trial {
        name: new.name,
        version: Version {
            digest: new.digest,
            settings: new.settings,
            interfaces: new.interfaces,
            installed_at: now,
        },
        percent: 0,
        since: now,
        stopped: None,
    };
    let rows = account.rows();
    match rows.get::<Trial>(trial.name.as_str()).await? {
        Some(mut kept) => {
            let gone = std::mem::replace(&mut kept.record, trial.clone());
            rows.update(batch, trial.name.as_str(), &kept);
            let (gone, needed) = (vec![gone.version.digest], vec![trial.version.digest]);
            drop_unneeded(account, batch, gone, Changed::Trial(&trial.name), needed).await?;
        }
        None => {
            check_room(account).await?;
            rows.create(batch, trial.name.as_str(), &trial);
        }
    }
    Ok(trial)
}

async fn check_room(account: &Account) -> Result<(), Error> {
    let hint = format!("an account tries at most {TRIALS_MAX} at once; stop one");
    match list(account).await?.len() < TRIALS_MAX {
        true => Ok(()),
        false => Err(Error::invalid("policy", "limit_trials", hint)),
    }
}

/// Lets it decide for so many of a hundred, from now on.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] if it was stopped.
pub async fn share(
    account: &Account,
    batch: &mut Batch,
    name: &str,
    percent: u8,
    now: Timestamp,
) -> Result<Trial, Error> {
    let mut kept = kept(account, name).await?;
    check_running(&kept.record)?;
    kept.record.percent = percent;
    kept.record.since = now;
    account.rows().update(batch, name, &kept);
    Ok(kept.record)
}

/// Makes a version of it that decides.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] if it was stopped, or there are too many policies.
pub async fn promote(
    account: &Account,
    batch: &mut Batch,
    name: &str,
    now: Timestamp,
) -> Result<Installed, Error> {
    let kept = kept(account, name).await?;
    check_running(&kept.record)?;
    remove_row(account, batch, &kept);
    let version = kept.record.version;
    let new = NewVersion {
        name: name.to_owned(),
        digest: version.digest,
        component: None,
        settings: version.settings,
        interfaces: version.interfaces,
    };
    super::install(account, batch, new, now).await
}

/// Stops it, so that it neither decides nor is asked; it stays, to be looked at.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn stop(
    account: &Account,
    batch: &mut Batch,
    name: &str,
    (now, reason): (Timestamp, &str),
) -> Result<Trial, Error> {
    let mut kept = kept(account, name).await?;
    kept.record.stopped = Some((now, reason.to_owned()));
    account.rows().update(batch, name, &kept);
    Ok(kept.record)
}

/// Ends it, and lets go of its component.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn end(account: &Account, batch: &mut Batch, name: &str) -> Result<Trial, Error> {
    let kept = kept(account, name).await?;
    remove_row(account, batch, &kept);
    let gone = vec![kept.record.version.digest];
    drop_unneeded(account, batch, gone, Changed::Trial(name), Vec::new()).await?;
    Ok(kept.record)
}

/// All of an account, those that were stopped as well.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Trial>, Error> {
    account.rows().all(&[]).await
}

/// The one of a policy, if there is one.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn find(account: &Account, name: &str) -> Result<Option<Trial>, Error> {
    let kept = account.rows().get::<Trial>(name).await?;
    Ok(kept.map(|kept| kept.record))
}

fn remove_row(account: &Account, batch: &mut Batch, kept: &Kept<Trial>) {
    let (rows, name) = (account.rows(), kept.record.name.as_str());
    batch.expect(rows.key::<Trial>(name), Some(kept.revision));
    rows.delete::<Trial>(batch, name);
}

fn check_running(trial: &Trial) -> Result<(), Error> {
    match &trial.stopped {
        None => Ok(()),
        Some((_, reason)) => {
            let hint = format!("it was stopped ({reason}); begin anew with `policy shadow`");
            Err(Error::invalid("policy", "trial_stopped", hint))
        }
    }
}

async fn kept(account: &Account, name: &str) -> Result<Kept<Trial>, Error> {
    let found = account.rows().get::<Trial>(name).await?;
    found.ok_or(Error::NotFound("trial"))
}

/// Each is asked for every message.
const TRIALS_MAX: usize = 4;

impl Record for Trial {
    const TABLE: Table = Table("policy_trial");
}
