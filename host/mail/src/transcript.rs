//! SMTP dialogues as text files, for tests: `tests/transcripts/*.smtp`.
//!
//! The same file is played against a bare [`Session`](crate::server::Session) and
//! against the program over TLS; whoever plays it is a [`Stage`]. A line is one of
//!
//! ```text
//! # a comment
//! ! a direction to the stage; those of the opening come before everything else
//! S: what the server says; `...` stands for the rest of the line
//! C: a line the client sends, CRLF added
//! R: octets the client sends as they are, with \r \n \0 \xNN and \\ written out
//! X                       the server closes the connection
//! ```
//!
//! Neighbouring `C:` and `R:` lines are sent in one write. `{name}` is filled in
//! by the stage, and `{x*5000}` is five thousand times an x.
//!
//! Directions: `listener submission|submission starttls|mx` (the first if none is
//! given), `limit NAME NUMBER`, `offer LOGIN`, `tls` (the client does the
//! handshake), and what only a bare session can be made to do: `wait SECONDS`,
//! `shutdown`, `revoke`, `crowded`, `hurry`, `refuse text`, `nothing kept`, `kept NUMBER`.
//!
//! Not here: what any dialogue means.

use std::fmt::Write;

/// Where a dialogue is played.
pub trait Stage {
    /// What `{name}` stands for.
    fn fill_in(&self, name: &str) -> Option<String>;
    /// Follows a direction; the error says why it cannot.
    ///
    /// # Errors
    /// Anything that keeps it from being followed.
    fn direct(&mut self, direction: &str) -> Result<(), String>;
    /// Sends octets in one write.
    fn send(&mut self, wire: &[u8]);
    /// The next line of the server without its CRLF; `None` if it closed.
    fn receive(&mut self) -> Option<String>;
}

/// One dialogue.
#[derive(Debug, Clone)]
pub struct Transcript {
    steps: Vec<(usize, Step)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Direct(String),
    Client(String),
    Raw(String),
    Server(String),
    Closes,
}

impl Transcript {
    /// Reads a dialogue.
    ///
    /// # Errors
    /// Names the first line that is none of the known kinds.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let step = match line.split_at_checked(2) {
                _ if line.is_empty() || line.starts_with('#') => continue,
                _ if line.trim_end() == "X" => Step::Closes,
                Some(("C:", rest)) => Step::Client(body(rest)),
                Some(("R:", rest)) => Step::Raw(body(rest)),
                Some(("S:", rest)) => Step::Server(body(rest)),
                Some(("! ", rest)) => Step::Direct(rest.trim().to_owned()),
                _ => return Err(format!("line {}: what is `{line}`?", number + 1)),
            };
            steps.push((number + 1, step));
        }
        Ok(Self { steps })
    }

    /// The directions of the dialogue: they say which listener and which limits it needs.
    pub fn directions(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|(_, step)| match step {
            Step::Direct(direction) => Some(direction.as_str()),
            _ => None,
        })
    }

    /// Plays it to the end.
    ///
    /// # Errors
    /// The first line that went differently: its number, what was expected, what came.
    pub fn play(&self, stage: &mut dyn Stage) -> Result<(), String> {
        let mut unsent = Vec::new();
        for (number, step) in &self.steps {
            let sends = matches!(step, Step::Client(_) | Step::Raw(_));
            if !sends && !unsent.is_empty() {
                stage.send(&std::mem::take(&mut unsent));
            }
            play_step(step, stage, &mut unsent).map_err(|why| format!("line {number}: {why}"))?;
        }
        if !unsent.is_empty() {
            stage.send(&unsent);
        }
        Ok(())
    }
}

fn body(rest: &str) -> String {
    rest.strip_prefix(' ').unwrap_or(rest).to_owned()
}

fn play_step(step: &Step, stage: &mut dyn Stage, unsent: &mut Vec<u8>) -> Result<(), String> {
    match step {
        Step::Direct(direction) => stage.direct(direction),
        Step::Client(line) => {
            unsent.extend_from_slice(filled(line, stage)?.as_bytes());
            unsent.extend_from_slice(b"\r\n");
            Ok(())
        }
        Step::Raw(line) => unescape(&filled(line, stage)?, unsent),
        Step::Server(line) => {
            let expected = filled(line, stage)?;
            let said = stage.receive();
            match said {
                Some(said) if matches(&expected, &said) => Ok(()),
                said => Err(format!("expected `{expected}`, got {said:?}")),
            }
        }
        Step::Closes => match stage.receive() {
            None => Ok(()),
            Some(said) => Err(format!("expected the connection to close, got `{said}`")),
        },
    }
}

/// `...` at the end stands for anything.
fn matches(expected: &str, said: &str) -> bool {
    match expected.strip_suffix("...") {
        Some(start) => said.starts_with(start),
        None => said == expected,
    }
}

fn filled(line: &str, stage: &dyn Stage) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("an open brace")?;
        out.push_str(before);
        match repeated(name).or_else(|| stage.fill_in(name)) {
            Some(text) => out.push_str(&text),
            None => return Err(format!("nothing is known of `{{{name}}}`")),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// `x*5000`.
fn repeated(name: &str) -> Option<String> {
    let (text, times) = name.split_once('*')?;
    Some(text.repeat(times.parse().ok()?))
}

fn unescape(line: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            let mut buffer = [0; 4];
            out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            continue;
        }
        out.push(match rest.next() {
            Some('r') => b'\r',
            Some('n') => b'\n',
            Some('0') => 0,
            Some('\\') => b'\\',
            Some('x') => {
                let mut digits = String::new();
                digits.extend(rest.by_ref().take(2));
                u8::from_str_radix(&digits, 16).map_err(|_| format!("`\\x{digits}` is no octet"))?
            }
            other => {
                let mut what = String::from("\\");
                let _ = write!(what, "{}", other.map(String::from).unwrap_or_default());
                return Err(format!("`{what}` is no escape"));
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_no_kind_is_named() {
        let error = Transcript::parse("# fine\n  C: NOOP\nwhat").unwrap_err();
        assert_eq!(error, "line 3: what is `what`?");
    }

    #[test]
    fn dots_match_the_rest() {
        for (expected, said, fits) in [
            ("250 ...", "250 ok", true),
            ("250 ok", "250 ok!", false),
            ("250-...", "250 x", false),
        ] {
            assert_eq!(matches(expected, said), fits, "{expected} {said}");
        }
    }

    #[test]
    fn octets_can_be_written_out() {
        let mut out = Vec::new();
        unescape(r"a\r\n\0\xffü\\", &mut out).unwrap();
        assert_eq!(out, b"a\r\n\0\xff\xc3\xbc\\");
        assert!(unescape(r"\q", &mut out).is_err());
    }
}
