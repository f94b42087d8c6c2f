//! Hands messages to other servers: customers' own ([`smarthost`]), those the
//! recipients' domains name ([`native`]), and accounts' own help desks ([`help_desk`]).
//! Tells accounts' endpoints what happened ([`webhooks`]).
//!
//! Jobs for one destination are worked on together: one connection, one message
//! after the other, an outcome for every recipient of each. Every attempt is
//! settled by itself ([`settle`]), so a connection that breaks costs what was
//! not delivered yet and nothing else.
//!
//! Not here: the dialogue (`mail::client`), which way a message goes
//! (`dispatch`), names and addresses (`resolver`), when work is due (`runner`).

mod circuits;
mod connection;
mod dial;
mod egress;
pub(crate) mod help_desk;
mod native;
mod post;
mod reason;
mod report;
mod seats;
mod settle;
mod smarthost;
pub(crate) mod webhooks;

use desk::Account;
use desk::addresses::Tested;
use desk::facts::NotificationKind;
use desk::outbound;
use mail::client::{Cause, Outcome, Transaction, Trouble};
use storage::{Lease, Scope, TextReader, Timestamp};
use tracing::{Instrument as _, error, info_span};

use crate::dispatch::fallback;
use crate::resolver::ResolveError;
use crate::runner::{Card, Delivery, Path, Work, give_up};
use crate::services::Services;

pub use circuits::Circuits;
use connection::Connection;
pub(crate) use reason::REPLY_LOST;
pub use seats::Seats;
use settle::Settlement;

/// Why no dialogue could be begun.
#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error("{0}")]
    Resolve(#[from] ResolveError),
    #[error("server has as many connections from us as it may have")]
    Busy,
    #[error("server was not reached lately; tried again at {0:?}")]
    Down(Timestamp),
    #[error("no connection to the server")]
    Unreachable(#[source] std::io::Error),
    #[error("server name cannot be verified")]
    ServerName,
    #[error("pinned certificate authority cannot be used")]
    Tls(#[from] crate::tls::TlsError),
    #[error("support address has no server any more")]
    Disconnected,
    #[error("clear text is for networks the operator has listed")]
    ClearText,
    #[error("look up the server")]
    Desk(#[from] desk::Error),
}

/// How one attempt at one message went.
struct Attempted {
    /// One for each recipient, in their order.
    outcomes: Vec<Outcome>,
    /// The server's name, if one was reached.
    server: Option<String>,
    /// The certificate it showed.
    certificate: Option<String>,
    /// TLS version and cipher, if it came to that.
    tls: Option<String>,
    /// User name proved.
    credential: Option<String>,
    /// Our own words where the server had none.
    detail: Option<String>,
    /// Stable word for trouble before the dialogue.
    reason: Option<&'static str>,
    /// It was not tried, since the server was not reached lately; then it may be.
    not_before: Option<Timestamp>,
}

/// Jobs of one destination together, in the order they were leased.
pub fn by_destination(leases: Vec<Lease>) -> Vec<Vec<Lease>> {
    together(leases, destination)
}

/// Jobs that have the same key together; one without a key is by itself.
fn together<K: PartialEq>(
    leases: Vec<Lease>,
    key: impl Fn(&Lease) -> Option<K>,
) -> Vec<Vec<Lease>> {
    let mut groups: Vec<(Option<K>, Vec<Lease>)> = Vec::new();
    for lease in leases {
        let key = key(&lease);
        match groups
            .iter_mut()
            .find(|(known, _)| known.is_some() && *known == key)
        {
            Some((_, group)) => group.push(lease),
            None => groups.push((key, vec![lease])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Whose mail, and which way.
type Destination = (Scope, Path);

fn destination(lease: &Lease) -> Option<Destination> {
    match Card::read(lease.job()).ok()?.work {
        Work::Delivery(delivery) => Some((lease.job().scope, delivery.path)),
        _ => None,
    }
}

/// Delivers the messages of one destination.
pub async fn work(services: &Services, leases: &[Lease]) {
    let mut connection = None;
    for lease in leases {
        let span = info_span!("job", job = %lease.job().id);
        attempt(services, lease, &mut connection)
            .instrument(span)
            .await;
    }
    if let Some(connection) = connection {
        connection.quit().await;
    }
}

async fn attempt(services: &Services, lease: &Lease, connection: &mut Option<Connection>) {
    let (Ok(card), Scope::Account(account)) = (Card::read(lease.job()), lease.job().scope) else {
        return give_up(services, lease, "it is no delivery of an account").await;
    };
    let Work::Delivery(delivery) = &card.work else {
        return give_up(services, lease, "it is no work for this lane").await;
    };
    let account = services.desk.account(account);
    // What cannot be looked up now is tried the way it was to go.
    let leaving = fallback::is_due(services, &account, &delivery.path).await;
    if leaving.unwrap_or(false) {
        return fallback::hand_over(services, &account, lease, &card, delivery).await;
    }
    let attempted = deliver(services, &account, delivery, connection).await;
    Settlement::new(services, &account, lease, &card, delivery, attempted)
        .await
        .settle()
        .await;
}

/// One attempt at one message, over the connection there is or a new one.
async fn deliver(
    services: &Services,
    account: &Account,
    delivery: &Delivery,
    connection: &mut Option<Connection>,
) -> Attempted {
    let text = match account.store().text(delivery.text).await {
        Ok(text) => text,
        Err(error) => {
            error!(%error, "text of a message cannot be read");
            return Attempted::before(delivery, Trouble::Abandoned, error.to_string(), None);
        }
    };
    if connection.as_ref().is_none_or(|open| !open.is_open()) {
        *connection = match open(services, account, &delivery.path).await {
            Ok(open) => Some(open),
            Err(error) => return Attempted::unopened(delivery, &error),
        };
    }
    let Some(open) = connection else {
        return Attempted::before(delivery, Trouble::ConnectionLost, String::new(), None);
    };
    if let Err(error) = begin(services, account, delivery).await {
        return Attempted::before(delivery, Trouble::Abandoned, error.to_string(), None);
    }
    let transaction = transaction(delivery, &text).await;
    let outcomes = open.deliver(transaction, &text).await;
    let tls = open.tls();
    Attempted {
        outcomes,
        server: Some(open.server().into_owned()),
        tls: tls
            .as_ref()
            .map(|tls| format!("{} {}", tls.version, tls.cipher)),
        certificate: tls.and_then(|tls| tls.certificate),
        credential: open.credential().map(str::to_owned),
        detail: open.tls_trouble().map(str::to_owned),
        reason: open.tls_trouble().map(|_| "tls_failed"),
        not_before: None,
    }
}

/// Of a confirmation mail it is counted how often it may have been sent, since one that comes
/// back more often is taken for a list's (R62): noted before it leaves, for a crash in between.
async fn begin(
    services: &Services,
    account: &Account,
    delivery: &Delivery,
) -> Result<(), desk::Error> {
    use NotificationKind::{InboundVerification, OutboundVerification};
    if !matches!(
        delivery.notification,
        InboundVerification | OutboundVerification
    ) {
        return Ok(());
    }
    let _turn = services.flow.turn(account.id()).await;
    for _ in 1..TRIES_MAX {
        match outbound::begin(account, &delivery.email_id).await {
            Err(desk::Error::Changed) => {}
            outcome => return outcome,
        }
    }
    outbound::begin(account, &delivery.email_id).await
}

async fn open(
    services: &Services,
    account: &Account,
    path: &Path,
) -> Result<Connection, OpenError> {
    match path {
        Path::Smarthost(address) => {
            smarthost::open(services, account, address, Tested::Outbound).await
        }
        Path::Staged(address) => smarthost::open(services, account, address, Tested::Staged).await,
        Path::Native(domain) => native::open(services, account.id(), domain).await,
    }
}

async fn transaction(delivery: &Delivery, text: &TextReader) -> Transaction {
    let (eight_bit, utf8) = beyond_ascii(text).await;
    Transaction {
        sender: delivery.reverse_path.clone(),
        recipients: delivery.recipients.clone(),
        octets: text.octets(),
        eight_bit,
        utf8,
    }
}

/// Whether the text, and whether its header, has octets beyond ASCII. A text
/// that cannot be read is found out when it is sent.
async fn beyond_ascii(text: &TextReader) -> (bool, bool) {
    let (mut at, mut eight_bit, mut utf8) = (0, false, false);
    while let Ok(piece) = text.read(at, PIECE_OCTETS).await {
        if piece.is_empty() {
            break;
        }
        if at == 0 {
            let header = piece.windows(4).position(|four| four == b"\r\n\r\n");
            utf8 = !piece[..header.unwrap_or(piece.len())].is_ascii();
        }
        eight_bit |= !piece.is_ascii();
        at += piece.len() as u64;
    }
    (eight_bit, utf8)
}

impl Attempted {
    /// It did not come to a dialogue: the same for every recipient.
    fn before(
        delivery: &Delivery,
        trouble: Trouble,
        detail: String,
        reason: Option<&'static str>,
    ) -> Self {
        let outcome = Outcome::Deferred(Cause::Trouble(trouble));
        Self {
            outcomes: vec![outcome; delivery.recipients.len()],
            server: None,
            certificate: None,
            tls: None,
            credential: None,
            detail: Some(detail),
            reason,
            not_before: None,
        }
    }

    fn unopened(delivery: &Delivery, error: &OpenError) -> Self {
        let mut attempted = Self::before(
            delivery,
            Trouble::ConnectionLost,
            error.to_string(),
            Some(reason::of_open_error(error)),
        );
        if let OpenError::Down(until) = error {
            attempted.not_before = Some(*until);
        }
        if reason::is_final(error) {
            let outcome = Outcome::Failed(Cause::Trouble(Trouble::ConnectionLost));
            attempted.outcomes = vec![outcome; delivery.recipients.len()];
        }
        attempted
    }
}

/// Times a note is made anew while somebody else is faster.
const TRIES_MAX: u32 = 8;
/// Read from the store at once.
const PIECE_OCTETS: usize = 64 * 1024;
