//! From where a credential set has been used (R96), and whether under the user name that is an
//! address (R54).
//!
//! A network of IPv6 is one peer, since its hosts change their addresses daily. The number
//! is bounded: a relay with more addresses than that is not told of any more.

use std::net::{IpAddr, Ipv6Addr};

use mail::address::Domain;
use serde::{Deserialize, Serialize};
use storage::{Batch, Table, Timestamp};

use super::{CredentialId, Right};
use crate::change::Change;
use crate::rows::Record;
use crate::{Account, Error, connectors};

/// Notes a use of a set; `None` if it had been used from there before.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn first_use(
    account: &Account,
    right: &Right,
    id: &CredentialId,
    peer: IpAddr,
    now: Timestamp,
) -> Result<Option<Change<String>>, Error> {
    if has_used(account, right, id, peer).await? {
        return Ok(None);
    }
    let known: Vec<Peer> = account.rows().all(&prefix(right, id)).await?;
    if known.len() >= PEERS_MAX {
        return Ok(None);
    }
    let name = name(peer);
    let mut batch = Batch::new();
    account.rows().create(
        &mut batch,
        place(right, id, &name),
        &Peer {
            name: name.clone(),
            first_at: now,
        },
    );
    Ok(Some(Change::new(batch, name)))
}

/// Whether this peer belongs to the set: it has logged in with it before, or stands in the
/// networks its connector's server may come from (R28). What others guess does not lock it
/// out (AUTH-05).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn is_known(
    account: &Account,
    right: &Right,
    id: &CredentialId,
    peer: IpAddr,
) -> Result<bool, Error> {
    if let Some(domain) = right.connector()
        && let Some(connector) = connectors::find(account, domain).await?
        && connector.names(peer)
    {
        return Ok(true);
    }
    has_used(account, right, id, peer).await
}

async fn has_used(
    account: &Account,
    right: &Right,
    id: &CredentialId,
    peer: IpAddr,
) -> Result<bool, Error> {
    let place = place(right, id, &name(peer));
    Ok(account.rows().get::<Peer>(place).await?.is_some())
}

/// Notes that a set is used under the user name that is an address (R53).
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`], [`Error::Commit`].
pub async fn note_alias(account: &Account, right: &Right, id: &CredentialId) -> Result<(), Error> {
    if is_alias_used(account, right, id).await? {
        return Ok(());
    }
    let mut batch = Batch::new();
    account
        .rows()
        .put(&mut batch, prefix(right, id), &AliasUsed);
    account.apply(batch).await
}

/// Whether somebody has logged in with a set under the user name that is an address.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn is_alias_used(
    account: &Account,
    right: &Right,
    id: &CredentialId,
) -> Result<bool, Error> {
    let used = account.rows().get::<AliasUsed>(prefix(right, id)).await?;
    Ok(used.is_some())
}

/// Forgets where a set was used from, and under which name.
pub(crate) async fn forget(
    account: &Account,
    batch: &mut Batch,
    right: &Right,
    id: &CredentialId,
) -> Result<(), Error> {
    for peer in account.rows().all::<Peer>(&prefix(right, id)).await? {
        account
            .rows()
            .delete::<Peer>(batch, place(right, id, &peer.name));
    }
    account.rows().delete::<AliasUsed>(batch, prefix(right, id));
    Ok(())
}

/// The address itself, or the first of the network of 64 bits it is in.
pub fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// The peer as people read it.
pub fn name(peer: IpAddr) -> String {
    match network(peer) {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(network) => format!("{network}/64"),
    }
}

fn place(right: &Right, id: &CredentialId, name: &str) -> Vec<u8> {
    [&prefix(right, id)[..], name.as_bytes()].concat()
}

/// No domain name is empty, so a help desk's logins stand apart.
fn prefix(right: &Right, id: &CredentialId) -> Vec<u8> {
    let domain = right.connector().map_or("", Domain::as_str);
    [domain.as_bytes(), b"\0", id.as_str().as_bytes(), b"\0"].concat()
}

/// One place a set was used from.
#[derive(Serialize, Deserialize)]
struct Peer {
    name: String,
    first_at: Timestamp,
}

/// A set was used under the user name that is an address.
#[derive(Serialize, Deserialize)]
struct AliasUsed;

impl Record for AliasUsed {
    const TABLE: Table = Table("credential_alias");
}

impl Record for Peer {
    const TABLE: Table = Table("credential_peer");
}

/// Places remembered for one set.
const PEERS_MAX: usize = 1_000;

#[cfg(test)]
mod tests {

    #[test]
    fn a_network_of_ipv6_is_one_peer() {
        for (peer, name) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(super::name(peer.parse().unwrap()), name);
        }
    }
}
