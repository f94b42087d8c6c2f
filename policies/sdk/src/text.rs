//! Looking into texts. Like core's functions of that kind, but each exists once in a
//! component instead of once for each place that calls it, and none can panic: core's
//! searches for `&str` and `char` bring ten kilobytes of messages along.

/// Whether two texts are the same but for the case of ASCII letters.
pub fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && same_octets(one.as_bytes(), other.as_bytes())
}

#[inline(never)]
fn same_octets(one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether a part stands in a text, but for the case of ASCII letters.
#[inline(never)]
pub fn holds(text: &str, part: &str) -> bool {
    let part = part.as_bytes();
    let last = text.len().checked_sub(part.len());
    last.is_some_and(|last| {
        let mut starts = 0..=last;
        starts.any(|at| {
            let there = text
                .as_bytes()
                .get(at..)
                .and_then(|it| it.get(..part.len()));
            there.is_some_and(|there| same_octets(there, part))
        })
    })
}

/// What follows that start, but for the case of ASCII letters.
pub fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    same(head, start).then_some(rest)
}

/// What stands before and behind the first such ASCII character.
pub fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    around(text, position(text, at, false)?)
}

/// What stands before and behind the last such ASCII character.
pub fn cut_last(text: &str, at: u8) -> Option<(&str, &str)> {
    around(text, position(text, at, true)?)
}

/// Whether that ASCII character stands in a text.
pub fn has(text: &str, octet: u8) -> bool {
    position(text, octet, false).is_some()
}

/// Whether one of these ASCII characters stands in a text.
#[inline(never)]
pub fn has_any(text: &str, octets: &[u8]) -> bool {
    text.bytes().any(|octet| octets.contains(&octet))
}

#[inline(never)]
fn position(text: &str, octet: u8, last: bool) -> Option<usize> {
    let mut octets = text.bytes();
    match last {
        true => octets.rposition(|it| it == octet),
        false => octets.position(|it| it == octet),
    }
}

fn around(text: &str, at: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The parts between such ASCII characters; one more than there are of them.
pub fn parts(text: &str, octet: u8) -> Parts<'_> {
    Parts {
        rest: Some(text),
        octet,
    }
}

/// See [`parts`].
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    rest: Option<&'a str>,
    octet: u8,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let (part, rest) = match cut(rest, self.octet) {
            Some((part, rest)) => (part, Some(rest)),
            None => (rest, None),
        };
        self.rest = rest;
        Some(part)
    }
}

/// The words between blanks (space, tab, line break).
pub fn words(text: &str) -> Words<'_> {
    Words { rest: text }
}

/// See [`words`].
#[derive(Debug, Clone)]
pub struct Words<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_ascii_start();
        let blank = |octet: u8| octet.is_ascii_whitespace();
        let end = rest.bytes().position(blank).unwrap_or(rest.len());
        let (word, rest) = rest.split_at_checked(end)?;
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_whatever_their_case() {
        assert!(same("Reply-To", "reply-TO") && !same("Reply-To", "Reply-T"));
        assert!(holds("x; report-type=Delivery-Status", "delivery-status"));
        assert!(!holds("short", "longer than that") && holds("any", ""));
        assert_eq!(after("X-Relaygate-Id", "x-"), Some("Relaygate-Id"));
        assert_eq!(after("é", "x"), None, "not in the middle of a letter");
    }

    #[test]
    fn texts_are_cut() {
        assert_eq!(cut("a=b=c", b'='), Some(("a", "b=c")));
        assert_eq!(cut_last("a@b@c", b'@'), Some(("a@b", "c")));
        assert_eq!(cut("none", b'@'), None);
        assert!(parts("a;;b;", b';').eq(["a", "", "b", ""]));
        assert!(parts("", b';').eq([""]));
        assert!(words("  two\t words \r\n").eq(["two", "words"]));
        assert!(has("ü@", b'@') && has_any("a[b", b"([") && !has_any("ab", b"(["));
    }
}
