//! Messages of accounts that have a help desk of their own: marked with what we
//! know of them, signed, and queued for it (`courier::help_desk`).
//!
//! What the policies suspend or drop stays with us, as do verification mails and
//! delivery reports, which were looked for before.
//!
//! The trusted fields stand on top, and whatever bore their names before is gone:
//! `Authentication-Results` by us (RFC 8601), `X-<Product>-Account`, `-Connector`,
//! `-Relay-Authenticated`, `-Author-Authenticated`, `-Tags`. A DKIM signature with
//! `d=` our native domain covers them and the message, oversigned, so that none can
//! be added either.

use desk::desks::handover::{self, Passport};
use desk::desks::{self, HelpDesk};
use desk::facts::Cause;
use desk::intake::{Answers, Incoming};
use desk::messages::State;
use desk::suspended::Shelf;
use desk::{Account, accounts};
use mail::message::dkim::{SignError, Signer};
use mail::message::{AuthenticationResults, Edits, Field, MethodResult, NameError, Verdict};
use storage::{Batch, NewJob, StageError, Timestamp};

use super::enter::incoming;
use super::{Ended, IntakeError, Message};
use crate::courier::help_desk::author_word;
use crate::facts;
use crate::runner::{Arrived, Card, HandOver, Work, desk_lane};
use crate::services::Services;
use crate::whole;

/// Why a message could not be made ready for the help desk.
#[derive(Debug, thiserror::Error)]
pub(super) enum HandOverError {
    /// A fact does not fit a header field.
    #[error("trusted fields")]
    Field(#[from] NameError),
    /// It could not be signed.
    #[error("sign message")]
    Sign(#[from] SignError),
    /// The text could not be written.
    #[error("stage text")]
    Stage(#[from] StageError),
}

/// Queues a message for the account's own help desk; `None` if it has none, or if
/// the message stays with us.
pub(super) async fn enter(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    arrived: &Arrived,
    message: &Message,
    (incoming, answers): (&Incoming, &Answers),
) -> Result<Option<Ended>, IntakeError> {
    let setting = desks::setting(account).await?;
    if !setting.desk.is_foreign() {
        return Ok(None);
    }
    let profile = accounts::profile(account).await?;
    let Some(passport) = handover::passport(&profile, incoming, answers) else {
        return Ok(None);
    };
    let now = services.clock.now();
    let text = marked(services, account, arrived, message, &passport).await?;
    let octets = text.octets();
    let text = batch.text(text);
    let hand_over = HandOver {
        arrived: arrived.clone(),
        passport,
        text,
        octets,
    };
    batch.enqueue(NewJob {
        scope: account.scope(),
        lane: desk_lane(),
        due: now,
        payload: Card::new(now, Work::HandOver(hand_over)).to_payload(),
        texts: vec![arrived.text, text],
    });
    // The job holds it; nobody needs it once it is handed over.
    batch.drop_text(account.id(), text);
    Ok(Some(queued(&setting.desk)))
}

fn queued(desk: &HelpDesk) -> Ended {
    Ended::new(State::Accepted, "queued_for_desk", desk.as_str())
}

/// The message as it is handed on.
async fn marked(
    services: &Services,
    account: &Account,
    arrived: &Arrived,
    message: &Message,
    passport: &Passport,
) -> Result<storage::StagedText, IntakeError> {
    let reader = account.store().text(arrived.text).await?;
    let whole = whole::read(&reader).await?;
    let prefix = &services.config.product.header_prefix;
    let fields = fields(prefix, arrived, passport).map_err(HandOverError::from)?;
    let mut edits = Edits::default();
    edits.strip_marks(prefix);
    edits.strip_results(services.hostname.as_str());
    let mut lines = results(services, arrived).to_lines();
    let results_end = lines.len();
    fields.iter().for_each(|field| field.write_to(&mut lines));
    edits.put_on_top(&lines);
    let marked = edits.apply(&message.headers).to_vec(&whole.octets);
    let signature = signature(services, &marked, &fields)?;
    let (results, rest) = marked.split_at(results_end);
    let mut writer = services.store.stage(account.scope());
    for piece in [results, &signature, rest] {
        writer.write(piece).await.map_err(HandOverError::from)?;
    }
    Ok(writer.finish().await.map_err(HandOverError::from)?)
}

fn fields(prefix: &str, arrived: &Arrived, passport: &Passport) -> Result<Vec<Field>, NameError> {
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" };
    let connector = passport.connector.as_deref().unwrap_or("none");
    let field = |name: &str, value: &str| Field::parse(&format!("X-{prefix}-{name}"), value);
    Ok(vec![
        field("Account", &passport.account)?,
        field("Connector", connector)?,
        field(
            "Relay-Authenticated",
            yes_or_no(passport.relay_authenticated),
        )?,
        field(
            "Author-Authenticated",
            author_word(arrived.acceptance.author),
        )?,
        field("Tags", &passport.tags.join(" "))?,
    ])
}

/// What we ourselves have checked: the login of the relay (RFC 8601 §2.7.4).
fn results(services: &Services, arrived: &Arrived) -> AuthenticationResults {
    let login = arrived.session.login.as_ref();
    let property = |login: &facts::Login| ("smtp.auth".to_owned(), login.credential.to_string());
    AuthenticationResults {
        authserv_id: services.hostname.to_string(),
        results: vec![MethodResult {
            method: "auth".to_owned(),
            verdict: match login {
                Some(_) => Verdict::Pass,
                None => Verdict::None,
            },
            properties: login.map(property).into_iter().collect(),
        }],
    }
}

/// In our own name, over the trusted fields, too.
fn signature(
    services: &Services,
    message: &[u8],
    fields: &[Field],
) -> Result<Vec<u8>, IntakeError> {
    let also: Vec<String> = fields
        .iter()
        .map(|field| field.name.as_str().to_owned())
        .chain([AUTHENTICATION_RESULTS.to_owned()])
        .collect();
    let keys = services.dkim.now();
    let Some((selector, key)) = keys.signing() else {
        return Ok(Vec::new());
    };
    let signer = Signer {
        key,
        domain: &services.native,
        selector,
        header_prefix: &services.config.product.header_prefix,
        also: &also,
    };
    match signer.sign(message, services.clock.now().0) {
        // There is nothing a signature could stand for: it goes on without, unbelieved.
        Err(SignError::NoFrom) => Ok(Vec::new()),
        signed => Ok(signed.map_err(HandOverError::from)?),
    }
}

/// The help desk will not have a message: keeps it aside, visible, with its raw
/// source. Returns its id there.
pub(crate) async fn keep_aside(
    account: &Account,
    batch: &mut Batch,
    arrived: &Arrived,
    now: Timestamp,
) -> Result<String, desk::Error> {
    let letter = match Message::open(account, arrived).await {
        Ok(message) => message.map(|message| message.letter).unwrap_or_default(),
        Err(IntakeError::Read(error)) => return Err(error.into()),
        Err(_) => return Err(desk::Error::NotFound("text")),
    };
    let incoming = incoming(arrived, letter);
    Ok(Shelf::of(account).put(batch, &incoming, Cause::DeskRefused, None, now))
}

const AUTHENTICATION_RESULTS: &str = "Authentication-Results";
