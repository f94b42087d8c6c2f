//! Verification mails that come back (R72-R74, R82).

use desk::addresses::Direction;
use desk::verification::{Consumed, Returned};
use desk::{Account, verification};
use mail::address::Domain;
use mail::message::dkim;
use policy::questions::headers::{self, ReturnedFacts, SignatureFate};
use policy::questions::types::{Envelope, Field};
use storage::Batch;

use super::{Ended, IntakeError, Message, drop_text};
use crate::dispatch;
use crate::facts::{self, CallFacts, noted};
use crate::runner::Arrived;
use crate::services::Services;

/// Consumes a verification mail; `None` if the message is none.
pub(super) async fn consume(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    arrived: &Arrived,
    message: &Message,
) -> Result<Option<Ended>, IntakeError> {
    let product = facts::product(services);
    let recognised = verification::recognise(account, &product, &message.letter.body).await?;
    let Some(returned) = recognised else {
        return Ok(None);
    };
    let findings = match ask(services, account, arrived, message, &returned).await? {
        Some(findings) => findings.into_iter().map(facts::finding).collect(),
        // Unchecked is not verified: the check stays pending and can be repeated.
        None => return Ok(Some(unchecked(account, batch, arrived))),
    };
    let login = arrived
        .session
        .login
        .as_ref()
        .filter(|_| arrived.session.tls.is_some());
    let relay = login.map(|login| &login.connector);
    let now = services.clock.now();
    let consumed = verification::consume(account, batch, &returned, relay, findings, now).await?;
    drop_text(account, batch, arrived);
    Ok(Some(ended(&returned, consumed)))
}

fn unchecked(account: &Account, batch: &mut Batch, arrived: &Arrived) -> Ended {
    drop_text(account, batch, arrived);
    Ended::new("verification_unchecked", "policy failed; verify again")
}

fn ended(returned: &Returned, consumed: Consumed) -> Ended {
    let direction = returned.direction.as_str();
    let (what, detail) = match consumed {
        Consumed::Verified => ("verification_consumed", format!("{direction} verified")),
        Consumed::Failed(reason) => (
            "verification_consumed",
            format!("{direction} failed: {reason}"),
        ),
        Consumed::Unauthenticated => {
            let reason = verification::RETURNED_UNAUTHENTICATED;
            ("verification_ignored", format!("{direction}: {reason}"))
        }
        Consumed::Ignored(reason) => (
            "verification_ignored",
            format!("{direction}: {}", reason.as_str()),
        ),
    };
    Ended::new(what, detail)
}

async fn ask(
    services: &Services,
    account: &Account,
    arrived: &Arrived,
    message: &Message,
    returned: &Returned,
) -> Result<Option<Vec<headers::Finding>>, IntakeError> {
    let counters = std::sync::Arc::clone(&services.flow.counters);
    let call = CallFacts::new(Some(account.id()), counters, services.clock.now())
        .with_message(message.start())
        .shared();
    let facts = ReturnedFacts {
        session: arrived.session.to_policy(),
        envelope: Envelope {
            sender: arrived
                .sender
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            recipients: arrived.recipients.iter().map(ToString::to_string).collect(),
        },
        direction: direction(returned.direction),
        copies: 1,
        sent: returned.sent.iter().map(field).collect(),
        address: returned.address.to_string(),
        signature: fate(services, account, message, returned).await?,
    };
    Ok(noted(services.chain.returned(&call, &facts)).ok())
}

fn direction(direction: Direction) -> headers::Direction {
    match direction {
        Direction::Inbound => headers::Direction::Inbound,
        Direction::Outbound => headers::Direction::Outbound,
    }
}

fn field((name, value): &(String, String)) -> Field {
    Field {
        name: name.clone(),
        value: value.clone(),
    }
}

/// What became of our signature (R86), as far as it can be seen without
/// verifying: whose signatures the message bears.
async fn fate(
    services: &Services,
    account: &Account,
    message: &Message,
    returned: &Returned,
) -> Result<SignatureFate, desk::Error> {
    let domain = match returned.direction {
        Direction::Inbound => &services.native,
        Direction::Outbound => returned.address.domain(),
    };
    let (kept, resigned) = signatures_of(services, message, domain);
    if kept {
        return Ok(SignatureFate::Kept);
    }
    let signed = match returned.direction {
        Direction::Inbound => true,
        Direction::Outbound => dispatch::signs(services, account, domain).await?,
    };
    Ok(match (signed, resigned) {
        (false, _) => SignatureFate::Unsigned,
        (true, true) => SignatureFate::ReSigned,
        (true, false) => SignatureFate::Removed,
    })
}

/// Whether the message bears a signature of ours for the domain, and whether it
/// bears any for it.
fn signatures_of(services: &Services, message: &Message, domain: &Domain) -> (bool, bool) {
    let selectors = &services.config.product.selectors;
    let found = dkim::signatures(&message.headers);
    let of_domain = || found.iter().filter(|found| found.domain == domain.as_str());
    let ours = of_domain().any(|found| selectors.contains(&found.selector));
    (ours, of_domain().next().is_some())
}
