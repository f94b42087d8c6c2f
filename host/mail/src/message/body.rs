//! [`Content`]: what a reader of the message sees: text, HTML, attachments.
//!
//! Bounded: a body tree beyond the limits of `mime` is one opaque attachment,
//! and text beyond [`TEXT_OCTETS_MAX`] is cut. Nothing is unpacked, run or
//! fetched, and the HTML is a stranger's: it is not cleaned here.
//!
//! Not here: cleaning HTML, keeping attachments (`desk`).

use std::ops::Range;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::html::html_to_text;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

use super::headers::Headers;
use super::mime::{self, Part, TransferEncoding};

/// Octets of text, and of HTML, that are read from one message.
pub const TEXT_OCTETS_MAX: usize = 1024 * 1024;

/// What a message says besides its header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// The plain text as it was written, LF line ends; absent if there is none.
    pub text: Option<String>,
    /// The HTML as it was written; absent if there is none.
    pub html: Option<String>,
    /// Everything else, in order.
    pub attachments: Vec<Attachment>,
    /// The body was beyond the limits: it is one attachment and was not read.
    pub opaque: bool,
    /// Text or HTML was cut at [`TEXT_OCTETS_MAX`].
    pub cut: bool,
}

/// A part of the body that is not shown as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file name the sender gave, without path, control characters and those that
    /// turn the direction of text; absent if it gave none.
    pub name: Option<String>,
    /// The media type the sender claims, for example `application/pdf`.
    pub media_type: String,
    /// Size as it stands in the message: for base64 a third more than the file.
    pub encoded_octets: u64,
    /// The HTML shows it (Content-Id).
    pub inline: bool,
    /// What the HTML calls it by, behind `cid:`.
    pub content_id: Option<String>,
    /// Where its octets stand in the message, still encoded.
    pub range: Range<usize>,
    /// What they are encoded in.
    pub encoding: TransferEncoding,
}

/// What a person would read of it, without its form.
pub fn text_of_html(html: &str) -> String {
    html_to_text(html)
}

impl Content {
    /// Reads a complete message whose header is `headers`.
    pub fn read(message: &[u8], headers: &Headers) -> Self {
        let Some(parts) = mime::parts(message, headers) else {
            return Self::opaque(message, headers);
        };
        let mut content = Self::default();
        for index in 0..parts.len() {
            content.add(message, &parts, index);
        }
        content
    }

    /// What a person would read: the text, or else the HTML made text.
    pub fn readable(&self) -> String {
        match (&self.text, &self.html) {
            (Some(text), _) if !text.trim().is_empty() => text.clone(),
            (_, Some(html)) => text_of_html(html),
            (text, None) => text.clone().unwrap_or_default(),
        }
    }

    fn opaque(message: &[u8], headers: &Headers) -> Self {
        let range = headers.body_start().min(message.len())..message.len();
        let whole = Attachment {
            name: None,
            media_type: "application/octet-stream".to_owned(),
            encoded_octets: range.len() as u64,
            inline: false,
            content_id: None,
            range,
            encoding: TransferEncoding::Identity,
        };
        Self {
            attachments: vec![whole],
            opaque: true,
            ..Self::default()
        }
    }

    fn add(&mut self, message: &[u8], parts: &[Part], index: usize) {
        let part = &parts[index];
        let is_container = parts
            .iter()
            .skip(index + 1)
            .take(1)
            .any(|next| next.parent == Some(index));
        if is_container {
            return;
        }
        match (
            part.attached || part.name.is_some(),
            part.media_type.as_str(),
        ) {
            (false, "text/html") => self.cut |= show(&mut self.html, message, part),
            (false, "text/plain") => self.cut |= show(&mut self.text, message, part),
            // A multipart nobody can take apart: better seen than lost.
            _ if part.is_multipart() => self.cut |= show(&mut self.text, message, part),
            _ => self.attachments.push(attachment(part)),
        }
    }
}

impl Attachment {
    /// The octets of the file. What cannot be decoded is given as it stands.
    pub fn decode(&self, message: &[u8]) -> Vec<u8> {
        decode(
            message.get(self.range.clone()).unwrap_or_default(),
            self.encoding,
        )
    }
}

fn attachment(part: &Part) -> Attachment {
    Attachment {
        name: part.name.as_deref().and_then(file_name),
        media_type: part.media_type.clone(),
        encoded_octets: part.body.len() as u64,
        inline: part.content_id.is_some() && !part.attached,
        content_id: part.content_id.clone().filter(|id| !id.is_empty()),
        range: part.body.clone(),
        encoding: part.encoding,
    }
}

/// The last piece of a path, however the sender's system divides them.
pub(super) fn file_name(claimed: &str) -> Option<String> {
    let last = claimed.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|letter| !turns(*letter)).collect();
    let name = plain.trim();
    let end = name.floor_char_boundary(FILE_NAME_OCTETS_MAX);
    (!matches!(name, "" | "." | "..")).then(|| name[..end].to_owned())
}

/// Turns the direction of text, so that `exe.fdp` is read where `pdf.exe` stands
/// (Unicode's Bidi_Control).
fn turns(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Appends the text of a part; several are divided by an empty line. Says
/// whether something was cut.
fn show(shown: &mut Option<String>, message: &[u8], part: &Part) -> bool {
    let shown = shown.get_or_insert_default();
    let room = TEXT_OCTETS_MAX.saturating_sub(shown.len());
    // Three encoded octets make at least one decoded one.
    let window = &message[part.body.clone()];
    let window = &window[..window
        .len()
        .min(room.saturating_mul(ENCODED_PER_DECODED_MAX))];
    let text = text_of(window, part);
    let end = text.floor_char_boundary(room);
    if !shown.is_empty() && end > 0 {
        shown.push('\n');
    }
    shown.push_str(&text[..end]);
    end < text.len() || window.len() < part.body.len()
}

fn text_of(encoded: &[u8], part: &Part) -> String {
    let octets = decode(encoded, part.encoding);
    let decoder = part
        .charset
        .as_deref()
        .and_then(|charset| charset_decoder(charset.as_bytes()));
    let text = match decoder {
        Some(decoder) => decoder(&octets),
        None => String::from_utf8_lossy(&octets).into_owned(),
    };
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\0', "")
}

/// The octets behind their encoding. What cannot be decoded is given as it stands.
pub fn decode(encoded: &[u8], encoding: TransferEncoding) -> Vec<u8> {
    let decoded = match encoding {
        TransferEncoding::Identity => None,
        TransferEncoding::Base64 => base64_decode(encoded),
        TransferEncoding::QuotedPrintable => quoted_printable_decode(encoded),
    };
    decoded.unwrap_or_else(|| encoded.to_vec())
}

/// Quoted-printable triples at most, base64 adds a third and line ends.
const ENCODED_PER_DECODED_MAX: usize = 4;
const FILE_NAME_OCTETS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> (Vec<u8>, Content) {
        let message = message.replace('\n', "\r\n").into_bytes();
        let content = Content::read(&message, &Headers::parse(&message).unwrap());
        (message, content)
    }

    #[test]
    fn text_is_decoded_whatever_it_travels_in() {
        let table = [
            ("\nhello\nworld\n", "hello\nworld\n"),
            ("Content-Transfer-Encoding: base64\n\naGVs\nbG8=\n", "hello"),
            (
                "Content-Transfer-Encoding: Quoted-Printable\n\nh=C3=A9l=\nlo =3D\n",
                "héllo =\n",
            ),
            (
                "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n=E9",
                "é",
            ),
            ("Content-Type: text/plain; charset=nonsense\n\nx", "x"),
            ("Content-Type: nonsense\n\nx", ""),
            // What cannot be decoded is shown as it stands.
            ("Content-Transfer-Encoding: quoted-printable\n\n=ZZ", "=ZZ"),
        ];
        for (message, text) in table {
            assert_eq!(read(message).1.text.unwrap_or_default(), text, "{message}");
        }
    }

    #[test]
    fn text_html_and_files_are_told_apart() {
        let (message, content) = read(
            "Content-Type: multipart/mixed; boundary=m\n\n--m\n\
             Content-Type: multipart/alternative; boundary=a\n\n--a\n\ntext\n--a\n\
             Content-Type: text/html\n\n<p>html</p>\n--a--\n--m\n\
             Content-Type: image/png; name=x.png\nContent-Id: <1@x>\nContent-Transfer-Encoding: base64\n\n\
             AAEC\n--m\nContent-Type: text/plain\n\
             Content-Disposition: attachment; filename=\"../../etc/pass wd\"\n\nsecret\n--m\n\
             Content-Type: message/rfc822\n\nSubject: inner\n\ninner\n--m--\n",
        );
        assert_eq!(content.text.as_deref(), Some("text"));
        assert_eq!(content.html.as_deref(), Some("<p>html</p>"));
        let files: Vec<_> = content
            .attachments
            .iter()
            .map(|file| (file.name.as_deref(), file.media_type.as_str(), file.inline))
            .collect();
        assert_eq!(
            files,
            [
                (Some("x.png"), "image/png", true),
                (Some("pass wd"), "text/plain", false),
                (None, "message/rfc822", false)
            ]
        );
        assert_eq!(content.attachments[0].content_id.as_deref(), Some("1@x"));
        assert_eq!(content.attachments[0].decode(&message), [0, 1, 2]);
        assert!(!content.opaque && !content.cut);
    }

    #[test]
    fn a_file_name_is_read_as_it_is_written() {
        for (claimed, name) in [
            ("report\u{202e}fdp.exe", Some("reportfdp.exe")),
            ("\u{2066}a\u{2069}.txt", Some("a.txt")),
            ("C:\\temp\\x.doc", Some("x.doc")),
            ("\u{200f}..", None),
            (
                "\u{5e9}\u{5dc}\u{5d5}\u{5dd}.txt",
                Some("\u{5e9}\u{5dc}\u{5d5}\u{5dd}.txt"),
            ),
        ] {
            assert_eq!(file_name(claimed).as_deref(), name, "{claimed:?}");
        }
    }

    #[test]
    fn html_alone_can_be_read() {
        let (_, content) = read("Content-Type: text/html\n\n<p>a &amp; b</p><script>x</script>");
        assert_eq!(content.readable().trim(), "a & b");
    }

    #[test]
    fn a_tree_beyond_the_limits_is_one_opaque_attachment() {
        let wide = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\nx\n".repeat(2_000)
        );
        let (message, content) = read(&wide);
        assert!(content.opaque && content.text.is_none());
        assert_eq!(content.attachments.len(), 1);
        assert!(content.attachments[0].decode(&message).ends_with(b"x\r\n"));
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        let (_, content) = read(&format!("\n{}", "é".repeat(TEXT_OCTETS_MAX)));
        assert!(content.cut);
        assert_eq!(content.text.unwrap().len(), TEXT_OCTETS_MAX);
    }

    #[test]
    fn a_multipart_nobody_can_take_apart_is_shown() {
        let (_, content) = read("Content-Type: multipart/mixed\n\nhello\n");
        assert_eq!(content.text.as_deref(), Some("hello\n"));
    }
}
