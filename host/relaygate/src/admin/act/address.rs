//! Requests about a support address.

use serde_json::Value;

use super::{empty, shown};
use crate::admin::{AddressRequest, ChangedAddressRequest, NewAddressRequest};
use crate::operations::addresses::{self, AddressInput};
use crate::operations::servers::{self, ChangeInput};
use crate::operations::{Actor, Outcome, verification};
use crate::services::Services;

/// Does what is asked for.
pub(super) async fn act(
    services: &Services,
    actor: &Actor,
    request: AddressRequest,
) -> Outcome<Value> {
    match request {
        AddressRequest::Add(new) => shown(addresses::add(services, actor, &input(new)).await),
        AddressRequest::Set {
            account,
            address,
            outbound_only,
        } => shown(addresses::set(services, actor, &account, &address, outbound_only).await),
        AddressRequest::Forward(input) => {
            shown(addresses::add_forwarded(services, actor, &input).await)
        }
        AddressRequest::Native {
            account,
            local,
            brand,
        } => {
            let local = local.as_deref();
            shown(addresses::add_native(services, actor, &account, local, brand).await)
        }
        AddressRequest::Describe(input) => {
            shown(addresses::describe(services, actor, &input).await)
        }
        AddressRequest::Change(change) => {
            shown(servers::change(services, actor, &changed(change)).await)
        }
        AddressRequest::Keep { account, address } => {
            shown(servers::keep(services, actor, &account, &address).await)
        }
        AddressRequest::List { account } => shown(addresses::list(services, &account).await),
        AddressRequest::Show { account, address } => {
            shown(addresses::show(services, &account, &address).await)
        }
        AddressRequest::Verify(input) => shown(verification::verify(services, actor, &input).await),
        AddressRequest::Remove { account, address } => {
            empty(addresses::remove(services, actor, &account, &address).await)
        }
    }
}

fn input(new: NewAddressRequest) -> AddressInput {
    AddressInput {
        account: new.account,
        address: new.address,
        name: new.name,
        domain: new.domain,
        host: new.host,
        username: new.username,
        password: new.password.0,
        tls: new.tls,
        trust: new.trust,
        auth: new.auth,
        brand: new.brand,
        outbound_only: new.outbound_only,
    }
}

fn changed(change: ChangedAddressRequest) -> ChangeInput {
    ChangeInput {
        account: change.account,
        address: change.address,
        host: change.host,
        username: change.username,
        password: change.password.map(|password| password.0),
        tls: change.tls,
        trust: change.trust,
        auth: change.auth,
        wait_seconds: change.wait_seconds,
    }
}
