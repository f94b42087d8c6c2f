//! What can be asked about a support address.

use serde::{Deserialize, Serialize};

use super::Secret;
use crate::operations::addresses::{DescribeInput, ForwardedInput};
use crate::operations::servers::{AuthInput, TlsInput, TrustInput};
use crate::operations::verification::VerifyInput;

/// See [`crate::operations::addresses`] and [`crate::operations::verification`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the operation of the same name"
)]
pub enum AddressRequest {
    Add(NewAddressRequest),
    Set {
        account: String,
        address: String,
        outbound_only: bool,
    },
    Forward(ForwardedInput),
    Native {
        account: String,
        local: Option<String>,
        brand: Option<u64>,
    },
    Describe(DescribeInput),
    Change(ChangedAddressRequest),
    Keep {
        account: String,
        address: String,
    },
    List {
        account: String,
    },
    Show {
        account: String,
        address: String,
    },
    Verify(VerifyInput),
    Remove {
        account: String,
        address: String,
    },
}

/// A new address with its outbound password, the one secret that comes in.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of `AddressInput`")]
pub struct NewAddressRequest {
    pub account: String,
    pub address: String,
    pub name: Option<String>,
    pub domain: Option<String>,
    pub host: String,
    pub username: String,
    pub password: Secret,
    pub tls: Option<TlsInput>,
    #[serde(default)]
    pub trust: TrustInput,
    pub auth: Option<AuthInput>,
    pub brand: Option<u64>,
    pub outbound_only: bool,
}

/// A change of the customer's server, perhaps with a new password.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of `ChangeInput`")]
pub struct ChangedAddressRequest {
    pub account: String,
    pub address: String,
    pub host: Option<String>,
    pub username: Option<String>,
    pub password: Option<Secret>,
    pub tls: Option<TlsInput>,
    #[serde(default)]
    pub trust: TrustInput,
    pub auth: Option<AuthInput>,
    pub wait_seconds: Option<u64>,
}
