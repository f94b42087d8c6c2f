//! [`OutboundDraft`]: one message, complete but for its sender.
//!
//! Everything that has to be the same at every attempt is fixed when the draft
//! is made: the e-mail id, and from it the Message-ID and the five protected
//! fields (R34), so that a repeated delivery is recognised as the same message.

use mail::address::{Address, Domain};
use mail::message::{Composer, Marks, MessageId, Party, verification_line};
use storage::Timestamp;

use super::Audience;
use super::words::{self, Kind, Values};
use crate::accounts::{self, Profile};
use crate::addresses::{self, Direction, SupportAddress};
use crate::brands::Brand;
use crate::facts::{AuthorAuthentication, DepartureFacts, NotificationKind};
use crate::tickets::{Comment, Ticket};
use crate::{Account, Error, Product, connectors, random};

/// One message, complete but for its sender.
#[derive(Debug, Clone)]
pub struct OutboundDraft {
    /// 26 characters, the message's name everywhere (R34).
    pub email_id: String,
    /// The ticket it is about.
    pub ticket: Option<u64>,
    /// The comment it is about.
    pub comment: Option<u64>,
    /// The question which way it goes.
    pub departure: DepartureFacts,
    /// The envelope: everybody it goes to.
    pub recipients: Vec<Address>,
    account_code: String,
    brand: String,
    to: Vec<Address>,
    cc: Vec<Address>,
    subject: String,
    text: String,
    html: String,
    thread: Vec<MessageId>,
    /// Behind the plus of a native sender (R112).
    plus_detail: Option<String>,
    date: Timestamp,
}

/// In whose name a message goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// This support address, through the customer's server.
    Support(Address),
    /// A native address, by our own path.
    Native(Address),
}

impl Sender {
    fn address(&self) -> &Address {
        match self {
            Self::Support(address) | Self::Native(address) => address,
        }
    }
}

impl OutboundDraft {
    /// The Message-ID, the same at every attempt.
    pub fn message_id(&self, product: &Product) -> MessageId {
        MessageId::parse(&format!("{}@{}", self.email_id, product.hostname))
            .expect("an e-mail id and a host name make an identifier")
    }

    /// The ticket's own address, where somebody else's name has to do (R20, R80).
    pub fn fallback_from(&self, sender: &Address) -> Option<Address> {
        let ticket = self.departure.notification == NotificationKind::Ticket;
        let own = self.departure.ticket_recipient.clone();
        own.filter(|own| ticket && !own.same_mailbox(sender))
    }

    /// The fields no relay may touch, as they will be sent (R32, R34).
    ///
    /// # Errors
    /// [`Error::Compose`] if the product's name cannot stand in a header.
    pub fn protected_fields(&self, product: &Product) -> Result<Vec<(String, String)>, Error> {
        Ok(protected(&self.marks(product)?, &self.message_id(product)))
    }

    fn marks(&self, product: &Product) -> Result<Marks, Error> {
        Marks::new(
            &product.name,
            &product.header_prefix,
            &self.account_code,
            &self.email_id,
        )
        .map_err(|error| Error::Compose(error.to_string()))
    }

    /// The message in that sender's name, unsigned.
    ///
    /// # Errors
    /// [`Error::Compose`].
    pub fn compose(&self, product: &Product, sender: &Sender) -> Result<Vec<u8>, Error> {
        let parties = |addresses: &[Address]| {
            addresses
                .iter()
                .map(|address| Party {
                    name: String::new(),
                    address: address.clone(),
                })
                .collect()
        };
        let composer = Composer {
            from: Party {
                name: self.brand.clone(),
                address: sender.address().clone(),
            },
            to: parties(&self.to),
            cc: parties(&self.cc),
            reply_to: self.reply_to(sender),
            subject: self.subject.clone(),
            date: self.date.0,
            message_id: self.message_id(product),
            references: self.thread.clone(),
            in_reply_to: self.thread.last().into_iter().cloned().collect(),
            marks: self.marks(product)?,
            text: self.text.clone(),
            html: Some(self.html.clone()),
            attachments: Vec::new(),
            extra: Vec::new(),
        };
        composer
            .compose()
            .map_err(|error| Error::Compose(error.to_string()))
    }

    /// Answers to a native address carry the token; a support address of the
    /// customer's stays as it is, since we cannot know what a plus means there.
    fn reply_to(&self, sender: &Sender) -> Option<Party> {
        let (Sender::Native(address), Some(detail)) = (sender, &self.plus_detail) else {
            return None;
        };
        let local = format!("{}+{detail}", address.local());
        let address = Address::new(&local, address.domain().clone()).ok()?;
        Some(Party {
            name: self.brand.clone(),
            address,
        })
    }
}

/// The fields no relay may touch: the five of R34, and the identifier.
pub(crate) fn protected(marks: &Marks, message_id: &MessageId) -> Vec<(String, String)> {
    let pair = |field: &mail::message::Field| {
        let (name, value) = (field.name.as_str(), field.value.as_str());
        (name.to_owned(), value.to_owned())
    };
    let mut fields: Vec<_> = marks.fields().iter().map(pair).collect();
    fields.push(("Message-ID".to_owned(), message_id.to_string()));
    fields
}

/// What the routing policy has to know about answers to this ticket.
pub(crate) async fn departure(
    account: &Account,
    profile: &Profile,
    ticket: &Ticket,
) -> Result<DepartureFacts, Error> {
    let found = answering(account, profile, ticket).await?;
    let connector = found.as_ref().and_then(SupportAddress::connector);
    let found_address = found.as_ref().map(|found| found.address.clone());
    Ok(DepartureFacts {
        notification: NotificationKind::Ticket,
        ticket_recipient: found_address.or_else(|| ticket.recipient.clone()),
        connected: is_connected(account, connector).await?,
        verified: found.as_ref().is_some_and(SupportAddress::usable),
        fallback_sender: profile.brand(ticket.brand).default_address.clone(),
    })
}

/// The address a ticket was written to; if there is none, or it is gone, the one the
/// account chose for that (R105).
async fn answering(
    account: &Account,
    profile: &Profile,
    ticket: &Ticket,
) -> Result<Option<SupportAddress>, Error> {
    for address in ticket.recipient.iter().chain(&profile.default_address) {
        if let Some(found) = addresses::find(account, address).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

async fn is_connected(account: &Account, connector: Option<&Domain>) -> Result<bool, Error> {
    Ok(match connector {
        Some(domain) => connectors::find(account, domain)
            .await?
            .is_some_and(|found| !found.is_disconnecting()),
        None => false,
    })
}

/// A message about a comment, for one audience.
pub(crate) fn ticket(
    product: &Product,
    profile: &Profile,
    ticket: &Ticket,
    comment: &Comment,
    audience: Audience,
    departure: DepartureFacts,
    now: Timestamp,
) -> Result<OutboundDraft, Error> {
    let brand = profile.brand(ticket.brand);
    let author = Some(comment.author_name.trim()).filter(|name| !name.is_empty());
    let values = Values {
        author: author.map_or_else(|| comment.author.to_string(), str::to_owned),
        body: comment.body.clone(),
        public: comment.public,
        ticket: ticket.id,
        encoded_id: ticket.encoded_id().to_string(),
        ..common(product, brand)
    };
    let (text, html) = words::render(audience.words, &values)?;
    Ok(OutboundDraft {
        ticket: Some(ticket.id),
        comment: Some(comment.id),
        subject: subject(audience.words, brand, ticket, comment),
        thread: ticket.thread.clone(),
        plus_detail: Some(ticket.encoded_id().plus_detail()),
        to: audience.to,
        cc: audience.cc,
        ..bare(profile, brand, departure, (text, html), now)
    }
    .addressed())
}

/// To somebody who may be the victim of a forged letter goes no subject that
/// the forger chose (LOOP-03).
fn subject(words: Kind, brand: &Brand, ticket: &Ticket, comment: &Comment) -> String {
    let confirmed = comment.authenticated
        || comment
            .via
            .as_ref()
            .is_none_or(|via| via.author == AuthorAuthentication::Pass);
    match words {
        Kind::Acknowledgement if !confirmed => format!("[{}] We received your request", brand.name),
        _ if ticket.subject.is_empty() => format!("[{}] Request {}", brand.name, ticket.id),
        _ => format!("Re: {}", without_re(&ticket.subject)),
    }
}

fn without_re(subject: &str) -> &str {
    let rest = subject.trim_start();
    match rest.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("re:") => rest[3..].trim_start(),
        _ => rest,
    }
}

/// One of the two confirmation mails of an address.
pub(crate) async fn verification(
    account: &Account,
    product: &Product,
    address: &SupportAddress,
    direction: Direction,
    token: &str,
    now: Timestamp,
) -> Result<OutboundDraft, Error> {
    let profile = accounts::profile(account).await?;
    let brand = profile.brand(address.brand);
    let departure = DepartureFacts {
        notification: match direction {
            Direction::Inbound => NotificationKind::InboundVerification,
            Direction::Outbound => NotificationKind::OutboundVerification,
        },
        ticket_recipient: Some(address.address.clone()),
        connected: is_connected(account, address.connector()).await?,
        verified: address.usable(),
        fallback_sender: brand.default_address.clone(),
    };
    let values = Values {
        address: address.address.to_string(),
        direction: direction.as_str().to_owned(),
        verification_line: verification_line(&product.header_prefix, token),
        ..common(product, brand)
    };
    let words = words::render(Kind::Verification, &values)?;
    Ok(OutboundDraft {
        subject: format!(
            "[{}] {} check of {}",
            product.name,
            direction.as_str(),
            address.address
        ),
        to: vec![address.address.clone()],
        ..bare(&profile, brand, departure, words, now)
    }
    .addressed())
}

/// A notice to the account's admins, always by our own path (R96). `body` never
/// holds a secret: callers write what happened, not what was issued.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Compose`].
pub async fn security_notice(
    account: &Account,
    product: &Product,
    subject: &str,
    body: &str,
    now: Timestamp,
) -> Result<OutboundDraft, Error> {
    let profile = accounts::profile(account).await?;
    let brand = profile.default_brand();
    let departure = DepartureFacts {
        notification: NotificationKind::Security,
        ticket_recipient: None,
        connected: false,
        verified: false,
        fallback_sender: brand.default_address.clone(),
    };
    let values = Values {
        body: body.to_owned(),
        ..common(product, brand)
    };
    let words = words::render(Kind::Security, &values)?;
    Ok(OutboundDraft {
        subject: format!("[{}] {subject}", product.name),
        to: profile.admins.clone(),
        ..bare(&profile, brand, departure, words, now)
    }
    .addressed())
}

fn common(product: &Product, brand: &Brand) -> Values {
    Values {
        product: product.name.clone(),
        brand: brand.name.clone(),
        ..Values::default()
    }
}

/// A draft to nobody about nothing.
fn bare(
    profile: &Profile,
    brand: &Brand,
    departure: DepartureFacts,
    (text, html): (String, String),
    now: Timestamp,
) -> OutboundDraft {
    OutboundDraft {
        email_id: random::sortable_id(now),
        ticket: None,
        comment: None,
        departure,
        recipients: Vec::new(),
        account_code: profile.code(),
        brand: brand.name.clone(),
        to: Vec::new(),
        cc: Vec::new(),
        subject: String::new(),
        text,
        html,
        thread: Vec::new(),
        plus_detail: None,
        date: now,
    }
}

impl OutboundDraft {
    /// Takes the envelope from To and Cc.
    fn addressed(mut self) -> Self {
        self.recipients = self.to.iter().chain(&self.cc).cloned().collect();
        self
    }
}
