//! Tickets: listed, shown, made, answered.
//!
//! Not here: changing one without a word to anybody (`ticket_changes`).

use desk::facts::Finding;
use desk::groups::{self, Group};
use desk::outbound::{self, Delivery, Email};
use desk::tickets::{self, Check, Comment, NewMatter, NewReply, Priority, Ticket, Via};
use desk::{Account, delivery_status, facts as desk_facts, people};
use serde::{Deserialize, Serialize};
use storage::Batch;
use tracing::warn;

use super::attachments::{self, FileView};
use super::ticket_changes::{self, ChangesInput};
use super::{Actor, Outcome, audit, parse_address, retried};
use crate::courier::help_desk::author_word;
use crate::courier::webhooks;
use crate::dispatch;
use crate::services::Services;

/// A ticket as it is shown.
#[derive(Debug, Serialize)]
pub struct TicketView {
    /// Number within the account.
    pub id: u64,
    /// Of the message that made it.
    pub subject: String,
    /// `new`, `open`, `pending`, `solved` or `closed`.
    pub status: &'static str,
    /// `low`, `normal`, `high` or `urgent`, if anybody said so.
    pub priority: Option<&'static str>,
    /// Number of the group it is with.
    pub group_id: Option<u64>,
    /// Name of the group it is with.
    pub group: Option<String>,
    /// Reserved and ordinary ones.
    pub tags: Vec<String>,
    /// The address it was written to, which is also the one that answers.
    pub recipient: Option<String>,
    /// It was made by mail, not entered here.
    pub by_mail: bool,
    /// That mail came over the connector.
    pub created_authenticated: bool,
    /// Who asked.
    pub requester: String,
    /// Number of its brand.
    pub brand: u64,
    /// End users who read along.
    pub email_ccs: Vec<String>,
    /// People who read along unseen by end users.
    pub followers: Vec<String>,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// Milliseconds since the epoch.
    pub updated_at: u64,
}

/// The tickets of an account.
#[derive(Debug, Serialize)]
pub struct TicketsView {
    /// Newest first.
    pub tickets: Vec<TicketView>,
}

/// A ticket with everything.
#[derive(Debug, Serialize)]
pub struct WholeTicketView {
    /// The ticket.
    pub ticket: TicketView,
    /// Oldest first.
    pub comments: Vec<CommentView>,
    /// People of the ticket to whom mail came back for good.
    pub undeliverable: Vec<String>,
    /// In whose name an answer would leave now; absent while no policy can say.
    pub answers_as: Option<SenderView>,
}

/// In whose name an answer leaves.
#[derive(Debug, Serialize)]
pub struct SenderView {
    /// The address in From.
    pub address: String,
    /// The ticket's own address, where another has to stand in for it (R80).
    pub instead_of: Option<String>,
    /// Why it does not go through the customer's server, as a stable word.
    pub reason: Option<String>,
}

/// A ticket that was just answered.
#[derive(Debug, Serialize)]
pub struct RepliedView {
    /// The ticket after it.
    pub ticket: TicketView,
    /// The answer.
    pub comment: CommentView,
}

/// A comment as it is shown.
#[derive(Debug, Serialize)]
pub struct CommentView {
    /// Number within the account.
    pub id: u64,
    /// Who wrote it.
    pub author: String,
    /// What they call themselves.
    pub author_name: String,
    /// Who they were to the ticket then.
    pub author_role: &'static str,
    /// End users may read it.
    pub public: bool,
    /// It came over the connector of the recipient's domain.
    pub authenticated: bool,
    /// The author could not be confirmed.
    pub flagged: bool,
    /// As text.
    pub body: String,
    /// As HTML, as it was written: not cleaned.
    pub html_body: Option<String>,
    /// Files that came with it, in their order.
    pub attachments: Vec<FileView>,
    /// Identifier of the message it came by.
    pub message_id: Option<String>,
    /// Milliseconds since the epoch.
    pub created_at: u64,
    /// How it came in by mail.
    pub via: Option<ViaView>,
    /// What became of the mail that told of it.
    pub deliveries: Vec<DeliveryView>,
}

/// How a comment came in by mail.
#[derive(Debug, Serialize)]
pub struct ViaView {
    /// `submission` or `mx`.
    pub ingress: &'static str,
    /// What its session was encrypted with.
    pub tls: Option<TlsView>,
    /// Id of the credential set its session proved.
    pub credential: Option<String>,
    /// Domain of the connector that set belongs to.
    pub connector: Option<String>,
    /// What is known of the author, apart from the relay: `pass`, `fail` or `none`.
    pub author: &'static str,
    /// The same, method by method, as the customer's server had it.
    pub checks: Option<ChecksView>,
}

/// What a server found out about an author.
#[derive(Debug, Serialize)]
pub struct ChecksView {
    /// For the domain of the reverse path.
    pub spf: Option<CheckView>,
    /// For each signature.
    pub dkim: Vec<CheckView>,
    /// For the domain of From.
    pub dmarc: Option<CheckView>,
}

/// What came out for one domain.
#[derive(Debug, Serialize)]
pub struct CheckView {
    /// `pass`, `fail`, `softfail` …
    pub verdict: String,
    /// The domain it speaks of.
    pub domain: Option<String>,
}

/// What a session was encrypted with.
#[derive(Debug, Serialize)]
pub struct TlsView {
    /// For example `TLSv1.3`.
    pub version: String,
    /// For example `TLS13_AES_256_GCM_SHA384`.
    pub cipher: String,
}

/// One message to one recipient.
#[derive(Debug, Serialize)]
pub struct DeliveryView {
    /// The message's id, also in its header.
    pub email_id: String,
    /// To whom.
    pub recipient: String,
    /// `smarthost` or `native`.
    pub path: &'static str,
    /// In whose name.
    pub sender: String,
    /// In whose name it would have gone, had that address been able to send.
    pub fallback_from: Option<String>,
    /// `queued`, `accepted_by_customer_mta` …
    pub state: &'static str,
    /// The same for programs, by a number that never changes its meaning.
    pub status: StatusView,
    /// It takes so long that the agents were told.
    pub delayed: bool,
    /// Stable word.
    pub reason: Option<String>,
    /// The last SMTP reply.
    pub reply: Option<String>,
    /// What the last session was encrypted with.
    pub tls: Option<TlsView>,
    /// User name proved in the last session.
    pub credential: Option<String>,
    /// What reports and answers showed to be other than it was sent (R32), for example
    /// `header_changed: Message-ID`.
    pub warnings: Vec<String>,
}

/// Where a delivery stands, for programs.
#[derive(Debug, Serialize)]
pub struct StatusView {
    /// Never changes its meaning.
    pub id: u16,
    /// The same as a word.
    pub name: &'static str,
    /// Basic and enhanced code of the last reply, for example `550 5.7.23`.
    pub code: Option<String>,
    /// For people: what it means and what helps.
    pub message: &'static str,
}

/// An agent's answer as typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplyInput {
    /// Subdomain of the account.
    pub account: String,
    /// Number of the ticket.
    pub id: u64,
    /// Address of the agent who answers.
    pub agent: String,
    /// The text.
    pub body: String,
    /// A note for agents; nobody outside gets it.
    pub internal: bool,
    /// What else is to become of the ticket.
    pub changes: ChangesInput,
}

/// A ticket as an agent enters it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenInput {
    /// Subdomain of the account.
    pub account: String,
    /// Address of the agent who enters it.
    pub agent: String,
    /// The first comment as text.
    pub body: String,
    /// A note for agents; nobody outside gets it.
    pub internal: bool,
    /// Whose matter it is; the agent's own if absent.
    pub requester: Option<String>,
    /// What the requester is called, if they are new.
    pub requester_name: Option<String>,
    /// The support address that answers; the account's default one if absent.
    pub recipient: Option<String>,
    /// Number of the brand; that of the recipient if absent.
    pub brand: Option<u64>,
    /// What else is said of it, the subject for one.
    pub changes: ChangesInput,
}

/// The tickets of an account.
pub async fn list(services: &Services, account: &str) -> Outcome<TicketsView> {
    let account = super::account(services, account).await?;
    let found = tickets::list(&account).await?;
    let groups = groups::list(&account).await?;
    let views = found.iter().rev().map(|ticket| view(ticket, &groups));
    Ok(TicketsView {
        tickets: views.collect(),
    })
}

/// How many tickets an account has; their numbers are 1 to that.
pub async fn count(services: &Services, account: &str) -> Outcome<u64> {
    let account = super::account(services, account).await?;
    Ok(tickets::count(&account).await?)
}

/// Those of these tickets that there are, in the order asked for.
pub async fn some(services: &Services, account: &str, ids: &[u64]) -> Outcome<TicketsView> {
    let account = super::account(services, account).await?;
    let groups = groups::list(&account).await?;
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        match tickets::find(&account, *id).await {
            Ok(ticket) => views.push(view(&ticket, &groups)),
            Err(desk::Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(TicketsView { tickets: views })
}

/// One ticket with its comments and what became of the mail about them.
pub async fn show(services: &Services, account: &str, id: u64) -> Outcome<WholeTicketView> {
    let account = super::account(services, account).await?;
    let emails = outbound::of_ticket(&account, id).await?;
    let comments = tickets::comments(&account, id).await?;
    // Read last, so that its tags are never older than the comments shown with it.
    let ticket = tickets::find(&account, id).await?;
    let comments = comments
        .into_iter()
        .map(|comment| comment_view(comment, &emails))
        .collect();
    Ok(WholeTicketView {
        undeliverable: undeliverable(&account, &ticket).await?,
        answers_as: answers_as(services, &account, &ticket).await,
        ticket: view(&ticket, &groups::list(&account).await?),
        comments,
    })
}

/// The start of the first comment of each of these tickets, in their order.
pub async fn descriptions(
    services: &Services,
    account: &str,
    tickets: &[u64],
) -> Outcome<Vec<String>> {
    let account = super::account(services, account).await?;
    let mut descriptions = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let first = tickets::first_comment(&account, *ticket).await?;
        let mut text = first.map_or_else(String::new, |comment| comment.body);
        text.truncate(text.floor_char_boundary(DESCRIPTION_OCTETS_MAX));
        descriptions.push(text);
    }
    Ok(descriptions)
}

async fn answers_as(services: &Services, account: &Account, ticket: &Ticket) -> Option<SenderView> {
    let sender = dispatch::sender_now(services, account, ticket).await;
    let (address, reason) = sender
        .inspect_err(|error| {
            let error: &dyn std::error::Error = error;
            warn!(ticket = ticket.id, error, "nobody can say who answers");
        })
        .ok()?;
    let own = ticket.recipient.as_ref();
    let instead_of = own.filter(|own| !own.same_mailbox(&address));
    Some(SenderView {
        instead_of: instead_of.map(ToString::to_string),
        address: address.to_string(),
        reason,
    })
}

async fn undeliverable(account: &Account, ticket: &Ticket) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    for address in std::iter::once(&ticket.requester).chain(&ticket.email_ccs) {
        if people::is_undeliverable(account, address).await? {
            found.push(address.to_string());
        }
    }
    Ok(found)
}

/// Answers a ticket. The people of the ticket are told by mail, except of an
/// internal note.
pub async fn reply(services: &Services, actor: &Actor, input: &ReplyInput) -> Outcome<RepliedView> {
    let account = super::account(services, &input.account).await?;
    let new = NewReply {
        agent: parse_address("agent", &input.agent)?,
        body: input.body.clone(),
        public: !input.internal,
        changes: ticket_changes::read(&input.changes)?,
    };
    let replied = retried(|| Box::pin(try_reply(services, &account, input.id, new.clone())));
    let (ticket, comment) = replied.await?;
    audit::record(
        services,
        &account,
        actor,
        "ticket_answered",
        &ticket.id.to_string(),
    )
    .await;
    Ok(RepliedView {
        ticket: view(&ticket, &groups::list(&account).await?),
        comment: comment_view(comment, &[]),
    })
}

async fn try_reply(
    services: &Services,
    account: &Account,
    id: u64,
    new: NewReply,
) -> Outcome<(Ticket, Comment)> {
    let _turn = services.flow.turn(account.id()).await;
    let now = services.clock.now();
    let mut batch = Batch::new();
    let changes = !new.changes.is_empty();
    let (ticket, comment, event) = tickets::reply(account, &mut batch, id, new, now).await?;
    dispatch::announce(account, &mut batch, event, now);
    if changes {
        webhooks::announce_change(account, &mut batch, &ticket, now).await?;
    }
    let _durable = account.commit(batch).await?;
    Ok((ticket, comment))
}

/// Makes a ticket in an agent's name or for somebody else, who is told by mail unless
/// the first comment is an internal note.
pub async fn open(services: &Services, actor: &Actor, input: &OpenInput) -> Outcome<RepliedView> {
    let account = super::account(services, &input.account).await?;
    let address = |field: &str, text: &Option<String>| {
        let parsed = text.as_ref().map(|text| parse_address(field, text));
        parsed.transpose()
    };
    let changes = ticket_changes::read(&input.changes)?;
    let new = NewMatter {
        agent: parse_address("agent", &input.agent)?,
        subject: changes.subject.clone().unwrap_or_default(),
        body: input.body.clone(),
        public: !input.internal,
        requester: address("requester", &input.requester)?,
        requester_name: input.requester_name.clone().unwrap_or_default(),
        recipient: address("recipient", &input.recipient)?,
        brand: input.brand,
        changes,
    };
    let opened = retried(|| Box::pin(try_open(services, &account, new.clone())));
    let (ticket, comment) = opened.await?;
    let subject = ticket.id.to_string();
    audit::record(services, &account, actor, "ticket_opened", &subject).await;
    Ok(RepliedView {
        ticket: view(&ticket, &groups::list(&account).await?),
        comment: comment_view(comment, &[]),
    })
}

async fn try_open(
    services: &Services,
    account: &Account,
    new: NewMatter,
) -> Outcome<(Ticket, Comment)> {
    let _turn = services.flow.turn(account.id()).await;
    let now = services.clock.now();
    let mut batch = Batch::new();
    let event = tickets::open(account, &services.product, &mut batch, new, now).await?;
    dispatch::announce(account, &mut batch, event, now);
    let _durable = account.commit(batch).await?;
    let ticket = tickets::find(account, event.ticket()).await?;
    let comment = tickets::comment(account, event.ticket(), event.comment()).await?;
    Ok((ticket, comment))
}

/// `groups` are those of the account.
pub(super) fn view(ticket: &Ticket, groups: &[Group]) -> TicketView {
    let group = groups.iter().find(|group| Some(group.id) == ticket.group);
    TicketView {
        id: ticket.id,
        subject: ticket.subject.clone(),
        status: ticket.status.as_str(),
        priority: ticket.priority.map(Priority::as_str),
        group_id: ticket.group,
        group: group.map(|group| group.name.clone()),
        tags: ticket.tags.iter().cloned().collect(),
        recipient: ticket.recipient.as_ref().map(ToString::to_string),
        by_mail: ticket.by_mail,
        created_authenticated: ticket.created_authenticated,
        requester: ticket.requester.to_string(),
        brand: ticket.brand,
        email_ccs: ticket.email_ccs.iter().map(ToString::to_string).collect(),
        followers: ticket.followers.iter().map(ToString::to_string).collect(),
        created_at: ticket.created_at.0,
        updated_at: ticket.updated_at.0,
    }
}

fn comment_view(comment: Comment, emails: &[Email]) -> CommentView {
    let about_it = emails
        .iter()
        .filter(|email| email.comment == Some(comment.id));
    CommentView {
        id: comment.id,
        author: comment.author.to_string(),
        author_name: comment.author_name,
        author_role: role(comment.role),
        public: comment.public,
        authenticated: comment.authenticated,
        flagged: comment.flagged,
        body: comment.body,
        html_body: comment.html_body,
        attachments: attachments::views(&comment.files),
        message_id: comment.message_id.map(|id| id.to_string()),
        created_at: comment.created_at.0,
        via: comment.via.map(via_view),
        deliveries: about_it.flat_map(deliveries).collect(),
    }
}

fn via_view(via: Via) -> ViaView {
    ViaView {
        ingress: match via.ingress {
            desk_facts::Ingress::Submission => "submission",
            desk_facts::Ingress::Mx => "mx",
        },
        tls: via.tls.as_deref().map(tls_view),
        credential: via.credential.map(|id| id.as_str().to_owned()),
        connector: via.connector.map(|domain| domain.to_string()),
        author: author_word(via.author),
        checks: via.checks.map(|checks| ChecksView {
            spf: checks.spf.map(check_view),
            dkim: checks.dkim.into_iter().map(check_view).collect(),
            dmarc: checks.dmarc.map(check_view),
        }),
    }
}

fn check_view(check: Check) -> CheckView {
    CheckView {
        verdict: check.verdict,
        domain: check.domain,
    }
}

/// The records keep both in one text, the version first.
fn tls_view(used: &str) -> TlsView {
    let (version, cipher) = used.split_once(' ').unwrap_or((used, ""));
    TlsView {
        version: version.to_owned(),
        cipher: cipher.to_owned(),
    }
}

fn role(role: desk_facts::Role) -> &'static str {
    match role {
        desk_facts::Role::Agent => "agent",
        desk_facts::Role::Requester => "requester",
        desk_facts::Role::Copied => "copied",
        desk_facts::Role::Follower => "follower",
        desk_facts::Role::Known => "known",
        desk_facts::Role::Stranger => "stranger",
    }
}

fn status_view(delivery: &Delivery) -> StatusView {
    let status = delivery_status::of(delivery);
    StatusView {
        id: status.id,
        name: status.name,
        code: delivery_status::code(delivery),
        message: status.message,
    }
}

pub(super) fn deliveries(email: &Email) -> impl Iterator<Item = DeliveryView> {
    email
        .deliveries
        .iter()
        .map(|delivery| delivery_view(email, delivery))
}

fn delivery_view(email: &Email, delivery: &Delivery) -> DeliveryView {
    DeliveryView {
        email_id: email.id.clone(),
        recipient: delivery.recipient.to_string(),
        path: email.path.as_str(),
        sender: email.sender.to_string(),
        fallback_from: email.fallback_from.as_ref().map(ToString::to_string),
        state: delivery.state.as_str(),
        status: status_view(delivery),
        delayed: delivery.delayed,
        reason: delivery.reason.clone(),
        reply: delivery.reply.clone(),
        tls: delivery.tls.as_deref().map(tls_view),
        credential: delivery.credential.clone(),
        warnings: email.warnings.iter().map(warning).collect(),
    }
}

fn warning(finding: &Finding) -> String {
    match &finding.field {
        Some(field) => format!("{}: {field}", finding.code),
        None => finding.code.clone(),
    }
}

/// So much of a first comment goes along with its ticket; a list has a hundred of them.
const DESCRIPTION_OCTETS_MAX: usize = 64 * 1024;
