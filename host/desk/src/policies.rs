//! An account's own policies: which components decide beside the operator's, in which
//! order, with which settings, and which did before.
//!
//! A component is kept once for each account, named by its digest, for as long as a
//! version of some policy needs it.
//!
//! Not here: what a component is and whether it may be one (`policy`), when a change
//! takes effect (the program).

pub mod trials;

use serde::{Deserialize, Serialize};
use storage::{Batch, StagedText, Table, TextId, Timestamp};

use crate::rows::{Kept, Record};
use crate::{Account, Error};
use trials::Trial;

/// SHA-256 of a component.
pub type ComponentDigest = [u8; 32];

/// A policy of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// What the account calls it.
    pub name: String,
    /// Its place among the account's policies; the lower is asked first.
    pub position: u32,
    /// Oldest first; one of them is live.
    pub versions: Vec<Version>,
    live: usize,
}

/// A component with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The component.
    pub digest: ComponentDigest,
    /// Its settings, a JSON object.
    pub settings: String,
    /// The interfaces of the contract it is asked about; none means all it answers.
    pub interfaces: Vec<String>,
    /// When it was installed.
    pub installed_at: Timestamp,
}

/// A component an account has.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Kernel {
    text: TextId,
    octets: u64,
}

/// A version in the making.
#[derive(Debug)]
pub struct NewVersion {
    /// What the account calls the policy; one of that name gets a version more.
    pub name: String,
    /// The component.
    pub digest: ComponentDigest,
    /// Its octets, unless the account has it already.
    pub component: Option<StagedText>,
    /// Its settings, a JSON object.
    pub settings: String,
    /// The interfaces of the contract it is asked about; none means all it answers.
    pub interfaces: Vec<String>,
}

impl Installed {
    /// The version that decides.
    pub fn live(&self) -> &Version {
        &self.versions[self.live.min(self.versions.len() - 1)]
    }

    /// The version before it, if one is left.
    pub fn previous(&self) -> Option<&Version> {
        self.versions.get(self.live.checked_sub(1)?)
    }

    fn advance(&mut self, version: Version) -> Vec<Version> {
        // What was rolled back from is not gone back to.
        let mut gone = self.versions.split_off(self.live + 1);
        self.versions.push(version);
        let surplus = self.versions.len().saturating_sub(VERSIONS_MAX);
        gone.extend(self.versions.drain(..surplus));
        self.live = self.versions.len() - 1;
        gone
    }
}

/// The policies of an account in the order in which they are asked.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn list(account: &Account) -> Result<Vec<Installed>, Error> {
    let mut all: Vec<Installed> = account.rows().all(&[]).await?;
    all.sort_by_key(|policy| policy.position);
    Ok(all)
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Read`], [`Error::Corrupt`].
pub async fn find(account: &Account, name: &str) -> Result<Installed, Error> {
    Ok(kept(account, name).await?.record)
}

/// The octets of a component the account has.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Read`], [`Error::Corrupt`].
pub async fn component(account: &Account, digest: ComponentDigest) -> Result<Vec<u8>, Error> {
    let kernel = kernel(account, digest)
        .await?
        .ok_or(Error::NotFound("component"))?;
    let length = usize::try_from(kernel.octets).unwrap_or(usize::MAX);
    let text = account.rows().text(kernel.text).await?;
    Ok(text.read_all(length).await?)
}

/// Whether the account has that component.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn has(account: &Account, digest: ComponentDigest) -> Result<bool, Error> {
    Ok(kernel(account, digest).await?.is_some())
}

/// Installs a version; it is live once the batch is committed.
///
/// # Errors
/// [`Error::Invalid`] for a name that is none, or when there are too many policies.
pub async fn install(
    account: &Account,
    batch: &mut Batch,
    new: NewVersion,
    now: Timestamp,
) -> Result<Installed, Error> {
    check_name(&new.name)?;
    let version = Version {
        digest: new.digest,
        settings: new.settings,
        interfaces: new.interfaces,
        installed_at: now,
    };
    bring(account, batch, new.digest, new.component).await?;
    let others = list(account).await?;
    let rows = account.rows();
    match rows.get::<Installed>(new.name.as_str()).await? {
        Some(mut kept) => {
            let gone = kept.record.advance(version);
            rows.update(batch, new.name.as_str(), &kept);
            let gone = gone.into_iter().map(|version| version.digest).collect();
            let changed = Changed::Policy(&new.name);
            drop_unneeded(account, batch, gone, changed, digests(&kept.record)).await?;
            Ok(kept.record)
        }
        None => {
            let installed = first(new.name, version, &others)?;
            rows.create(batch, installed.name.as_str(), &installed);
            Ok(installed)
        }
    }
}

/// Makes sure that the component is there when the batch is done.
async fn bring(
    account: &Account,
    batch: &mut Batch,
    digest: ComponentDigest,
    component: Option<StagedText>,
) -> Result<(), Error> {
    let rows = account.rows();
    let Some(text) = component else {
        let kept = rows.get::<Kernel>(digest).await?;
        let kept = kept.ok_or(Error::NotFound("component"))?;
        batch.expect(rows.key::<Kernel>(digest), Some(kept.revision));
        return Ok(());
    };
    let kernel = Kernel {
        octets: text.octets(),
        text: batch.text(text),
    };
    rows.create(batch, digest, &kernel);
    Ok(())
}

fn first(name: String, version: Version, others: &[Installed]) -> Result<Installed, Error> {
    if others.len() >= POLICIES_MAX {
        let hint = format!("an account has at most {POLICIES_MAX} policies; remove one");
        return Err(Error::invalid("policy", "limit_policies", hint));
    }
    Ok(Installed {
        name,
        position: others.last().map_or(0, |last| last.position + 1),
        versions: vec![version],
        live: 0,
    })
}

/// Goes back to the version before the live one.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] if there was none before.
pub async fn rollback(
    account: &Account,
    batch: &mut Batch,
    name: &str,
) -> Result<Installed, Error> {
    let mut kept = kept(account, name).await?;
    if kept.record.previous().is_none() {
        let hint = "there is no version before it; remove the policy, or install another one";
        return Err(Error::invalid("policy", "no_earlier_version", hint));
    }
    kept.record.live -= 1;
    account.rows().update(batch, name, &kept);
    Ok(kept.record)
}

/// Removes a policy with all its versions.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(account: &Account, batch: &mut Batch, name: &str) -> Result<Installed, Error> {
    let kept = kept(account, name).await?;
    batch.expect(account.rows().key::<Installed>(name), Some(kept.revision));
    account.rows().delete::<Installed>(batch, name);
    let gone = digests(&kept.record);
    drop_unneeded(account, batch, gone, Changed::Policy(name), Vec::new()).await?;
    Ok(kept.record)
}

/// Whose row is about to change: what it says now is not asked.
#[derive(Clone, Copy)]
enum Changed<'a> {
    Policy(&'a str),
    Trial(&'a str),
}

/// Lets go of the components of versions that went, as far as nothing needs them: neither
/// what `changed` will say, `needed`, nor any other policy or trial.
async fn drop_unneeded(
    account: &Account,
    batch: &mut Batch,
    mut gone: Vec<ComponentDigest>,
    changed: Changed<'_>,
    mut needed: Vec<ComponentDigest>,
) -> Result<(), Error> {
    let stays =
        |policy: &Installed| !matches!(changed, Changed::Policy(name) if name == policy.name);
    let policies = list(account).await?.into_iter();
    needed.extend(policies.filter(stays).flat_map(|policy| digests(&policy)));
    let stays = |trial: &Trial| !matches!(changed, Changed::Trial(name) if name == trial.name);
    let trials = trials::list(account).await?.into_iter();
    needed.extend(trials.filter(stays).map(|trial| trial.version.digest));
    gone.sort_unstable();
    gone.dedup();
    for digest in gone.into_iter().filter(|digest| !needed.contains(digest)) {
        if let Some(kernel) = kernel(account, digest).await? {
            account.rows().delete::<Kernel>(batch, digest);
            batch.drop_text(account.scope(), kernel.text);
        }
    }
    Ok(())
}

fn digests(policy: &Installed) -> Vec<ComponentDigest> {
    policy
        .versions
        .iter()
        .map(|version| version.digest)
        .collect()
}

/// A name that can stand in a log line, a metric and a command.
fn check_name(name: &str) -> Result<(), Error> {
    let fits = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-';
    match (1..=NAME_OCTETS_MAX).contains(&name.len()) && name.bytes().all(fits) {
        true => Ok(()),
        false => {
            let hint = format!("use 1 to {NAME_OCTETS_MAX} of a-z, 0-9 and -");
            Err(Error::invalid("name", "policy_name_malformed", hint))
        }
    }
}

async fn kept(account: &Account, name: &str) -> Result<Kept<Installed>, Error> {
    let found = account.rows().get::<Installed>(name).await?;
    found.ok_or(Error::NotFound("policy"))
}

async fn kernel(account: &Account, digest: ComponentDigest) -> Result<Option<Kernel>, Error> {
    let kept = account.rows().get::<Kernel>(digest).await?;
    Ok(kept.map(|kept| kept.record))
}

/// Each is asked for every message.
const POLICIES_MAX: usize = 8;
/// How far one can go back.
const VERSIONS_MAX: usize = 5;
const NAME_OCTETS_MAX: usize = 40;

impl Record for Installed {
    const TABLE: Table = Table("policy");
}

impl Record for Kernel {
    const TABLE: Table = Table("component");
}
