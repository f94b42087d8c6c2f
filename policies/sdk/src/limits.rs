//! May this be added? May this be addressed? (`wit/limits.wit`)

use alloc::string::String;
use alloc::vec;

pub use crate::bindings::limits::exports::relaygate::policy::limits::{
    AddressFacts, DomainFacts, DomainKind, Holder, Permission, RecipientFacts, RecipientKind,
    Violation,
};
use crate::types::{Envelope, Session, Verdict};

/// A policy that answers `limits`; what it does not override, it permits.
pub trait Policy {
    /// May this domain be connected?
    fn add_domain(_facts: DomainFacts) -> Permission {
        Permission::Granted
    }

    /// May this support address be added?
    fn add_address(_facts: AddressFacts) -> Permission {
        Permission::Granted
    }

    /// May this sender speak?
    fn sender(_session: Session, _sender: String, _octets: Option<u64>) -> Verdict {
        Verdict::Accept
    }

    /// May this recipient be addressed?
    fn recipient(_session: Session, _envelope: Envelope, _candidate: RecipientFacts) -> Verdict {
        Verdict::Accept
    }
}

impl<T: Policy> crate::bindings::limits::exports::relaygate::policy::limits::Guest for T {
    fn add_domain(facts: DomainFacts) -> Permission {
        <T as Policy>::add_domain(facts)
    }

    fn add_address(facts: AddressFacts) -> Permission {
        <T as Policy>::add_address(facts)
    }

    fn sender(session: Session, sender: String, octets: Option<u64>) -> Verdict {
        <T as Policy>::sender(session, sender, octets)
    }

    fn recipient(session: Session, envelope: Envelope, candidate: RecipientFacts) -> Verdict {
        <T as Policy>::recipient(session, envelope, candidate)
    }
}

/// One thing that stands in the way; turns into a [`Permission`] by `into()`.
pub fn violation(field: &str, code: &str, hint: &str) -> Violation {
    Violation {
        field: String::from(field),
        code: String::from(code),
        hint: String::from(hint),
    }
}

impl From<Violation> for Permission {
    fn from(violation: Violation) -> Self {
        Self::Refused(vec![violation])
    }
}

/// Makes a component that answers `limits` of a type that implements [`Policy`].
///
/// Only for WebAssembly: a native linker has no use for the names of a component.
#[macro_export]
macro_rules! export_limits {
    ($policy:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::limits::__export_limits!($policy with_types_in $crate::bindings::limits);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = $crate::limits::is_policy::<$policy>;
    };
}

#[doc(hidden)]
pub fn is_policy<T: Policy>() {}
