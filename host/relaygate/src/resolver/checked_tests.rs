//! Spellings of places we must not dial, and of some we may (OUT-01).

use super::*;

fn reach(networks: &[&str]) -> Reach {
    Reach {
        networks: networks
            .iter()
            .map(|network| network.parse().expect("a network"))
            .collect(),
        ports: vec![25, 465, 587, 2525],
        own: vec!["203.0.113.9:25".parse().expect("a socket")],
    }
}

/// What becomes of a host given as an address; a name is `None`.
fn verdict(reach: &Reach, host: &str, port: u16) -> Option<Result<CheckedAddr, ResolveError>> {
    let judged = literal(host).map(|found| found.map(|ip| reach.check(SocketAddr::new(ip, port))));
    match judged {
        Ok(found) => found,
        Err(error) => Some(Err(error)),
    }
}

/// Addresses in a spelling everybody reads alike, but of forbidden places.
const REFUSED: &[&str] = &[
    "127.0.0.1",
    "127.0.0.53",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "169.254.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
    "[::ffff:10.0.0.1]",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff05::2",
    "5f00::1",
    "127.1.2.3",
    "10.8.0.1",
    "172.20.10.2",
    "192.168.178.1",
    "100.100.100.200",
    "169.254.170.2",
    "[::]",
    "[::ffff:192.168.0.1]",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "2001:2::1",
    "2002:c0a8:1::1",
    "fd12:3456:789a::1",
    "fe80::a00:27ff:fe4e:66a1",
];

/// Spellings that some library reads as an address and another does not.
const UNUSABLE: &[&str] = &[
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "127.000.000.001",
    "0127.0.0.1",
    "0",
    "1",
    "127.0.0.0x1",
    "00000000000000000000000000000177.1",
    "[127.0.0.1",
    "fe80::1%eth0",
    "[fe80::1%251]",
    "::1.",
    "example.com.1",
    "a.b.0x7f",
    "",
    ".",
    "..",
    "a..b",
    "host name",
    "host\n",
    "host/path",
    "user@host",
    "host:25",
    "１２７.0.0.1",
    "exa\u{ad}mple.com",
    "127。0。0。1",
    "example.com%00",
    "a\0b",
    "*.example.com",
    "0x7f.1",
    "0177.1",
    "127.0.0.1:25",
    "[127.0.0.1]:25",
    "localhost/",
    "local host",
    "169.254.43518",
    "0xa9fea9fe",
];

/// Places out in the world.
const FINE: &[&str] = &[
    "8.8.8.8",
    "1.1.1.1",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "11.0.0.1",
    "2606:4700:4700::1111",
    "[2a00:1450:4001::1a]",
    "2400:cb00::1",
];

#[test]
fn the_table_has_the_spellings_asked_for() {
    assert!(REFUSED.len() + UNUSABLE.len() + FINE.len() >= 120);
}

#[test]
fn special_places_are_refused() {
    for host in REFUSED {
        let found = verdict(&reach(&[]), host, 587);
        assert_eq!(found, Some(Err(ResolveError::Refused)), "{host}");
    }
}

#[test]
fn odd_spellings_are_not_guessed_at() {
    for host in UNUSABLE {
        let found = verdict(&reach(&[]), host, 587);
        assert_eq!(found, Some(Err(ResolveError::Unusable)), "{host:?}");
    }
}

#[test]
fn the_world_may_be_dialled() {
    for host in FINE {
        assert!(
            matches!(verdict(&reach(&[]), host, 587), Some(Ok(_))),
            "{host}"
        );
    }
}

#[test]
fn names_are_left_to_the_resolver() {
    for host in [
        "mail.acme.example",
        "localhost",
        "mail.acme.example.",
        "a_b.example",
        "xn--bcher-kva.example",
    ] {
        assert_eq!(verdict(&reach(&[]), host, 587), None, "{host}");
    }
}

#[test]
fn a_listed_network_may_be_dialled_at_any_port() {
    let reach = reach(&["127.0.0.0/8", "fd00::/8"]);
    for host in ["127.0.0.1", "::ffff:127.0.0.2", "fd00::7"] {
        assert!(
            matches!(verdict(&reach, host, 20_587), Some(Ok(_))),
            "{host}"
        );
    }
    assert_eq!(
        verdict(&reach, "10.0.0.1", 587),
        Some(Err(ResolveError::Refused))
    );
    assert_eq!(
        verdict(&reach, "127.0.0.1", 0),
        Some(Err(ResolveError::Refused))
    );
}

#[test]
fn only_mail_ports_elsewhere() {
    for port in [22, 80, 443, 6379, 0] {
        assert_eq!(
            verdict(&reach(&[]), "8.8.8.8", port),
            Some(Err(ResolveError::Refused)),
            "{port}"
        );
    }
}

#[test]
fn our_own_listener_is_no_target() {
    let reach = reach(&["203.0.113.0/24"]);
    assert_eq!(
        verdict(&reach, "203.0.113.9", 25),
        Some(Err(ResolveError::Refused))
    );
    assert!(matches!(verdict(&reach, "203.0.113.9", 26), Some(Ok(_))));
}

#[test]
fn a_mapped_address_is_dialled_as_what_it_is() {
    let found = verdict(&reach(&["127.0.0.0/8"]), "::ffff:127.0.0.1", 25);
    let socket = found.and_then(Result::ok).map(CheckedAddr::socket);
    assert_eq!(socket, Some("127.0.0.1:25".parse().expect("a socket")));
}
