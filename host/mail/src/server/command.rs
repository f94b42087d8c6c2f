//! Reading a command line (RFC 5321 §4.1), strictly.
//!
//! Our own reader rather than `smtp-proto`'s: that one has a line buffer of
//! 4 KiB where an AUTH response may need 12, accepts a bare LF as a line end,
//! and leaves addresses as strings that would be parsed a second time. What is
//! left over once a line is cut strictly fits on two screens.
//!
//! Not here: whether the command may stand where it stands (`dialogue`).

use zeroize::Zeroizing;

use crate::address::{Address, AddressError, ReversePath};
use crate::reply::Reply;

/// Longest EHLO argument: a domain name, or an address literal (RFC 5321 §4.5.3.1.2).
const HELO_OCTETS_MAX: usize = 255;
/// Verbs of other protocols that browsers can be made to send here (FAULTS SMG-05).
const FOREIGN_VERBS: [&str; 9] = [
    "GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT",
];

/// One command, its arguments read.
pub(super) enum Command {
    Ehlo(String),
    Helo(String),
    StartTls,
    Auth {
        mechanism: String,
        initial: Option<Zeroizing<Vec<u8>>>,
    },
    Mail(Mail),
    Rcpt(Rcpt),
    Data,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
    /// A command of SMTP that we do not have.
    Missing,
    /// No SMTP at all.
    Foreign,
}

/// MAIL FROM with its parameters.
pub(super) struct Mail {
    pub(super) sender: ReversePath,
    pub(super) declared_octets: Option<u64>,
    pub(super) eight_bit: bool,
    pub(super) utf8: bool,
}

/// RCPT TO.
pub(super) struct Rcpt {
    /// `None` is `<Postmaster>` without a domain (RFC 5321 §4.1.1.3).
    pub(super) recipient: Option<Address>,
    /// The line needs SMTPUTF8.
    pub(super) needs_utf8: bool,
}

impl Command {
    /// Reads a line without its CRLF; the error is the reply to it.
    pub(super) fn parse(line: &[u8]) -> Result<Self, Reply> {
        let verb_end = line.iter().position(|&b| b == b' ').unwrap_or(line.len());
        let verb = line[..verb_end].to_ascii_uppercase();
        if is_foreign(&verb) {
            return Ok(Self::Foreign);
        }
        if line.iter().any(u8::is_ascii_control) {
            return Err(Reply::BAD_OCTETS);
        }
        let line = std::str::from_utf8(line).map_err(|_| Reply::BAD_OCTETS)?;
        let rest = line[verb_end..].trim_matches(' ');
        match &verb[..] {
            b"MAIL" => return mail(rest).map(Self::Mail),
            b"RCPT" => return rcpt(rest).map(Self::Rcpt),
            _ if !line.is_ascii() => return Err(Reply::BAD_OCTETS),
            b"AUTH" => return auth(rest),
            b"EHLO" => return helo(rest).map(Self::Ehlo),
            b"HELO" => return helo(rest).map(Self::Helo),
            b"NOOP" => return Ok(Self::Noop),
            b"HELP" => return Ok(Self::Help),
            b"VRFY" => return Ok(Self::Vrfy),
            b"EXPN" | b"BDAT" | b"ETRN" | b"TURN" | b"ATRN" | b"SEND" | b"SOML" | b"SAML" => {
                return Ok(Self::Missing);
            }
            _ => {}
        }
        let command = match &verb[..] {
            b"STARTTLS" => Self::StartTls,
            b"DATA" => Self::Data,
            b"RSET" => Self::Rset,
            b"QUIT" => Self::Quit,
            _ => return Err(Reply::UNKNOWN_COMMAND),
        };
        if rest.is_empty() {
            Ok(command)
        } else {
            Err(Reply::BAD_ARGUMENTS)
        }
    }
}

/// An HTTP verb, or a word with a colon such as `Host:`: somebody else's protocol.
fn is_foreign(verb: &[u8]) -> bool {
    FOREIGN_VERBS
        .iter()
        .any(|foreign| foreign.as_bytes() == verb)
        || verb.iter().position(|&b| b == b':').is_some_and(|colon| {
            verb[..colon]
                .iter()
                .all(|&b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn helo(name: &str) -> Result<String, Reply> {
    let fits = (1..=HELO_OCTETS_MAX).contains(&name.len());
    if fits && name.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(name.to_owned())
    } else {
        Err(Reply::BAD_ARGUMENTS)
    }
}

fn auth(rest: &str) -> Result<Command, Reply> {
    let (mechanism, initial) = match rest.split_once(' ') {
        Some((mechanism, initial)) => (mechanism, Some(initial)),
        None => (rest, None),
    };
    if mechanism.is_empty() {
        return Err(Reply::BAD_ARGUMENTS);
    }
    let initial = initial.map(|text| Zeroizing::new(text.as_bytes().to_vec()));
    Ok(Command::Auth {
        mechanism: mechanism.to_owned(),
        initial,
    })
}

fn mail(rest: &str) -> Result<Mail, Reply> {
    let (path, parameters) = path(rest, "FROM:").ok_or(Reply::BAD_ARGUMENTS)?;
    let mut mail = Mail {
        sender: reverse_path(path).map_err(|_| Reply::BAD_SENDER)?,
        declared_octets: None,
        eight_bit: false,
        utf8: false,
    };
    let mut seen: Vec<String> = Vec::new();
    for parameter in parameters {
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (name.to_ascii_uppercase(), Some(value)),
            None => (parameter.to_ascii_uppercase(), None),
        };
        if seen.contains(&name) {
            return Err(Reply::BAD_ARGUMENTS);
        }
        mail.take(&name, value)?;
        seen.push(name);
    }
    if mail.utf8 || rest.is_ascii() {
        Ok(mail)
    } else {
        Err(Reply::BAD_OCTETS)
    }
}

impl Mail {
    fn take(&mut self, name: &str, value: Option<&str>) -> Result<(), Reply> {
        match (name, value) {
            ("SIZE", Some(digits)) => self.declared_octets = Some(size(digits)?),
            ("BODY", Some(body)) if body.eq_ignore_ascii_case("7BIT") => {}
            ("BODY", Some(body)) if body.eq_ignore_ascii_case("8BITMIME") => self.eight_bit = true,
            ("SMTPUTF8", None) => self.utf8 = true,
            // RFC 4954 §5: a server that offers AUTH takes this one; we trust nobody's word on it.
            ("AUTH", Some(mailbox)) if !mailbox.is_empty() => {}
            ("SIZE" | "BODY" | "SMTPUTF8" | "AUTH", _) => return Err(Reply::BAD_ARGUMENTS),
            _ => return Err(Reply::UNKNOWN_PARAMETER),
        }
        Ok(())
    }
}

/// Up to 20 digits (RFC 1870 §6.1); what overflows is too large in any case.
fn size(digits: &str) -> Result<u64, Reply> {
    if !matches!(digits.len(), 1..=20) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Reply::BAD_ARGUMENTS);
    }
    Ok(digits.parse().unwrap_or(u64::MAX))
}

fn rcpt(rest: &str) -> Result<Rcpt, Reply> {
    let (path, mut parameters) = path(rest, "TO:").ok_or(Reply::BAD_ARGUMENTS)?;
    if parameters.next().is_some() {
        return Err(Reply::UNKNOWN_PARAMETER);
    }
    let recipient = if path.eq_ignore_ascii_case("postmaster") {
        None
    } else {
        Some(Address::parse(without_route(path)).map_err(|_| Reply::BAD_RECIPIENT)?)
    };
    Ok(Rcpt {
        recipient,
        needs_utf8: !rest.is_ascii(),
    })
}

fn reverse_path(path: &str) -> Result<ReversePath, AddressError> {
    if path.is_empty() {
        Ok(None)
    } else {
        Address::parse(without_route(path)).map(Some)
    }
}

/// Splits `FROM:<path> PARAMETER ...`. One space after the colon is borne: many
/// devices send it, and it changes nothing.
fn path<'l>(rest: &'l str, keyword: &str) -> Option<(&'l str, impl Iterator<Item = &'l str>)> {
    let (given, rest) = rest.split_at_checked(keyword.len())?;
    if !given.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = rest.strip_prefix(' ').unwrap_or(rest).strip_prefix('<')?;
    let end = closing_bracket(rest)?;
    let parameters = &rest[end + 1..];
    if !parameters.is_empty() && !parameters.starts_with(' ') {
        return None;
    }
    Some((
        &rest[..end],
        parameters.split(' ').filter(|word| !word.is_empty()),
    ))
}

/// Where the path ends; a `>` inside a quoted local part does not end it.
fn closing_bracket(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// Takes a source route `@a,@b:` off, which must be accepted and may be ignored
/// (RFC 5321 §4.1.1.3).
fn without_route(path: &str) -> &str {
    match path.split_once(':') {
        Some((route, address)) if route.split(',').all(|hop| hop.starts_with('@')) => address,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(line: &str) -> Result<String, u16> {
        match Command::parse(line.as_bytes()) {
            Ok(Command::Mail(mail)) => Ok(mail.sender.map(|a| a.to_string()).unwrap_or_default()),
            Ok(_) => panic!("no MAIL: {line}"),
            Err(reply) => Err(reply.code()),
        }
    }

    fn recipient(line: &str) -> Result<String, u16> {
        match Command::parse(line.as_bytes()) {
            Ok(Command::Rcpt(rcpt)) => {
                Ok(rcpt.recipient.map(|a| a.to_string()).unwrap_or_default())
            }
            Ok(_) => panic!("no RCPT: {line}"),
            Err(reply) => Err(reply.code()),
        }
    }

    #[test]
    fn reverse_paths_are_read_strictly() {
        for (line, expected) in [
            ("MAIL FROM:<>", Ok("")),
            ("mail from:<a@acme.example>", Ok("a@acme.example")),
            ("MAIL FROM: <a@acme.example>", Ok("a@acme.example")),
            (
                "MAIL FROM:<a@acme.example>  SIZE=5 BODY=8BITMIME AUTH=<>",
                Ok("a@acme.example"),
            ),
            (
                "MAIL FROM:<\"a>b\"@acme.example>",
                Ok("\"a>b\"@acme.example"),
            ),
            (
                r#"MAIL FROM:<"\">"@acme.example>"#,
                Ok(r#""\">"@acme.example"#),
            ),
            (
                "MAIL FROM:<@a.example,@b.example:u@acme.example>",
                Ok("u@acme.example"),
            ),
            ("MAIL FROM:<ü@acme.example> SMTPUTF8", Ok("ü@acme.example")),
            ("MAIL FROM:<ü@acme.example>", Err(501)),
            ("MAIL FROM:a@acme.example", Err(501)),
            ("MAIL FROM:<a@acme.example", Err(501)),
            ("MAIL FROM:<a@acme.example>SIZE=5", Err(501)),
            ("MAIL FROM:<a@[127.0.0.1]>", Err(501)),
            ("MAIL FROM:<a>", Err(501)),
            ("MAIL <a@acme.example>", Err(501)),
            ("MAIL", Err(501)),
            ("MAIL FROM:<> SIZE=x", Err(501)),
            ("MAIL FROM:<> SIZE", Err(501)),
            ("MAIL FROM:<> SIZE=1 SIZE=2", Err(501)),
            ("MAIL FROM:<> BODY=BINARYMIME", Err(501)),
            ("MAIL FROM:<> SMTPUTF8=1", Err(501)),
            ("MAIL FROM:<> RET=FULL", Err(555)),
        ] {
            assert_eq!(sender(line), expected.map(str::to_owned), "{line}");
        }
    }

    #[test]
    fn forward_paths_are_read_strictly() {
        for (line, expected) in [
            ("RCPT TO:<Help@acme.example>", Ok("Help@acme.example")),
            ("RCPT TO:<Postmaster>", Ok("")),
            ("RCPT TO:<>", Err(501)),
            ("RCPT TO:<a@b@acme.example>", Err(501)),
            ("RCPT TO:<a@acme.example> NOTIFY=NEVER", Err(555)),
            ("RCPT FROM:<a@acme.example>", Err(501)),
            ("RCPT TÖ:<a@acme.example>", Err(501)),
        ] {
            assert_eq!(recipient(line), expected.map(str::to_owned), "{line}");
        }
    }

    #[test]
    fn other_protocols_are_recognised() {
        for line in [
            "GET / HTTP/1.1",
            "post /",
            "Host: acme.example",
            "X-A:b",
            "CONNECT a:25",
        ] {
            assert!(
                matches!(Command::parse(line.as_bytes()), Ok(Command::Foreign)),
                "{line}"
            );
        }
    }

    #[test]
    fn arguments_are_refused_where_none_belong() {
        for (line, code) in [
            ("DATA now", 501),
            ("RSET x", 501),
            ("QUIT x", 501),
            ("STARTTLS x", 501),
            ("EHLO", 501),
            ("EHLO a b", 501),
            ("AUTH", 501),
            ("FROB", 500),
            ("", 500),
            (" NOOP", 500),
            ("NOOP \x1b[31m", 501),
            ("NOOP ü", 501),
        ] {
            assert_eq!(
                Command::parse(line.as_bytes())
                    .err()
                    .map(|reply| reply.code()),
                Some(code),
                "{line:?}"
            );
        }
        assert_eq!(Command::parse(b"NOOP \xff").err(), Some(Reply::BAD_OCTETS));
    }
}
