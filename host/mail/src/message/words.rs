//! Encoded words (RFC 2047): text other than ASCII in header fields, both ways.
//!
//! Reading finds the words here and leaves one word at a time to mail-parser.
//! Given a whole field, mail-parser 0.11 looks for the end of an unfinished
//! word up to the end of the field, once for each `=?`: quadratic, and
//! strangers write the field.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::parsers::MessageStream;

/// Takes the folds out of a raw value: each CRLF goes, the white space after
/// it stays (RFC 5322 §2.2.3). Octets that are no UTF-8 become U+FFFD, control
/// characters a space, outer white space goes.
pub(super) fn unfold(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw).replace("\r\n", "");
    disarm(text.trim()).into_owned()
}

/// Control characters become spaces, tab excepted.
pub(super) fn disarm(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_bad) {
        text.chars()
            .map(|c| if is_bad(c) { ' ' } else { c })
            .collect::<String>()
            .into()
    } else {
        text.into()
    }
}

fn is_bad(c: char) -> bool {
    c.is_control() && c != '\t'
}

/// Decodes the encoded words of an unfolded value. White space between two of
/// them is not shown (RFC 2047 §6.2). What decodes to control characters is
/// disarmed: a decoded line end must not come to life in a later print.
pub(super) fn decode(unfolded: &str) -> String {
    let mut out = String::with_capacity(unfolded.len());
    let mut shown = 0;
    let mut after_word = false;
    for word in find(unfolded.as_bytes()) {
        let Some(text) = decode_one(&unfolded.as_bytes()[word.clone()]) else {
            continue;
        };
        let between = &unfolded[shown..word.start];
        if !after_word || !between.trim().is_empty() {
            out.push_str(between);
        }
        out.push_str(&text);
        shown = word.end;
        after_word = true;
    }
    out.push_str(&unfolded[shown..]);
    match disarm(&out) {
        Cow::Owned(disarmed) => disarmed,
        Cow::Borrowed(_) => out,
    }
}

fn decode_one(word: &[u8]) -> Option<String> {
    // The decoder is entered behind the `=`.
    MessageStream::new(&word[1..]).decode_rfc2047()
}

/// Where `=?charset?q|b?text?=` stands. Linear: the search goes on behind
/// whatever was looked at. Longer than the 75 octets of RFC 2047 is accepted,
/// since many programs write longer ones.
pub(super) fn find(value: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(found) = memchr::memmem::find(&value[at..], b"=?") {
            let start = at + found;
            match word_end(value, start) {
                Ok(end) => {
                    at = end;
                    return Some(start..end);
                }
                Err(seen) => at = seen,
            }
        }
        None
    })
}

/// Octets an encoded word may have before it is taken for plain text.
const WORD_OCTETS_MAX: usize = 1_024;

/// The end of the word that starts at `start`, or where to go on looking.
fn word_end(value: &[u8], start: usize) -> Result<usize, usize> {
    let limit = value.len().min(start + WORD_OCTETS_MAX);
    let window = &value[..limit];
    let charset_end = token_end(window, start + 2, |o| {
        !matches!(o, b'?' | b' ' | b'\t' | b'=')
    });
    let head = window.get(charset_end..charset_end + 3);
    let good_head =
        charset_end > start + 2 && matches!(head, Some([b'?', b'q' | b'Q' | b'b' | b'B', b'?']));
    if !good_head {
        return Err(start + 2);
    }
    let text_end = token_end(window, charset_end + 3, |o| {
        !matches!(o, b'?' | b' ' | b'\t')
    });
    match window.get(text_end..text_end + 2) {
        Some(b"?=") => Ok(text_end + 2),
        _ => Err(text_end.max(start + 2)),
    }
}

fn token_end(value: &[u8], from: usize, part: impl Fn(u8) -> bool) -> usize {
    let rest = value.get(from..).unwrap_or_default();
    from + rest
        .iter()
        .position(|&octet| !part(octet))
        .unwrap_or(rest.len())
}

/// Text as it may stand in a field: unchanged if it is ASCII that folds,
/// otherwise as encoded words.
///
/// Text that looks like an encoded word is encoded too; a subject somebody
/// typed as `=?utf-8?q?x?=` must arrive as typed.
pub(super) fn encode(text: &str) -> Cow<'_, str> {
    let plain = text.is_ascii() && !text.contains("=?") && folds(text);
    if plain {
        text.into()
    } else {
        encode_always(text).into()
    }
}

/// Base64 encoded words of at most 75 octets, divided by spaces so that they
/// fold, each holding whole characters (RFC 2047 §2, §5).
fn encode_always(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while !rest.is_empty() {
        let (chunk, next) = rest.split_at(rest.floor_char_boundary(ENCODED_CHUNK_OCTETS));
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str("=?utf-8?B?");
        STANDARD.encode_string(chunk, &mut out);
        out.push_str("?=");
        rest = next;
    }
    out
}

/// A display name as a `phrase` (RFC 5322 §3.2.5): a quoted string if it is
/// ASCII, encoded words otherwise. Nothing for an empty name.
pub(super) fn phrase(name: &str) -> String {
    let name = disarm(name);
    let name = name.trim();
    if name.is_empty() {
        return String::new();
    }
    let encoded = encode(name);
    if matches!(encoded, Cow::Owned(_)) {
        return encoded.into_owned();
    }
    // Quoting can make a word that folded twice as long.
    let quoted = quoted(&encoded);
    if folds(&quoted) {
        quoted
    } else {
        encode_always(name)
    }
}

/// Whether every word fits into a line.
fn folds(text: &str) -> bool {
    text.split([' ', '\t'])
        .all(|word| word.len() <= PLAIN_WORD_OCTETS_MAX)
}

pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// A word longer than this could not stand in a line of 998 octets beside a name.
const PLAIN_WORD_OCTETS_MAX: usize = 800;
/// 45 octets are 60 of base64; with the frame of 12 that stays below 75.
const ENCODED_CHUNK_OCTETS: usize = 45;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_decoded() {
        let table = [
            ("plain", "plain"),
            ("=?utf-8?q?caf=C3=A9_=3F?=", "café ?"),
            ("=?UTF-8?B?w6k=?= =?utf-8?b?w6k=?=", "éé"),
            ("a =?iso-8859-1?q?=E9?= b", "a é b"),
            ("a  b", "a  b"),
            ("=?iso-8859-1*fr?q?=E9?=", "é"),
            // Not words: no end, white space inside, no such encoding.
            ("=?utf-8?q?abc", "=?utf-8?q?abc"),
            ("=?utf-8?q?a b?=", "=?utf-8?q?a b?="),
            ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ];
        for (raw, text) in table {
            assert_eq!(decode(raw), text, "{raw}");
        }
    }

    #[test]
    fn a_decoded_line_end_is_disarmed() {
        assert_eq!(decode("=?utf-8?q?a=0D=0ABcc:_x=00?="), "a  Bcc: x ");
    }

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let long = "ж".repeat(500);
        for text in [
            "",
            "plain",
            "=?utf-8?q?x?=",
            "Grüße, 世界 🎉",
            &long,
            &"x".repeat(900),
        ] {
            let encoded = encode(text);
            assert!(encoded.is_ascii());
            assert!(
                encoded
                    .split(' ')
                    .all(|word| word.len() <= PLAIN_WORD_OCTETS_MAX)
            );
            assert_eq!(decode(&encoded), text);
        }
    }

    #[test]
    fn names_are_quoted_or_encoded() {
        assert_eq!(phrase("  "), "");
        assert_eq!(phrase(r#"A "B" \ <c@d>, e"#), r#""A \"B\" \\ <c@d>, e""#);
        assert_eq!(phrase("a\r\nb"), r#""a  b""#);
        assert!(phrase("=?x").starts_with("=?utf-8?B?"));
    }

    #[test]
    fn unfinished_words_are_looked_at_once() {
        // A quadratic search would compare some 10^10 octets here.
        let bomb = "=?aa?q?x ".repeat(200_000);
        assert_eq!(find(bomb.as_bytes()).count(), 0);
        let bomb = format!("=?aa?q?{}", "=?aa?q?".repeat(100_000));
        assert_eq!(find(bomb.as_bytes()).count(), 0);
    }
}
