//! What follows from the policies' answers, added to a batch.

use storage::{Batch, Timestamp};

use super::{Gathered, Incoming, copies};
use crate::accounts::{self, Profile};
use crate::facts::{Cause, Role, RouteAnswer, Tagging};
use crate::notifications::Event;
use crate::rows::Kept;
use crate::suspended::Shelf;
use crate::tickets::tags::{self, Grounds};
use crate::tickets::write::{self, NewTicket};
use crate::tickets::{Changes, Comment, Status, Ticket};
use crate::{Account, Error, Product, people};

/// What the policies said of a message.
#[derive(Debug, Clone)]
pub struct Answers {
    /// Where it goes.
    pub route: RouteAnswer,
    /// Which tags it brings; counts for tickets and comments only.
    pub tagging: Tagging,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A ticket or a comment; the event says whom to tell.
    Entered(Event),
    /// Kept aside under that id.
    Suspended {
        /// Of the suspended message.
        id: String,
        /// Why.
        cause: Cause,
    },
    /// Settled without a trace but the log line.
    Dropped(String),
}

/// Adds to the batch what the answers mean for the message. The caller finishes
/// the job in the same batch; on [`Error::Changed`] from the commit it gathers
/// and asks anew.
///
/// An answer that cannot be (another ticket than the one found, an author
/// nobody can answer) suspends: a policy may refuse, never harm.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn enter(
    account: &Account,
    product: &Product,
    batch: &mut Batch,
    incoming: &Incoming,
    gathered: Gathered,
    answers: &Answers,
    now: Timestamp,
) -> Result<Outcome, Error> {
    let desk = Desk {
        account,
        product,
        incoming,
        tagging: &answers.tagging,
        now,
    };
    match &answers.route {
        RouteAnswer::Drop(reason) => {
            batch.drop_text(account.scope(), incoming.text);
            Ok(Outcome::Dropped(reason.clone()))
        }
        RouteAnswer::Suspend(cause) => Ok(desk.suspend(batch, &gathered, *cause)),
        &RouteAnswer::Ticket { brand } => desk.ticket(batch, gathered, brand).await,
        &RouteAnswer::Update { ticket, flagged } => {
            desk.update(batch, gathered, ticket, flagged).await
        }
    }
}

/// What all of the answers work with.
struct Desk<'a> {
    account: &'a Account,
    product: &'a Product,
    incoming: &'a Incoming,
    tagging: &'a Tagging,
    now: Timestamp,
}

impl Desk<'_> {
    fn suspend(&self, batch: &mut Batch, gathered: &Gathered, cause: Cause) -> Outcome {
        let ticket = gathered.ticket.as_ref().map(|kept| kept.record.id);
        let shelf = Shelf::of(self.account);
        let id = shelf.put(batch, self.incoming, cause, ticket, self.now);
        Outcome::Suspended { id, cause }
    }

    async fn ticket(
        &self,
        batch: &mut Batch,
        gathered: Gathered,
        brand: u64,
    ) -> Result<Outcome, Error> {
        let Some(mut comment) = self.comment(&gathered, false) else {
            return Ok(self.suspend(batch, &gathered, Cause::Unprocessable));
        };
        // Whoever opens a ticket has a part in it from its first comment on.
        if comment.role != Role::Agent {
            comment.role = Role::Requester;
        }
        let profile = accounts::profile(self.account).await?;
        let requester = comment.author.clone();
        people::meet(
            self.account,
            batch,
            &requester,
            &comment.author_name,
            self.now,
        )
        .await?;
        let authenticated = self.incoming.relay_authenticated();
        let grounds = Grounds {
            new_ticket: true,
            relay_authenticated: authenticated,
            created_authenticated: authenticated,
        };
        let new = NewTicket {
            subject: self.incoming.letter.subject.clone(),
            tags: tags::granted(self.tagging, grounds).collect(),
            recipient: Some(gathered.recipient),
            requester,
            brand: profile.brand(brand).id,
            by_mail: true,
            created_authenticated: authenticated,
            email_ccs: self.brought(&profile, &[]).await?,
            changes: Changes::default(),
        };
        let event =
            write::create(self.account, self.product, batch, new, comment, self.now).await?;
        Ok(Outcome::Entered(event))
    }

    async fn update(
        &self,
        batch: &mut Batch,
        mut gathered: Gathered,
        ticket: u64,
        flagged: bool,
    ) -> Result<Outcome, Error> {
        let found = gathered.threaded(ticket).cloned();
        let Some(mut kept) = found.filter(|kept| kept.record.status != Status::Closed) else {
            return Ok(self.suspend(batch, &gathered, Cause::PolicyFailed));
        };
        let Some(comment) = self.comment(&gathered, flagged) else {
            return Ok(self.suspend(batch, &gathered, Cause::Unprocessable));
        };
        gathered.ticket = None;
        people::meet(
            self.account,
            batch,
            &comment.author,
            &comment.author_name,
            self.now,
        )
        .await?;
        self.revise(&mut kept, comment.role, flagged).await?;
        let (_, event) = write::add(self.account, batch, kept, comment, self.now).await?;
        Ok(Outcome::Entered(event))
    }

    /// What an update changes besides adding a comment.
    async fn revise(
        &self,
        kept: &mut Kept<Ticket>,
        role: Role,
        flagged: bool,
    ) -> Result<(), Error> {
        let ticket = &mut kept.record;
        let grounds = Grounds {
            new_ticket: false,
            relay_authenticated: self.incoming.relay_authenticated(),
            created_authenticated: ticket.created_authenticated,
        };
        ticket.tags.extend(tags::granted(self.tagging, grounds));
        if copies::may_add(role, flagged) {
            let profile = accounts::profile(self.account).await?;
            let mut present = ticket.email_ccs.clone();
            present.push(ticket.requester.clone());
            ticket
                .email_ccs
                .extend(self.brought(&profile, &present).await?);
        }
        ticket.status = match (role, ticket.status) {
            (Role::Agent, Status::New | Status::Open) if !flagged => Status::Pending,
            (Role::Requester | Role::Copied, Status::Pending | Status::Solved) => Status::Open,
            (_, status) => status,
        };
        Ok(())
    }

    async fn brought(
        &self,
        profile: &Profile,
        present: &[mail::address::Address],
    ) -> Result<Vec<mail::address::Address>, Error> {
        let letter = &self.incoming.letter;
        copies::brought(self.account, profile, letter, present).await
    }

    /// The comment without its numbers; `None` if nobody is there to answer.
    fn comment(&self, gathered: &Gathered, flagged: bool) -> Option<Comment> {
        let incoming = self.incoming;
        let author = incoming.letter.author.clone()?;
        Some(Comment {
            id: 0,
            ticket: 0,
            author: author.address,
            author_name: author.name,
            role: gathered.arrival.author_role,
            public: true,
            authenticated: incoming.relay_authenticated(),
            flagged,
            body: incoming.letter.body.clone(),
            html_body: incoming.letter.html.clone(),
            files: incoming.letter.files.clone(),
            message_id: incoming.letter.message_id.clone(),
            via: Some(incoming.via()),
            created_at: self.now,
        })
    }
}
