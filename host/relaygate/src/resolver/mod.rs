//! Names to addresses, and which addresses we dare to dial.
//!
//! Hosts come from customers, so a name is resolved once, every address it has
//! is judged, and the judged address is what is dialled ([`CheckedAddr`]): there
//! is no second look-up a hostile name server could answer otherwise (OUT-01,
//! OUT-02).
//!
//! Not here: sockets (`courier`).

mod checked;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

use crate::config::{Config, RouteConfig};

pub use checked::{CheckedAddr, Reach};

/// Looks names up, and judges what it finds.
#[derive(Debug)]
pub struct Resolver {
    dns: TokioResolver,
    routes: Vec<RouteConfig>,
    native_port: u16,
    reach: Reach,
}

/// A mail server to try, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// Why a name leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// There is no such name, or it has no address.
    #[error("host was not found")]
    NotFound,
    /// The domain says it takes no mail (RFC 7505).
    #[error("domain takes no mail")]
    NullMx,
    /// It is not a name or address that can be dialled.
    #[error("host is not a name or address")]
    Unusable,
    /// Where it leads must not be dialled; which address it was is not said.
    #[error("host is not one this server may connect to")]
    Refused,
    /// No answer now; ask later.
    #[error("name servers gave no answer")]
    Temporary,
}

impl ResolveError {
    /// Whether asking again is in vain until somebody mends something.
    pub fn is_permanent(self) -> bool {
        !matches!(self, Self::Temporary)
    }
}

impl Resolver {
    /// Reads the configured name servers, or the system's.
    pub fn new(config: &Config) -> Result<Self, ResolveError> {
        Ok(Self {
            dns: dns(&config.resolver.servers)?,
            routes: config.native.routes.clone(),
            native_port: config.native.port,
            reach: Reach::new(config),
        })
    }

    /// The mail servers of a domain: its fixed route, else its MX records in
    /// order of preference, else the domain itself (RFC 5321 §5.1).
    pub async fn targets(&self, domain: &str) -> Result<Vec<Target>, ResolveError> {
        let fixed = |route: &&RouteConfig| route.domain.eq_ignore_ascii_case(domain);
        if let Some(route) = self.routes.iter().find(fixed) {
            return Ok(vec![Target {
                host: route.host.clone(),
                port: route.port,
            }]);
        }
        let mut exchanges = self.exchanges(domain).await?;
        exchanges.sort();
        exchanges.truncate(EXCHANGES_MAX);
        let hosts = exchanges.into_iter().map(|(_, host)| host);
        let targets: Vec<_> = hosts
            .map(|host| Target {
                host,
                port: self.native_port,
            })
            .collect();
        if targets.is_empty() {
            return Ok(vec![Target {
                host: domain.to_owned(),
                port: self.native_port,
            }]);
        }
        Ok(targets)
    }

    async fn exchanges(&self, domain: &str) -> Result<Vec<(u16, String)>, ResolveError> {
        let records = self.records(domain, RecordType::MX).await?;
        let mut exchanges = Vec::new();
        for record in records {
            let RData::MX(mx) = record else { continue };
            if mx.exchange.is_root() {
                return Err(ResolveError::NullMx);
            }
            exchanges.push((mx.preference, plain(&mx.exchange.to_ascii())));
        }
        Ok(exchanges)
    }

    /// Every address of a host, each judged. One forbidden address among them
    /// refuses the host: a name that leads both ways is not to be trusted.
    pub async fn addresses(&self, host: &str, port: u16) -> Result<Vec<CheckedAddr>, ResolveError> {
        let sockets = self.sockets(host, port).await?;
        sockets.map(|socket| self.reach.check(socket)).collect()
    }

    /// The same for an HTTP server.
    pub async fn web_addresses(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<CheckedAddr>, ResolveError> {
        let sockets = self.sockets(host, port).await?;
        sockets.map(|socket| self.reach.check_web(socket)).collect()
    }

    /// Whether the operator has listed the network of every one of them: only
    /// there may a connection stay in clear text.
    pub fn are_listed(&self, addresses: &[CheckedAddr]) -> bool {
        addresses
            .iter()
            .all(|address| self.reach.is_listed(*address))
    }

    async fn sockets(
        &self,
        host: &str,
        port: u16,
    ) -> Result<impl Iterator<Item = SocketAddr>, ResolveError> {
        let addresses = match checked::literal(host)? {
            Some(address) => vec![address],
            None => self.look_up(host).await?,
        };
        Ok(addresses
            .into_iter()
            .map(move |ip| SocketAddr::new(ip, port)))
    }

    async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let answer = bounded(self.dns.lookup_ip(absolute(host))).await?;
        let addresses: Vec<_> = answer.iter().take(ADDRESSES_MAX).collect();
        if addresses.is_empty() {
            Err(ResolveError::NotFound)
        } else {
            Ok(addresses)
        }
    }

    /// The TXT records of a name, each joined; none if there is no such name.
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, ResolveError> {
        let records = self.records(name, RecordType::TXT).await?;
        let texts = records.into_iter().filter_map(|record| match record {
            RData::TXT(txt) => {
                let octets: Vec<u8> = txt.txt_data.concat();
                Some(String::from_utf8_lossy(&octets).into_owned())
            }
            _ => None,
        });
        Ok(texts.collect())
    }

    /// Where the CNAME of a name points, in lower case and without the last dot.
    pub async fn cname(&self, name: &str) -> Result<Option<String>, ResolveError> {
        let records = self.records(name, RecordType::CNAME).await?;
        Ok(records.into_iter().find_map(|record| match record {
            RData::CNAME(target) => Some(plain(&target.to_ascii())),
            _ => None,
        }))
    }

    /// Forgets what is known of a name, for somebody who has just changed it.
    pub fn forget(&self, name: &str) {
        self.dns
            .clear_lookup_cache(absolute(name), RecordType::CNAME);
        self.dns.clear_lookup_cache(absolute(name), RecordType::TXT);
    }

    /// Records of one type; an absent name has none.
    async fn records(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, ResolveError> {
        match bounded(self.dns.lookup(absolute(name), kind)).await {
            Ok(found) => Ok(found
                .answers()
                .iter()
                .map(|record| record.data.clone())
                .collect()),
            Err(ResolveError::NotFound) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

fn dns(servers: &[SocketAddr]) -> Result<TokioResolver, ResolveError> {
    let mut builder = if servers.is_empty() {
        TokioResolver::builder_tokio().map_err(|_| ResolveError::Temporary)?
    } else {
        let servers = servers.iter().map(|server| name_server(*server)).collect();
        let config = ResolverConfig::from_name_servers(servers);
        TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
    };
    builder.options_mut().negative_max_ttl = Some(ABSENCE_REMEMBERED);
    builder.build().map_err(|_| ResolveError::Temporary)
}

fn name_server(server: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = server.port();
        connection
    });
    NameServerConfig::new(server.ip(), true, connections.into())
}

async fn bounded<T>(
    question: impl Future<Output = Result<T, NetError>>,
) -> Result<T, ResolveError> {
    match tokio::time::timeout(LOOK_UP_TIMEOUT, question).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) if error.is_no_records_found() => Err(ResolveError::NotFound),
        Ok(Err(_)) | Err(_) => Err(ResolveError::Temporary),
    }
}

/// With the last dot, so that no search list is tried.
fn absolute(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(15);
/// A record that is missing today may be made by a customer any minute.
const ABSENCE_REMEMBERED: Duration = Duration::from_secs(60);
/// MX hosts tried; a domain with more is odd or hostile.
const EXCHANGES_MAX: usize = 10;
/// Addresses of a host that are looked at.
const ADDRESSES_MAX: usize = 32;
