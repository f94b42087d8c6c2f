//! The tree of body parts of a message (RFC 2046), found in one pass.
//!
//! Ours rather than mail-parser's, for two reasons. Its reader puts no bound on
//! depth or number of parts, and nests on the stack when a deep tree is
//! dropped. And it searches: a delimiter is found anywhere a line may begin
//! with it. Here a delimiter is a whole line (RFC 2046 §5.1.1), each line is
//! looked at twice at most, and a tree beyond the limits is not read at all.
//!
//! A part of type `message/*` is a leaf; what is in it is another message.
//!
//! Not here: what a part says (`body`).

use std::ops::Range;

use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderValue as Parsed};

use super::fields::CRLF;
use super::headers::Headers;
use super::{ambiguity, words};

/// How deep multiparts may nest.
pub const DEPTH_MAX: usize = 50;
/// How many parts a message may have, multiparts included.
pub const PARTS_MAX: usize = 1_000;

/// One part of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// The multipart it stands in; absent for the message itself.
    pub(super) parent: Option<usize>,
    /// `text/plain`, in lower case; what RFC 2045 §5.2 says if it is not said.
    pub(super) media_type: String,
    /// The parameters the reading of a body needs.
    pub(super) charset: Option<String>,
    boundary: Option<String>,
    pub(super) report_type: Option<String>,
    /// The file name, from the disposition or else the type.
    pub(super) name: Option<String>,
    /// `attachment` was said.
    pub(super) attached: bool,
    pub(super) encoding: TransferEncoding,
    /// What Content-Id says, without its brackets: something else in the message shows it.
    pub(super) content_id: Option<String>,
    /// What its fields say can be read in two ways.
    ambiguous: bool,
    /// Where its body is in the message; for a multipart everything inside.
    pub(super) body: Range<usize>,
}

/// How a body travels (RFC 2045 §6).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TransferEncoding {
    /// As it is.
    #[default]
    Identity,
    /// In base64.
    Base64,
    /// In quoted-printable.
    QuotedPrintable,
}

/// The parts of a message in the order they stand there, the message itself
/// first; or `None` if there are more or deeper ones than the limits allow.
///
/// `message` is the whole message whose header `headers` is.
pub(super) fn parts(message: &[u8], headers: &Headers) -> Option<Vec<Part>> {
    let start = headers.body_start().min(message.len());
    let root = Part {
        body: start..message.len(),
        ..root(headers)
    };
    let mut walk = Walk {
        message,
        parts: vec![root],
        open: Vec::new(),
    };
    walk.enter(0)?;
    let mut at = start;
    while let Some(delimiter) = walk.next_delimiter(at) {
        at = walk.take(&delimiter)?;
    }
    Some(walk.parts)
}

/// The message itself as a part, its body not looked at.
pub(super) fn root(headers: &Headers) -> Part {
    part(headers, DEFAULT_TYPE)
}

struct Walk<'m> {
    message: &'m [u8],
    parts: Vec<Part>,
    /// The multiparts that are being read, outermost first, as places in `parts`.
    open: Vec<usize>,
}

/// A line that ends a part.
struct Delimiter {
    /// Which of the open multiparts it belongs to.
    level: usize,
    /// It is the last one of that multipart.
    close: bool,
    /// Where the part before it ends: the line end before it is its own.
    before: usize,
    after: usize,
}

impl<'m> Walk<'m> {
    /// Opens the part if it is a multipart with a usable boundary.
    fn enter(&mut self, index: usize) -> Option<()> {
        let part = &self.parts[index];
        let usable = part
            .boundary
            .as_ref()
            .is_some_and(|boundary| !boundary.is_empty() && boundary.len() <= BOUNDARY_OCTETS_MAX);
        if part.is_multipart() && usable {
            if self.open.len() == DEPTH_MAX {
                return None;
            }
            let boundary = part.boundary.clone();
            let same = |open: &usize| self.parts[*open].boundary == boundary;
            self.parts[index].ambiguous |= self.open.iter().any(same);
            self.open.push(index);
        }
        Some(())
    }

    fn next_delimiter(&self, from: usize) -> Option<Delimiter> {
        let mut at = from;
        while !self.open.is_empty() && at < self.message.len() {
            let end = line_end(self.message, at);
            if let Some(delimiter) = self.delimiter(from, at..end) {
                return Some(delimiter);
            }
            at = end;
        }
        None
    }

    /// Whether that line is a delimiter of an open multipart; an inner one wins.
    fn delimiter(&self, from: usize, line: Range<usize>) -> Option<Delimiter> {
        let text = self.message[line.clone()].strip_prefix(b"--")?;
        let (level, close) = (0..self.open.len()).rev().find_map(|level| {
            let boundary = self.parts[self.open[level]].boundary.as_deref()?;
            let rest = text.strip_prefix(boundary.as_bytes())?;
            let (rest, close) = rest
                .strip_prefix(b"--")
                .map_or((rest, false), |rest| (rest, true));
            rest.iter()
                .all(u8::is_ascii_whitespace)
                .then_some((level, close))
        })?;
        let before = self.message[from..line.start]
            .strip_suffix(CRLF)
            .map_or(from, |b| from + b.len());
        Some(Delimiter {
            level,
            close,
            before,
            after: line.end,
        })
    }

    /// Ends what the delimiter ends and begins what it begins. Says where to go
    /// on, or nothing if a limit is reached.
    fn take(&mut self, delimiter: &Delimiter) -> Option<usize> {
        let keep = delimiter.level + usize::from(!delimiter.close);
        // The leaf in front of the delimiter, and the multiparts it closes.
        if let Some(last) = self.parts.last_mut()
            && last.body.end == self.message.len()
        {
            last.body.end = delimiter.before.max(last.body.start);
        }
        for closed in self.open.drain(keep..) {
            let part = &mut self.parts[closed];
            part.body.end = delimiter.before.max(part.body.start);
        }
        if delimiter.close {
            return Some(delimiter.after);
        }
        if self.parts.len() == PARTS_MAX {
            return None;
        }
        self.begin(delimiter.after)
    }

    /// Reads the header of the part that begins at `at`.
    fn begin(&mut self, at: usize) -> Option<usize> {
        let header_end = self.part_header_end(at);
        let parent = *self.open.last()?;
        let default = match self.parts[parent].media_type.as_str() {
            "multipart/digest" => "message/rfc822",
            _ => DEFAULT_TYPE,
        };
        // A part whose header is beyond the limits is a leaf of unknown type.
        let read = Headers::parse(&self.message[at..header_end]);
        let part = read.map_or_else(|_| Part::unknown(), |headers| inner(&headers, default));
        let index = self.parts.len();
        self.parts.push(Part {
            parent: Some(parent),
            body: header_end..self.message.len(),
            ..part
        });
        self.enter(index)?;
        Some(header_end)
    }

    /// Behind the empty line, or at the delimiter if that comes first.
    fn part_header_end(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.message.len() {
            let end = line_end(self.message, at);
            if &self.message[at..end] == CRLF {
                return end;
            }
            if self.delimiter(from, at..end).is_some() {
                return at;
            }
            at = end;
        }
        at
    }
}

impl Part {
    fn unknown() -> Self {
        Self {
            media_type: "application/octet-stream".to_owned(),
            ambiguous: true,
            ..Self::default()
        }
    }

    pub(super) fn is_multipart(&self) -> bool {
        self.media_type.starts_with("multipart/")
    }
}

/// Behind the CRLF that ends the line at `at`, or the end of the message.
fn line_end(message: &[u8], at: usize) -> usize {
    memchr::memmem::find(&message[at..], CRLF)
        .map_or(message.len(), |found| at + found + CRLF.len())
}

/// A part of another one. For some readers its header ends with the first line that is no
/// field; of a whole message that is a defect of its own.
fn inner(headers: &Headers, default: &str) -> Part {
    let malformed = headers
        .raw_fields()
        .iter()
        .any(|field| field.name.is_none());
    let mut part = part(headers, default);
    part.ambiguous |= malformed;
    part
}

/// What the header fields say about a part. The first of a name counts.
fn part(headers: &Headers, default: &str) -> Part {
    let Some(value) = headers.all("Content-Type").next() else {
        return with_disposition(
            headers,
            Part {
                media_type: default.to_owned(),
                ..Part::default()
            },
        );
    };
    let Some(content_type) = content_type(value) else {
        return with_disposition(headers, Part::unknown());
    };
    let subtype = content_type.subtype().unwrap_or("unknown");
    let parameter = |name| {
        content_type
            .attribute(name)
            .map(|value| words::disarm(value).into_owned())
    };
    let part = Part {
        media_type: format!("{}/{subtype}", content_type.ctype()).to_ascii_lowercase(),
        charset: parameter("charset"),
        boundary: parameter("boundary"),
        report_type: parameter("report-type"),
        name: parameter("name"),
        ..Part::default()
    };
    with_disposition(headers, part)
}

fn with_disposition(headers: &Headers, mut part: Part) -> Part {
    if let Some(said) = headers
        .all("Content-Disposition")
        .next()
        .and_then(content_type)
    {
        part.attached = said.ctype().eq_ignore_ascii_case("attachment");
        if let Some(name) = said.attribute("filename") {
            part.name = Some(words::disarm(name).into_owned());
        }
    }
    let encoding = headers.raw("Content-Transfer-Encoding").unwrap_or_default();
    part.encoding = match encoding.to_ascii_lowercase().as_str() {
        "base64" => TransferEncoding::Base64,
        "quoted-printable" => TransferEncoding::QuotedPrintable,
        _ => TransferEncoding::Identity,
    };
    part.content_id = headers.raw("Content-Id").as_deref().map(content_id);
    part.ambiguous |= ambiguity::of_fields(headers);
    part
}

/// What `cid:` leads to (RFC 2392 §2); one too long leads nowhere.
fn content_id(raw: &str) -> String {
    let id = raw.trim().trim_start_matches('<').trim_end_matches('>');
    match id.len() > CONTENT_ID_OCTETS_MAX {
        true => String::new(),
        false => words::disarm(id).into_owned(),
    }
}

/// A Content-Type or Content-Disposition value; nothing if it is no such thing
/// or suspiciously long: RFC 2231 continuations are joined in quadratic time.
fn content_type(raw: &[u8]) -> Option<ContentType<'static>> {
    if raw.len() > CONTENT_FIELD_OCTETS_MAX {
        return None;
    }
    let line = format!("{}\n", words::unfold(raw));
    match MessageStream::new(line.as_bytes())
        .parse_content_type()
        .into_owned()
    {
        Parsed::ContentType(content_type) => Some(content_type),
        _ => None,
    }
}

/// Whether two readers could see two bodies in the message. `whole`: nothing is missing at
/// its end.
pub fn is_ambiguous(message: &[u8], headers: &Headers, whole: bool) -> bool {
    let Some(parts) = parts(message, headers) else {
        return true;
    };
    parts.iter().any(|part| {
        let whole = whole || part.body.end < message.len();
        part.ambiguous
            || !part.is_multipart() && ambiguity::of_body(part, &message[part.body.clone()], whole)
    })
}

/// What a part without Content-Type is (RFC 2045 §5.2).
const DEFAULT_TYPE: &str = "text/plain";
/// RFC 2046 §5.1.1 allows 70; programs write longer ones.
const BOUNDARY_OCTETS_MAX: usize = 200;
/// A Content-Type this long is no honest one.
const CONTENT_FIELD_OCTETS_MAX: usize = 4_096;
const CONTENT_ID_OCTETS_MAX: usize = 255;

#[cfg(test)]
#[path = "mime_tests.rs"]
mod beside_python;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Option<Vec<Part>> {
        parts(
            message.as_bytes(),
            &Headers::parse(message.as_bytes()).unwrap(),
        )
    }

    fn shape(message: &str) -> Vec<(String, String)> {
        let parts = read(message).unwrap();
        parts
            .into_iter()
            .map(|part| (part.media_type, message[part.body].to_owned()))
            .collect()
    }

    fn expect(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    }

    #[test]
    fn a_plain_message_is_one_part() {
        assert_eq!(
            shape("Subject: x\r\n\r\nbody\r\n"),
            expect(&[("text/plain", "body\r\n")])
        );
    }

    #[test]
    fn parts_end_before_the_line_end_of_their_delimiter() {
        let message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n\
            preamble\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: text/html\r\n\r\ntwo\r\n\r\n--b--\r\nepilogue\r\n";
        let body = &message[message.find("preamble").unwrap()..message.find("\r\n--b--").unwrap()];
        assert_eq!(
            shape(message),
            expect(&[
                ("multipart/mixed", body),
                ("text/plain", "one"),
                ("text/html", "two\r\n")
            ])
        );
    }

    #[test]
    fn an_outer_delimiter_ends_the_inner_parts_too() {
        let message = "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\
            Content-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\none\r\n--o\r\n\r\ntwo\r\n--o--\r\n";
        let kinds: Vec<_> = read(message)
            .unwrap()
            .iter()
            .map(|p| (p.parent, p.media_type.clone()))
            .collect();
        assert_eq!(
            kinds[1..],
            [
                (Some(0), "multipart/alternative".to_owned()),
                (Some(1), "text/plain".to_owned()),
                (Some(0), "text/plain".to_owned()),
            ]
        );
        assert_eq!(&message[read(message).unwrap()[2].body.clone()], "one");
    }

    #[test]
    fn a_boundary_is_a_whole_line() {
        let message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--bb\r\n x --b\r\n--b-\r\n--b--";
        assert_eq!(shape(message)[1].1, "--bb\r\n x --b\r\n--b-");
    }

    #[test]
    fn a_part_without_body_ends_at_the_delimiter() {
        let message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n--b\r\n--b--\r\n";
        let parts = read(message).unwrap();
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[1].media_type, "text/html");
        assert!(parts[1].body.is_empty() && parts[2].body.is_empty());
    }

    #[test]
    fn trees_beyond_the_limits_are_not_read() {
        let nest = |depth: usize| {
            let mut message = String::new();
            for level in 0..depth {
                message += &format!(
                    "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
                );
            }
            message
        };
        assert!(read(&nest(DEPTH_MAX)).is_some());
        assert!(read(&nest(DEPTH_MAX + 1)).is_none());
        let wide = |count: usize| {
            format!(
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
                "--b\r\n".repeat(count)
            )
        };
        assert_eq!(read(&wide(PARTS_MAX - 1)).unwrap().len(), PARTS_MAX);
        assert!(read(&wide(PARTS_MAX)).is_none());
    }

    #[test]
    fn an_overlong_boundary_or_type_opens_nothing() {
        for boundary in ["x".repeat(BOUNDARY_OCTETS_MAX + 1), "=?".repeat(8_000)] {
            let message = format!(
                "Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n\r\nx"
            );
            assert_eq!(read(&message).unwrap().len(), 1);
        }
    }

    #[test]
    fn names_come_from_disposition_type_and_continuations() {
        let message = "Content-Type: application/pdf; name=\"a.pdf\"\r\n\
            Content-Disposition: attachment;\r\n filename*0*=UTF-8''Gr%C3%BC;\r\n filename*1*=%C3%9Fe.pdf\r\n\r\n";
        let part = read(message).unwrap().remove(0);
        assert_eq!(part.name.as_deref(), Some("Grüße.pdf"));
        assert!(part.attached);
    }
}
