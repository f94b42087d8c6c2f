//! What the parts of the running program share.

use std::sync::Arc;

use desk::secrets::SealingKey;
use storage::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::config::Config;
use crate::resolver::Resolver;
use crate::tls::{ClientTls, ServerTls};

/// One running program. Made once by [`crate::serve`], shared as `Arc<Services>`.
pub struct Services {
    /// The configuration as loaded.
    pub config: Arc<Config>,
    /// What must survive.
    pub store: Arc<dyn Store>,
    /// Seals and opens secrets; kept outside the store.
    pub sealing: Arc<SealingKey>,
    /// The time.
    pub clock: Clock,
    /// Names to addresses that may be dialled.
    pub resolver: Arc<Resolver>,
    /// The certificate we show.
    pub server_tls: Arc<ServerTls>,
    /// Whom we believe.
    pub client_tls: Arc<ClientTls>,
    /// Told when the program is to stop: take nothing new, finish what is in flight.
    pub stop: CancellationToken,
    /// Sessions and jobs in flight; the end waits for them, for a while.
    pub in_flight: TaskTracker,
}
