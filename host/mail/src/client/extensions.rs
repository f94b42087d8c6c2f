//! What a server offers in its reply to EHLO (RFC 5321 §4.1.1.1).

use crate::reply::Reply;
use crate::sasl::ClientMechanism;

/// The extensions we make use of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extensions {
    /// RFC 2920.
    pub pipelining: bool,
    /// RFC 1870; `Some(0)` and no number mean that no limit is known.
    pub size: Option<u64>,
    /// RFC 6152.
    pub eight_bit: bool,
    /// RFC 6531.
    pub utf8: bool,
    /// RFC 3207.
    pub starttls: bool,
    /// RFC 4954; only what we speak.
    pub mechanisms: Vec<ClientMechanism>,
}

impl Extensions {
    /// Reads the lines after the first, which is only a name.
    pub fn parse(reply: &Reply) -> Self {
        let mut found = Self::default();
        for line in reply.text().lines().skip(1) {
            let mut words = line.split_ascii_whitespace();
            let keyword = words.next().unwrap_or_default().to_ascii_uppercase();
            match keyword.as_str() {
                "PIPELINING" => found.pipelining = true,
                "SIZE" => found.size = Some(words.next().and_then(|n| n.parse().ok()).unwrap_or(0)),
                "8BITMIME" => found.eight_bit = true,
                "SMTPUTF8" => found.utf8 = true,
                "STARTTLS" => found.starttls = true,
                "AUTH" => found.mechanisms = words.filter_map(ClientMechanism::parse).collect(),
                _ => {}
            }
        }
        found
    }

    /// The largest message, if the server told.
    pub fn octets_max(&self) -> Option<u64> {
        self.size.filter(|&octets| octets > 0)
    }

    /// What we authenticate with, if it is offered: what is `wanted`, else PLAIN,
    /// which saves a round trip, before LOGIN. A token is no password, so XOAUTH2
    /// is never the server's to choose.
    pub(super) fn mechanism(&self, wanted: Option<ClientMechanism>) -> Option<ClientMechanism> {
        let fits: &[ClientMechanism] = match &wanted {
            Some(wanted) => std::slice::from_ref(wanted),
            None => &[ClientMechanism::Plain, ClientMechanism::Login],
        };
        let offered = |mechanism: &ClientMechanism| self.mechanisms.contains(mechanism);
        fits.iter().copied().find(offered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_read_whatever_its_case() {
        let reply = Reply::parse(
            b"250-mx.example\r\n250-pipelining\r\n250-SIZE 1000\r\n250-Auth LOGIN PLAIN CRAM-MD5\r\n250 X-OTHER\r\n",
        )
        .unwrap();
        let found = Extensions::parse(&reply);
        assert!(found.pipelining && !found.starttls);
        assert_eq!(found.octets_max(), Some(1000));
        assert_eq!(found.mechanism(None), Some(ClientMechanism::Plain));
        let wanted = Some(ClientMechanism::Login);
        assert_eq!(found.mechanism(wanted), wanted);
        assert_eq!(found.mechanism(Some(ClientMechanism::Xoauth2)), None);
    }

    #[test]
    fn a_password_is_never_given_away_as_a_token() {
        let reply = Reply::parse(b"250-mx.example\r\n250 AUTH XOAUTH2\r\n").unwrap();
        let found = Extensions::parse(&reply);
        assert_eq!(found.mechanism(None), None);
    }

    #[test]
    fn the_name_is_no_extension() {
        let reply = Reply::parse(b"250-STARTTLS\r\n250 SIZE\r\n").unwrap();
        let found = Extensions::parse(&reply);
        assert!(!found.starttls);
        assert_eq!((found.size, found.octets_max()), (Some(0), None));
    }
}
