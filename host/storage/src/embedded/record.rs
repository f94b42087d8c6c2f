//! The frame around everything written to a journal, a snapshot or a marker.
//!
//! ```text
//!  0  magic "RGJR"            16  sequence, 8 octets
//!  4  format version          24  synced: last commit known to be on the disk
//!  5  kind                    32  CRC32C of octets 0..32, begun with the salt
//!  6  zero, zero              36  CRC32C of payload and tail, begun with that
//!  8  octets of the payload   40  payload (postcard), then the tail (raw texts)
//! 12  octets of the tail
//! ```
//!
//! Numbers are little-endian. The header has a checksum of its own so that a
//! damaged body can be stepped over without searching in it.

/// Where the payload begins.
pub(crate) const HEADER_OCTETS: usize = 40;
/// No record is larger, headers included.
pub(crate) const RECORD_OCTETS_MAX: usize = 32 * 1024 * 1024;
/// How every record begins.
pub(crate) const MAGIC: [u8; 4] = *b"RGJR";
/// The format this program writes, and the newest it reads.
pub(crate) const VERSION: u8 = 1;

/// What a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// One batch.
    Commit = 1,
    /// Part of a snapshot or of a sorted run.
    Block = 2,
    /// The end of a snapshot or of a sorted run.
    End = 3,
    /// A view that was left in order.
    Marker = 4,
}

/// The first octets of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) payload_octets: u32,
    pub(crate) tail_octets: u32,
    pub(crate) sequence: u64,
    pub(crate) synced: u64,
    checksum: u32,
    body_checksum: u32,
}

/// Why these octets are not a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoHeader {
    Damaged,
    /// An intact header of a later format.
    Version(u8),
}

impl Header {
    /// The whole record's size.
    pub(crate) fn octets(&self) -> usize {
        HEADER_OCTETS + self.payload_octets as usize + self.tail_octets as usize
    }

    /// Reads the first [`HEADER_OCTETS`] of a record.
    pub(crate) fn parse(octets: &[u8], salt: u32) -> Result<Self, NoHeader> {
        let number = |at: usize| u32::from_le_bytes(four(octets, at));
        let long = |at: usize| u64::from(number(at)) | u64::from(number(at + 4)) << 32;
        if octets.len() < HEADER_OCTETS
            || octets[..4] != MAGIC
            || crc32c::crc32c_append(salt, &octets[..32]) != number(32)
        {
            return Err(NoHeader::Damaged);
        }
        if octets[4] != VERSION {
            return Err(NoHeader::Version(octets[4]));
        }
        let header = Self {
            kind: kind(octets[5]).ok_or(NoHeader::Damaged)?,
            payload_octets: number(8),
            tail_octets: number(12),
            sequence: long(16),
            synced: long(24),
            checksum: number(32),
            body_checksum: number(36),
        };
        Ok(header)
    }

    /// Whether payload and tail are what was written.
    pub(crate) fn fits(&self, body: &[u8]) -> bool {
        crc32c::crc32c_append(self.checksum, body) == self.body_checksum
    }
}

/// Appends a whole record to `out`.
pub(crate) fn write(out: &mut Vec<u8>, salt: u32, frame: Frame<'_>) {
    let start = out.len();
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&[VERSION, frame.kind as u8, 0, 0]);
    out.extend_from_slice(&octets_of(frame.payload.len()));
    out.extend_from_slice(&octets_of(frame.tail.iter().map(|part| part.len()).sum()));
    out.extend_from_slice(&frame.sequence.to_le_bytes());
    out.extend_from_slice(&frame.synced.to_le_bytes());
    let checksum = crc32c::crc32c_append(salt, &out[start..]);
    let mut body = crc32c::crc32c_append(checksum, frame.payload);
    for part in frame.tail {
        body = crc32c::crc32c_append(body, part);
    }
    out.extend_from_slice(&checksum.to_le_bytes());
    out.extend_from_slice(&body.to_le_bytes());
    out.extend_from_slice(frame.payload);
    for part in frame.tail {
        out.extend_from_slice(part);
    }
}

/// What goes into a record.
pub(crate) struct Frame<'a> {
    pub(crate) kind: Kind,
    pub(crate) sequence: u64,
    pub(crate) synced: u64,
    pub(crate) payload: &'a [u8],
    pub(crate) tail: &'a [&'a [u8]],
}

fn octets_of(length: usize) -> [u8; 4] {
    u32::try_from(length)
        .expect("records are bounded by RECORD_OCTETS_MAX")
        .to_le_bytes()
}

fn four(octets: &[u8], at: usize) -> [u8; 4] {
    octets
        .get(at..at + 4)
        .and_then(|part| part.try_into().ok())
        .unwrap_or_default()
}

fn kind(number: u8) -> Option<Kind> {
    [Kind::Commit, Kind::Block, Kind::End, Kind::Marker]
        .into_iter()
        .find(|kind| *kind as u8 == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(salt: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let frame = Frame {
            kind: Kind::Commit,
            sequence: 7,
            synced: 6,
            payload: b"payload",
            tail: &[b"one", b"two"],
        };
        write(&mut out, salt, frame);
        out
    }

    #[test]
    fn a_record_reads_back() {
        let octets = sample(1);
        let header = Header::parse(&octets, 1).unwrap();
        assert_eq!((header.sequence, header.synced), (7, 6));
        assert_eq!(header.octets(), octets.len());
        assert!(header.fits(b"payloadonetwo"));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let octets = sample(1);
        for bit in 0..octets.len() * 8 {
            let mut damaged = octets.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let intact = Header::parse(&damaged, 1)
                .is_ok_and(|header| header.fits(&damaged[HEADER_OCTETS..]));
            assert!(!intact, "bit {bit}");
        }
    }

    #[test]
    fn a_record_of_another_file_is_none_of_ours() {
        assert_eq!(Header::parse(&sample(1), 2), Err(NoHeader::Damaged));
    }

    #[test]
    fn a_later_format_is_told_from_damage() {
        let mut octets = sample(1);
        octets[4] = VERSION + 1;
        let checksum = crc32c::crc32c_append(1, &octets[..32]);
        octets[32..36].copy_from_slice(&checksum.to_le_bytes());
        assert_eq!(
            Header::parse(&octets, 1),
            Err(NoHeader::Version(VERSION + 1))
        );
    }
}
