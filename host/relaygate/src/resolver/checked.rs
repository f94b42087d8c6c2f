//! Which addresses we dare to dial.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::ResolveError;
use crate::config::Config;

/// An address that was judged fit to dial. Only [`Reach::check`] makes one, and
/// the couriers dial nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedAddr(SocketAddr);

impl CheckedAddr {
    /// What to dial.
    pub fn socket(self) -> SocketAddr {
        self.0
    }
}

/// What the operator lets outbound connections reach.
#[derive(Debug, Clone)]
pub struct Reach {
    networks: Vec<IpNet>,
    ports: Vec<u16>,
    own: Vec<SocketAddr>,
}

impl Reach {
    /// Reads `[outbound]` and the listeners.
    pub fn new(config: &Config) -> Self {
        Self {
            networks: config.outbound.allowed_networks.clone(),
            ports: config.outbound.allowed_ports.clone(),
            own: config
                .listeners
                .iter()
                .map(|listener| listener.bind)
                .collect(),
        }
    }

    /// Judges one address. The error says nothing of the address, so that
    /// nobody maps our network with it.
    pub fn check(&self, socket: SocketAddr) -> Result<CheckedAddr, ResolveError> {
        self.check_with(socket, |port| self.ports.contains(&port))
    }

    /// Judges the address of an HTTP server: elsewhere at the port of HTTPS only.
    pub fn check_web(&self, socket: SocketAddr) -> Result<CheckedAddr, ResolveError> {
        self.check_with(socket, |port| port == PORT_HTTPS)
    }

    fn check_with(
        &self,
        socket: SocketAddr,
        usual_port: impl Fn(u16) -> bool,
    ) -> Result<CheckedAddr, ResolveError> {
        // `::ffff:127.0.0.1` is 127.0.0.1 with a hat on.
        let socket = SocketAddr::new(socket.ip().to_canonical(), socket.port());
        let usual = is_global(socket.ip()) && usual_port(socket.port());
        let fits = self.lists(socket) || usual;
        if fits && socket.port() != 0 && !self.is_own(socket) {
            return Ok(CheckedAddr(socket));
        }
        Err(ResolveError::Refused)
    }

    /// Its network is one the operator has listed.
    pub fn is_listed(&self, address: CheckedAddr) -> bool {
        self.lists(address.0)
    }

    fn lists(&self, socket: SocketAddr) -> bool {
        let networks = self.networks.iter();
        networks
            .into_iter()
            .any(|network| network.contains(&socket.ip()))
    }

    /// One of our own listeners: mail sent there would go round in circles.
    fn is_own(&self, socket: SocketAddr) -> bool {
        self.own.iter().any(|own| {
            let same = own.ip() == socket.ip();
            let any = own.ip().is_unspecified() && socket.ip().is_loopback();
            own.port() == socket.port() && (same || any)
        })
    }
}

/// Reads a host that is an address, in the one spelling everybody reads alike.
///
/// `0177.0.0.1`, `2130706433`, `127.1` and `0x7f.0.0.1` are addresses to some
/// libraries and names to others; they are refused, not guessed at.
pub(super) fn literal(host: &str) -> Result<Option<IpAddr>, ResolveError> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Ok(address) = bare.unwrap_or(host).parse() {
        return Ok(Some(address));
    }
    let last = host
        .trim_end_matches('.')
        .rsplit('.')
        .next()
        .unwrap_or_default();
    if last.starts_with(|c: char| c.is_ascii_digit()) || !is_name(host) {
        return Err(ResolveError::Unusable);
    }
    Ok(None)
}

/// A host name in ASCII (RFC 1123 §2.1); underscores are seen in the wild.
fn is_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.len() <= 63 && label.chars().all(inner)
    };
    host.len() <= 253 && host.split('.').all(label)
}

const PORT_HTTPS: u16 = 443;

fn is_global(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !SPECIAL_V4.iter().any(|network| network.contains(&ip)),
        IpAddr::V6(ip) => {
            GLOBAL_V6.contains(&ip) && !SPECIAL_V6.iter().any(|network| network.contains(&ip))
        }
    }
}

const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// The IANA special-purpose registry for IPv4, multicast and class E added.
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 8),       // this network
    v4(10, 0, 0, 8),      // private (RFC 1918)
    v4(100, 64, 0, 10),   // carrier-grade NAT (RFC 6598)
    v4(127, 0, 0, 8),     // loopback
    v4(169, 254, 0, 16),  // link-local, cloud metadata
    v4(172, 16, 0, 12),   // private
    v4(192, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 24),    // documentation
    v4(192, 88, 99, 24),  // 6to4 relays, retired
    v4(192, 168, 0, 16),  // private
    v4(198, 18, 0, 15),   // benchmarking
    v4(198, 51, 100, 24), // documentation
    v4(203, 0, 113, 24),  // documentation
    v4(224, 0, 0, 4),     // multicast
    v4(240, 0, 0, 4),     // reserved, broadcast
];

/// All that is given out as global unicast; loopback, ULA, link-local, NAT64 and
/// IPv4-compatible addresses are outside.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

/// Special ranges within global unicast.
const SPECIAL_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),     // protocol assignments, Teredo
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // 6to4: carries an IPv4 address we would have to judge too
    v6(0x3fff, 0, 20),     // documentation
];

#[cfg(test)]
#[path = "checked_tests.rs"]
mod tests;
