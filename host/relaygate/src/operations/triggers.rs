//! Triggers: added from JSON in the shape of the public API, listed, ordered,
//! removed.

use desk::Account;
use desk::triggers::{self, Action, ActionWords, Condition, ConditionWords, NewTrigger, Trigger};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Actor, Outcome, Refusal, audit, retried};
use crate::services::Services;

/// A trigger as it is shown, in the shape of the public API.
#[derive(Debug, Serialize)]
pub struct TriggerView {
    /// Number within the account.
    pub id: u64,
    /// Its name for people.
    pub title: String,
    /// From 1, in the order in which they run.
    pub position: usize,
    /// Always `true`: what is not to run is removed.
    pub active: bool,
    /// When it acts.
    pub conditions: ConditionsView,
    /// What it does.
    pub actions: Vec<ActionView>,
    /// Milliseconds since the epoch.
    pub created_at: u64,
}

/// The conditions of a trigger.
#[derive(Debug, Serialize)]
pub struct ConditionsView {
    /// All of these have to hold.
    pub all: Vec<ConditionView>,
    /// Of these at least one, if there are any.
    pub any: Vec<ConditionView>,
}

/// One condition.
#[derive(Debug, Serialize)]
pub struct ConditionView {
    /// `current_tags`, `recipient` …
    pub field: String,
    /// `includes`, `is` …
    pub operator: String,
    /// Several tags stand with blanks between them.
    pub value: String,
}

/// One action.
#[derive(Debug, Serialize)]
pub struct ActionView {
    /// `current_tags`, `group_id` …
    pub field: String,
    /// Several tags stand with blanks between them.
    pub value: String,
}

/// The triggers of an account.
#[derive(Debug, Serialize)]
pub struct TriggersView {
    /// In the order in which they run.
    pub triggers: Vec<TriggerView>,
}

/// One trigger.
#[derive(Debug, Serialize)]
pub struct OneTriggerView {
    /// The trigger.
    pub trigger: TriggerView,
}

/// The triggers of an account, in the order in which they run.
pub async fn list(services: &Services, account: &str) -> Outcome<TriggersView> {
    let account = super::account(services, account).await?;
    Ok(views(&triggers::list(&account).await?))
}

/// One trigger.
pub async fn show(services: &Services, account: &str, id: u64) -> Outcome<OneTriggerView> {
    let account = super::account(services, account).await?;
    one(&account, id).await
}

/// Adds a trigger behind the others. `json` is one trigger as the public API
/// writes it, alone or under `trigger`; keys it has besides are left alone.
pub async fn add(
    services: &Services,
    actor: &Actor,
    account: &str,
    json: &str,
) -> Outcome<OneTriggerView> {
    let account = super::account(services, account).await?;
    let new = read(json)?;
    let now = services.clock.now();
    let add = || async { Ok(triggers::add(&account, new.clone(), now).await?) };
    let added = retried(|| Box::pin(add())).await?;
    let subject = added.id.to_string();
    audit::record(services, &account, actor, "trigger_added", &subject).await;
    one(&account, added.id).await
}

/// Removes a trigger; what it did to tickets stays.
pub async fn remove(services: &Services, actor: &Actor, account: &str, id: u64) -> Outcome<()> {
    let account = super::account(services, account).await?;
    let remove = || async { Ok(triggers::remove(&account, id).await?) };
    retried(|| Box::pin(remove())).await?;
    let subject = id.to_string();
    audit::record(services, &account, actor, "trigger_removed", &subject).await;
    Ok(())
}

/// Puts a trigger to that place, counted from 1.
pub async fn place(
    services: &Services,
    actor: &Actor,
    account: &str,
    id: u64,
    position: usize,
) -> Outcome<TriggersView> {
    let account = super::account(services, account).await?;
    let place = || async { Ok(triggers::place(&account, id, position).await?) };
    let after = retried(|| Box::pin(place())).await?;
    let subject = id.to_string();
    audit::record(services, &account, actor, "trigger_moved", &subject).await;
    Ok(views(&after))
}

async fn one(account: &Account, id: u64) -> Outcome<OneTriggerView> {
    let all = views(&triggers::list(account).await?).triggers;
    let found = all.into_iter().find(|trigger| trigger.id == id);
    let unknown = || Refusal::not_found("trigger", "see `relaygate trigger list`");
    found
        .map(|trigger| OneTriggerView { trigger })
        .ok_or_else(unknown)
}

fn views(triggers: &[Trigger]) -> TriggersView {
    let numbered = triggers.iter().zip(1..);
    TriggersView {
        triggers: numbered.map(|(trigger, at)| view(trigger, at)).collect(),
    }
}

fn view(trigger: &Trigger, position: usize) -> TriggerView {
    let conditions = |list: &[Condition]| list.iter().map(condition_view).collect();
    TriggerView {
        id: trigger.id,
        title: trigger.title.clone(),
        position,
        active: true,
        conditions: ConditionsView {
            all: conditions(&trigger.all),
            any: conditions(&trigger.any),
        },
        actions: trigger.actions.iter().map(action_view).collect(),
        created_at: trigger.created_at.0,
    }
}

fn condition_view(condition: &Condition) -> ConditionView {
    let ConditionWords {
        field,
        operator,
        value,
    } = condition.words();
    ConditionView {
        field,
        operator,
        value,
    }
}

fn action_view(action: &Action) -> ActionView {
    let ActionWords { field, value } = action.words();
    ActionView { field, value }
}

/// The public API's object, alone or under its wrapper key.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Wrapped { trigger: WrittenTrigger },
    Bare(WrittenTrigger),
}

#[derive(Deserialize)]
struct WrittenTrigger {
    title: String,
    conditions: WrittenConditions,
    actions: Vec<WrittenAction>,
}

#[derive(Deserialize)]
struct WrittenConditions {
    #[serde(default)]
    all: Vec<WrittenCondition>,
    #[serde(default)]
    any: Vec<WrittenCondition>,
}

#[derive(Deserialize)]
struct WrittenCondition {
    field: String,
    operator: String,
    value: Value,
}

#[derive(Deserialize)]
struct WrittenAction {
    field: String,
    value: Value,
}

fn read(json: &str) -> Outcome<NewTrigger> {
    let malformed = |_| {
        let hint = "give a JSON object with title, conditions{all,any} of field, operator, value, and actions of field, value";
        Refusal::field("trigger", "trigger_malformed", hint)
    };
    let written = match serde_json::from_str(json).map_err(malformed)? {
        Written::Wrapped { trigger } | Written::Bare(trigger) => trigger,
    };
    let conditions = |list: Vec<WrittenCondition>| list.into_iter().map(condition_words).collect();
    Ok(NewTrigger {
        title: written.title,
        all: conditions(written.conditions.all),
        any: conditions(written.conditions.any),
        actions: written.actions.into_iter().map(action_words).collect(),
    })
}

fn condition_words(written: WrittenCondition) -> ConditionWords {
    ConditionWords {
        field: written.field,
        operator: written.operator,
        value: words(&written.value),
    }
}

fn action_words(written: WrittenAction) -> ActionWords {
    ActionWords {
        field: written.field,
        value: words(&written.value),
    }
}

/// Clients write tags as one text or as a list, and ids as texts or numbers.
fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_shapes_are_read() {
        let bare = r#"{"title":"t","active":true,"conditions":{"all":[{"field":"current_tags",
            "operator":"includes","value":["a","b"]}],"any":[]},"actions":[{"field":"group_id","value":7}]}"#;
        for json in [bare.to_owned(), format!("{{\"trigger\":{bare}}}")] {
            let new = read(&json).expect("a trigger");
            assert_eq!(new.all[0].value, "a b");
            assert_eq!(new.actions[0].value, "7");
        }
        for wrong in ["", "[]", "{}", r#"{"title":"t","actions":[]}"#] {
            assert_eq!(read(wrong).expect_err("refused").code, "trigger_malformed");
        }
    }
}
