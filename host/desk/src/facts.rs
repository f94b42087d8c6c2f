//! What the policies are told and what they answer, in this crate's own types.
//!
//! These mirror `wit/*.wit` field by field; what a field means is written there.
//! The program turns them into the policy crate's types and back, so that this
//! crate need not know how a policy is run.

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};

/// The listener a message came in by (`types.ingress`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ingress {
    /// Submission with TLS and AUTH.
    Submission,
    /// The MX listener, without AUTH.
    Mx,
}

/// How a message came to be written (`types.origin`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// By a person, as far as one can see.
    Person,
    /// By a program (RFC 3834).
    Automatic,
    /// An out-of-office answer.
    Vacation,
    /// A mailing list or bulk mail.
    Bulk,
    /// A delivery status notification or other bounce.
    Bounce,
    /// Our own message come back.
    Loop,
}

/// How sure we are of the author, apart from the relay (R8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthorAuthentication {
    /// No trustworthy result was found.
    None,
    /// DMARC passed, or SPF or DKIM for the author's domain.
    Pass,
    /// A trusted server found it wanting.
    Fail,
}

/// Who somebody is to one ticket, strongest first (`types.role`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// Answers tickets of the account.
    Agent,
    /// Asked.
    Requester,
    /// Copied on the ticket (a CC).
    Copied,
    /// Follows the ticket unseen by end users.
    Follower,
    /// Known to the account, not to this ticket.
    Known,
    /// Nobody we know.
    Stranger,
}

/// What a domain name is in the world (`limits.domain-kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainKind {
    /// A name mail can live in.
    Ordinary,
    /// The operator's own native domain, or below it.
    Native,
    /// A public suffix such as `co.uk`.
    PublicSuffix,
    /// An IP literal, a wildcard, a single label.
    Unusable,
}

/// Who else has it already (`limits.holder`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// It is free.
    Nobody,
    /// The asking account itself.
    ThisAccount,
    /// Another account of the same organisation, for example its sandbox.
    SiblingAccount,
    /// Anybody else.
    OtherAccount,
}

/// A domain somebody wants to connect (`limits.domain-facts`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainFacts {
    /// The candidate.
    pub domain: Domain,
    /// What it is in the world.
    pub kind: DomainKind,
    /// Who has it connected.
    pub held_by: Holder,
    /// Another organisation has shown that it is theirs.
    pub proved_elsewhere: bool,
    /// Connected domains of the account, disconnecting ones included.
    pub domains: u32,
    /// Support addresses of the account that stand in this domain already (R42).
    pub addresses_in_domain: Vec<Address>,
    /// CCs and followers are turned on in the account (R13).
    pub copies_enabled: bool,
}

/// A support address somebody wants to add (`limits.address-facts`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressFacts {
    /// The candidate.
    pub address: Address,
    /// Domain of the connector; absent if the account has no such connector.
    pub connector: Option<Domain>,
    /// It was shown that the domain is the account's own.
    pub domain_proved: bool,
    /// What the address's domain is in the world.
    pub kind: DomainKind,
    /// Who has this address.
    pub held_by: Holder,
    /// Addresses of that connector, verified or not.
    pub addresses_in_domain: u32,
    /// SMTP support addresses of the whole account.
    pub addresses: u32,
    /// It is somebody's own address: an agent or end user of the account.
    pub is_person: bool,
}

/// What a recipient is to the account of a session (`limits.recipient-kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipientKind {
    /// A support address of the session's connector.
    Support,
    /// In the connector's domain, but no support address.
    UnknownInDomain,
    /// A native address.
    Native,
    /// An address known to be forwarded to us (mx only).
    Forwarded,
    /// Anything else.
    Foreign,
    /// `<Postmaster>` without a domain (RFC 5321 §4.5.1).
    Postmaster,
}

/// A candidate for the envelope (`limits.recipient-facts`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientFacts {
    /// The candidate.
    pub address: Address,
    /// What it is to the account.
    pub kind: RecipientKind,
    /// The connector takes mail for every address of its domain.
    pub catch_all: bool,
    /// The connector is being disconnected.
    pub disconnecting: bool,
    /// There is a connector, and nothing was shown for its domain.
    pub unproved: bool,
    /// The connector refuses mail that did not come authenticated.
    pub require_authenticated: bool,
}

/// How the ticket a message speaks of was found (`routes.thread-evidence`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThreadEvidence {
    /// `References` or `In-Reply-To` names one of our Message-IDs.
    References,
    /// A token `[XXXXXX-XXXX]` in the body.
    BodyToken,
    /// The token in the plus part of a native address.
    PlusAddress,
}

/// The ticket a message speaks of (`routes.thread`). Evidence finds, it does
/// not authorise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thread {
    /// Ticket number within the account.
    pub ticket: u64,
    /// How it was found.
    pub evidence: ThreadEvidence,
    /// The ticket is closed: no more comments.
    pub closed: bool,
}

/// One durable message for one recipient (`routes.arrival`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivalFacts {
    /// The listener it came in by.
    pub ingress: Ingress,
    /// Over TLS with a live credential of the connector that owns the recipient's domain.
    pub relay_authenticated: bool,
    /// What is known of the author.
    pub author: AuthorAuthentication,
    /// The author's address; absent if the message names nobody.
    pub author_address: Option<Address>,
    /// The author's address is a support address of the account.
    pub author_is_ours: bool,
    /// Messages of this author, by the same way, in the hour that runs; counted
    /// with [`crate::pace::of_author`].
    pub author_messages: u32,
    /// Who the author is to the ticket.
    pub author_role: Role,
    /// How it came to be written.
    pub origin: Origin,
    /// The recipient.
    pub recipient: Address,
    /// Brand of the recipient's support address, else the account's default.
    pub brand: u64,
    /// The ticket it speaks of.
    pub thread: Option<Thread>,
    /// What header-check flagged.
    pub flags: Vec<String>,
    /// The recipient's connector wants authenticated mail only (R41).
    pub require_authenticated: bool,
}

/// Why a message is kept aside (`routes.cause`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// Our own message come back, or too many from one author.
    Loop,
    /// Written by a program.
    Automatic,
    /// An out-of-office answer.
    Vacation,
    /// A bounce that could not be linked.
    Bounce,
    /// List or bulk mail.
    Bulk,
    /// Somebody else wants to update a ticket.
    OtherUserUpdate,
    /// An update that did not come authenticated.
    UnauthenticatedUpdate,
    /// A trusted server found the author wanting.
    FailedAuthentication,
    /// The message could not be read.
    Unprocessable,
    /// A policy trapped or ran out of time.
    PolicyFailed,
    /// The author is one of our own support addresses.
    FromSupportAddress,
    /// The author stands on a block list.
    Blocked,
    /// For the operator's own postmaster, and no account serves that.
    NoAccount,
    /// The account's own help desk refused it, or could not be reached. No policy
    /// says so: it is found out afterwards.
    DeskRefused,
}

/// Where an inbound message goes (`routes.inbound-route`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteAnswer {
    /// A new ticket in that brand.
    Ticket {
        /// Brand number within the account.
        brand: u64,
    },
    /// A comment on a ticket.
    Update {
        /// Ticket number within the account.
        ticket: u64,
        /// Shown to agents with a warning: the author could not be confirmed.
        flagged: bool,
    },
    /// Kept aside.
    Suspend(Cause),
    /// Consumed without a trace but the log line.
    Drop(String),
}

/// What is being sent (`routes.notification`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotificationKind {
    /// To people of a ticket.
    Ticket,
    /// The inbound verification mail.
    InboundVerification,
    /// The outbound verification mail.
    OutboundVerification,
    /// To admins (R96).
    Security,
}

/// One notification looking for its way out (`routes.departure`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartureFacts {
    /// What is being sent.
    pub notification: NotificationKind,
    /// The ticket's recipient address, if it came by mail.
    pub ticket_recipient: Option<Address>,
    /// That address is an SMTP support address with a live connector.
    pub connected: bool,
    /// Both directions of it are verified.
    pub verified: bool,
    /// The sender if the connector cannot be used: brand's, else account's default.
    pub fallback_sender: Address,
}

/// A reserved tag a policy may ask for (`tags.system-tag`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemTag {
    /// `system_authenticated_email_ticket`.
    AuthenticatedTicket,
    /// `system_unauthenticated_email_update`.
    UnauthenticatedUpdate,
}

/// One message about to become a ticket or a comment (`tags.delivery-facts`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryFacts {
    /// The listener it came in by.
    pub ingress: Ingress,
    /// As in [`ArrivalFacts`].
    pub relay_authenticated: bool,
    /// What is known of the author.
    pub author: AuthorAuthentication,
    /// Who the author is to the ticket.
    pub author_role: Role,
    /// How it came to be written.
    pub origin: Origin,
    /// The recipient.
    pub recipient: Address,
    /// The brand the ticket belongs to.
    pub brand: u64,
    /// Absent for a new ticket.
    pub update: Option<UpdateFacts>,
}

/// The ticket as it stands (`tags.update-facts`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateFacts {
    /// It was created over the connector.
    pub created_authenticated: bool,
    /// Its tags.
    pub tags: Vec<String>,
}

/// Tags to add (`tags.tagging`); tags are never removed by mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tagging {
    /// Reserved ones; written only if the facts bear them out.
    pub system: Vec<SystemTag>,
    /// Ordinary ones.
    pub tags: Vec<String>,
}

/// Something seen when a verification mail came back (`headers.finding`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// For example `header_missing`.
    pub code: String,
    /// Whether it makes the verification fail, or is only worth a warning.
    pub fatal: bool,
    /// The header field it speaks of.
    pub field: Option<String>,
    /// One sentence, with the mend.
    pub hint: String,
}

/// A support address as policies see it (`lookup.support-address`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportAddressFacts {
    /// The connector it belongs to; absent for native and forwarded ones.
    pub connector: Option<Domain>,
    /// Brand whose tickets it makes.
    pub brand: u64,
    /// Both directions verified.
    pub verified: bool,
}

/// Somebody the account knows (`lookup.person`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonFacts {
    /// Answers tickets.
    pub agent: bool,
    /// Given by an admin; not from mail.
    pub vouched: bool,
}
