//! People of an account: listed, shown, found by number.

use std::collections::{BTreeMap, BTreeSet};

use desk::accounts::{self, Profile};
use desk::people::{self, Numbered, Person, Standing};
use serde::Serialize;

use super::{Outcome, parse_address};
use crate::services::Services;

/// Somebody as they are shown.
#[derive(Debug, Clone, Serialize)]
pub struct PersonView {
    /// What programs call them by.
    pub number: u64,
    /// Their address.
    pub address: String,
    /// Their name, as far as known.
    pub name: String,
    /// `admin`, `agent` or `end_user`.
    pub role: &'static str,
    /// Given by an admin; not from mail.
    pub vouched: bool,
    /// Mail to them came back for good (R113).
    pub undeliverable: bool,
    /// Milliseconds since the epoch; absent for somebody who was only copied so far.
    pub created_at: Option<u64>,
}

/// Everybody of an account.
#[derive(Debug, Serialize)]
pub struct PeopleView {
    /// In the order of their addresses.
    pub people: Vec<PersonView>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub struct OnePersonView {
    /// They.
    pub person: PersonView,
}

/// Everybody who has a part in the account.
pub async fn list(services: &Services, account: &str) -> Outcome<PeopleView> {
    let account = super::account(services, account).await?;
    let profile = accounts::profile(&account).await?;
    let everybody = people::everybody(&account).await?;
    let view = |(numbered, person): (Numbered, Option<Person>)| view(&profile, numbered, person);
    Ok(PeopleView {
        people: everybody.into_iter().map(view).collect(),
    })
}

/// Who bears a number.
pub async fn by_number(services: &Services, account: &str, number: u64) -> Outcome<OnePersonView> {
    let account = super::account(services, account).await?;
    let numbered = people::bearer(&account, number).await?;
    let person = people::find(&account, &numbered.address).await?;
    let profile = accounts::profile(&account).await?;
    Ok(OnePersonView {
        person: view(&profile, numbered, person),
    })
}

/// Those among the addresses who have a part in the account, by their address.
pub async fn among(
    services: &Services,
    account: &str,
    addresses: BTreeSet<String>,
) -> Outcome<BTreeMap<String, PersonView>> {
    let account = super::account(services, account).await?;
    let profile = accounts::profile(&account).await?;
    let mut found = BTreeMap::new();
    for text in addresses {
        let address = parse_address("address", &text)?;
        if let Some(number) = people::number(&account, &address).await? {
            let person = people::find(&account, &address).await?;
            let numbered = Numbered { number, address };
            found.insert(text, view(&profile, numbered, person));
        }
    }
    Ok(found)
}

fn view(profile: &Profile, numbered: Numbered, person: Option<Person>) -> PersonView {
    let address = &numbered.address;
    let standing = person.as_ref().map(|person| person.standing);
    let is_admin = profile.admins.iter().any(|it| it.same_mailbox(address));
    PersonView {
        number: numbered.number,
        role: match standing {
            Some(Standing::Agent) if is_admin => "admin",
            Some(Standing::Agent) => "agent",
            _ => "end_user",
        },
        address: address.to_string(),
        vouched: person.as_ref().is_some_and(|person| person.vouched),
        undeliverable: person.as_ref().is_some_and(|it| it.undeliverable.is_some()),
        created_at: person.as_ref().map(|person| person.created_at.0),
        name: person.map(|person| person.name).unwrap_or_default(),
    }
}
