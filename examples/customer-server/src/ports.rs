//! Free ports on 127.0.0.1.
//!
//! Taken from below the range the kernel gives to outgoing connections, so that
//! a port chosen here is not lost between choosing and binding it.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::Error;

/// A port nobody listens on, never handed out before by this process.
///
/// # Errors
/// [`Error::NoPort`].
pub fn free() -> Result<u16, Error> {
    (0..RANGE)
        .map(|_| FIRST + (start() + NEXT.fetch_add(1, Ordering::Relaxed)) % RANGE)
        .find(|port| is_free(*port))
        .ok_or(Error::NoPort)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        && UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Where this process begins, so that two processes seldom meet.
fn start() -> u16 {
    let spread = process::id().wrapping_mul(131) % u32::from(RANGE);
    u16::try_from(spread).unwrap_or(0)
}

static NEXT: AtomicU16 = AtomicU16::new(0);
const FIRST: u16 = 20_000;
const RANGE: u16 = 12_000;
