//! One SMTP connection as octets: clear text or TLS, either side, every wait bounded.
//!
//! Not here: what the octets mean (`mail`), who may connect (`listener`), whom
//! we connect to (`courier`).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::tls::SessionInfo;

/// A connection. The clear-text stream is given away when TLS begins, so that
/// nothing can be read from it afterwards (RFC 3207 §4.2).
#[derive(Debug)]
pub enum Wire {
    /// Clear text.
    Clear(TcpStream),
    /// TLS.
    Tls(Box<TlsStream<TcpStream>>),
    /// A handshake failed, or is under way.
    Closed,
}

impl Wire {
    /// A fresh connection, told not to wait for more before it sends: a
    /// dialogue of short lines loses 40 ms a turn otherwise.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self::Clear(stream))
    }

    /// Does the server's part of a handshake. After an error the wire is closed.
    pub async fn accept_tls(&mut self, acceptor: TlsAcceptor, limit: Duration) -> io::Result<()> {
        let accepting = acceptor.accept(self.take_clear()?);
        let stream = within(limit, accepting).await?;
        *self = Self::Tls(Box::new(TlsStream::Server(stream)));
        Ok(())
    }

    /// Does the client's part of a handshake. After an error the wire is closed.
    pub async fn connect_tls(
        &mut self,
        connector: TlsConnector,
        name: ServerName<'static>,
        limit: Duration,
    ) -> io::Result<()> {
        let connecting = connector.connect(name, self.take_clear()?);
        let stream = within(limit, connecting).await?;
        *self = Self::Tls(Box::new(TlsStream::Client(stream)));
        Ok(())
    }

    /// What the handshake agreed on; `None` in clear text.
    pub fn tls(&self) -> Option<SessionInfo> {
        match self {
            Self::Clear(_) | Self::Closed => None,
            Self::Tls(stream) => SessionInfo::of(stream.get_ref().1),
        }
    }

    /// Reads what there is into `buffer`, at most its size; 0 is the end.
    pub async fn read_by(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        match timeout_at(deadline, self.read(buffer)).await {
            Ok(read) => read,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// Writes everything and pushes it out.
    pub async fn send(&mut self, octets: &[u8], limit: Duration) -> io::Result<()> {
        within(limit, async {
            self.write_all(octets).await?;
            self.flush().await
        })
        .await
    }

    /// Says goodbye at the transport's level; whether the peer listens is its own affair.
    pub async fn close(&mut self) {
        let _ = timeout(CLOSE_LIMIT, self.shutdown()).await;
    }

    fn take_clear(&mut self) -> io::Result<TcpStream> {
        match std::mem::replace(self, Self::Closed) {
            Self::Clear(stream) => Ok(stream),
            Self::Tls(_) | Self::Closed => Err(io::Error::other("no clear-text connection")),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_read(cx, into),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, into),
            Self::Closed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write(cx, octets),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, octets),
            Self::Closed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Self::Closed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Closed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// How long a peer may take to hear our goodbye.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// RES-02: octets beyond what the system keeps for a peer that does not read. How long a
    /// session bears that is its own affair.
    #[tokio::test]
    async fn a_peer_that_reads_nothing_is_written_to_for_so_long() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let deaf = TcpStream::connect(address).await.expect("connected");
        let (stream, _) = listener.accept().await.expect("accepted");
        let mut wire = Wire::new(stream).expect("a wire");
        let (limit, start) = (Duration::from_millis(200), Instant::now());
        let sent = wire.send(&vec![b'x'; 64 << 20], limit).await;
        let ended = sent.expect_err("nobody reads").kind();
        assert_eq!(ended, io::ErrorKind::TimedOut);
        assert!(start.elapsed() >= limit);
        drop(deaf);
    }
}
