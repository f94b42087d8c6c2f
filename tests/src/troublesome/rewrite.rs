//! What a relay does to a message on its way through.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// One change.
#[derive(Debug, Clone)]
pub enum Rewrite {
    /// Every field of that name goes.
    Strip(&'static str),
    /// The first field of that name gets another value; added on top if there is none.
    Set(&'static str, &'static str),
    /// A field more, on top.
    Add(&'static str, &'static str),
    /// Lines below the body, as disclaimers are added.
    Footer(&'static str),
    /// A DKIM signature of the domain's own, on top.
    Sign(Resigner),
}

/// The domain's own signer: dkimpy's `dkimsign`.
#[derive(Debug, Clone)]
pub struct Resigner {
    /// The selector (`s=`).
    pub selector: &'static str,
    /// The domain (`d=`).
    pub domain: &'static str,
    /// RSA key, a PEM file.
    pub key: PathBuf,
}

impl Rewrite {
    pub(super) fn apply(&self, text: &str) -> String {
        match self {
            Self::Strip(name) => without(text, name),
            Self::Set(name, value) => set(text, name, value),
            Self::Add(name, value) => format!("{name}: {value}\r\n{text}"),
            Self::Footer(lines) => format!("{}\r\n{lines}\r\n", text.trim_end_matches("\r\n")),
            Self::Sign(resigner) => resigner.sign(text),
        }
    }
}

impl Resigner {
    fn sign(&self, text: &str) -> String {
        let mut signer = Command::new("dkimsign")
            .args([self.selector, self.domain])
            .arg(&self.key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("dkimsign is installed (tests/setup.sh)");
        let mut input = signer.stdin.take().expect("it is piped");
        input
            .write_all(text.as_bytes())
            .expect("dkimsign reads it all");
        drop(input);
        let output = signer.wait_with_output().expect("dkimsign ends");
        assert!(output.status.success(), "dkimsign: {output:?}");
        let signed = String::from_utf8_lossy(&output.stdout).into_owned();
        signed.replace("\r\n", "\n").replace('\n', "\r\n")
    }
}

fn without(text: &str, name: &str) -> String {
    let (header, body) = parted(text);
    let kept = fields(header).into_iter().filter(|field| !is(field, name));
    format!("{}{body}", kept.collect::<String>())
}

fn set(text: &str, name: &str, value: &str) -> String {
    let (header, body) = parted(text);
    let mut fields = fields(header);
    let line = format!("{name}: {value}\r\n");
    match fields.iter_mut().find(|field| is(field, name)) {
        Some(field) => *field = line,
        None => fields.insert(0, line),
    }
    format!("{}{body}", fields.concat())
}

/// Header block with its last CRLF, and the rest from the empty line on.
fn parted(text: &str) -> (&str, &str) {
    match text.find("\r\n\r\n") {
        Some(end) => text.split_at(end + "\r\n".len()),
        None => (text, ""),
    }
}

/// Whole fields, their folded lines included.
fn fields(header: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for line in header.split_inclusive("\r\n") {
        match fields.last_mut() {
            Some(field) if line.starts_with([' ', '\t']) => field.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    fields
}

fn is(field: &str, name: &str) -> bool {
    let own = field.split(':').next().unwrap_or("");
    own.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "A: 1\r\nB: 2\r\n\t3\r\nC: 4\r\n\r\nB: body\r\n";

    #[test]
    fn a_folded_field_goes_whole() {
        let text = Rewrite::Strip("b").apply(TEXT);
        assert_eq!(text, "A: 1\r\nC: 4\r\n\r\nB: body\r\n");
    }

    #[test]
    fn a_field_is_set_in_its_place() {
        let text = Rewrite::Set("B", "new").apply(TEXT);
        assert_eq!(text, "A: 1\r\nB: new\r\nC: 4\r\n\r\nB: body\r\n");
    }
}
