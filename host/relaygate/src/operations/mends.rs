//! What to do about a stable word that a delivery or a check ended with.
//!
//! The findings of policies bring their own sentence.

/// The mend; `None` where the word says it all, or nobody can do anything.
pub(super) fn mend(code: &str) -> Option<&'static str> {
    Some(match code {
        "not_yet_verified" => "start the test with `relaygate address verify`",
        "timed_out" => {
            "it did not come back in time; see whether it lies in the mailbox or in your server's \
             queue, and that mail for the address is relayed to us"
        }
        "returned_unauthenticated" => {
            "let your server relay to us over TLS, with the credentials of this domain's connector"
        }
        "greylisted" => "exempt us from greylisting at your server; meanwhile we try again",
        "customer_spf_rejects_us" => {
            "let your server skip SPF for what we hand in after a login; it does the final sending"
        }
        "mailbox_unknown" => "make the mailbox at your mail service, or correct the address",
        "credentials_refused" => "correct the user name and password of this address",
        "auth_not_offered" => "let your server offer AUTH PLAIN or LOGIN on this port, over TLS",
        "tls_not_offered" => "let your server offer STARTTLS on this port, or use port 465",
        "tls_failed" => {
            "let your server show a certificate for the host name you gave us, from an authority \
             we know or that you pin"
        }
        "host_not_found" => "correct the host name, or its record in DNS",
        "host_not_allowed" => "use a server that is reached by a public address",
        "domain_takes_no_mail" => "the domain's MX record says it takes no mail; change it",
        "unreachable" | "connection_lost" => {
            "open the port for us at your firewall, and see that the server is up"
        }
        "dns_trouble" => "see that the domain's name servers answer",
        "server_not_ready" | "deferred_by_server" | "refused_by_server" => {
            "your server's log tells why it answered so"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admin_reads_whole_short_sentences() {
        for code in [
            "customer_spf_rejects_us",
            "tls_failed",
            "timed_out",
            "unreachable",
        ] {
            let text = mend(code).expect(code);
            assert!(text.len() < 160 && !text.contains("  "), "{code}: {text}");
        }
        assert_eq!(mend("internal"), None);
    }
}
