//! What came of it.

use crate::reply::{Reply, ReplyError};

/// What came of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server has the message now; its reply after the text.
    Accepted(Reply),
    /// Not now.
    Deferred(Cause),
    /// Not ever: the server said 5yz about this recipient or this message.
    Failed(Cause),
    /// The whole message was sent and no reply came: the server may have it or
    /// not. Trying again may make two of it (RFC 1047), giving up may lose it.
    Unknown(Trouble),
}

/// Why a recipient was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The server said so.
    Reply(Reply),
    /// The server was not reached, or cannot be spoken with.
    Trouble(Trouble),
}

/// Why a dialogue ended before its time. None of them is the fault of a
/// message, so all but the last three defer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// TLS is required and STARTTLS was not offered.
    #[error("server does not offer STARTTLS")]
    TlsNotOffered,
    /// The server offered STARTTLS and then refused it.
    #[error("server refused STARTTLS: {0}")]
    TlsRefused(Reply),
    /// Octets came with the reply to STARTTLS: somebody else's, perhaps.
    #[error("octets followed the reply to STARTTLS")]
    InjectedBeforeTls,
    /// We have credentials, and the server does not offer what we prove them with.
    #[error("server offers no AUTH mechanism we speak")]
    AuthNotOffered,
    /// The server did not take the credentials.
    #[error("server refused the credentials: {0}")]
    AuthRefused(Reply),
    /// No 220 in the beginning.
    #[error("server greeted with {0}")]
    Greeting(Reply),
    /// Neither EHLO nor, where that is enough, HELO was taken.
    #[error("server refused EHLO: {0}")]
    Hello(Reply),
    /// 421, or a code that cannot follow this command.
    #[error("server said {0}")]
    Said(Reply),
    /// A reply that is none.
    #[error("server sent no valid reply: {0}")]
    Malformed(ReplyError),
    /// A bare CR, a bare LF or a NUL in a reply.
    #[error("reply has a bare CR, a bare LF or a NUL")]
    BadLineEnd,
    /// More than 64 KiB or 100 lines for one reply.
    #[error("reply is too long")]
    ReplyTooLong,
    /// A reply to nothing.
    #[error("server replied without being asked")]
    Unsolicited,
    /// No reply in time.
    #[error("server did not reply in time")]
    TimedOut,
    /// The connection broke.
    #[error("connection lost")]
    ConnectionLost,
    /// The program gave up in the middle.
    #[error("given up")]
    Abandoned,
    /// The server announced a smaller SIZE.
    #[error("message is larger than the {limit} octets the server takes")]
    TooLarge {
        /// What SIZE announced.
        limit: u64,
    },
    /// The text is 8-bit and the server has no 8BITMIME.
    #[error("server does not offer 8BITMIME")]
    EightBitNotOffered,
    /// An address or header is UTF-8 and the server has no SMTPUTF8.
    #[error("server does not offer SMTPUTF8")]
    Utf8NotOffered,
}

impl Trouble {
    /// The server's own words, if it had any.
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::TlsRefused(reply)
            | Self::AuthRefused(reply)
            | Self::Greeting(reply)
            | Self::Hello(reply)
            | Self::Said(reply) => Some(reply),
            _ => None,
        }
    }

    /// True if this message cannot ever pass through this server.
    pub fn is_permanent(&self) -> bool {
        matches!(
            self,
            Self::TooLarge { .. } | Self::EightBitNotOffered | Self::Utf8NotOffered
        )
    }
}

impl Outcome {
    /// A refusal: 5yz fails, everything else defers.
    pub(super) fn refused(reply: Reply) -> Self {
        let permanent = reply.is_permanent();
        let cause = Cause::Reply(reply);
        if permanent {
            Self::Failed(cause)
        } else {
            Self::Deferred(cause)
        }
    }

    /// Trouble with the server: a 421 is its reply, the rest is ours to tell.
    pub(super) fn troubled(trouble: Trouble) -> Self {
        if let Trouble::Said(reply) = &trouble
            && reply.is_transient()
        {
            return Self::Deferred(Cause::Reply(reply.clone()));
        }
        let permanent = trouble.is_permanent();
        let cause = Cause::Trouble(trouble);
        if permanent {
            Self::Failed(cause)
        } else {
            Self::Deferred(cause)
        }
    }
}
