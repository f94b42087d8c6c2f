//! The installation's DKIM keys: shown, and replaced step by step (R85, SEC-03).
//!
//! A rotation begins by hand and goes on by itself: as soon as the record of the new key is seen
//! it signs, and when the mail the old one signed has arrived, that one is removed. There is no
//! way to sign with a key nobody can look up.
//!
//! Not here: the keys (`desk::dkim_keys`), when their records are looked for (`upkeep`).

use desk::audit::Act;
use desk::dkim_keys::rotation::{self, Standing};
use desk::dkim_keys::{Key, Stage, record_name};
use serde::Serialize;
use tracing::info;

use super::records::{self, RecordView, State};
use super::{Actor, Outcome, Refusal, audit, zone};
use crate::clock::later;
use crate::services::Services;

/// The keys and their records.
#[derive(Debug, Serialize)]
pub struct KeysView {
    /// In the order of the selectors.
    pub keys: Vec<KeyView>,
    /// Their records, for the operator's own zone.
    pub zone: String,
}

/// The key of one selector, without its private half: nothing shows that.
#[derive(Debug, Serialize)]
pub struct KeyView {
    /// The selector.
    pub selector: String,
    /// Tells it from the keys the selector had before.
    pub id: String,
    /// `signing`, `spare`, `awaited`, `retiring` or `dropped`.
    pub stage: &'static str,
    /// When it was made, milliseconds since the epoch.
    pub created_at: u64,
    /// Since when it is at that stage.
    pub since_at: Option<u64>,
    /// When a retiring key is removed.
    pub until_at: Option<u64>,
    /// Its TXT record, looked for now.
    pub record: RecordView,
}

/// Shows both keys, and whether their records stand.
pub async fn show(services: &Services) -> Outcome<KeysView> {
    let ring = services.dkim.now();
    let mut keys = Vec::new();
    for key in ring.all() {
        keys.push(view(services, key).await);
    }
    let heading = format!("The DKIM keys, for the zone of {}", services.native);
    let zone = zone::fragment(&heading, keys.iter().map(|key| &key.record));
    Ok(KeysView { keys, zone })
}

/// Makes a new key for the selector that does not sign. It signs as soon as its record is seen;
/// asked again meanwhile, looks at once.
pub async fn rotate(services: &Services, actor: &Actor) -> Outcome<KeysView> {
    {
        let _turn = services.dkim.turn().await;
        try_rotate(services, actor).await?;
    }
    show(services).await
}

async fn try_rotate(services: &Services, actor: &Actor) -> Outcome<()> {
    let ring = services.dkim.now();
    match ring.standing(services.config.dkim.keep()) {
        Standing::Ready(key) => begin(services, actor, key).await,
        Standing::Awaited(key) => match switch(services, actor, key).await? {
            State::Ok => Ok(()),
            state => Err(not_seen(services, key, state)),
        },
        Standing::Retiring(key, until) => Err(Refusal::new(
            "dkim_key_retiring",
            format!(
                "mail signed with {} may still be on its way; rotate again after {}",
                key.selector,
                mail::message::timestamp(until.0)
            ),
        )),
        Standing::Alone => Err(Refusal::new(
            "dkim_one_selector",
            "there is no second selector; name two in product.selectors",
        )),
    }
}

/// What can be done without being asked for, whoever is told to look: [`rotate`]'s second and
/// third step.
pub(crate) async fn go_on(services: &Services) -> Outcome<()> {
    let _turn = services.dkim.turn().await;
    let (ring, actor) = (services.dkim.now(), Actor::system());
    match ring.standing(services.config.dkim.keep()) {
        Standing::Awaited(key) => switch(services, &actor, key).await.map(drop),
        Standing::Retiring(key, until) if services.clock.now() >= until => {
            remove(services, &actor, key).await
        }
        Standing::Retiring(..) | Standing::Ready(_) | Standing::Alone => Ok(()),
    }
}

async fn begin(services: &Services, actor: &Actor, key: &Key) -> Outcome<()> {
    let (selector, now) = (key.selector.as_str(), services.clock.now());
    let act = |id: &str| act(services, actor, "dkim_key_made", selector, id);
    rotation::begin(&services.desk, &services.sealing, selector, act, now).await?;
    done(services, "dkim_key_made", selector).await
}

/// Has a key sign whose record stands; otherwise tells how that stands.
async fn switch(services: &Services, actor: &Actor, key: &Key) -> Outcome<State> {
    let state = record(services, key).await.state;
    if state != State::Ok {
        return Ok(state);
    }
    let (ring, now) = (services.dkim.now(), services.clock.now());
    let act = act(services, actor, "dkim_key_signs", &key.selector, &key.id);
    rotation::switch(&services.desk, &ring, &key.selector, &act, now).await?;
    done(services, "dkim_key_signs", &key.selector).await?;
    Ok(state)
}

async fn remove(services: &Services, actor: &Actor, key: &Key) -> Outcome<()> {
    let (selector, now) = (key.selector.as_str(), services.clock.now());
    let act = act(services, actor, "dkim_key_dropped", selector, &key.id);
    rotation::drop_retired(&services.desk, selector, &act, now).await?;
    done(services, "dkim_key_dropped", selector).await
}

async fn done(services: &Services, action: &str, selector: &str) -> Outcome<()> {
    info!(action, selector, "done");
    let reloaded = services.dkim.reload(&services.desk, &services.sealing);
    Ok(reloaded.await?)
}

fn act(services: &Services, actor: &Actor, action: &str, selector: &str, id: &str) -> Act {
    audit::act(services, actor, action, &format!("{selector} {id}"), None)
}

fn not_seen(services: &Services, key: &Key, state: State) -> Refusal {
    let name = record_name(&key.selector, &services.native);
    let why = match state {
        State::Missing => "there is no such record yet",
        State::Different => "another text, or more than one, stands there",
        State::Unknown | State::Ok => "the name servers gave no answer",
    };
    Refusal::new(
        "dkim_key_not_published",
        format!(
            "the new key signs once its TXT record {name} is seen, and {why}; see `relaygate dkim show`"
        ),
    )
}

/// The record of a key, looked for now.
pub(super) async fn record(services: &Services, key: &Key) -> RecordView {
    let name = record_name(&key.selector, &services.native);
    let purpose = match key.stage {
        Stage::Signing { .. } => "the key that signs",
        Stage::Spare => "a key for later",
        Stage::Awaited { .. } => "the new key, which signs once this is seen",
        Stage::Retiring { .. } => "the old key, which mail on its way needs",
        Stage::Dropped { .. } => "the old key is gone; says so",
    };
    records::key(services, name, key.txt.clone(), purpose).await
}

async fn view(services: &Services, key: &Key) -> KeyView {
    let until = match key.stage {
        Stage::Retiring { since } => Some(later(since, services.config.dkim.keep()).0),
        _ => None,
    };
    KeyView {
        selector: key.selector.clone(),
        id: key.id.clone(),
        stage: key.stage.as_str(),
        created_at: key.created_at.0,
        since_at: key.stage.since().map(|since| since.0),
        until_at: until,
        record: record(services, key).await,
    }
}
