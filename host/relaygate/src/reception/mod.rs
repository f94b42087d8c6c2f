//! Answers a session's questions and makes its messages durable.
//!
//! One [`Reception`] for each session. Whoever may log in, send and receive is
//! asked of the desk and the policies; a message's text is taken in as it comes
//! ([`incoming`]), judged once ([`judge`]) and kept in one batch ([`keep`]).
//! 250 follows only from the store's own proof.
//!
//! Not here: the dialogue (`mail::server`), sockets (`listener`), what becomes
//! of a kept message (`intake`).

mod first_use;
mod for_desk;
mod incoming;
mod judge;
mod keep;
mod leaving;
mod lockout;
mod login;
mod postmaster;
mod refusal;
mod repeat;
mod sources;
mod throttle;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use desk::messages::Verdict;
use desk::{accounts, addresses, facts as desk_facts};
use mail::address::Address;
use mail::reply::Reply;
use mail::server::Envelope;
use metrics::counter;
use policy::Chain;
use policy::questions::{Question, types};
use storage::{AccountId, Durable, Scope};
use tracing::{info, warn};

use crate::config::ListenerKind;
use crate::facts::{self, CallFacts, SessionFacts, TlsUsed, noted};
use crate::listener::AccountSeat;
use crate::policies::About;
use crate::services::Services;

use incoming::Incoming;
pub use refusal::{ReceptionError, Refusal};
pub(crate) use repeat::prune as prune_marks;
pub use throttle::{Attempt, Throttle};

/// What one session has told and been told so far.
pub struct Reception {
    services: Arc<Services>,
    session: SessionFacts,
    esmtp: bool,
    /// The transaction in flight asked for SMTPUTF8.
    utf8: bool,
    sender: Option<Address>,
    /// What the policies said of the sender of the transaction in flight.
    verdicts: Vec<Verdict>,
    seat: Option<AccountSeat>,
    accepted: Vec<Accepted>,
    incoming: Option<Incoming>,
    /// What decides for the accounts met so far: a session keeps the versions it began with.
    chains: Mutex<HashMap<Option<AccountId>, Chain>>,
}

/// A recipient of the transaction in flight, and whose it is.
#[derive(Debug, Clone)]
struct Accepted {
    recipient: Address,
    /// An account's; the installation's only for the operator's postmaster.
    scope: Scope,
    /// What the policies said of it.
    verdicts: Vec<Verdict>,
}

impl Accepted {
    /// Whose it is, unless it is the operator's.
    fn account(&self) -> Option<AccountId> {
        match self.scope {
            Scope::Account(account) => Some(account),
            Scope::Installation => None,
        }
    }

    /// However it is spelled: one mailbox gets one copy.
    fn is_same(&self, other: &Self) -> bool {
        self.recipient.same_mailbox(&other.recipient) && self.scope == other.scope
    }
}

impl Reception {
    /// A connection that was just accepted.
    pub fn new(services: Arc<Services>, kind: ListenerKind, peer: IpAddr, id: String) -> Self {
        let ingress = match kind {
            ListenerKind::Submission => desk_facts::Ingress::Submission,
            ListenerKind::Mx => desk_facts::Ingress::Mx,
        };
        let session = SessionFacts {
            id,
            ingress,
            peer,
            helo: String::new(),
            tls: None,
            login: None,
        };
        Self {
            services,
            session,
            esmtp: false,
            utf8: false,
            sender: None,
            verdicts: Vec::new(),
            seat: None,
            accepted: Vec::new(),
            incoming: None,
            chains: Mutex::default(),
        }
    }

    /// The policies of an account, or of nobody in particular, as this session knows them.
    async fn chain(&self, account: Option<AccountId>) -> Chain {
        let known = |chains: &Mutex<HashMap<_, Chain>>| {
            let chains = chains.lock().unwrap_or_else(PoisonError::into_inner);
            chains.get(&account).cloned()
        };
        if let Some(chain) = known(&self.chains) {
            return chain;
        }
        let services = &self.services;
        let about = About::Mail(&self.session.id);
        let chain = services
            .policies
            .for_account(&services.desk, account, about);
        let chain = chain.await;
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        chains.entry(account).or_insert(chain).clone()
    }

    /// The handshake is done.
    pub fn tls_started(&mut self, tls: TlsUsed) {
        self.session.tls = Some(tls);
    }

    /// What the peer calls itself, and whether it said so with EHLO.
    pub fn greeted(&mut self, helo: Option<&str>, esmtp: bool) {
        self.session.helo = helo.unwrap_or_default().to_owned();
        self.esmtp = esmtp;
    }

    /// Message text is on its way in.
    pub fn has_text(&self) -> bool {
        self.incoming.is_some()
    }

    /// Whether the credentials of this session were discarded since (R93). A
    /// store that cannot answer revokes nothing; the next question defers.
    pub async fn is_revoked(&self) -> bool {
        let Some(login) = &self.session.login else {
            return false;
        };
        let account = self.services.desk.account(login.account);
        let now = self.services.clock.now();
        let live = login.right.is_live(&account, &login.credential, now).await;
        matches!(live, Ok(false))
    }

    /// May this sender send? Begins a transaction.
    ///
    /// # Errors
    /// The reply for the peer.
    pub async fn sender(&mut self, envelope: &Envelope) -> Result<(), Reply> {
        self.accepted.clear();
        self.incoming = None;
        self.utf8 = envelope.utf8;
        self.sender = envelope.sender.clone();
        let judged = self.judge_sender(envelope).await;
        self.verdicts = judged.map_err(|error| self.refused("sender", &error))?;
        Ok(())
    }

    async fn judge_sender(&self, envelope: &Envelope) -> Result<Vec<Verdict>, ReceptionError> {
        let sender = envelope
            .sender
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let facts = self.sender_call(envelope.sender.as_ref()).await?.shared();
        let login = self.session.login.as_ref();
        let chain = self.chain(login.map(|login| login.account)).await;
        let answered = chain.sender(
            &facts,
            &self.session.to_policy(),
            &sender,
            envelope.declared_octets,
        );
        let mut verdicts = Vec::new();
        refusal::accepted(&noted(answered, &mut verdicts)?)?;
        Ok(verdicts)
    }

    /// A help desk speaks as one of the account's addresses; everybody else as
    /// they please (R9).
    async fn sender_call(&self, sender: Option<&Address>) -> Result<CallFacts, desk::Error> {
        let account = self.session.login.as_ref().map(|login| login.account);
        let call = self.call_facts(account);
        match (account, sender) {
            (Some(account), Some(sender)) if self.session.is_desk() => {
                let account = self.services.desk.account(account);
                with_address(call, &account, sender).await
            }
            _ => Ok(call),
        }
    }

    /// May this recipient be addressed?
    ///
    /// # Errors
    /// The reply for the peer.
    pub async fn recipient(&mut self, candidate: &Address) -> Result<(), Reply> {
        match self.judge_recipient(candidate).await {
            Ok(accepted) => {
                // The postmaster and the address that stands for it are one.
                let mut before = self.accepted.iter();
                if !before.any(|before| before.is_same(&accepted)) {
                    self.accepted.push(accepted);
                }
                Ok(())
            }
            Err(error) => Err(self.refused("recipient", &error)),
        }
    }

    async fn judge_recipient(&self, candidate: &Address) -> Result<Accepted, ReceptionError> {
        if self.is_given_up(candidate).await? {
            return Err(ReceptionError::GivenUp);
        }
        let postmaster = postmaster::is_meant(&self.services, candidate);
        let account = match postmaster {
            true => postmaster::account(self).await?,
            false => self.account_for(candidate).await?,
        };
        let facts = self.recipient_facts(account.as_ref(), candidate).await?;
        let call = self
            .recipient_call(account.as_ref(), candidate)
            .await?
            .shared();
        let chain = self.chain(account.as_ref().map(desk::Account::id)).await;
        self.check_company(account.as_ref(), &chain).await?;
        let answered = chain.recipient(
            &call,
            &self.session.to_policy(),
            &self.envelope_for_policy(),
            &facts::recipient(&facts),
        );
        let mut verdicts = Vec::new();
        let accepted = refusal::accepted(&noted(answered, &mut verdicts)?);
        if facts.disconnecting && accepted.is_err() {
            leaving::note_refused(self, account.as_ref(), candidate).await;
        }
        accepted?;
        let (recipient, scope) = match postmaster {
            true => postmaster::accepted(account.as_ref(), candidate).await?,
            // A policy that lets a stranger's domain pass does not make it ours.
            false => (
                candidate.clone(),
                account.ok_or(ReceptionError::NotOurs)?.scope(),
            ),
        };
        Ok(Accepted {
            recipient,
            scope,
            verdicts,
        })
    }

    /// A message is judged once. If an account has policies of its own for that, it cannot
    /// be judged by them for somebody else, too, nor past them: each gets a copy of its own
    /// (RFC 5321 §4.5.3.1.10 has the client come again with the others).
    async fn check_company(
        &self,
        account: Option<&desk::Account>,
        chain: &Chain,
    ) -> Result<(), ReceptionError> {
        let own = account.map(desk::Account::id);
        let mut others = self.accepted.iter().map(Accepted::account);
        let Some(other) = others.find(|other| *other != own) else {
            return Ok(());
        };
        let judges = |chain: &Chain| chain.account_answers(Question::HeadersInbound);
        match judges(chain) || judges(&self.chain(other).await) {
            true => Err(ReceptionError::OneAtATime),
            false => Ok(()),
        }
    }

    /// Whether it stands in a native domain whose account has had another name for too long.
    async fn is_given_up(&self, candidate: &Address) -> Result<bool, desk::Error> {
        let (services, now) = (&self.services, self.services.clock.now());
        accounts::is_given_up(&services.desk, &services.native, candidate.domain(), now).await
    }

    /// The account of the login, else the one that takes mail for the candidate.
    async fn account_for(&self, candidate: &Address) -> Result<Option<desk::Account>, desk::Error> {
        match &self.session.login {
            Some(login) => Ok(Some(self.services.desk.account(login.account))),
            None => {
                let now = self.services.clock.now();
                let services = &self.services;
                addresses::account_for(&services.desk, &services.native, candidate, now).await
            }
        }
    }

    async fn recipient_facts(
        &self,
        account: Option<&desk::Account>,
        candidate: &Address,
    ) -> Result<desk_facts::RecipientFacts, desk::Error> {
        let connector = self.session.connector();
        if postmaster::is_meant(&self.services, candidate) {
            return Ok(unconnected(
                candidate,
                desk_facts::RecipientKind::Postmaster,
            ));
        }
        match account {
            Some(account) => addresses::recipient_facts(account, connector, candidate).await,
            None => Ok(unconnected(candidate, desk_facts::RecipientKind::Foreign)),
        }
    }

    async fn recipient_call(
        &self,
        account: Option<&desk::Account>,
        candidate: &Address,
    ) -> Result<CallFacts, desk::Error> {
        let call = self.call_facts(account.map(desk::Account::id));
        match account {
            Some(account) => with_address(call, account, candidate).await,
            None => Ok(call),
        }
    }

    /// A piece of message text.
    pub async fn text(&mut self, octets: &[u8]) {
        let mut incoming = self.incoming.take().unwrap_or_default();
        incoming.take_in(self, octets).await;
        self.incoming = Some(incoming);
    }

    /// The text so far is void.
    pub fn discard(&mut self) {
        self.incoming = None;
    }

    /// The text is complete: makes the message durable. Returns the proof and
    /// the id for the 250.
    ///
    /// # Errors
    /// The reply for the peer; nothing was kept.
    pub async fn keep(&mut self, envelope: Envelope) -> Result<(Durable, String), Reply> {
        let incoming = self.incoming.take().unwrap_or_default();
        let kept = keep::keep(self, incoming, &envelope).await;
        self.accepted.clear();
        kept.map_err(|error| self.refused("message", &error))
    }

    /// The transaction in the policies' words, as far as it has come.
    fn envelope_for_policy(&self) -> types::Envelope {
        types::Envelope {
            sender: self
                .sender
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            recipients: self
                .accepted
                .iter()
                .map(|a| a.recipient.to_string())
                .collect(),
        }
    }

    fn call_facts(&self, account: Option<AccountId>) -> CallFacts {
        let counters = Arc::clone(&self.services.flow.counters);
        CallFacts::new(account, counters, self.services.clock.now())
    }

    fn refused(&self, what: &'static str, error: &ReceptionError) -> Reply {
        let reply = error.reply();
        let ingress = ingress_name(self.session.ingress);
        counter!("relaygate_refused_total", "what" => what, "ingress" => ingress).increment(1);
        if self.is_muffled() {
            return reply;
        }
        if error.is_ours() {
            warn!(
                what,
                code = reply.code(),
                error = error as &dyn std::error::Error,
                "deferred"
            );
        } else {
            info!(what, code = reply.code(), reason = %error, "refused");
        }
        reply
    }

    /// A stranger has had enough said about them.
    fn is_muffled(&self) -> bool {
        let now = self.services.clock.now();
        self.session.login.is_none() && !self.services.flow.strangers.lets_through(now)
    }
}

/// The call with what the account knows of an address.
async fn with_address(
    call: CallFacts,
    account: &desk::Account,
    address: &Address,
) -> Result<CallFacts, desk::Error> {
    Ok(match addresses::lookup(account, address).await? {
        Some(found) => {
            call.with_support_address(address.to_string(), facts::support_address(&found))
        }
        None => call,
    })
}

/// A recipient that no connector has a say in.
fn unconnected(candidate: &Address, kind: desk_facts::RecipientKind) -> desk_facts::RecipientFacts {
    desk_facts::RecipientFacts {
        address: candidate.clone(),
        kind,
        catch_all: false,
        disconnecting: false,
        unproved: false,
        require_authenticated: false,
    }
}

fn ingress_name(ingress: desk_facts::Ingress) -> &'static str {
    match ingress {
        desk_facts::Ingress::Submission => "submission",
        desk_facts::Ingress::Mx => "mx",
    }
}
