//! From a durable message to records, in two steps around the policies:
//! [`gather`] collects the facts they are asked with, [`enter`] adds to a batch
//! what follows from their answers. The program commits that batch together with
//! the end of the job, so a message becomes a ticket once, whatever crashes (R10).
//!
//! [`letter`] is what a message says; [`copies`] who of its To and Cc becomes a CC.
//!
//! A message that a relay sends again is recognised before it is accepted
//! (`reception::repeat` in the program); what gets here was accepted once.
//!
//! Not here: verification mails (`verification`) and delivery reports
//! (`outbound`), which the program tries first.

mod copies;
mod enter;
pub mod letter;

use std::net::IpAddr;

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};
use storage::TextId;

use crate::accounts::Profile;
use crate::addresses::{self, SupportAddress};
use crate::connectors;
use crate::credentials::CredentialId;
use crate::facts::{
    ArrivalFacts, AuthorAuthentication, DeliveryFacts, Ingress, Origin, Role, RouteAnswer, Thread,
    ThreadEvidence, UpdateFacts,
};
use crate::rows::Kept;
use crate::threading::{self, Traces};
use crate::tickets::{self, Status, Ticket, Via};
use crate::{Account, Error, accounts, brands, wire};

pub use enter::{Answers, Outcome, enter};
pub use letter::{Author, Letter};

/// One durable message for one recipient, with what reception learned of it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The id told with the 250.
    pub queue_id: String,
    /// The listener it came in by.
    pub ingress: Ingress,
    /// TLS version and cipher of the session, if it had any.
    pub tls: Option<String>,
    /// Domain of the connector whose credential the session proved.
    pub connector: Option<Domain>,
    /// That credential set.
    pub credential: Option<CredentialId>,
    /// The transaction it came in by.
    pub passage: Passage,
    /// The recipient of this job.
    pub recipient: Address,
    /// The raw message.
    pub text: TextId,
    /// How it came to be written.
    pub origin: Origin,
    /// What is known of the author.
    pub author: AuthorAuthentication,
    /// What header-check flagged.
    pub flags: Vec<String>,
    /// What it says.
    pub letter: Letter,
}

/// A transaction as it is remembered of a message, for whoever it is handed on to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Id of the session.
    pub session: String,
    /// The peer's address.
    pub peer: IpAddr,
    /// What the peer called itself.
    pub helo: String,
    /// The reverse path; absent for `<>`.
    #[serde(with = "wire::opt")]
    pub sender: Option<Address>,
    /// All accepted recipients; the raw text is theirs together.
    #[serde(with = "wire::many")]
    pub recipients: Vec<Address>,
    /// `Reply-To` names the author rather than `From` (R39).
    pub author_is_reply_to: bool,
}

/// What is known of a message before the policies are asked.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// For the question where it goes.
    pub arrival: ArrivalFacts,
    pub(crate) ticket: Option<Kept<Ticket>>,
    /// The recipient of record: the support address, without a plus part.
    pub(crate) recipient: Address,
}

impl Incoming {
    /// Over TLS with a live credential of the connector that owns the
    /// recipient's domain (R8, R9).
    pub fn relay_authenticated(&self) -> bool {
        self.ingress == Ingress::Submission
            && self.tls.is_some()
            && self.connector.as_ref() == Some(self.recipient.domain())
    }

    /// How it came in, for the record.
    pub(crate) fn via(&self) -> Via {
        Via {
            ingress: self.ingress,
            tls: self.tls.clone(),
            credential: self.credential.clone(),
            connector: self.connector.clone(),
            author: self.author,
            // Who did not log in may write whatever they like there.
            checks: self
                .letter
                .checks
                .clone()
                .filter(|_| self.credential.is_some()),
            origin: self.origin,
            flags: self.flags.clone(),
            text: self.text,
        }
    }
}

/// Collects the facts about a message.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn gather(account: &Account, incoming: &Incoming) -> Result<Gathered, Error> {
    let profile = accounts::profile(account).await?;
    let letter = &incoming.letter;
    let called = current(&profile, &incoming.recipient);
    let traces = Traces {
        references: &letter.references,
        body: &letter.body,
        recipient: &called,
        native: profile.home(),
    };
    let (ticket, evidence) = threading::find(account, traces).await?.unzip();
    let recipient = recipient_of_record(account, &profile, &called, &letter.addressed).await?;
    let support = addresses::find(account, &recipient).await?;
    let connector = connectors::find(account, recipient.domain()).await?;
    let brand = support
        .as_ref()
        .map_or(brands::FIRST_BRAND, |found| found.brand);
    let author_role = author_role(account, incoming, ticket.as_ref()).await?;
    Ok(Gathered {
        arrival: ArrivalFacts {
            author_role,
            author_is_ours: author_is_ours(account, incoming).await?,
            thread: ticket.as_ref().zip(evidence).map(thread),
            require_authenticated: addresses::requires_authentication(
                connector.as_ref(),
                support.as_ref(),
            ),
            brand,
            recipient: called,
            ..bare_arrival(incoming)
        },
        ticket,
        recipient,
    })
}

/// What the message alone tells; the rest is looked up.
fn bare_arrival(incoming: &Incoming) -> ArrivalFacts {
    ArrivalFacts {
        ingress: incoming.ingress,
        relay_authenticated: incoming.relay_authenticated(),
        author: incoming.author,
        author_address: incoming
            .letter
            .author
            .as_ref()
            .map(|author| author.address.clone()),
        author_is_ours: false,
        author_messages: 0,
        author_role: Role::Stranger,
        origin: incoming.origin,
        recipient: incoming.recipient.clone(),
        brand: brands::FIRST_BRAND,
        thread: None,
        flags: incoming.flags.clone(),
        require_authenticated: false,
    }
}

async fn author_role(
    account: &Account,
    incoming: &Incoming,
    ticket: Option<&Kept<Ticket>>,
) -> Result<Role, Error> {
    match &incoming.letter.author {
        Some(author) => {
            tickets::role(account, ticket.map(|kept| &kept.record), &author.address).await
        }
        None => Ok(Role::Stranger),
    }
}

/// A support address of ours as the author: whatever answers it comes back.
async fn author_is_ours(account: &Account, incoming: &Incoming) -> Result<bool, Error> {
    match &incoming.letter.author {
        Some(author) => Ok(addresses::find(account, &author.address).await?.is_some()),
        None => Ok(false),
    }
}

fn thread((ticket, evidence): (&Kept<Ticket>, ThreadEvidence)) -> Thread {
    let closed = ticket.record.status == Status::Closed;
    Thread {
        ticket: ticket.record.id,
        evidence,
        closed,
    }
}

/// What an address is called now, if the account has been renamed (R116).
fn current(profile: &Profile, address: &Address) -> Address {
    profile.moved(address).unwrap_or_else(|| address.clone())
}

/// The support address a message is for: that of its envelope by its current name, without a
/// plus part; or, where it came to a native address because somebody forwards it
/// there, the forwarded address it names.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn recipient_of_record(
    account: &Account,
    profile: &Profile,
    recipient: &Address,
    addressed: &[Address],
) -> Result<Address, Error> {
    let native = profile.home();
    let recipient = without_plus(&current(profile, recipient), native);
    if recipient.domain() != native {
        return Ok(recipient);
    }
    for named in addressed.iter().take(ADDRESSED_MAX) {
        let found = addresses::find(account, named).await?;
        if let Some(found) = found.filter(SupportAddress::is_forwarded) {
            return Ok(found.address);
        }
    }
    Ok(recipient)
}

/// `support+id…@<sub>.<native>` is `support@<sub>.<native>`; elsewhere the plus
/// part is the customer's business.
fn without_plus(address: &Address, native: &Domain) -> Address {
    let base = address.local().split_once('+').map(|(base, _)| base);
    match base {
        Some(base) if address.domain() == native => {
            Address::new(base, native.clone()).unwrap_or_else(|_| address.clone())
        }
        _ => address.clone(),
    }
}

impl Gathered {
    /// For the question which tags it gets; `None` if the answer makes neither
    /// ticket nor comment.
    pub fn delivery(&self, answer: &RouteAnswer) -> Option<DeliveryFacts> {
        let (brand, update) = match answer {
            RouteAnswer::Ticket { brand } => (*brand, None),
            RouteAnswer::Update { ticket, .. } => {
                let ticket = &self.threaded(*ticket)?.record;
                let update = UpdateFacts {
                    created_authenticated: ticket.created_authenticated,
                    tags: ticket.tags.iter().cloned().collect(),
                };
                (ticket.brand, Some(update))
            }
            RouteAnswer::Suspend(_) | RouteAnswer::Drop(_) => return None,
        };
        Some(DeliveryFacts {
            ingress: self.arrival.ingress,
            relay_authenticated: self.arrival.relay_authenticated,
            author: self.arrival.author,
            author_role: self.arrival.author_role,
            origin: self.arrival.origin,
            recipient: self.arrival.recipient.clone(),
            brand,
            update,
        })
    }

    /// The ticket the message speaks of, if it is that one: a policy may accept
    /// or refuse an update, never choose another ticket for it.
    fn threaded(&self, id: u64) -> Option<&Kept<Ticket>> {
        self.ticket.as_ref().filter(|kept| kept.record.id == id)
    }
}

/// Addressees looked at; a message may name a thousand.
const ADDRESSED_MAX: usize = 20;
