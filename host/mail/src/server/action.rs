//! What passes between a session and the program that drives it.

use std::time::Duration;

use super::envelope::{Envelope, TlsInfo};
use crate::address::Address;
use crate::reply::Reply;
use crate::sasl::Credentials;

/// What the program is to do next. Each is said once.
pub enum Action<'s> {
    /// Write these octets. The next [`Session::next`](super::Session::next) takes them as written.
    Send(&'s [u8]),
    /// Read once and append it to [`Session::space`](super::Session::space), or tell an event.
    Read,
    /// Let this much time pass before anything else: the peer makes too many errors.
    Pause(Duration),
    /// Do the TLS handshake, then tell [`Event::TlsStarted`].
    StartTls,
    /// Are these right? [`Event::Authenticated`] or [`Event::Refused`].
    Verify(Credentials),
    /// May this sender send? The envelope has no recipients yet.
    /// [`Event::Accepted`] or [`Event::Refused`].
    Sender(&'s Envelope),
    /// May this recipient be addressed? The envelope has those accepted so far.
    /// [`Event::Accepted`] or [`Event::Refused`].
    Recipient(&'s Envelope, &'s Address),
    /// The next piece of message text, dots taken off.
    Text(&'s [u8]),
    /// The text handed out so far is void; no `EndOfText` will follow it.
    Discard,
    /// The text is complete. Keep it, then tell [`Event::Kept`] or [`Event::Refused`].
    EndOfText(&'s Envelope),
    /// The program still owes an answer or a handshake; nothing to do before it comes.
    Wait,
    /// The session is over. Text without `EndOfText` is void.
    Close,
}

/// What the program tells the session.
#[derive(Debug)]
pub enum Event<Proof, Identity> {
    /// The handshake is done.
    TlsStarted(TlsInfo),
    /// The credentials are right; this is whose session it is from now on.
    Authenticated(Identity),
    /// The sender or recipient asked about is fine.
    Accepted,
    /// The open question is answered with this reply. Anything but 4yz and 5yz
    /// is taken as 451; a 421 also closes.
    Refused(Reply),
    /// The message is durable, and here is the proof of it; the second is the id
    /// the reply tells the peer.
    Kept(Proof, String),
    /// The time told by [`Session::deadline`](super::Session::deadline) has come.
    DeadlinePassed,
    /// The process is going down: a transaction in flight may finish, no other begins.
    Shutdown,
    /// The session's credentials are no longer valid.
    Revoked,
    /// There is no room for this connection any more.
    Crowded,
    /// The connection is gone.
    PeerGone,
}
