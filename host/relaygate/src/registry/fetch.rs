//! The registry's side: HTTP over TLS, a token where it wants one, redirects to where the
//! octets lie (OCI distribution specification).
//!
//! A user and password come from the environment, `REGISTRY_USERNAME` and
//! `REGISTRY_PASSWORD`, and go to the registry and its token service only.

use std::env;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use desk::addresses::Trust;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::{PullError, Reference};
use crate::tls::ClientTls;

/// A registry, and how it knows us.
pub(super) struct Registry {
    base: String,
    host: String,
    tls: ClientTls,
    login: Option<String>,
    token: Option<String>,
}

/// What a token service answers.
#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: String,
}

impl Registry {
    pub(super) fn new(reference: &Reference) -> Result<Self, PullError> {
        let scheme = if reference.is_local() {
            "http"
        } else {
            "https"
        };
        let (host, port) = (&reference.host, reference.port);
        let tls = ClientTls::new();
        let tls = tls.map_err(|error| PullError::Unreachable(host.clone(), error.to_string()))?;
        Ok(Self {
            base: format!("{scheme}://{host}:{port}/v2/{}", reference.repository),
            host: host.clone(),
            tls,
            login: login(),
            token: None,
        })
    }

    /// Gets what stands at that path of the repository, at most so many octets.
    pub(super) async fn get(
        &mut self,
        path: &str,
        accept: Option<&str>,
        octets_max: u64,
    ) -> Result<Vec<u8>, PullError> {
        let mut place = format!("{}/{path}", self.base);
        let mut credential = self.credential();
        for _ in 0..STEPS_MAX {
            let answer = self.ask(&place, accept, credential.as_deref()).await?;
            match answer.status() {
                StatusCode::OK => return body(&self.host, answer, octets_max).await,
                // Nobody the registry sends us on to learns our password.
                StatusCode::UNAUTHORIZED
                    if self.token.is_none() && place.starts_with(&self.base) =>
                {
                    let wanted = challenge(&answer).ok_or_else(|| self.refused(401))?;
                    self.token = Some(self.token(&wanted).await?);
                    credential = self.credential();
                }
                status if status.is_redirection() => {
                    place = elsewhere(&answer).ok_or_else(|| self.refused(status.as_u16()))?;
                    // Where the octets lie knows us by the address alone.
                    credential = None;
                }
                status => return Err(self.refused(status.as_u16())),
            }
        }
        Err(self.refused(StatusCode::LOOP_DETECTED.as_u16()))
    }

    fn credential(&self) -> Option<String> {
        let basic = self.login.as_ref().map(|login| format!("Basic {login}"));
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        bearer.or(basic)
    }

    fn refused(&self, status: u16) -> PullError {
        let mend = match status {
            401 | 403 => "; set REGISTRY_USERNAME and REGISTRY_PASSWORD",
            404 => "; it has no such repository or digest",
            _ => "",
        };
        PullError::Refused(self.host.clone(), status, mend)
    }

    /// A token for what the registry wants one for.
    async fn token(&self, wanted: &Challenge) -> Result<String, PullError> {
        let login = self.login.as_ref().map(|login| format!("Basic {login}"));
        let answer = self.ask(&wanted.place(), None, login.as_deref()).await?;
        if answer.status() != StatusCode::OK {
            return Err(self.refused(answer.status().as_u16()));
        }
        let octets = body(&self.host, answer, TOKEN_OCTETS_MAX).await?;
        let token: Token = serde_json::from_slice(&octets).map_err(|_| self.refused(401))?;
        Ok(token.token)
    }

    async fn ask(
        &self,
        place: &str,
        accept: Option<&str>,
        credential: Option<&str>,
    ) -> Result<Response<Incoming>, PullError> {
        let lost = |reason: String| PullError::Unreachable(self.host.clone(), reason);
        let uri: Uri = place
            .parse()
            .map_err(|_| lost("a bad address".to_owned()))?;
        let host = uri.host().unwrap_or_default().to_owned();
        let is_tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let stream = TcpStream::connect((host.as_str(), port)).await;
        let stream = stream.map_err(|error| lost(error.to_string()))?;
        let request = request(&uri, accept, credential).map_err(|error| lost(error.to_string()))?;
        if !is_tls {
            return exchange(stream, request).await.map_err(lost);
        }
        let name = ServerName::try_from(host).map_err(|error| lost(error.to_string()))?;
        let connector = self.tls.connector(&Trust::System);
        let connector = connector.map_err(|error| lost(error.to_string()))?;
        let stream = connector.connect(name, stream).await;
        let stream = stream.map_err(|error| lost(error.to_string()))?;
        exchange(stream, request).await.map_err(lost)
    }
}

fn request(
    uri: &Uri,
    accept: Option<&str>,
    credential: Option<&str>,
) -> Result<Request<Empty<Bytes>>, hyper::http::Error> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let mut request = Request::get(path).header(header::HOST, host);
    if let Some(accept) = accept {
        request = request.header(header::ACCEPT, accept);
    }
    if let Some(credential) = credential {
        request = request.header(header::AUTHORIZATION, credential);
    }
    request.body(Empty::new())
}

async fn exchange<S>(
    stream: S,
    request: Request<Empty<Bytes>>,
) -> Result<Response<Incoming>, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let opened = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = opened.map_err(|error| error.to_string())?;
    // It ends with the answer's last octet.
    tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    answer.map_err(|error| error.to_string())
}

async fn body(
    host: &str,
    answer: Response<Incoming>,
    octets_max: u64,
) -> Result<Vec<u8>, PullError> {
    let bound = usize::try_from(octets_max).unwrap_or(usize::MAX);
    let collected = Limited::new(answer.into_body(), bound).collect().await;
    match collected {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(PullError::TooLarge(octets_max))
        }
        Err(error) => Err(PullError::Unreachable(host.to_owned(), error.to_string())),
    }
}

/// Another place, over TLS.
fn elsewhere(answer: &Response<Incoming>) -> Option<String> {
    let place = answer.headers().get(header::LOCATION)?.to_str().ok()?;
    place.starts_with("https://").then(|| place.to_owned())
}

/// What a registry wants a token for: `Bearer realm="...",service="...",scope="..."`.
#[derive(Debug, PartialEq, Eq)]
struct Challenge {
    realm: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    fn parse(text: &str) -> Option<Self> {
        let mut parameters = Vec::new();
        let mut realm = None;
        for part in text.strip_prefix("Bearer ")?.split("\",") {
            let (key, value) = part.trim().split_once("=\"")?;
            let value = value.trim_end_matches('"').to_owned();
            match key {
                "realm" => realm = Some(value),
                key => parameters.push((key.to_owned(), value)),
            }
        }
        let realm = realm.filter(|realm| realm.starts_with("https://"))?;
        Some(Self { realm, parameters })
    }

    fn place(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.parameters);
        format!("{}?{}", self.realm, query.finish())
    }
}

fn challenge(answer: &Response<Incoming>) -> Option<Challenge> {
    let field = answer.headers().get(header::WWW_AUTHENTICATE)?;
    Challenge::parse(field.to_str().ok()?)
}

fn login() -> Option<String> {
    let username = env::var("REGISTRY_USERNAME").ok()?;
    let password = env::var("REGISTRY_PASSWORD").ok()?;
    Some(BASE64.encode(format!("{username}:{password}")))
}

/// A token, and two redirects.
const STEPS_MAX: u32 = 4;
const TOKEN_OCTETS_MAX: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_says_where_tokens_are() {
        let told = "Bearer realm=\"https://auth.example/token\",service=\"registry.example\",\
            scope=\"repository:a/b:pull\"";
        let read = Challenge::parse(told).expect("a challenge");
        assert_eq!(
            read.place(),
            "https://auth.example/token?service=registry.example&scope=repository%3Aa%2Fb%3Apull"
        );
        for wrong in [
            "Basic realm=\"x\"",
            "Bearer realm=\"http://clear.example/\"",
            "Bearer",
        ] {
            assert_eq!(Challenge::parse(wrong), None, "{wrong}");
        }
    }
}
