//! How a ticket or a comment came to us.

use serde::Serialize;
use utoipa::ToSchema;

/// The channel, and both ends.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Via {
    /// `email` or `api`.
    channel: &'static str,
    source: Source,
}

/// Both ends.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Source {
    from: End,
    to: End,
    rel: Option<String>,
}

/// One end; empty where there is no address.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(in crate::web::api) struct End {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
}

impl Via {
    /// By mail, from somebody to one of the account's addresses.
    pub(in crate::web::api) fn email(from: &str, name: &str, to: Option<&str>) -> Self {
        Self {
            channel: "email",
            source: Source {
                from: End {
                    address: Some(from.to_owned()),
                    name: Some(name.to_owned()),
                },
                to: End {
                    address: to.map(str::to_owned),
                    name: None,
                },
                rel: None,
            },
        }
    }

    /// Entered here.
    pub(in crate::web::api) fn api() -> Self {
        Self {
            channel: "api",
            source: Source {
                from: End::default(),
                to: End::default(),
                rel: None,
            },
        }
    }
}
