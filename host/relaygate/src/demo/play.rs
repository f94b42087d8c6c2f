//! The steps, in order. Each asks, waits for what must come, and tells what it saw.

use std::time::{Duration, Instant};

use customer::Message;
use serde_json::Value;

use super::DemoError;
use super::end_user::Letter;
use super::report::Report;
use super::stage::{DOMAIN, Stage};
use crate::admin::{
    AccountRequest, AddressRequest, DomainRequest, NewAddressRequest, Request, Secret,
    TicketRequest, TokenRequest,
};
use crate::operations::domains::DomainInput;
use crate::operations::servers::{TlsInput, TrustInput};
use crate::operations::ticket_changes::ChangesInput;
use crate::operations::tickets::ReplyInput;
use crate::operations::verification::{VerifyInput, Ways};

/// The account of the play; its help desk is `acme.<native domain>`.
const ACCOUNT: &str = "acme";
const SUPPORT: &str = "help@acme.example";
const AGENT: &str = "alex@agents.example";
const USER: &str = "ann@user.example";
const SUBJECT: &str = "My printer is on fire";

/// Plays it all.
pub(super) fn play(stage: &Stage, report: &mut Report) -> Result<(), DemoError> {
    let play = Play { stage };
    play.create_account(report)?;
    play.connect_domain(report)?;
    play.add_address(report)?;
    play.verify(report)?;
    let ticket = play.end_user_writes(report)?;
    let answer = play.agent_answers(report, ticket)?;
    play.end_user_replies(report, ticket, &answer)
}

struct Play<'a> {
    stage: &'a Stage,
}

impl Play<'_> {
    fn create_account(&self, report: &mut Report) -> Result<(), DemoError> {
        let account = self.stage.ask(&Request::Account(AccountRequest::Create {
            subdomain: ACCOUNT.to_owned(),
            name: "Acme".to_owned(),
            admins: vec!["admin@agents.example".to_owned()],
            sandbox_of: None,
        }))?;
        self.stage.ask(&Request::Token(TokenRequest::Create {
            account: ACCOUNT.to_owned(),
            agent: AGENT.to_owned(),
        }))?;
        report.step(
            "An account for the company, and an agent",
            vec![
                format!(
                    "account  {} at {}",
                    text(&account, "/name"),
                    text(&account, "/native_domain")
                ),
                format!("agent    {AGENT}"),
            ],
        );
        Ok(())
    }

    /// The credentials are shown once, here, and go straight into the customer's server.
    fn connect_domain(&self, report: &mut Report) -> Result<(), DemoError> {
        let added = self
            .stage
            .ask(&Request::Domain(DomainRequest::Add(DomainInput {
                account: ACCOUNT.to_owned(),
                domain: DOMAIN.to_owned(),
                name: Some("Acme's own mail server".to_owned()),
                login: false,
                catch_all: false,
                require_authenticated: false,
            })))?;
        let (username, password) = (
            text(&added, "/credential/username"),
            text(&added, "/credential/password"),
        );
        self.stage
            .customer
            .set_relay_credentials(&username, &password)?;
        report.step(
            "The company's domain is connected; credentials are issued, once",
            vec![
                format!(
                    "domain      {DOMAIN}, status {}",
                    text(&added, "/connector/status")
                ),
                format!(
                    "credential  {} for user {username}",
                    text(&added, "/credential/id")
                ),
                "password    entered into the customer's server, kept here as a hash only"
                    .to_owned(),
            ],
        );
        Ok(())
    }

    fn add_address(&self, report: &mut Report) -> Result<(), DemoError> {
        let password = "the customer's own secret";
        self.stage.customer.add_login(SUPPORT, password)?;
        let added = self
            .stage
            .ask(&Request::Address(AddressRequest::Add(NewAddressRequest {
                account: ACCOUNT.to_owned(),
                address: SUPPORT.to_owned(),
                name: None,
                domain: None,
                host: format!("127.0.0.1:{}", self.stage.ports.submission),
                username: SUPPORT.to_owned(),
                password: Secret(password.into()),
                tls: Some(TlsInput::Starttls),
                trust: TrustInput {
                    ca_pem: Some(self.stage.authority.clone()),
                    fingerprint: None,
                },
                auth: None,
                brand: None,
                outbound_only: false,
            })))?;
        report.step(
            "A support address, with a login at the customer's server",
            vec![
                format!("address   {}", text(&added, "/address/address")),
                format!("inbound   {}", state(&added["address"]["inbound"])),
                format!("outbound  {}", state(&added["address"]["outbound"])),
            ],
        );
        Ok(())
    }

    fn verify(&self, report: &mut Report) -> Result<(), DemoError> {
        let verified = self
            .stage
            .ask(&Request::Address(AddressRequest::Verify(VerifyInput {
                account: ACCOUNT.to_owned(),
                address: SUPPORT.to_owned(),
                ways: Ways::Both,
                wait_seconds: Some(VERIFY_PATIENCE.as_secs()),
                explain: false,
            })))?;
        let address = &verified["address"];
        if address["usable"] != true {
            return Err(DemoError::Unexpected(format!(
                "the verifications did not turn green: inbound {}, outbound {}; {}",
                state(&address["inbound"]),
                state(&address["outbound"]),
                self.stage.hint()
            )));
        }
        report.step(
            "Both verifications went out, came back through AUTH and TLS, and are green",
            vec![
                format!("inbound   {}", state(&address["inbound"])),
                format!("outbound  {}", state(&address["outbound"])),
            ],
        );
        Ok(())
    }

    /// From the end user to the ticket.
    fn end_user_writes(&self, report: &mut Report) -> Result<u64, DemoError> {
        let letter = Letter {
            from: USER,
            to: SUPPORT,
            subject: SUBJECT,
            message_id: "<first@laptop.user.example>",
            in_reply_to: None,
            body: "It burns since nine o'clock. What shall I do?\r\n\r\nAnn",
        };
        report.step(
            "An end user writes to the company",
            letter.send(self.stage.ports.mx)?,
        );
        let listing = Request::Ticket(TicketRequest::List {
            account: ACCOUNT.to_owned(),
        });
        let ticket = self.wait("the ticket", || {
            let tickets = self.stage.ask(&listing)?;
            let found = tickets["tickets"].as_array().and_then(|tickets| {
                tickets
                    .iter()
                    .find(|ticket| ticket["subject"] == SUBJECT)
                    .cloned()
            });
            Ok(found)
        })?;
        let id = ticket["id"].as_u64().unwrap_or_default();
        let shown = self.show(id)?;
        let via = &shown["comments"][0]["via"];
        let facts = report.facts();
        facts.credentials.inbound = via["credential"].clone();
        facts.tls.inbound = via["tls"].clone();
        report.step(
            "The customer's server relays it over AUTH and TLS; it is a ticket",
            vec![
                format!("ticket      {id}: {}", text(&ticket, "/subject")),
                format!("tags        {}", ticket["tags"]),
                format!("credential  {}", text(via, "/credential")),
                format!("TLS         {}", tls(&via["tls"])),
            ],
        );
        if !ticket["tags"]
            .as_array()
            .is_some_and(|tags| tags.contains(&Value::from(TAG)))
        {
            return Err(DemoError::Unexpected(format!(
                "the ticket has no tag {TAG}"
            )));
        }
        Ok(id)
    }

    /// From the agent to the end user's mailbox; the answer as it arrived.
    fn agent_answers(&self, report: &mut Report, ticket: u64) -> Result<Message, DemoError> {
        self.stage
            .ask(&Request::Ticket(TicketRequest::Reply(ReplyInput {
                account: ACCOUNT.to_owned(),
                id: ticket,
                agent: AGENT.to_owned(),
                body: ANSWER.to_owned(),
                internal: false,
                changes: ChangesInput::default(),
            })))?;
        let delivery = self.wait("the customer's server to take the answer", || {
            let shown = self.show(ticket)?;
            Ok(accepted_delivery(&shown).cloned())
        })?;
        let facts = report.facts();
        facts.credentials.outbound = delivery["credential"].clone();
        facts.tls.outbound = delivery["tls"].clone();
        report.step(
            "An agent answers; it leaves through the customer's own server",
            vec![
                format!("from   {}", text(&delivery, "/sender")),
                format!("login  {}", text(&delivery, "/credential")),
                format!("TLS    {}", tls(&delivery["tls"])),
                format!("reply  {}", text(&delivery, "/reply")),
            ],
        );
        let arrived = self.wait("the answer in the end user's mailbox", || {
            let mail = self.stage.customer.mailbox().of(USER);
            Ok(mail.into_iter().find(|mail| mail.body().contains(ANSWER)))
        })?;
        report.facts().headers = arrived.fields();
        report.step("The end user reads it", shown_headers(&arrived));
        self.missing_headers(&arrived)?;
        Ok(arrived)
    }

    /// The five fields that must survive the relay (R34).
    fn missing_headers(&self, arrived: &Message) -> Result<(), DemoError> {
        let fields = arrived.fields();
        let has = |wanted: &str| fields.iter().any(|(name, _)| name.ends_with(wanted));
        let protected = [
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "X-Mailer",
            "-From-Account-Id",
            "-Email-Id",
        ];
        match protected.iter().find(|name| !has(name)) {
            None => Ok(()),
            Some(name) => Err(DemoError::Unexpected(format!(
                "the answer arrived without {name}"
            ))),
        }
    }

    fn end_user_replies(
        &self,
        report: &mut Report,
        ticket: u64,
        answer: &Message,
    ) -> Result<(), DemoError> {
        let before = self.show(ticket)?["comments"]
            .as_array()
            .map_or(0, Vec::len);
        let subject = format!("Re: {SUBJECT}");
        let answered = answer.header("Message-ID");
        let letter = Letter {
            from: USER,
            to: SUPPORT,
            subject: &subject,
            message_id: "<second@laptop.user.example>",
            in_reply_to: answered.as_deref(),
            body: "Thank you, that worked.",
        };
        let mut observed = letter.send(self.stage.ports.mx)?;
        let shown = self.wait("the end user's reply on the ticket", || {
            let shown = self.show(ticket)?;
            let longer = shown["comments"]
                .as_array()
                .is_some_and(|all| all.len() > before);
            Ok(longer.then_some(shown))
        })?;
        observed.push(format!("ticket {ticket} has {} comments now", before + 1));
        report.step(
            "The end user replies, and the reply finds its ticket",
            observed,
        );
        let facts = report.facts();
        facts.ticket = shown["ticket"].clone();
        facts.comments = shown["comments"].clone();
        Ok(())
    }

    fn show(&self, ticket: u64) -> Result<Value, DemoError> {
        let account = ACCOUNT.to_owned();
        self.stage.ask(&Request::Ticket(TicketRequest::Show {
            account,
            id: ticket,
        }))
    }

    fn wait<T>(
        &self,
        what: &'static str,
        mut look: impl FnMut() -> Result<Option<T>, DemoError>,
    ) -> Result<T, DemoError> {
        let began = Instant::now();
        while began.elapsed() < MAIL_PATIENCE {
            if let Some(found) = look()? {
                return Ok(found);
            }
            std::thread::sleep(WATCH);
        }
        Err(DemoError::Missed {
            what,
            seconds: MAIL_PATIENCE.as_secs(),
            hint: self.stage.hint(),
        })
    }
}

/// The delivery of the agent's answer, once the customer's server has taken it.
fn accepted_delivery(shown: &Value) -> Option<&Value> {
    let comments = shown["comments"].as_array()?;
    let answer = comments.iter().find(|comment| comment["author"] == AGENT)?;
    let deliveries = answer["deliveries"].as_array()?;
    deliveries
        .iter()
        .find(|it| it["state"] == "accepted_by_customer_mta")
}

fn shown_headers(arrived: &Message) -> Vec<String> {
    let fields = arrived.fields();
    fields
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect()
}

fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "-".to_owned(),
    }
}

fn state(check: &Value) -> String {
    match &check["reason"] {
        Value::String(reason) => format!("{} ({reason})", text(check, "/state")),
        _ => text(check, "/state"),
    }
}

fn tls(session: &Value) -> String {
    format!(
        "{} with {}",
        text(session, "/version"),
        text(session, "/cipher")
    )
}

const TAG: &str = "system_authenticated_email_ticket";
const ANSWER: &str = "Please pull the plug, and then call 112.";
const VERIFY_PATIENCE: Duration = Duration::from_secs(60);
const MAIL_PATIENCE: Duration = Duration::from_secs(60);
const WATCH: Duration = Duration::from_millis(100);
