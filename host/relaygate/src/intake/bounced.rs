//! Delivery reports about mail of ours (R113).

use desk::Account;
use desk::facts::Finding;
use desk::messages::State;
use desk::outbound::{self, Delivery};
use mail::message::dsn;
use storage::Batch;

use super::{Ended, IntakeError, Message, drop_text};
use crate::courier::webhooks::announce_deliveries;
use crate::runner::Arrived;
use crate::services::Services;

/// Links a delivery report to the message it speaks of; `None` if the message
/// is no report, or none about mail of this account.
pub(super) async fn link(
    services: &Services,
    account: &Account,
    batch: &mut Batch,
    arrived: &Arrived,
    message: &Message,
    findings: Vec<Finding>,
) -> Result<Option<Ended>, IntakeError> {
    if !dsn::is_report(&message.headers) {
        return Ok(None);
    }
    let prefix = &services.config.product.header_prefix;
    let Some(report) = dsn::read(&message.raw, &message.headers, prefix) else {
        return Ok(None);
    };
    let now = services.clock.now();
    let Some(email) = outbound::bounced(account, batch, &report, findings, now).await? else {
        return Ok(None);
    };
    let bounced = |delivery: &&Delivery| delivery.state == outbound::State::Bounced;
    let concerned = email.deliveries.iter().filter(bounced);
    let concerned: Vec<_> = concerned.map(|delivery| &delivery.recipient).collect();
    announce_deliveries(account, batch, &email, &concerned, now).await?;
    drop_text(account, batch, arrived);
    Ok(Some(Ended::new(State::BounceLinked, "bounce_linked", "")))
}
