//! Which tags does a ticket get? (`wit/tags.wit`)

use alloc::vec::Vec;

pub use crate::bindings::tags::exports::relaygate::policy::tags::{
    DeliveryFacts, SystemTag, Tagging, UpdateFacts,
};

/// A policy that answers `tags`; by default it adds none.
pub trait Policy {
    /// Asked after the message is durable, before the ticket is changed.
    fn delivery(_facts: DeliveryFacts) -> Tagging {
        no_tags()
    }
}

impl<T: Policy> crate::bindings::tags::exports::relaygate::policy::tags::Guest for T {
    fn delivery(facts: DeliveryFacts) -> Tagging {
        <T as Policy>::delivery(facts)
    }
}

/// Nothing to add.
pub fn no_tags() -> Tagging {
    Tagging {
        system: Vec::new(),
        tags: Vec::new(),
    }
}

/// Makes a component that answers `tags` of a type that implements [`Policy`].
///
/// Only for WebAssembly: a native linker has no use for the names of a component.
#[macro_export]
macro_rules! export_tags {
    ($policy:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::tags::__export_tags!($policy with_types_in $crate::bindings::tags);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = $crate::tags::is_policy::<$policy>;
    };
}

#[doc(hidden)]
pub fn is_policy<T: Policy>() {}
