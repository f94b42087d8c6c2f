//! What the product calls itself; settings of the operator.

use mail::address::Domain;

/// Names that stand in messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// For people: `X-Mailer: <name> Mailer`.
    pub name: String,
    /// In header names: `X-<prefix>-Email-Id`.
    pub header_prefix: String,
    /// Our own name: the right side of Message-IDs.
    pub hostname: Domain,
    /// Accounts live in `<subdomain>.<native>`.
    pub native: Domain,
}
