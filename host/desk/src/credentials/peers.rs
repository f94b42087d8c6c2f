//! From where a credential set has been used (R96).
//!
//! A network of IPv6 is one peer, since its hosts change their addresses daily. The number
//! is bounded: a relay with more addresses than that is not told of any more.

use std::net::IpAddr;

use mail::address::Domain;
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use super::{CredentialId, row};
use crate::change::Change;
use crate::rows::Record;
use crate::{Account, Error};

/// Notes a use of a set; `None` if it had been used from there before.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn first_use(
    account: &Account,
    connector: &Domain,
    id: &CredentialId,
    peer: IpAddr,
    now: Timestamp,
) -> Result<Option<Change<String>>, Error> {
    let name = network(peer);
    let place = [prefix(connector, id), name.clone().into_bytes()].concat();
    if account.rows().get::<Peer>(place.clone()).await?.is_some() {
        return Ok(None);
    }
    let known: Vec<Peer> = account.rows().all(&prefix(connector, id)).await?;
    if known.len() >= PEERS_MAX {
        return Ok(None);
    }
    let mut batch = Batch::new();
    account.rows().create(
        &mut batch,
        place,
        &Peer {
            name: name.clone(),
            first_at: now,
        },
    );
    Ok(Some(Change::new(batch, name)))
}

/// Forgets where a set was used from.
pub(super) async fn forget(
    account: &Account,
    batch: &mut Batch,
    connector: &Domain,
    id: &CredentialId,
) -> Result<(), Error> {
    for peer in account.rows().all::<Peer>(&prefix(connector, id)).await? {
        let place = [prefix(connector, id), peer.name.into_bytes()].concat();
        account.rows().delete::<Peer>(batch, place);
    }
    Ok(())
}

/// The address itself, or the network of 64 bits it is in.
fn network(peer: IpAddr) -> String {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn prefix(connector: &Domain, id: &CredentialId) -> Vec<u8> {
    let mut prefix = row(connector, id);
    prefix.push(0);
    prefix
}

/// One place a set was used from.
#[derive(Serialize, Deserialize)]
struct Peer {
    name: String,
    first_at: Timestamp,
}

impl Record for Peer {
    const TABLE: Table = Table("credential_peer");
}

/// Places remembered for one set.
const PEERS_MAX: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_peer() {
        for (peer, name) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network(peer.parse().unwrap()), name);
        }
    }
}
