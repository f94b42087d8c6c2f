//! Which of our own addresses a connection comes from (R28).

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpSocket, TcpStream};

/// Connects from one of the configured addresses of the target's family, or from wherever the
/// system likes if none is configured at all.
///
/// # Errors
/// Those of the system; [`io::ErrorKind::AddrNotAvailable`] if no address is of that family:
/// leaving from another one would not be what customers have let in.
pub(super) async fn connect(target: SocketAddr, ours: &[IpAddr]) -> io::Result<TcpStream> {
    let socket = match target {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    if !ours.is_empty() {
        let source = source(target.ip(), ours).ok_or(io::ErrorKind::AddrNotAvailable)?;
        socket.bind(SocketAddr::new(source, 0))?;
    }
    socket.connect(target).await
}

/// A server always sees us from the same address: one that greylists counts on it.
fn source(target: IpAddr, ours: &[IpAddr]) -> Option<IpAddr> {
    let of_family = |ours: &&IpAddr| ours.is_ipv4() == target.is_ipv4();
    let fitting: Vec<_> = ours.iter().filter(of_family).collect();
    let sum = match target {
        IpAddr::V4(target) => target
            .octets()
            .iter()
            .map(|&octet| usize::from(octet))
            .sum(),
        IpAddr::V6(target) => target
            .octets()
            .iter()
            .map(|&octet| usize::from(octet))
            .sum(),
    };
    let at = usize::checked_rem(sum, fitting.len())?;
    fitting.get(at).map(|ours| **ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(list: &[&str]) -> Vec<IpAddr> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_source_is_of_the_targets_family_and_stays_the_same() {
        let ours = ips(&["192.0.2.1", "2001:db8::1", "192.0.2.2"]);
        let mut seen = Vec::new();
        for last in 0..20 {
            let target = IpAddr::from([198, 51, 100, last]);
            let chosen = source(target, &ours);
            assert_eq!(chosen, source(target, &ours));
            assert!(chosen.is_some_and(|it| it.is_ipv4()));
            seen.extend(chosen);
        }
        assert!(
            seen.contains(&ours[0]) && seen.contains(&ours[2]),
            "all work"
        );
        let six = source("2001:db8:9::9".parse().unwrap(), &ours);
        assert_eq!(six, Some(ours[1]));
        assert_eq!(source("2001:db8:9::9".parse().unwrap(), &ours[..1]), None);
    }

    #[tokio::test]
    async fn nothing_leaves_from_another_family() {
        let target = "[::1]:9".parse().unwrap();
        let refused = connect(target, &ips(&["127.0.0.1"])).await;
        let kind = refused.expect_err("there is no source").kind();
        assert_eq!(kind, io::ErrorKind::AddrNotAvailable);
    }
}
