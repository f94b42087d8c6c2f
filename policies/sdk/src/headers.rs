//! Are the headers sound, and what do they tell? (`wit/headers.wit`)

use alloc::vec::Vec;

pub use crate::bindings::headers::exports::relaygate::policy::headers::{
    AuthorField, Direction, DomainSignature, Edit, Finding, InboundAcceptance, InboundFacts,
    InboundVerdict, OutboundFacts, OutboundVerdict, ReturnedFacts, SignatureFate,
};
use crate::types::{AuthorAuthentication, Origin};

/// A policy that answers `headers`; what it does not override, it lets pass.
pub trait Policy {
    /// Asked for each inbound message.
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        InboundVerdict::Accept(nothing_found())
    }

    /// Asked for each outbound message.
    fn outbound(_facts: OutboundFacts) -> OutboundVerdict {
        OutboundVerdict::Accept(Vec::new())
    }

    /// Asked for each verification mail that came back, and each header quoted to us.
    fn returned(_facts: ReturnedFacts) -> Vec<Finding> {
        Vec::new()
    }
}

impl<T: Policy> crate::bindings::headers::exports::relaygate::policy::headers::Guest for T {
    fn inbound(facts: InboundFacts) -> InboundVerdict {
        <T as Policy>::inbound(facts)
    }

    fn outbound(facts: OutboundFacts) -> OutboundVerdict {
        <T as Policy>::outbound(facts)
    }

    fn returned(facts: ReturnedFacts) -> Vec<Finding> {
        <T as Policy>::returned(facts)
    }
}

/// The neutral acceptance: no edits, no flags, a person, nothing known of the author.
pub fn nothing_found() -> InboundAcceptance {
    InboundAcceptance {
        edits: Vec::new(),
        origin: Origin::Person,
        author: AuthorAuthentication::None,
        author_field: AuthorField::From,
        flags: Vec::new(),
    }
}

/// Makes a component that answers `headers` of a type that implements [`Policy`].
///
/// Only for WebAssembly: a native linker has no use for the names of a component.
#[macro_export]
macro_rules! export_headers {
    ($policy:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::headers::__export_headers!($policy with_types_in $crate::bindings::headers);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = $crate::headers::is_policy::<$policy>;
    };
}

#[doc(hidden)]
pub fn is_policy<T: Policy>() {}
