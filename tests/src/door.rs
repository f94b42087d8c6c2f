//! A door in front of a server: who comes is let through while it is open, and hung up
//! on while it is shut. For a real server that is to be away for a while.

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::free_port;

/// The door; it lasts as long as the test's process.
pub struct Door {
    port: u16,
    open: Arc<AtomicBool>,
}

impl Door {
    /// An open one in front of that port of 127.0.0.1.
    pub fn to(behind: u16) -> Self {
        let port = free_port();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free");
        let open = Arc::new(AtomicBool::new(true));
        let is_open = Arc::clone(&open);
        thread::spawn(move || {
            let comers = listener.incoming().flatten();
            for comer in comers.filter(|_| is_open.load(Ordering::SeqCst)) {
                // A peer that goes away is no matter of the door's.
                drop(TcpStream::connect((Ipv4Addr::LOCALHOST, behind)).map(|to| join(comer, to)));
            }
        });
        Self { port, open }
    }

    /// Where it stands.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Nobody new is let through.
    pub fn shut(&self) {
        self.open.store(false, Ordering::SeqCst);
    }

    /// Everybody is.
    pub fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

/// Passes on what either says, until both have ended.
fn join(one: TcpStream, other: TcpStream) {
    let both = one
        .try_clone()
        .and_then(|from| Ok((from, other.try_clone()?)));
    let Ok((from, back)) = both else { return };
    thread::spawn(move || pass_on(from, other));
    thread::spawn(move || pass_on(back, one));
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)
}
