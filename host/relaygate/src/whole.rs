//! Texts that are needed in one piece: to be signed, to be posted. Few at once,
//! so that memory stays bounded however large messages may be.

use storage::TextReader;
use tokio::sync::{Semaphore, SemaphorePermit};

/// A text in memory, and the seat it has there.
pub(crate) struct Whole {
    pub(crate) octets: Vec<u8>,
    _seat: Option<SemaphorePermit<'static>>,
}

/// Reads all of a text; a large one waits until there is a seat.
pub(crate) async fn read(text: &TextReader) -> Result<Whole, storage::Error> {
    let length = usize::try_from(text.octets()).unwrap_or(usize::MAX);
    let seat = match length > LARGE_OCTETS {
        // Nobody closes it.
        true => SEATS.acquire().await.ok(),
        false => None,
    };
    Ok(Whole {
        octets: text.read(0, length).await?,
        _seat: seat,
    })
}

/// Texts above this size need a seat.
const LARGE_OCTETS: usize = 1024 * 1024;
const SEATS_MAX: usize = 2;
static SEATS: Semaphore = Semaphore::const_new(SEATS_MAX);
