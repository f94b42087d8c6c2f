//! Lines and message text on the wire: only CRLF ends a line, only CRLF "." CRLF
//! ends a message (RFC 5321 §2.3.8, §4.1.1.4).
//!
//! Anything looser lets one message smuggle a second one past the policies, so
//! a bare CR, a bare LF or a NUL is an error on the way in ([`Lines`],
//! [`TextReader`]) and cannot be produced on the way out ([`TextWriter`]).
//!
//! Nothing here gathers a message: text goes through as ranges of the caller's
//! buffer, and a line is bounded.
//!
//! Not here: what a line means; how large a message may be.

use std::ops::Range;

use memchr::{memchr, memchr2, memchr3};
use zeroize::Zeroize;

/// Longest command line in octets, CRLF not counted.
pub const COMMAND_OCTETS_MAX: usize = 2_048;
/// Longest AUTH response in octets, CRLF not counted (RFC 4954 §4).
pub const AUTH_OCTETS_MAX: usize = 12_288;
/// An over-long line that is still not over after this many octets is no mistake.
pub const LINE_OCTETS_BORNE_MAX: usize = 64 * 1024;
/// Longest line of message text in octets, CRLF not counted.
pub const TEXT_LINE_OCTETS_MAX: usize = 8_192;

/// The input of one connection, cut into lines.
#[derive(Default)]
pub struct Lines {
    buffer: Vec<u8>,
    /// What lies before was consumed.
    start: usize,
    /// How far past `start` no line end was found, so that slow input is not scanned again.
    scanned: usize,
    /// Octets of an over-long line that were thrown away; its CRLF is awaited.
    skipped: usize,
}

/// What [`Lines::next_line`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A line without its CRLF, already consumed; see [`Lines::slice`].
    Complete(Range<usize>),
    /// More octets are needed.
    Partial,
    /// A line beyond the limit came to its end and was thrown away.
    TooLong,
    /// A line beyond [`LINE_OCTETS_BORNE_MAX`], thrown away as well.
    Endless,
    /// A bare CR, a bare LF or a NUL.
    Broken,
}

impl Lines {
    /// Where to append what was read, with room for `octets`. Ranges handed out
    /// before are void. Room that a larger read needed is given back.
    pub fn space(&mut self, octets: usize) -> &mut Vec<u8> {
        self.buffer.drain(..self.start);
        self.start = 0;
        if self.buffer.capacity() > 2 * (self.buffer.len() + octets) {
            self.buffer.shrink_to(self.buffer.len() + octets);
        }
        self.buffer.reserve(octets);
        &mut self.buffer
    }

    /// The next line of at most `octets_max` octets.
    pub fn next_line(&mut self, octets_max: usize) -> Line {
        let rest = &self.buffer[self.start..];
        match find_line_end(rest, self.scanned) {
            Err(()) => Line::Broken,
            Ok(Some(length)) => {
                let line = self.start..self.start + length;
                self.consume(length + CRLF.len());
                let skipped = std::mem::take(&mut self.skipped);
                if skipped + length > LINE_OCTETS_BORNE_MAX {
                    Line::Endless
                } else if skipped > 0 || length > octets_max {
                    Line::TooLong
                } else {
                    Line::Complete(line)
                }
            }
            Ok(None) => {
                self.scanned = rest.len() - usize::from(rest.ends_with(b"\r"));
                if self.skipped > 0 || self.scanned > octets_max {
                    self.skipped += self.scanned;
                    self.consume(self.scanned);
                }
                match self.skipped > LINE_OCTETS_BORNE_MAX {
                    true => Line::Endless,
                    false => Line::Partial,
                }
            }
        }
    }

    /// What has not been consumed.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Consumes octets of [`Lines::rest`] and tells the range they lie in.
    pub fn consume(&mut self, octets: usize) -> Range<usize> {
        let taken = self.start..self.start + octets;
        self.start = taken.end;
        self.scanned = 0;
        taken
    }

    /// The octets of a range handed out since the last [`Lines::space`].
    pub fn slice(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// True if everything was consumed.
    pub fn is_empty(&self) -> bool {
        self.start == self.buffer.len()
    }

    /// Overwrites a range that held a secret.
    pub fn wipe(&mut self, range: Range<usize>) {
        self.buffer[range].zeroize();
    }

    /// Throws everything away, for example what came before TLS.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

const CRLF: &[u8] = b"\r\n";

/// Octets before the first CRLF; `Err` if a bare CR, LF or NUL comes first.
fn find_line_end(octets: &[u8], from: usize) -> Result<Option<usize>, ()> {
    let Some(at) = memchr3(b'\r', b'\n', 0, &octets[from..]).map(|at| from + at) else {
        return Ok(None);
    };
    match (octets[at], octets.get(at + 1)) {
        (b'\r', None) => Ok(None),
        (b'\r', Some(b'\n')) => Ok(Some(at)),
        _ => Err(()),
    }
}

/// Takes the dots off incoming message text and finds its end.
///
/// It keeps no text: each [`TextReader::step`] looks at the unconsumed input
/// and says how much of it is text.
#[derive(Debug)]
pub struct TextReader {
    at_line_start: bool,
    line_octets: usize,
}

/// What [`TextReader::step`] found at the front of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextStep {
    /// That many octets are text.
    Text(usize),
    /// One octet is the dot put in front of a line (RFC 5321 §4.5.2); it is no text.
    Dot,
    /// That many octets are the terminator; the message is complete.
    End(usize),
    /// Nothing can be said before more octets come; keep what there is (at most 2 octets).
    More,
    /// A line exceeds [`TEXT_LINE_OCTETS_MAX`].
    LineTooLong(usize),
    /// A bare CR, a bare LF or a NUL.
    Broken,
}

impl Default for TextReader {
    fn default() -> Self {
        Self {
            at_line_start: true,
            line_octets: 0,
        }
    }
}

impl TextReader {
    /// Looks at the front of `input`; the caller consumes what the answer counts.
    pub fn step(&mut self, input: &[u8]) -> TextStep {
        if self.at_line_start {
            match input {
                [] | [b'.'] | [b'.', b'\r'] => return TextStep::More,
                [b'.', b'\r', b'\n', ..] => return TextStep::End(3),
                [b'.', ..] => {
                    self.at_line_start = false;
                    return TextStep::Dot;
                }
                _ => {}
            }
        }
        self.text(input)
    }

    /// Goes over whole lines until a dot starts one, or the input ends.
    fn text(&mut self, input: &[u8]) -> TextStep {
        let mut at = 0;
        loop {
            let end = match find_line_end(input, at) {
                Err(()) => return TextStep::Broken,
                Ok(end) => end,
            };
            let line_end = end.unwrap_or(input.len() - usize::from(input.ends_with(b"\r")));
            self.line_octets += line_end - at;
            self.at_line_start &= line_end == at;
            let too_long = self.line_octets > TEXT_LINE_OCTETS_MAX;
            at = line_end;
            if end.is_some() {
                at += CRLF.len();
                self.at_line_start = true;
                self.line_octets = 0;
            }
            match (end, input.get(at)) {
                _ if at == 0 => return TextStep::More,
                _ if too_long => return TextStep::LineTooLong(at),
                (Some(_), Some(b)) if *b != b'.' => {}
                _ => return TextStep::Text(at),
            }
        }
    }
}

/// Writes message text for DATA: dots stuffed, line ends made CRLF.
///
/// A message that reaches it should have CRLF line ends already. If one does
/// not, it is mended rather than sent as it is: a bare CR or LF becomes CRLF
/// and a NUL becomes `?`, whatever the chunks are cut like. A signature over
/// such a text breaks, a second message inside it does not come to life.
#[derive(Debug)]
pub struct TextWriter {
    at_line_start: bool,
    /// The last octet was a CR; its LF may be in the next chunk.
    pending_cr: bool,
}

impl Default for TextWriter {
    fn default() -> Self {
        Self {
            at_line_start: true,
            pending_cr: false,
        }
    }
}

impl TextWriter {
    /// Appends the wire form of `text` to `out`.
    pub fn write(&mut self, mut text: &[u8], out: &mut Vec<u8>) {
        if self.pending_cr && !text.is_empty() {
            self.pending_cr = false;
            text = text.strip_prefix(b"\n").unwrap_or(text);
            self.end_line(out);
        }
        while let Some(first) = text.first() {
            if self.at_line_start && *first == b'.' {
                out.push(b'.');
            }
            let line = memchr2(b'\r', b'\n', text).unwrap_or(text.len());
            push_without_nul(&text[..line], out);
            self.at_line_start &= line == 0;
            text = self.after_line(&text[line..], out);
        }
    }

    /// Appends the terminator: exactly one, on a line of its own.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        if self.pending_cr || !self.at_line_start {
            self.end_line(out);
        }
        out.extend_from_slice(b".\r\n");
    }

    /// Handles the line end at the front of `rest`, if there is one.
    fn after_line<'t>(&mut self, rest: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
        let after = match rest {
            [] => return rest,
            [b'\r'] => {
                self.pending_cr = true;
                return &[];
            }
            [b'\r', b'\n', after @ ..] | [_, after @ ..] => after,
        };
        self.end_line(out);
        after
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(CRLF);
        self.at_line_start = true;
    }
}

fn push_without_nul(text: &[u8], out: &mut Vec<u8>) {
    let from = out.len();
    out.extend_from_slice(text);
    if memchr(0, text).is_some() {
        for octet in out[from..].iter_mut().filter(|octet| **octet == 0) {
            *octet = b'?';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn lines_of(chunks: &[&[u8]], octets_max: usize) -> Vec<Result<Vec<u8>, Line>> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for chunk in chunks {
            lines.space(chunk.len()).extend_from_slice(chunk);
            loop {
                match lines.next_line(octets_max) {
                    Line::Complete(range) => found.push(Ok(lines.slice(range).to_vec())),
                    Line::Partial => break,
                    other => {
                        let broken = other == Line::Broken;
                        found.push(Err(other));
                        if broken {
                            return found;
                        }
                    }
                }
            }
        }
        found
    }

    /// Reads message text cut as given: the text and whether its end was seen, or `None` if broken.
    fn read(chunks: &[&[u8]]) -> Option<(Vec<u8>, bool)> {
        let (mut lines, mut reader, mut text) =
            (Lines::default(), TextReader::default(), Vec::new());
        for chunk in chunks {
            lines.space(chunk.len()).extend_from_slice(chunk);
            loop {
                match reader.step(lines.rest()) {
                    TextStep::Text(octets) | TextStep::LineTooLong(octets) => {
                        let range = lines.consume(octets);
                        text.extend_from_slice(lines.slice(range));
                    }
                    TextStep::Dot => drop(lines.consume(1)),
                    TextStep::End(_) => return Some((text, true)),
                    TextStep::More => break,
                    TextStep::Broken => return None,
                }
            }
        }
        Some((text, false))
    }

    fn written(chunks: &[&[u8]]) -> Vec<u8> {
        let (mut writer, mut wire) = (TextWriter::default(), Vec::new());
        for chunk in chunks {
            writer.write(chunk, &mut wire);
        }
        writer.finish(&mut wire);
        wire
    }

    fn cut<'a>(octets: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
        let (mut rest, mut chunks) = (octets, Vec::new());
        for cut in cuts {
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        chunks.push(rest);
        chunks
    }

    #[test]
    fn only_crlf_ends_a_line() {
        assert_eq!(
            lines_of(&[b"NOOP\r", b"\nRS", b"ET\r\n"], 100),
            [Ok(b"NOOP".to_vec()), Ok(b"RSET".to_vec())]
        );
        for bad in [&b"NOOP\nx"[..], b"NOOP\rx", b"NO\0OP\r\n", b"\n", b"\r\r\n"] {
            assert_eq!(lines_of(&[bad], 100), [Err(Line::Broken)], "{bad:?}");
        }
    }

    #[test]
    fn an_over_long_line_is_thrown_away_and_the_next_one_read() {
        let long = [&[b'x'; 60][..], b"\r\nNOOP\r\n"].concat();
        for size in 1..long.len() {
            let chunks: Vec<&[u8]> = long.chunks(size).collect();
            assert_eq!(
                lines_of(&chunks, 50),
                [Err(Line::TooLong), Ok(b"NOOP".to_vec())],
                "cut every {size}"
            );
        }
        assert_eq!(lines_of(&[&[b'x'; 50], b"\r\n"], 50), [Ok(vec![b'x'; 50])]);
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let mut lines = Lines::default();
        for octets in (100..=1_000_000).step_by(100) {
            lines.space(100).extend_from_slice(&[b'x'; 100]);
            let expected = match octets > LINE_OCTETS_BORNE_MAX {
                true => Line::Endless,
                false => Line::Partial,
            };
            assert_eq!(lines.next_line(2_048), expected, "after {octets} octets");
        }
        assert!(lines.buffer.capacity() <= 8 * 1024);
    }

    #[test]
    fn dots_come_off_and_one_line_ends_the_text() {
        for (wire, text) in [
            (&b".\r\n"[..], &b""[..]),
            (b"a\r\n.\r\n", b"a\r\n"),
            (b"..\r\n.\r\n", b".\r\n"),
            (b"...\r\n.\r\n", b"..\r\n"),
            (b".a\r\n.\r\n", b"a\r\n"),
            (b"a.\r\nb.\r\n\r\n.\r\n", b"a.\r\nb.\r\n\r\n"),
        ] {
            for size in 1..=wire.len() {
                let chunks: Vec<&[u8]> = wire.chunks(size).collect();
                assert_eq!(
                    read(&chunks),
                    Some((text.to_vec(), true)),
                    "{wire:?} cut every {size}"
                );
            }
        }
    }

    #[test]
    fn loose_line_ends_break_the_text() {
        for bad in [
            &b"a\n.\n"[..],
            b"a\r.\r",
            b"a\n.\r\n",
            b"a\r\n.\n",
            b"a\r\n.\r\r\n",
            b".\rx",
            b"a\0",
            b"..\n",
        ] {
            for size in 1..=bad.len() {
                let chunks: Vec<&[u8]> = bad.chunks(size).collect();
                let ended = read(&chunks);
                assert!(
                    ended.is_none() || ended == Some((b"a".to_vec(), false)),
                    "{bad:?} cut every {size}: {ended:?}"
                );
            }
        }
    }

    #[test]
    fn a_long_text_line_is_told_once_it_is_too_long() {
        let mut reader = TextReader::default();
        assert_eq!(
            reader.step(&[b'x'; TEXT_LINE_OCTETS_MAX]),
            TextStep::Text(TEXT_LINE_OCTETS_MAX)
        );
        assert_eq!(reader.step(b"x"), TextStep::LineTooLong(1));
        assert_eq!(reader.step(b""), TextStep::More);
        assert_eq!(reader.step(b"x\r\n"), TextStep::LineTooLong(3));
        assert_eq!(reader.step(b"ok\r\n.\r\n"), TextStep::Text(4));
    }

    #[test]
    fn loose_text_is_mended_on_the_way_out() {
        for (text, wire) in [
            (&b""[..], &b".\r\n"[..]),
            (b"a", b"a\r\n.\r\n"),
            (b"a\r\n", b"a\r\n.\r\n"),
            (b".\r\n", b"..\r\n.\r\n"),
            (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
            (b"a\r.\rb\r", b"a\r\n..\r\nb\r\n.\r\n"),
            (b"a\0b", b"a?b\r\n.\r\n"),
        ] {
            for size in 1..=text.len().max(1) {
                let chunks: Vec<&[u8]> = text.chunks(size).collect();
                assert_eq!(written(&chunks), wire, "{text:?} cut every {size}");
            }
        }
    }

    /// SMG-02: all strings of length 0 to 3 over CR, LF, NUL, around a dot.
    #[test]
    fn smg_02_no_sequence_gets_a_loose_line_end_out() {
        let loose = loose_strings();
        for (before, after) in loose.iter().flat_map(|p| loose.iter().map(move |s| (p, s))) {
            let text = [
                b"Subject: x\r\n\r\na",
                &before[..],
                b".",
                &after[..],
                b"MAIL FROM:<a@b.example>\r\n",
            ]
            .concat();
            for size in [1, 2, 3, 5, text.len()] {
                let chunks: Vec<&[u8]> = text.chunks(size).collect();
                assert_clean(&written(&chunks));
            }
        }
    }

    pub(super) fn loose_strings() -> Vec<Vec<u8>> {
        let mut all = vec![vec![]];
        for length in 0..3 {
            let longest: Vec<Vec<u8>> = all
                .iter()
                .filter(|s: &&Vec<u8>| s.len() == length)
                .cloned()
                .collect();
            for string in longest {
                all.extend([b'\r', b'\n', 0].map(|octet| [&string[..], &[octet]].concat()));
            }
        }
        all
    }

    /// No bare CR, LF or NUL, and one terminator, at the end.
    fn assert_clean(wire: &[u8]) {
        let text = wire
            .strip_suffix(b".\r\n")
            .expect("ends with the terminator");
        assert!(text.is_empty() || text.ends_with(b"\r\n"), "{wire:?}");
        let bare = String::from_utf8_lossy(wire).replace("\r\n", "");
        assert!(!bare.contains(['\r', '\n', '\0']), "{wire:?}");
        assert!(
            !text.starts_with(b".\r\n") && !text.windows(5).any(|w| w == b"\r\n.\r\n"),
            "{wire:?}"
        );
    }

    proptest! {
        /// SMG-07: every text of CRLF lines arrives octet by octet.
        #[test]
        fn smg_07_dot_stuffing_goes_both_ways(
            lines in vec(vec(prop_oneof![Just(b'.'), Just(b'a'), 1u8..=255], 0..12), 0..20),
            cuts_out in vec(0..9usize, 0..40),
            cuts_in in vec(0..9usize, 0..40),
        ) {
            let lines: Vec<Vec<u8>> = lines.iter()
                .map(|line| line.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect())
                .collect();
            let text: Vec<u8> = lines.iter().flat_map(|line| [line, CRLF].concat()).collect();
            let wire = written(&cut(&text, &cuts_out));
            prop_assert_eq!(read(&cut(&wire, &cuts_in)), Some((text, true)));
        }

        /// SMG-02, for any text and any chunking.
        #[test]
        fn smg_02_whatever_is_written_is_clean(
            text in vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(0u8), Just(b'.'), Just(0x0b), Just(0x0c), any::<u8>()], 0..300),
            cuts in vec(1..40usize, 0..40),
        ) {
            assert_clean(&written(&cut(&text, &cuts)));
        }

        /// The same with the characters some programs take for line ends.
        #[test]
        fn smg_02_unicode_line_ends_are_only_text(text in "[a.\u{85}\u{2028}\u{2029}\u{b}\u{c}\r\n]{0,60}", size in 1..4096usize) {
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            assert_clean(&written(&chunks));
        }

        /// TCP may cut the text anywhere.
        #[test]
        fn cuts_do_not_change_what_is_read(
            wire in vec(prop_oneof![Just(b"\r\n".to_vec()), Just(b".".to_vec()), Just(b"\r\n.\r\n".to_vec()), Just(b"ab".to_vec()), Just(b"\n".to_vec()), Just(b"\r".to_vec())], 0..30),
            cuts in vec(0..4usize, 0..60),
        ) {
            let wire = wire.concat();
            let (whole, pieces) = (read(&[&wire]), read(&cut(&wire, &cuts)));
            prop_assert_eq!(whole.map(|(_, ended)| ended), pieces.map(|(_, ended)| ended));
        }
    }
}
