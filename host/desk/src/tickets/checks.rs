//! What the customer's server found out about an author (RFC 8601): kept with the comment
//! for people to read, apart from whether the relay proved itself.
//!
//! Not here: what follows from it (the header policy says so once, in
//! [`crate::facts::AuthorAuthentication`]).

use mail::message::{Headers, Verdict, receivers_results};
use serde::{Deserialize, Serialize};

/// What it says of each method.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorChecks {
    /// SPF, for the domain of the reverse path.
    pub spf: Option<Check>,
    /// DKIM, for each signature.
    pub dkim: Vec<Check>,
    /// DMARC, for the domain of From.
    pub dmarc: Option<Check>,
}

/// What came out for one domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `pass`, `fail`, `softfail` … (RFC 8601 §2.7).
    pub verdict: String,
    /// The domain it speaks of.
    pub domain: Option<String>,
}

impl AuthorChecks {
    /// Reads the topmost writer's fields; `None` if there are none. Of a message that came
    /// over the connector that is the customer's server; elsewhere it is a stranger's word.
    pub fn read(headers: &Headers) -> Option<Self> {
        let found = receivers_results(headers)?;
        let signatures = found.dkim.into_iter().take(SIGNATURES_MAX);
        Some(Self {
            spf: found.spf.map(check),
            dkim: signatures
                .map(|signature| check((signature.verdict, signature.domain)))
                .collect(),
            dmarc: found.dmarc.map(check),
        })
    }
}

fn check((verdict, domain): (Verdict, Option<String>)) -> Check {
    Check {
        verdict: verdict.word().to_owned(),
        domain: domain.filter(|domain| domain.len() <= DOMAIN_OCTETS_MAX),
    }
}

/// More signatures than that tell a person nothing.
const SIGNATURES_MAX: usize = 10;
/// RFC 1035 §2.3.4.
const DOMAIN_OCTETS_MAX: usize = 255;
