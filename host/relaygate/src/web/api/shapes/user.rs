//! People.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::operations::people::{self, PersonView};
use crate::web::api::caller::{Caller, Site};
use crate::web::api::failure::Failure;
use crate::web::api::paging::PageInfo;

/// Somebody who has a part in the account.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct User {
    id: u64,
    url: String,
    name: String,
    email: String,
    /// `admin`, `agent` or `end-user`.
    role: &'static str,
    /// Somebody in charge vouches for them.
    verified: bool,
    active: bool,
    suspended: bool,
    created_at: Option<String>,
    updated_at: Option<String>,
    /// Mail to them came back for good.
    undeliverable: bool,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct OneUser {
    pub(in crate::web::api) user: User,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Users {
    pub(in crate::web::api) users: Vec<User>,
    #[serde(flatten)]
    pub(in crate::web::api) page: PageInfo,
}

/// Some of them, all at once.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct SomeUsers {
    pub(in crate::web::api) users: Vec<User>,
}

impl User {
    pub(in crate::web::api) fn new(view: &PersonView, site: &Site) -> Self {
        let since = view.created_at.map(time);
        Self {
            id: view.number,
            url: site.of_thing("users", view.number),
            name: match view.name.is_empty() {
                true => view.address.clone(),
                false => view.name.clone(),
            },
            email: view.address.clone(),
            role: public_role(view.role),
            verified: view.vouched,
            active: true,
            suspended: false,
            updated_at: since.clone(),
            created_at: since,
            undeliverable: view.undeliverable,
        }
    }
}

/// As clients write it.
pub(in crate::web::api) fn public_role(role: &'static str) -> &'static str {
    match role {
        "end_user" => "end-user",
        role => role,
    }
}

/// Everybody an answer names, so that it can say their ids.
pub(in crate::web::api) struct People(BTreeMap<String, PersonView>);

impl People {
    /// Looks them up.
    pub(in crate::web::api) async fn named<'a>(
        caller: &Caller,
        addresses: impl IntoIterator<Item = &'a String>,
    ) -> Result<Self, Failure> {
        let addresses: BTreeSet<String> = addresses.into_iter().cloned().collect();
        let found = people::among(&caller.services, &caller.account, addresses).await?;
        Ok(Self(found))
    }

    /// The id of somebody; 0 for an address that has no part in the account.
    pub(in crate::web::api) fn id(&self, address: &str) -> u64 {
        self.0.get(address).map_or(0, |person| person.number)
    }

    /// The ids of several.
    pub(in crate::web::api) fn ids(&self, addresses: &[String]) -> Vec<u64> {
        addresses.iter().map(|address| self.id(address)).collect()
    }

    /// What somebody is called.
    pub(in crate::web::api) fn name(&self, address: &str) -> &str {
        self.0.get(address).map_or("", |person| &person.name)
    }

    /// All of them.
    pub(in crate::web::api) fn all(&self) -> impl Iterator<Item = &PersonView> {
        self.0.values()
    }
}
