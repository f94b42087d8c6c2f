//! An account's own policies: checked, installed, taken back, removed.
//!
//! A change is checked whole before it is kept: the component is compiled where it can do
//! no harm, started once, and its settings are held against the schema it brings. What is
//! refused says what and where. Sessions and jobs under way go on with what they began
//! with; the next ones meet the change.
//!
//! Not here: what is asked (`policies`), the compiling (`crate::policies`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use desk::policies::{self, Installed, NewVersion, Version};
use desk::{Account, Error};
use policy::questions::Question;
use policy::{Component, Digest, Settings, manifest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use storage::Batch;

use super::policy_trials::{self, TrialView};
use super::{Actor, Outcome, Refusal, audit, retried};
use crate::policies::compiler::CompileFailure;
use crate::policies::{NotReady, digest_of, questions_of, signatures};
use crate::services::Services;

/// A component to be looked at or installed, as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ComponentInput {
    /// Its octets in base64; absent if the account has it and `digest` names it.
    pub octets: Option<String>,
    /// SHA-256 of it in hexadecimal digits; what is given is what must come.
    pub digest: Option<String>,
    /// Its maker's signature in base64, where one is wanted.
    #[serde(default)]
    pub signature: Option<String>,
}

/// A policy to be installed, as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InstallInput {
    /// Subdomain of the account.
    pub account: String,
    /// What the account calls it; one of that name gets a version more.
    pub name: String,
    /// What it is.
    pub component: ComponentInput,
    /// An object that fits the component's schema; absent means none.
    pub settings: Option<Value>,
    /// `limits`, `headers`, `tags`, `routes`: what it is asked about; none means all it
    /// answers.
    #[serde(default)]
    pub interfaces: Vec<String>,
}

/// A component that may be installed.
#[derive(Debug, Serialize)]
pub struct CheckedView {
    /// SHA-256 of it in hexadecimal digits.
    pub digest: String,
    /// Its size.
    pub octets: usize,
    /// What it answers, `interface.function` as in the contract.
    pub questions: Vec<&'static str>,
    /// The schema its settings have to fit, if it brings one.
    pub settings_schema: Option<Value>,
}

/// A policy of an account with all its versions.
#[derive(Debug, Serialize)]
pub struct InstalledView {
    /// What the account calls it.
    pub name: String,
    /// Oldest first.
    pub versions: Vec<VersionView>,
    /// What is tried to come after them.
    pub trial: Option<TrialView>,
}

impl InstalledView {
    fn none(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            versions: Vec::new(),
            trial: None,
        }
    }
}

/// One version.
#[derive(Debug, Serialize)]
pub struct VersionView {
    /// SHA-256 of its component in hexadecimal digits.
    pub digest: String,
    /// It is the one that decides.
    pub live: bool,
    /// What it is given.
    pub settings: Value,
    /// The interfaces it is asked about; none means all it answers.
    pub interfaces: Vec<String>,
    /// Milliseconds since the epoch.
    pub installed_at: u64,
}

/// Looks whether a component could be installed, and what it answers.
pub async fn check(services: &Services, input: &ComponentInput) -> Outcome<CheckedView> {
    let octets = octets(input)?;
    check_signature(services, &octets, input)?;
    let found = ready(services, None, &octets).await?;
    Ok(CheckedView {
        digest: found.digest().to_string(),
        octets: octets.len(),
        questions: answered(&found).map(Question::name).collect(),
        settings_schema: schema(&octets)?,
    })
}

/// Installs a version of a policy, which decides from the next session and job on.
pub async fn install(
    services: &Services,
    actor: &Actor,
    input: &InstallInput,
) -> Outcome<InstalledView> {
    let account = super::account(services, &input.account).await?;
    let checked = checked(services, &account, input).await?;
    let install = || try_install(services, &account, input, &checked);
    let installed = retried(|| Box::pin(install())).await?;
    services.policies.changed(account.id());
    record(services, &account, actor, "policy_installed", &installed).await;
    view(&installed)
}

/// A version that may be installed.
pub(super) struct Checked {
    octets: Vec<u8>,
    settings: Value,
}

/// Looks at all of a version before any of it is kept.
pub(super) async fn checked(
    services: &Services,
    account: &Account,
    input: &InstallInput,
) -> Outcome<Checked> {
    let octets = given_or_kept(account, &input.component).await?;
    check_signature(services, &octets, &input.component)?;
    let found = ready(services, Some(account), &octets).await?;
    check_interfaces(&found, &input.interfaces)?;
    let settings = input.settings.clone().unwrap_or_else(|| json!({}));
    check_settings(&octets, &settings)?;
    Ok(Checked { octets, settings })
}

async fn try_install(
    services: &Services,
    account: &Account,
    input: &InstallInput,
    checked: &Checked,
) -> Outcome<Installed> {
    let new = staged(account, input, checked).await?;
    let mut batch = Batch::new();
    let now = services.clock.now();
    let installed = policies::install(account, &mut batch, new, now).await?;
    account.commit(batch).await?;
    Ok(installed)
}

/// The version with its component, which is handed to the store if that has it not.
pub(super) async fn staged(
    account: &Account,
    input: &InstallInput,
    checked: &Checked,
) -> Outcome<NewVersion> {
    let digest = *Digest::of(&checked.octets).octets();
    let component = match policies::has(account, digest).await? {
        true => None,
        false => {
            let mut text = account.store().stage();
            text.write(&checked.octets)
                .await
                .map_err(|error| Refusal::internal(&error))?;
            let staged = text.finish().await;
            Some(staged.map_err(|error| Refusal::internal(&error))?)
        }
    };
    Ok(NewVersion {
        name: input.name.clone(),
        digest,
        component,
        settings: checked.settings.to_string(),
        interfaces: input.interfaces.clone(),
    })
}

/// Goes back to the version before the one that decides.
pub async fn rollback(
    services: &Services,
    actor: &Actor,
    account: &str,
    name: &str,
) -> Outcome<InstalledView> {
    let account = super::account(services, account).await?;
    let rollback = || async {
        let mut batch = Batch::new();
        let installed = policies::rollback(&account, &mut batch, name).await?;
        account.commit(batch).await?;
        Ok(installed)
    };
    let installed = retried(|| Box::pin(rollback())).await?;
    services.policies.changed(account.id());
    record(services, &account, actor, "policy_rolled_back", &installed).await;
    view(&installed)
}

/// Removes a policy with all its versions.
pub async fn remove(services: &Services, actor: &Actor, account: &str, name: &str) -> Outcome<()> {
    let account = super::account(services, account).await?;
    let remove = || async {
        let mut batch = Batch::new();
        let removed = policies::remove(&account, &mut batch, name).await?;
        account.commit(batch).await?;
        Ok(removed)
    };
    let removed = retried(|| Box::pin(remove())).await?;
    services.policies.changed(account.id());
    record(services, &account, actor, "policy_removed", &removed).await;
    Ok(())
}

/// All the account's own policies in the order in which they are asked, then what is tried
/// to come after them.
pub async fn own(services: &Services, account: &str) -> Outcome<Vec<InstalledView>> {
    let account = super::account(services, account).await?;
    let installed = policies::list(&account).await?;
    let mut own: Vec<_> = installed.iter().map(view).collect::<Outcome<_>>()?;
    for trial in policy_trials::list(services, &account).await? {
        match own.iter_mut().find(|policy| policy.name == trial.name) {
            Some(policy) => policy.trial = Some(trial),
            None => own.push(InstalledView {
                name: trial.name.clone(),
                versions: Vec::new(),
                trial: Some(trial),
            }),
        }
    }
    Ok(own)
}

/// One policy with its versions.
pub async fn show(services: &Services, account: &str, name: &str) -> Outcome<InstalledView> {
    let account = super::account(services, account).await?;
    let trial = policy_trials::find(services, &account, name).await?;
    let mut shown = match policies::find(&account, name).await {
        Ok(installed) => view(&installed)?,
        // Tried before there is a version that decides.
        Err(Error::NotFound(_)) if trial.is_some() => InstalledView::none(name),
        Err(error) => return Err(error.into()),
    };
    shown.trial = trial;
    Ok(shown)
}

pub(super) async fn record(
    services: &Services,
    account: &Account,
    actor: &Actor,
    act: &'static str,
    installed: &Installed,
) {
    let subject = format!("{} {:.12}", installed.name, digest_of(installed.live()));
    audit::record(services, account, actor, act, &subject).await;
}

/// The octets that have to be handed over.
pub(super) fn octets(input: &ComponentInput) -> Outcome<Vec<u8>> {
    given(input)?.ok_or_else(|| component("component_missing", "give the file"))
}

/// The octets that were handed over, or those of a component the account has.
pub(super) async fn given_or_kept(account: &Account, input: &ComponentInput) -> Outcome<Vec<u8>> {
    match given(input)? {
        Some(octets) => Ok(octets),
        None => kept(account, input.digest.as_deref()).await,
    }
}

/// The octets that were handed over, if they are those of the digest.
fn given(input: &ComponentInput) -> Outcome<Option<Vec<u8>>> {
    let Some(text) = &input.octets else {
        return Ok(None);
    };
    let octets = BASE64.decode(text);
    let octets = octets.map_err(|_| component("component_malformed", "send it in base64"))?;
    let found = Digest::of(&octets);
    match &input.digest {
        Some(wanted) if Digest::parse(wanted) != Some(found) => {
            let hint = format!("what came has the digest {found}; get the file again");
            Err(component("digest_differs", &hint))
        }
        _ => Ok(Some(octets)),
    }
}

/// The octets of a component the account has.
async fn kept(account: &Account, digest: Option<&str>) -> Outcome<Vec<u8>> {
    let digest = digest.ok_or_else(|| component("component_missing", "give a file or a digest"))?;
    let hint = "give 64 hexadecimal digits, as `relaygate policy list` prints them";
    let digest = Digest::parse(digest).ok_or_else(|| component("digest_malformed", hint))?;
    match policies::component(account, *digest.octets()).await {
        Err(Error::NotFound(_)) => {
            let hint = "the account has no component of that digest; give the file";
            Err(component("component_unknown", hint))
        }
        found => Ok(found?),
    }
}

/// The component compiled, linked, started once. What the account has not is compiled
/// whoever else has it.
pub(super) async fn ready(
    services: &Services,
    account: Option<&Account>,
    octets: &[u8],
) -> Outcome<Component> {
    check_size(octets, services.config.policy.component_octets_max)?;
    let (policies, digest, given) = (&services.policies, Digest::of(octets), octets.to_vec());
    let known = match account {
        Some(account) => policies::has(account, *digest.octets()).await?,
        None => false,
    };
    let found = match known {
        true => policies.component(digest, async { Ok(given) }).await,
        false => policies.brought(given).await,
    };
    let found = found.map_err(|reason| not_ready(&reason))?;
    found
        .try_out()
        .map_err(|reason| component("component_unfit", &reason.to_string()))?;
    Ok(found)
}

fn check_signature(services: &Services, octets: &[u8], input: &ComponentInput) -> Outcome<()> {
    let signers = &services.config.policy.signers;
    let checked = signatures::check(signers, octets, input.signature.as_deref());
    checked.map_err(|reason| Refusal::field("signature", reason.code(), &reason.to_string()))
}

/// The operator may admit less than the sandbox does.
fn check_size(octets: &[u8], octets_max: u64) -> Outcome<()> {
    let size = octets.len() as u64;
    if size <= octets_max {
        return Ok(());
    }
    let hint = format!("it has {size} octets, {octets_max} are admitted");
    Err(component("component_too_large", &hint))
}

fn not_ready(reason: &NotReady) -> Refusal {
    match reason {
        NotReady::Compile(CompileFailure::Refused(reason)) => component("component_unfit", reason),
        NotReady::Compile(reason @ CompileFailure::TooComplex) => {
            component("component_too_complex", &reason.to_string())
        }
        NotReady::Link(reason) => component("component_unfit", &reason.to_string()),
        other => Refusal::internal(other),
    }
}

fn answered(found: &Component) -> impl Iterator<Item = Question> {
    Question::ALL
        .into_iter()
        .filter(|question| found.answers(*question))
}

pub(super) fn check_interfaces(found: &Component, interfaces: &[String]) -> Outcome<()> {
    for interface in interfaces {
        let questions = questions_of(std::slice::from_ref(interface));
        if questions.is_empty() {
            let hint = format!("there is no {interface}; use limits, headers, tags or routes");
            return Err(Refusal::field("question", "question_unknown", &hint));
        }
        if !questions.iter().any(|question| found.answers(*question)) {
            let hint = format!("the component does not answer {interface}");
            return Err(Refusal::field("question", "question_unanswered", &hint));
        }
    }
    Ok(())
}

/// Holds settings against the schema a component brings, if it brings one.
pub(crate) fn check_settings(octets: &[u8], settings: &Value) -> Outcome<()> {
    let refused = |hint: String| Refusal::field("settings", "settings_unfit", &hint);
    Settings::from_json(settings).map_err(|error| refused(error.to_string()))?;
    let Some(schema) = schema(octets)? else {
        return Ok(());
    };
    let validator = jsonschema::validator_for(&schema);
    let validator = validator
        .map_err(|error| component("schema_malformed", &format!("its settings schema: {error}")))?;
    match validator.iter_errors(settings).next() {
        None => Ok(()),
        Some(error) => {
            let place = error.instance_path().to_string();
            let place = if place.is_empty() {
                "/"
            } else {
                place.as_str()
            };
            Err(refused(format!("{place}: {error}")))
        }
    }
}

fn schema(octets: &[u8]) -> Outcome<Option<Value>> {
    let parsed = manifest::settings_schema(octets)
        .map(serde_json::from_str)
        .transpose();
    parsed.map_err(|error| component("schema_malformed", &format!("its settings schema: {error}")))
}

fn component(code: &str, hint: &str) -> Refusal {
    Refusal::field("component", code, hint)
}

pub(super) fn view(installed: &Installed) -> Outcome<InstalledView> {
    let live = installed.live();
    let versions = installed.versions.iter();
    let versions = versions.map(|version| version_view(version, std::ptr::eq(version, live)));
    Ok(InstalledView {
        name: installed.name.clone(),
        versions: versions.collect(),
        trial: None,
    })
}

fn version_view(version: &Version, live: bool) -> VersionView {
    VersionView {
        digest: digest_of(version).to_string(),
        live,
        settings: serde_json::from_str(&version.settings).unwrap_or(Value::Null),
        interfaces: version.interfaces.clone(),
        installed_at: version.installed_at.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component of nothing but the schema of its settings.
    fn with_schema(schema: &str) -> Vec<u8> {
        manifest::with_settings_schema(b"\0asm\x0d\0\x01\0".to_vec(), schema)
    }

    fn code(schema: &str) -> String {
        let checked = check_settings(&with_schema(schema), &json!({"a": {"a": {}}}));
        checked.map_or_else(|refused| refused.code, |()| "fits".to_owned())
    }

    #[test]
    fn a_schema_that_goes_round_in_circles_ends() {
        for schema in [
            "{\"$ref\": \"#\"}",
            "{\"allOf\": [{\"$ref\": \"#\"}]}",
            "{\"not\": {\"$ref\": \"#\"}}",
            "{\"$defs\": {\"x\": {\"$ref\": \"#/$defs/y\"}, \"y\": {\"$ref\": \"#/$defs/x\"}}, \
             \"$ref\": \"#/$defs/x\"}",
            "{\"properties\": {\"a\": {\"$ref\": \"#\"}}, \"anyOf\": [{\"$ref\": \"#\"}, true]}",
            "{\"$dynamicAnchor\": \"a\", \"$dynamicRef\": \"#a\"}",
        ] {
            let code = code(schema);
            assert!(
                ["fits", "settings_unfit", "schema_malformed"].contains(&&*code),
                "{schema}"
            );
        }
    }

    #[test]
    fn a_schema_nested_without_end_is_refused() {
        for (open, close, depth) in [("[", "]", 20_000), ("{\"not\":", "}", 5_000)] {
            let schema = open.repeat(depth) + "{}" + &close.repeat(depth);
            assert_eq!(code(&schema), "schema_malformed");
        }
    }

    #[test]
    fn a_schema_of_somewhere_else_is_not_fetched() {
        for elsewhere in ["https://198.51.100.1/schema", "file:///etc/passwd"] {
            let schema = format!("{{\"$ref\": \"{elsewhere}\"}}");
            assert_eq!(code(&schema), "schema_malformed", "{elsewhere}");
        }
    }

    /// A pattern that a backtracking reader would follow for years.
    #[test]
    fn a_pattern_that_takes_for_ever_ends() {
        let schema = json!({"properties": {"a": {"pattern": "^(a+)+$"}}}).to_string();
        let settings = json!({"a": "a".repeat(60) + "!"});
        let started = std::time::Instant::now();
        let _ = check_settings(&with_schema(&schema), &settings);
        assert!(started.elapsed() < std::time::Duration::from_secs(10));
    }
}
