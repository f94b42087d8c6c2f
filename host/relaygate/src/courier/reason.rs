//! Stable words for what went wrong with a delivery (R26, R61, R87, R114).

use mail::client::{Cause, Outcome, Trouble};
use mail::reply::{Detail, Reply};

use super::OpenError;
use crate::resolver::ResolveError;

/// The word for an outcome; `None` for a success.
pub(super) fn of(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Accepted(_) => None,
        Outcome::Deferred(Cause::Reply(reply)) | Outcome::Failed(Cause::Reply(reply)) => {
            Some(of_reply(reply))
        }
        Outcome::Deferred(Cause::Trouble(trouble)) | Outcome::Failed(Cause::Trouble(trouble)) => {
            Some(of_trouble(trouble))
        }
        Outcome::Unknown(_) => Some(REPLY_LOST),
    }
}

/// The server's words behind an outcome.
pub(super) fn reply(outcome: &Outcome) -> Option<&Reply> {
    match outcome {
        Outcome::Accepted(reply) => Some(reply),
        Outcome::Deferred(Cause::Reply(reply)) | Outcome::Failed(Cause::Reply(reply)) => {
            Some(reply)
        }
        Outcome::Deferred(Cause::Trouble(trouble))
        | Outcome::Failed(Cause::Trouble(trouble))
        | Outcome::Unknown(trouble) => trouble.reply(),
    }
}

fn of_reply(reply: &Reply) -> &'static str {
    let text = reply.text().to_ascii_lowercase();
    match (reply.code(), reply.detail()) {
        (_, Some(Detail(7, 23))) => "customer_spf_rejects_us",
        (_, Some(Detail(7, _))) if has_word(&text, "spf") => "customer_spf_rejects_us",
        (550 | 551 | 553, Some(Detail(1, _))) => "mailbox_unknown",
        (450 | 451, _) => "greylisted",
        (400..=499, _) => "deferred_by_server",
        _ => "refused_by_server",
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|found| found == word)
}

fn of_trouble(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::TlsNotOffered => "tls_not_offered",
        Trouble::TlsRefused(_) | Trouble::InjectedBeforeTls => "tls_failed",
        Trouble::AuthNotOffered => "auth_not_offered",
        Trouble::AuthRefused(_) => "credentials_refused",
        Trouble::Greeting(_) | Trouble::Hello(_) | Trouble::Said(_) => "server_not_ready",
        Trouble::TimedOut => "timed_out",
        Trouble::ConnectionLost | Trouble::Abandoned => "connection_lost",
        Trouble::TooLarge { .. } => "too_large_for_server",
        Trouble::EightBitNotOffered | Trouble::Utf8NotOffered => "encoding_not_offered",
        Trouble::Malformed(_)
        | Trouble::BadLineEnd
        | Trouble::ReplyTooLong
        | Trouble::Unsolicited => "protocol_violated",
    }
}

/// The word for a dialogue that could not be begun.
pub(super) fn of_open_error(error: &OpenError) -> &'static str {
    match error {
        OpenError::Resolve(ResolveError::NotFound) => "host_not_found",
        OpenError::Resolve(ResolveError::NullMx) => "domain_takes_no_mail",
        OpenError::Resolve(ResolveError::Temporary) => "dns_trouble",
        OpenError::Resolve(_) => "host_not_allowed",
        OpenError::Busy => "host_busy",
        OpenError::Unreachable(_) | OpenError::Down(_) => "unreachable",
        OpenError::ServerName | OpenError::Tls(_) => "tls_failed",
        OpenError::Disconnected => "address_gone",
        OpenError::ClearText => "tls_required",
        OpenError::Desk(_) => "internal",
    }
}

/// Whether trying again cannot help: only where somebody has said so for good.
pub(super) fn is_final(error: &OpenError) -> bool {
    matches!(
        error,
        OpenError::Resolve(ResolveError::NullMx) | OpenError::Disconnected
    )
}

/// The message was sent whole, and how that ended is not known.
pub(crate) const REPLY_LOST: &str = "reply_lost";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_have_the_word_an_admin_can_act_upon() {
        for (wire, word) in [
            (
                "550 5.7.23 SPF validation failed\r\n",
                "customer_spf_rejects_us",
            ),
            (
                "550 5.7.1 rejected: SPF fail\r\n",
                "customer_spf_rejects_us",
            ),
            ("550 5.1.1 no such user\r\n", "mailbox_unknown"),
            ("451 4.7.1 greylisted, come back\r\n", "greylisted"),
            ("452 4.2.2 mailbox full\r\n", "deferred_by_server"),
            ("554 5.7.1 no\r\n", "refused_by_server"),
        ] {
            let reply = Reply::parse(wire.as_bytes()).expect("a reply");
            assert_eq!(of_reply(&reply), word, "{wire}");
        }
    }
}
