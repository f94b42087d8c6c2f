//! Who asks: an agent of one account, proved by an API token.
//!
//! Clients send it as Basic with `EMAIL/token` as user name, or as Bearer. Either way
//! the token tells the account, so that nobody can name another; the address has to be
//! that of its agent. A token has 256 bits: guessing needs no throttle.
//!
//! The password of a person is not taken, though clients of old could send one: nobody
//! could ask for a second factor here, and a program that keeps it would keep the key to
//! the admin center. Whoever tries is told to make a token.
//!
//! Everything a handler may know of its caller is in [`Caller`]; every route gets one
//! (`super::router`), so that none can forget to ask.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use desk::{accounts, people};
use mail::address::Address;
use secrecy::SecretString;
use storage::AccountId;

use super::allowance::Allowances;
use super::failure::Failure;
use crate::operations::Actor;
use crate::services::Services;
use crate::web::Peer;

/// An agent whose token was proved, and what the answer to them needs.
#[derive(Clone)]
pub(super) struct Caller {
    /// Everything.
    pub(super) services: Arc<Services>,
    /// Subdomain of the account the token belongs to.
    pub(super) account: String,
    /// Whose token it is.
    pub(super) agent: Address,
    /// For the audit log.
    pub(super) actor: Actor,
    /// What the caller calls us: links begin with it.
    pub(super) site: Site,
    is_admin: bool,
}

/// A caller who is an admin of the account.
pub(super) struct Admin(pub(super) Caller);

/// `https://` and the host as the caller wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site(String);

/// What stands before every route.
#[derive(Clone)]
pub(super) struct Gate {
    /// Everything.
    pub(super) services: Arc<Services>,
    /// How much each account may still ask.
    pub(super) allowances: Arc<Allowances>,
}

/// What a request says of who sends it.
struct Presented {
    site: Site,
    name: Option<Address>,
    token: SecretString,
    peer: IpAddr,
}

/// Lets a request through to its route, with its [`Caller`], if the account has
/// not asked too much.
pub(super) async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let presented = Presented::by(&request);
    let recognised = match presented {
        Ok(presented) => recognise(&gate.services, presented).await,
        Err(failure) => Err(failure),
    };
    let (account, caller) = match recognised {
        Ok(recognised) => recognised,
        Err(failure) => return failure.into_response(),
    };
    let allowed = gate.allowances.take(account, Instant::now());
    let mut response = match allowed {
        Ok(_) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refused) => Failure::too_many_requests(refused.wait).into_response(),
    };
    let fields = response.headers_mut();
    fields.insert("x-rate-limit", gate.allowances.per_minute().into());
    fields.insert("x-rate-limit-remaining", allowed.unwrap_or(0).into());
    response
}

async fn recognise(
    services: &Arc<Services>,
    presented: Presented,
) -> Result<(AccountId, Caller), Failure> {
    let found = people::by_token(&services.desk, &presented.token).await?;
    let (account, token) = found.ok_or_else(Failure::unauthenticated)?;
    let name = presented.name.as_ref();
    if name.is_some_and(|name| !name.same_mailbox(&token.agent)) {
        return Err(Failure::unauthenticated());
    }
    let profile = accounts::profile(&account).await?;
    let mut admins = profile.admins.iter();
    let caller = Caller {
        services: Arc::clone(services),
        account: profile.subdomain.to_string(),
        is_admin: admins.any(|admin| admin.same_mailbox(&token.agent)),
        actor: Actor::token(&token.id, presented.peer),
        agent: token.agent,
        site: presented.site,
    };
    Ok((account.id(), caller))
}

impl Presented {
    fn by(request: &Request) -> Result<Self, Failure> {
        let site = Site::of(request)?;
        let (name, token) = presented(request.headers()).ok_or_else(Failure::unauthenticated)?;
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
        Ok(Self {
            site,
            name,
            token,
            peer: peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into()),
        })
    }
}

/// The address, if one was given, and the token.
fn presented(fields: &HeaderMap) -> Option<(Option<Address>, SecretString)> {
    let value = fields.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some((None, SecretString::from(rest)));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64.decode(rest).ok()?).ok()?;
    // RFC 7617 §2: the first colon ends the user name.
    let (name, token) = pair.split_once(':')?;
    let name = Address::parse(name.strip_suffix(TOKEN_USER)?).ok()?;
    Some((Some(name), SecretString::from(token)))
}

impl Site {
    /// By the Host field, or what HTTP/2 has for it. It comes back in links, so only
    /// what is a host and perhaps a port is taken.
    fn of(request: &Request) -> Result<Self, Failure> {
        let named = request.headers().get(header::HOST);
        let named = named.and_then(|host| host.to_str().ok());
        let authority = named.or_else(|| request.uri().authority().map(Authority::as_str));
        let authority = authority.and_then(|text| text.parse::<Authority>().ok());
        let plain = |it: &Authority| !it.as_str().contains('@') && !it.host().is_empty();
        match authority.filter(plain) {
            Some(authority) => Ok(Self(format!("https://{authority}"))),
            None => Err(Failure::bad_request("the Host field names no host")),
        }
    }

    /// A link to a path of ours.
    pub(super) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The link of one thing, as it stands in its `url`.
    pub(super) fn of_thing(&self, kind: &str, id: impl std::fmt::Display) -> String {
        format!("{}{}/{kind}/{id}.json", self.0, super::BASE)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(Failure::unauthenticated)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, state).await?;
        match caller.is_admin {
            true => Ok(Self(caller)),
            false => Err(Failure::forbidden()),
        }
    }
}

/// What follows the address in the user name.
const TOKEN_USER: &str = "/token";

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use secrecy::ExposeSecret;

    use super::*;

    fn field(value: &str) -> HeaderMap {
        let value = value.parse().expect("a field's value");
        HeaderMap::from_iter([(header::AUTHORIZATION, value)])
    }

    #[test]
    fn both_forms_of_a_token_are_read() {
        let basic = BASE64.encode("ann@acme.example/token:rgt_abc");
        let (name, token) = presented(&field(&format!("Basic {basic}"))).expect("a token");
        assert_eq!(
            name.map(|it| it.to_string()).as_deref(),
            Some("ann@acme.example")
        );
        assert_eq!(token.expose_secret(), "rgt_abc");
        let (name, token) = presented(&field("bearer rgt_abc")).expect("a token");
        assert!(name.is_none());
        assert_eq!(token.expose_secret(), "rgt_abc");
    }

    #[test]
    fn anything_else_is_no_token() {
        let password = BASE64.encode("ann@acme.example:secret");
        let nobody = BASE64.encode("/token:rgt_abc");
        for value in [
            format!("Basic {password}"),
            format!("Basic {nobody}"),
            "Basic %%%".to_owned(),
            "Basic".to_owned(),
            "Digest rgt_abc".to_owned(),
        ] {
            assert!(presented(&field(&value)).is_none(), "{value}");
        }
    }

    #[test]
    fn links_bear_the_callers_host_and_no_other_text() {
        let of = |host: &str| {
            let request = Request::builder().header("host", host).body(Body::empty());
            Site::of(&request.expect("a request"))
        };
        let site = of("desk.example:8443").expect("a site");
        assert_eq!(site.link("/x"), "https://desk.example:8443/x");
        for host in [
            "",
            "a b",
            "desk.example/evil",
            "me@desk.example",
            "\"><script>",
        ] {
            assert!(of(host).is_err(), "{host}");
        }
    }
}
