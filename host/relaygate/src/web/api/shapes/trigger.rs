//! Triggers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::time;
use crate::operations::triggers::TriggerView;
use crate::web::api::caller::Site;
use crate::web::api::paging::PageInfo;

/// A rule that acts on tickets.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Trigger {
    id: u64,
    url: String,
    title: String,
    active: bool,
    /// From 1, in the order in which they run.
    position: usize,
    conditions: Conditions,
    actions: Vec<Action>,
    created_at: String,
    updated_at: String,
}

/// When it acts.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::web::api) struct Conditions {
    /// All of these have to hold.
    #[serde(default)]
    all: Vec<Condition>,
    /// Of these at least one, if there are any.
    #[serde(default)]
    any: Vec<Condition>,
}

/// One condition.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::web::api) struct Condition {
    field: String,
    operator: String,
    /// A text, a number, or a list of tags.
    value: Value,
}

/// One thing it does.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::web::api) struct Action {
    field: String,
    /// A text, a number, or a list of tags.
    value: Value,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OneTrigger {
    pub(in crate::web::api) trigger: Trigger,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Triggers {
    pub(in crate::web::api) triggers: Vec<Trigger>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

/// A new trigger.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewTrigger {
    pub(in crate::web::api) trigger: NewTriggerFields,
}

/// What it is made of.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::web::api) struct NewTriggerFields {
    title: String,
    conditions: Conditions,
    actions: Vec<Action>,
}

/// Where a trigger is to stand.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct MovedTrigger {
    pub(in crate::web::api) trigger: MovedTriggerFields,
}

/// Its place.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::web::api) struct MovedTriggerFields {
    /// From 1; beyond the end means last.
    #[schema(minimum = 1)]
    pub(in crate::web::api) position: u32,
}

impl Trigger {
    pub(in crate::web::api) fn new(view: TriggerView, site: &Site) -> Self {
        let condition = |it: crate::operations::triggers::ConditionView| Condition {
            field: it.field,
            operator: it.operator,
            value: Value::String(it.value),
        };
        let action = |it: crate::operations::triggers::ActionView| Action {
            field: it.field,
            value: Value::String(it.value),
        };
        let at = time(view.created_at);
        Self {
            id: view.id,
            url: site.of_thing("triggers", view.id),
            title: view.title,
            active: view.active,
            position: view.position,
            conditions: Conditions {
                all: view.conditions.all.into_iter().map(condition).collect(),
                any: view.conditions.any.into_iter().map(condition).collect(),
            },
            actions: view.actions.into_iter().map(action).collect(),
            updated_at: at.clone(),
            created_at: at,
        }
    }
}
