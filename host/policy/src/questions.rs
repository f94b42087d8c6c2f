//! The questions and their words, one to one as `wit/` has them.
//!
//! The types are generated; their documentation is that of the WIT files.
//! Here stand the few things the host adds to them.

pub use crate::bindings::exports::relaygate::policy::{headers, limits, routes, tags};
pub use crate::bindings::relaygate::policy::{log, lookup, types};

use types::{Reason, Refusal, Verdict};

/// A moment at which policies are asked: one function of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// `limits.add-domain`
    AddDomain,
    /// `limits.add-address`
    AddAddress,
    /// `limits.sender`
    Sender,
    /// `limits.recipient`
    Recipient,
    /// `headers.inbound`
    HeadersInbound,
    /// `headers.outbound`
    HeadersOutbound,
    /// `headers.returned`
    HeadersReturned,
    /// `tags.delivery`
    Tags,
    /// `routes.inbound`
    RouteInbound,
    /// `routes.outbound`
    RouteOutbound,
    /// `routes.after-failure`
    AfterFailure,
}

impl Question {
    /// Every question, in the order of the contract.
    pub const ALL: [Self; 11] = [
        Self::AddDomain,
        Self::AddAddress,
        Self::Sender,
        Self::Recipient,
        Self::HeadersInbound,
        Self::HeadersOutbound,
        Self::HeadersReturned,
        Self::Tags,
        Self::RouteInbound,
        Self::RouteOutbound,
        Self::AfterFailure,
    ];

    /// `limits`, `headers`, `tags` or `routes`: the interface it belongs to.
    pub fn interface(self) -> &'static str {
        self.name()
            .split_once('.')
            .map_or("", |(interface, _)| interface)
    }

    /// `interface.function`, as it stands in `wit/`, the log and the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddDomain => "limits.add-domain",
            Self::AddAddress => "limits.add-address",
            Self::Sender => "limits.sender",
            Self::Recipient => "limits.recipient",
            Self::HeadersInbound => "headers.inbound",
            Self::HeadersOutbound => "headers.outbound",
            Self::HeadersReturned => "headers.returned",
            Self::Tags => "tags.delivery",
            Self::RouteInbound => "routes.inbound",
            Self::RouteOutbound => "routes.outbound",
            Self::AfterFailure => "routes.after-failure",
        }
    }
}

impl std::fmt::Display for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What the peer reads: basic code and the last two numbers of the enhanced
/// status (RFC 3463), whose class is the first digit of the code.
pub type ReplyCode = (u16, (u16, u16));

/// A component failed before 250: `451 4.3.0`, the peer keeps the message.
pub const COMPONENT_FAILED: ReplyCode = (451, (3, 0));

impl Refusal {
    /// The reply for `verdict.defer`.
    pub fn deferred(self) -> ReplyCode {
        match self {
            Self::UnknownMailbox => (450, (1, 1)),
            Self::NotPermitted => (451, (7, 1)),
            Self::TooManyRecipients => (452, (5, 3)),
            Self::Content => (451, (6, 0)),
            Self::Loop => (451, (4, 6)),
        }
    }

    /// The reply for `verdict.reject`.
    pub fn rejected(self) -> ReplyCode {
        match self {
            Self::UnknownMailbox => (550, (1, 1)),
            Self::NotPermitted => (550, (7, 1)),
            Self::TooManyRecipients => (554, (5, 3)),
            Self::Content => (554, (6, 0)),
            Self::Loop => (554, (4, 6)),
        }
    }
}

impl Verdict {
    /// The reply code and the reason of a verdict that is not `accept`.
    pub fn refusal(&self) -> Option<(ReplyCode, &Reason)> {
        match self {
            Self::Accept => None,
            Self::Defer(reason) => Some((reason.kind.deferred(), reason)),
            Self::Reject(reason) => Some((reason.kind.rejected(), reason)),
        }
    }
}
