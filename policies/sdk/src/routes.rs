//! Which way does it go? (`wit/routes.wit`)

pub use crate::bindings::routes::exports::relaygate::policy::routes::{
    Arrival, Carried, Cause, Departure, Failure, InboundRoute, NativeRoute, Notification,
    OutboundRoute, Retry, Standing, Thread, ThreadEvidence, Update,
};

/// A policy that answers `routes`; by default mail makes tickets or updates the
/// ticket it names, and answers leave by the native path.
pub trait Policy {
    /// Where does this message go?
    fn inbound(arrival: Arrival) -> InboundRoute {
        match arrival.thread {
            Some(thread) if !thread.closed => InboundRoute::Update(Update {
                ticket: thread.ticket,
                flagged: false,
            }),
            _ => InboundRoute::Ticket(arrival.brand),
        }
    }

    /// Which way out, and in whose name?
    fn outbound(departure: Departure) -> OutboundRoute {
        native(departure.fallback_sender, "default_path")
    }

    /// What now?
    fn after_failure(_failure: Failure) -> Retry {
        Retry::After(MINUTE_MS)
    }
}

/// One minute in milliseconds.
pub const MINUTE_MS: u64 = 60_000;

impl<T: Policy> crate::bindings::routes::exports::relaygate::policy::routes::Guest for T {
    fn inbound(arrival: Arrival) -> InboundRoute {
        <T as Policy>::inbound(arrival)
    }

    fn outbound(departure: Departure) -> OutboundRoute {
        <T as Policy>::outbound(departure)
    }

    fn after_failure(failure: Failure) -> Retry {
        <T as Policy>::after_failure(failure)
    }
}

/// The native path in the name of `sender`.
pub fn native(sender: alloc::string::String, reason: &str) -> OutboundRoute {
    OutboundRoute::Native(NativeRoute {
        sender,
        reason: alloc::string::String::from(reason),
    })
}

/// Makes a component that answers `routes` of a type that implements [`Policy`].
///
/// Only for WebAssembly: a native linker has no use for the names of a component.
#[macro_export]
macro_rules! export_routes {
    ($policy:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::routes::__export_routes!($policy with_types_in $crate::bindings::routes);
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn() = $crate::routes::is_policy::<$policy>;
    };
}

#[doc(hidden)]
pub fn is_policy<T: Policy>() {}
