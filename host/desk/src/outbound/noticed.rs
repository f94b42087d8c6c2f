//! What others show of a message after it has left: reports and answers quote its header, and
//! what differs from what was sent is worth a warning (R32).

use mail::message::Marks;
use storage::{Batch, Timestamp};

use super::{Email, kept};
use crate::accounts::account_code;
use crate::facts::Finding;
use crate::messages::{self, Line};
use crate::notifications::draft;
use crate::{Account, Error, Product};

impl Email {
    /// The fields no relay may touch, as they were sent (R32, R34).
    ///
    /// # Errors
    /// [`Error::Compose`] if the product's name cannot stand in a header.
    pub fn protected_fields(
        &self,
        account: &Account,
        product: &Product,
    ) -> Result<Vec<(String, String)>, Error> {
        let code = account_code(account.id());
        let marks = Marks::new(&product.name, &product.header_prefix, &code, &self.id)
            .map_err(|error| Error::Compose(error.to_string()))?;
        Ok(draft::protected(&marks, &self.message_id))
    }

    /// Adds what was not noticed before, as far as there is room, and tells it in the
    /// message's log.
    pub(super) fn notice(
        &mut self,
        account: &Account,
        batch: &mut Batch,
        findings: Vec<Finding>,
        now: Timestamp,
    ) {
        for finding in findings {
            let known =
                |other: &Finding| (&other.code, &other.field) == (&finding.code, &finding.field);
            if self.warnings.len() >= WARNINGS_MAX || self.warnings.iter().any(known) {
                continue;
            }
            let field = finding.field.as_deref().unwrap_or("header");
            let detail = format!("{field}: {}", finding.hint);
            let line = Line::new(now, finding.code.as_str(), detail);
            messages::add(account, batch, &self.id, &line);
            self.warnings.push(finding);
        }
    }
}

/// Notes what an answer shows of a message of ours.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn notice(
    account: &Account,
    batch: &mut Batch,
    email: &str,
    findings: Vec<Finding>,
    now: Timestamp,
) -> Result<(), Error> {
    let found = kept(account, email).await?;
    if let Some(mut kept) = found.filter(|_| !findings.is_empty()) {
        kept.record.notice(account, batch, findings, now);
        account.rows().update(batch, email, &kept);
    }
    Ok(())
}

/// Warnings kept of one message; whoever has seen it can bring some about.
const WARNINGS_MAX: usize = 16;
