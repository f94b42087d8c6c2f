//! Messages kept aside: not lost, not let through, visible (promise 3).

use mail::address::{Address, Domain};
use mail::message::MessageId;
use serde::{Deserialize, Serialize};
use storage::{Batch, Scope, Table, TextReader, Timestamp};

use crate::facts::Cause;
use crate::intake::{Author, Incoming, Letter, Passage};
use crate::rows::{Kept, Record, Rows};
use crate::tickets::Via;
use crate::upkeep::Aging;
use crate::{Account, Error, Installation, numbers, random, wire};

/// A message kept aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    /// Sorts by time.
    pub id: String,
    /// What programs call it by.
    pub number: u64,
    /// The id told with the 250.
    pub queue_id: String,
    /// Why.
    pub cause: Cause,
    /// What the author calls themselves.
    pub author_name: String,
    /// Absent if the message names nobody.
    #[serde(with = "wire::opt")]
    pub author: Option<Address>,
    /// Whom it was for.
    #[serde(with = "wire::one")]
    pub recipient: Address,
    /// Decoded.
    pub subject: String,
    /// What a person would read.
    pub content: String,
    /// Its identifier.
    #[serde(with = "wire::opt")]
    pub message_id: Option<MessageId>,
    /// The ticket it wanted to update.
    pub ticket: Option<u64>,
    /// How it came in, and its raw source.
    pub via: Via,
    /// Domain of the connector whose credential its session proved.
    #[serde(with = "wire::opt")]
    pub connector: Option<Domain>,
    /// The transaction it came in by.
    pub passage: Passage,
    /// When it was kept aside.
    pub created_at: Timestamp,
}

/// Where messages are kept aside: an account's shelf, or the operator's for what
/// no account serves.
#[derive(Clone, Copy)]
pub struct Shelf<'a>(Rows<'a>);

impl<'a> Shelf<'a> {
    /// The account's.
    pub fn of(account: &'a Account) -> Self {
        Self(account.rows())
    }

    /// The operator's.
    pub fn of_operator(installation: &'a Installation) -> Self {
        Self(installation.rows())
    }

    /// Keeps a message aside; its raw text stays. Returns its id.
    pub fn put(
        &self,
        batch: &mut Batch,
        incoming: &Incoming,
        cause: Cause,
        ticket: Option<u64>,
        now: Timestamp,
    ) -> String {
        let letter = &incoming.letter;
        let (author_name, author) = letter
            .author
            .clone()
            .map(|author| (author.name, author.address))
            .unzip();
        let id = random::sortable_id(now);
        let record = Suspended {
            number: numbers::give::<Suspended>(self.0, batch, &id),
            id,
            queue_id: incoming.queue_id.clone(),
            cause,
            author_name: author_name.unwrap_or_default(),
            author,
            recipient: incoming.recipient.clone(),
            subject: letter.subject.clone(),
            content: letter.body.clone(),
            message_id: letter.message_id.clone(),
            ticket,
            via: incoming.via(),
            connector: incoming.connector.clone(),
            passage: incoming.passage.clone(),
            created_at: now,
        };
        self.0.create(batch, record.id.as_str(), &record);
        record.id
    }

    /// Every message on it, oldest first.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Corrupt`].
    pub async fn list(&self) -> Result<Vec<Suspended>, Error> {
        self.0.all(&[]).await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Read`], [`Error::Corrupt`].
    pub async fn find(&self, id: &str) -> Result<Kept<Suspended>, Error> {
        let found = self.0.get::<Suspended>(id).await?;
        found.ok_or(Error::NotFound("suspended message"))
    }

    /// One of them by its number.
    ///
    /// # Errors
    /// As [`Shelf::find`].
    pub async fn by_number(&self, number: u64) -> Result<Kept<Suspended>, Error> {
        let unknown = Error::NotFound("suspended message");
        let Some(id) = numbers::row::<Suspended>(self.0, number).await? else {
            return Err(unknown);
        };
        self.find(&id).await
    }

    /// The start of its raw source, at most so many octets.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub async fn source(&self, found: &Suspended, octets_max: usize) -> Result<Vec<u8>, Error> {
        let reader = self.0.text(found.via.text).await?;
        Ok(reader.read(0, octets_max).await?)
    }

    /// Its raw source, to be read.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub async fn text(&self, found: &Suspended) -> Result<TextReader, Error> {
        self.0.text(found.via.text).await
    }

    /// Takes a message off the shelf, in the batch that makes something else of
    /// it; its raw text stays.
    pub fn take(&self, batch: &mut Batch, kept: &Kept<Suspended>) {
        let id = kept.record.id.as_str();
        batch.expect(self.0.key::<Suspended>(id), Some(kept.revision));
        self.0.delete::<Suspended>(batch, id);
        numbers::take_back(self.0.scope(), batch, kept.record.number);
    }

    /// Deletes a message with its raw text.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Changed`].
    pub async fn delete(&self, id: &str) -> Result<(), Error> {
        let kept = self.find(id).await?;
        let mut batch = Batch::new();
        self.take(&mut batch, &kept);
        batch.drop_text(self.0.scope(), kept.record.via.text);
        self.0.apply(batch).await
    }
}

impl Suspended {
    /// The message as it came in, to be entered after all. `letter` is what its
    /// raw source says now; the author stays the one that was found then, or
    /// becomes who is named.
    pub fn arrive(&self, mut letter: Letter, author: Option<Address>) -> Incoming {
        let address = author.or_else(|| self.author.clone());
        letter.author = address.map(|address| Author {
            name: self.author_name.clone(),
            address,
        });
        Incoming {
            queue_id: self.queue_id.clone(),
            ingress: self.via.ingress,
            tls: self.via.tls.clone(),
            connector: self.connector.clone(),
            credential: self.via.credential.clone(),
            passage: self.passage.clone(),
            recipient: self.recipient.clone(),
            text: self.via.text,
            origin: self.via.origin,
            author: self.via.author,
            flags: self.via.flags.clone(),
            letter,
        }
    }
}

impl Cause {
    /// The number the public API has for it (API.md, section 4).
    pub fn id(self) -> u8 {
        match self {
            Self::Bulk => 0,
            Self::Automatic => 3,
            Self::Loop => 4,
            Self::OtherUserUpdate => 6,
            Self::Bounce => 7,
            Self::Vacation => 8,
            Self::Blocked => 13,
            Self::NoAccount | Self::DeskRefused => 18,
            Self::Unprocessable => 19,
            Self::UnauthenticatedUpdate => 20,
            Self::FromSupportAddress => 22,
            Self::PolicyFailed => 24,
            Self::FailedAuthentication => 26,
        }
    }

    /// The word for logs and lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bulk => "bulk",
            Self::Automatic => "automatic",
            Self::Loop => "loop",
            Self::OtherUserUpdate => "other_user_update",
            Self::Bounce => "bounce",
            Self::Vacation => "vacation",
            Self::Unprocessable => "unprocessable",
            Self::UnauthenticatedUpdate => "unauthenticated_update",
            Self::PolicyFailed => "policy_failed",
            Self::FailedAuthentication => "failed_authentication",
            Self::FromSupportAddress => "from_support_address",
            Self::Blocked => "blocked",
            Self::NoAccount => "no_account",
            Self::DeskRefused => "desk_refused",
        }
    }
}

impl Aging for Suspended {
    /// A fortnight.
    const KEPT_MS: u64 = 14 * 24 * 3_600_000;

    fn at(&self) -> Timestamp {
        self.created_at
    }

    /// Its raw text, too; further recipients of the message keep it by themselves.
    fn let_go(&self, scope: Scope, batch: &mut Batch) {
        numbers::take_back(scope, batch, self.number);
        batch.drop_text(scope, self.via.text);
    }
}

impl Record for Suspended {
    const TABLE: Table = Table("suspended");
}
