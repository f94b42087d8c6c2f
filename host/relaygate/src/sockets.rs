//! The ports: bound here, or handed over by a service manager that keeps them
//! open while the program is replaced (systemd's socket activation), so that no
//! connection is refused in between.
//!
//! A socket that was handed over serves the listener whose `bind` is its address.
//!
//! Not here: accepting (`listener`, `monitoring`, `web`).

use std::io;
use std::net::{SocketAddr, TcpListener as Bound};

use listenfd::ListenFd;
use tokio::net::TcpListener;

use crate::config::{Config, ConfigError, io_reason};

/// Every port, bound and not yet listened to by anybody.
pub(crate) struct Ports {
    pub(crate) smtp: Vec<TcpListener>,
    pub(crate) metrics: Option<TcpListener>,
    pub(crate) web: Option<TcpListener>,
}

impl Ports {
    /// Takes over what is handed over and binds the rest.
    pub(crate) async fn open(config: &Config) -> Result<Self, ConfigError> {
        let mut handed = HandedOver::take()?;
        let mut smtp = Vec::new();
        for (index, listener) in config.listeners.iter().enumerate() {
            let key = format!("listener[{index}].bind");
            smtp.push(handed.or_bind(&key, listener.bind).await?);
        }
        let metrics = match &config.metrics {
            Some(metrics) => Some(handed.or_bind("metrics.bind", metrics.bind).await?),
            None => None,
        };
        let web = match &config.web {
            Some(web) => Some(handed.or_bind("web.bind", web.bind).await?),
            None => None,
        };
        handed.nothing_left()?;
        Ok(Self { smtp, metrics, web })
    }
}

/// Sockets from outside, each with its address.
struct HandedOver(Vec<(SocketAddr, Bound)>);

impl HandedOver {
    fn take() -> Result<Self, ConfigError> {
        let mut outside = ListenFd::from_env();
        let mut sockets = Vec::new();
        for index in 0..outside.len() {
            let taken = outside
                .take_tcp_listener(index)
                .and_then(|socket| match socket {
                    Some(socket) => Ok((socket.local_addr()?, socket)),
                    None => Err(io::ErrorKind::NotFound.into()),
                });
            sockets.push(taken.map_err(|error| {
                let problem = format!(
                    "no TCP listener (descriptor {index}: {})",
                    io_reason(&error)
                );
                unusable(&problem)
            })?);
        }
        Ok(Self(sockets))
    }

    async fn or_bind(
        &mut self,
        key: &str,
        address: SocketAddr,
    ) -> Result<TcpListener, ConfigError> {
        let found = self.0.iter().position(|(at, _)| *at == address);
        let bound = match found.map(|index| self.0.swap_remove(index).1) {
            Some(socket) => taken_over(socket),
            None => TcpListener::bind(address).await,
        };
        bound.map_err(|error| not_bound(key, address, &error))
    }

    /// A socket nobody listens to would take connections and never answer.
    fn nothing_left(&self) -> Result<(), ConfigError> {
        match self.0.first() {
            Some((address, _)) => Err(unusable(&format!("{address}, which no listener binds"))),
            None => Ok(()),
        }
    }
}

fn taken_over(socket: Bound) -> io::Result<TcpListener> {
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket)
}

fn unusable(what: &str) -> ConfigError {
    let mend = "make the service manager's sockets those of the configuration";
    ConfigError::new(
        "listener",
        format!("a socket was handed over that is {what}"),
        mend,
    )
}

fn not_bound(key: &str, address: SocketAddr, error: &io::Error) -> ConfigError {
    let problem = format!("{address} cannot be bound ({})", io_reason(error));
    let mend = match error.kind() {
        io::ErrorKind::AddrInUse => "stop the program that has it, or name another port",
        io::ErrorKind::PermissionDenied => {
            "allow the port to this user (CAP_NET_BIND_SERVICE), or have it handed over"
        }
        _ => "name an address of this machine",
    };
    ConfigError::new(key, problem, mend)
}
