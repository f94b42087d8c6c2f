//! Tokens that find their way back in a reply: the ticket token and the
//! verification line.
//!
//! A token says which ticket or which check is meant; it authorises nothing.
//! Who may add to a ticket is decided by the author and the relay.
//!
//! Not here: making the tokens and knowing what they stand for (`desk`).

use std::fmt;

/// Six and four characters of Crockford base32, printed `[1G7EQR-0Q2J]` in the
/// body of every notification and `+id1G7EQR-0Q2J` in native addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TicketToken([u8; TicketToken::DIGITS]);

impl TicketToken {
    const DIGITS: usize = 10;
    const HEAD: usize = 6;

    /// The token for a number below 2^50; higher bits are dropped.
    pub fn from_number(number: u64) -> Self {
        let mut digits = [0; Self::DIGITS];
        for (place, digit) in digits.iter_mut().rev().enumerate() {
            *digit = ALPHABET[(number >> (DIGIT_BITS * place) & DIGIT_MASK) as usize];
        }
        Self(digits)
    }

    /// The number the token stands for, below 2^50.
    pub fn number(self) -> u64 {
        let value = |digit: &u8| ALPHABET.iter().position(|c| c == digit).unwrap_or(0) as u64;
        self.0
            .iter()
            .fold(0, |number, digit| number << DIGIT_BITS | value(digit))
    }

    /// Reads `XXXXXX-XXXX` without brackets. Case does not matter, and what
    /// people misread is set right: O is 0, I and L are 1 (Crockford).
    pub fn parse(text: &str) -> Option<Self> {
        let (head, tail) = text.split_once('-')?;
        if head.len() != Self::HEAD || text.len() != Self::DIGITS + 1 {
            return None;
        }
        let mut digits = [0; Self::DIGITS];
        for (digit, octet) in digits.iter_mut().zip(head.bytes().chain(tail.bytes())) {
            *digit = normal(octet)?;
        }
        Some(Self(digits))
    }

    /// The token in the local part of a native address: `support+id1G7EQR-0Q2J`.
    pub fn in_local_part(local: &str) -> Option<Self> {
        let (_, detail) = local.rsplit_once('+')?;
        let (prefix, token) = detail.split_at_checked(PLUS_PREFIX.len())?;
        prefix
            .eq_ignore_ascii_case(PLUS_PREFIX)
            .then(|| Self::parse(token))?
    }

    /// What stands behind the plus in a native address: `id1G7EQR-0Q2J`.
    pub fn plus_detail(self) -> String {
        format!("{PLUS_PREFIX}{self}")
    }
}

/// Prints `1G7EQR-0Q2J`, without brackets.
impl fmt::Display for TicketToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, &digit) in self.0.iter().enumerate() {
            if place == Self::HEAD {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(digit))?;
        }
        Ok(())
    }
}

/// The tokens in a text, each once, in the order they stand there; at most
/// [`TOKENS_MAX`]. A reply that quotes two notifications holds two.
pub fn ticket_tokens(text: &str) -> Vec<TicketToken> {
    let mut found = Vec::new();
    for at in memchr::memchr_iter(b'[', text.as_bytes()) {
        let inner = text.as_bytes().get(at + 1..at + 1 + TOKEN_OCTETS);
        let closed = text.as_bytes().get(at + 1 + TOKEN_OCTETS) == Some(&b']');
        let token = inner.and_then(|inner| TicketToken::parse(std::str::from_utf8(inner).ok()?));
        if let Some(token) = token.filter(|token| closed && !found.contains(token)) {
            found.push(token);
        }
        if found.len() == TOKENS_MAX {
            break;
        }
    }
    found
}

/// The line that carries a verification token in the body of a verification
/// mail: `Relaygate-Verification: <token>`.
pub fn verification_line(prefix: &str, token: &str) -> String {
    format!("{prefix}{VERIFICATION}{token}")
}

/// The tokens of the verification lines in a text, quoted (`> `) or not, at
/// most [`TOKENS_MAX`]. A token is 16 to 128 of `A-Z a-z 0-9 - _`.
pub fn verification_tokens<'t>(text: &'t str, prefix: &str) -> Vec<&'t str> {
    let marker = format!("{prefix}{VERIFICATION}");
    let line_token = |line: &'t str| {
        let line = line.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
        let token = line.strip_prefix(marker.as_str())?.trim_end();
        let good = (16..=128).contains(&token.len())
            && token
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
        good.then_some(token)
    };
    text.lines()
        .filter_map(line_token)
        .take(TOKENS_MAX)
        .collect()
}

fn normal(octet: u8) -> Option<u8> {
    let upper = match octet.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    ALPHABET.contains(&upper).then_some(upper)
}

/// Tokens that are looked for in one text.
pub const TOKENS_MAX: usize = 16;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DIGIT_BITS: usize = 5;
const DIGIT_MASK: u64 = 0x1f;
/// Ten digits and the hyphen.
const TOKEN_OCTETS: usize = TicketToken::DIGITS + 1;
const PLUS_PREFIX: &str = "id";
const VERIFICATION: &str = "-Verification: ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_a_quoted_reply() {
        let text =
            "Thanks!\n\n> Your request [1G7EQR-0Q2J] was updated\n> [1g7eqr-oq2j] [ZZZZZZ-ZZZZ]";
        let tokens = ticket_tokens(text);
        assert_eq!(
            tokens.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["1G7EQR-0Q2J", "ZZZZZZ-ZZZZ"]
        );
    }

    #[test]
    fn what_only_looks_like_a_token_is_none() {
        for text in [
            "[1G7EQR-0Q2J",
            "1G7EQR-0Q2J]",
            "[1G7EQ-R0Q2J]",
            "[1G7EUR-0Q2J]",
            "[1G7EQR-0Q2J1]",
            "[é7EQR-0Q2J]",
            "[-G7EQR10Q2J]",
        ] {
            assert_eq!(ticket_tokens(text), [], "{text}");
        }
    }

    #[test]
    fn numbers_and_plus_addresses_round_trip() {
        for number in [0, 1, 31, 32, (1 << 50) - 1, 123_456_789_012] {
            let token = TicketToken::from_number(number);
            assert_eq!(token.number(), number);
            assert_eq!(TicketToken::parse(&token.to_string()), Some(token));
            assert_eq!(
                TicketToken::in_local_part(&format!("support+{}", token.plus_detail())),
                Some(token)
            );
        }
        assert_eq!(TicketToken::in_local_part("support"), None);
        assert_eq!(TicketToken::in_local_part("support+é"), None);
    }

    #[test]
    fn verification_lines_are_found_quoted_or_not() {
        let line = verification_line("Relaygate", "AbCdEf0123456789-_");
        let text =
            format!("hello\n{line}\r\n> > {line}\nRelaygate-Verification: short\n x {line}\n");
        assert_eq!(
            verification_tokens(&text, "Relaygate"),
            ["AbCdEf0123456789-_"; 2]
        );
        assert!(verification_tokens(&text, "Other").is_empty());
    }
}
