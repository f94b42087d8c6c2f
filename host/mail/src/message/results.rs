//! `Authentication-Results` (RFC 8601): printing ours, reading a trusted one.
//!
//! The field is only worth what its writer is worth. We read the topmost one
//! that bears the authserv-id of the customer's relay; whatever stands below
//! may have been brought along by the author. One octet that is not understood
//! and nothing is believed.
//!
//! Not here: doing SPF, DKIM or DMARC ourselves; which server is trusted.

use std::fmt::Write as _;

use super::headers::Headers;
use super::names::write_field;
use super::words;

pub(super) const FIELD: &str = "Authentication-Results";

/// What a method said (RFC 8601 §2.7). Unknown words count as [`Self::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Checked and good.
    Pass,
    /// Checked and bad; SPF's `hardfail` of old programs too.
    Fail,
    /// Probably bad (SPF).
    SoftFail,
    /// Checked, and nothing can be said.
    Neutral,
    /// Nothing to check.
    None,
    /// Could not be checked now.
    TempError,
    /// Cannot be checked.
    PermError,
    /// `policy`, `bestguesspass` and other words.
    Other,
}

impl Verdict {
    /// A keyword (RFC 5321 §4.1.2 `Keyword`); anything else is no verdict at all.
    fn parse(word: &str) -> Option<Self> {
        if !word
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        {
            return None;
        }
        Some(match word.to_ascii_lowercase().as_str() {
            "pass" => Self::Pass,
            "fail" | "hardfail" => Self::Fail,
            "softfail" => Self::SoftFail,
            "neutral" => Self::Neutral,
            "none" => Self::None,
            "temperror" => Self::TempError,
            "permerror" => Self::PermError,
            _ => Self::Other,
        })
    }

    /// The word as it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
            Self::Other => "policy",
        }
    }
}

/// One result of ours, for example `auth=pass smtp.auth=acme`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodResult {
    /// For example `auth`.
    pub method: String,
    /// What came out.
    pub verdict: Verdict,
    /// Properties such as `smtp.auth` and their values.
    pub properties: Vec<(String, String)>,
}

/// A field of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationResults {
    /// Who says so: our host name.
    pub authserv_id: String,
    /// The results; empty prints `none`.
    pub results: Vec<MethodResult>,
}

impl AuthenticationResults {
    /// The field as lines, CRLF included. Words that are no tokens are printed
    /// as quoted strings; control characters become spaces.
    pub fn to_lines(&self) -> Vec<u8> {
        let mut value = token(&self.authserv_id);
        if self.results.is_empty() {
            value.push_str("; none");
        }
        for result in &self.results {
            let _ = write!(
                value,
                "; {}={}",
                keyword(&result.method),
                result.verdict.word()
            );
            for (property, content) in &result.properties {
                let _ = write!(value, " {}={}", keyword(property), token(content));
            }
        }
        let mut lines = Vec::with_capacity(value.len() + 64);
        write_field(FIELD, &value, &mut lines);
        lines
    }
}

/// What a trusted server found out about the author.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorResults {
    /// SPF, and the domain it speaks of (`smtp.mailfrom`).
    pub spf: Option<(Verdict, Option<String>)>,
    /// Every DKIM signature.
    pub dkim: Vec<DkimResult>,
    /// DMARC, and the domain it speaks of (`header.from`).
    pub dmarc: Option<(Verdict, Option<String>)>,
}

/// What came out for one DKIM signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimResult {
    /// Whether it holds.
    pub verdict: Verdict,
    /// The signing domain, lower case (`header.d`, or the domain of `header.i`).
    pub domain: Option<String>,
}

/// The results of the topmost Authentication-Results field with that
/// authserv-id. `None` if there is none, or if it is not exactly RFC 8601 §2.2.
pub fn author_results(headers: &Headers, authserv_id: &str) -> Option<AuthorResults> {
    let raw = headers.all(FIELD).find(|raw| is_by(raw, authserv_id))?;
    let mut found = AuthorResults::default();
    note_all(&mut found, raw)?;
    Some(found)
}

/// What the last server before us says: the results of every field by the writer
/// of the topmost one, since a server may write one for each method. For people
/// to read. `None` if there is none; what is not RFC 8601 §2.2 is left out.
pub fn receivers_results(headers: &Headers) -> Option<AuthorResults> {
    let top = words::unfold(headers.all(FIELD).next()?);
    let writer = Reader::new(&top).authserv_id()?;
    let mut found = AuthorResults::default();
    for raw in headers.all(FIELD).filter(|raw| is_by(raw, &writer)) {
        let _ = note_all(&mut found, raw);
    }
    Some(found)
}

fn note_all(found: &mut AuthorResults, raw: &[u8]) -> Option<()> {
    let text = words::unfold(raw);
    let mut reader = Reader::new(&text);
    reader.authserv_id()?;
    for (method, verdict, properties) in reader.results()? {
        note(found, &method, verdict, &properties);
    }
    Some(())
}

fn note(
    found: &mut AuthorResults,
    method: &str,
    verdict: Verdict,
    properties: &[(String, String)],
) {
    let domain = |names: &[&str]| {
        let wanted = |(name, _): &&(String, String)| names.contains(&name.as_str());
        properties
            .iter()
            .find(wanted)
            .map(|(_, value)| domain_of(value))
    };
    match method {
        // Said twice, SPF and DMARC count as their first: nobody may add a better one.
        "spf" if found.spf.is_none() => {
            found.spf = Some((
                verdict,
                domain(&["smtp.mailfrom", "smtp.mail", "smtp.helo"]),
            ));
        }
        "dmarc" if found.dmarc.is_none() => found.dmarc = Some((verdict, domain(&["header.from"]))),
        "dkim" => found.dkim.push(DkimResult {
            verdict,
            domain: domain(&["header.d", "header.i"]),
        }),
        _ => {}
    }
}

fn domain_of(value: &str) -> String {
    value
        .rsplit('@')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// Whether a raw value claims to be by that server.
pub(super) fn is_by(raw: &[u8], authserv_id: &str) -> bool {
    let text = words::unfold(raw);
    let claimed = Reader::new(&text).authserv_id();
    claimed.is_some_and(|claimed| claimed.eq_ignore_ascii_case(authserv_id))
}

/// Reads RFC 8601 §2.2 from left to right; `None` anywhere ends it.
struct Reader<'t> {
    rest: &'t str,
}

type Parsed = (String, Verdict, Vec<(String, String)>);

impl<'t> Reader<'t> {
    fn new(rest: &'t str) -> Self {
        Self { rest }
    }

    /// The identifier and the version after it, which can only be 1.
    fn authserv_id(&mut self) -> Option<String> {
        let id = self.value()?;
        self.skip()?;
        if let Some(rest) = self.rest.strip_prefix('1') {
            self.rest = rest;
            self.skip()?;
        }
        (self.rest.is_empty() || self.rest.starts_with(';')).then_some(id)
    }

    fn results(&mut self) -> Option<Vec<Parsed>> {
        let mut results = Vec::new();
        while self.eat(';')? {
            if self.rest.is_empty() {
                break;
            }
            let method = self.value()?.to_ascii_lowercase();
            if method == "none" && self.at_end_of_result()? {
                continue;
            }
            results.push(self.result(method)?);
        }
        self.rest.is_empty().then_some(results)
    }

    fn at_end_of_result(&mut self) -> Option<bool> {
        self.skip()?;
        Some(self.rest.is_empty() || self.rest.starts_with(';'))
    }

    fn result(&mut self, method: String) -> Option<Parsed> {
        if self.eat('/')? {
            self.value()?;
        }
        if !self.eat('=')? {
            return None;
        }
        let verdict = Verdict::parse(&self.value()?)?;
        let mut properties = Vec::new();
        while !self.at_end_of_result()? {
            let name = self.value()?.to_ascii_lowercase();
            if !self.eat('=')? {
                return None;
            }
            properties.push((name, self.value()?));
        }
        let method = method.split('/').next().unwrap_or_default().to_owned();
        Some((method, verdict, properties))
    }

    /// Takes the character if it is next, white space and comments aside.
    fn eat(&mut self, wanted: char) -> Option<bool> {
        self.skip()?;
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        self.skip()?;
        Some(rest.is_some())
    }

    /// A token or quoted string.
    fn value(&mut self) -> Option<String> {
        self.skip()?;
        if let Some(rest) = self.rest.strip_prefix('"') {
            self.rest = rest;
            return self.quoted();
        }
        let end = self
            .rest
            .find(|c: char| !is_token_char(c))
            .unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!token.is_empty()).then(|| token.to_owned())
    }

    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(text);
                }
                '\\' => text.push(chars.next()?.1),
                _ => text.push(c),
            }
        }
        None
    }

    /// White space and comments, nested ones too (RFC 5322 §3.2.2).
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '(' => depth += 1,
                ')' if depth > 0 => depth -= 1,
                '\\' if depth > 0 => {
                    chars.next()?;
                }
                _ if depth > 0 || c.is_ascii_whitespace() => {}
                _ => {
                    self.rest = &self.rest[at..];
                    return Some(());
                }
            }
        }
        self.rest = "";
        (depth == 0).then_some(())
    }
}

/// Generous about `@`, `/` and the like, which real servers print unquoted in
/// `smtp.mailfrom=a@b`; the characters that divide are never part of a token.
fn is_token_char(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !matches!(c, '(' | ')' | '"' | ';' | '=' | '\\')
}

fn keyword(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .collect()
}

/// A token, or a quoted string if it has to be one.
fn token(text: &str) -> String {
    let text = words::disarm(text);
    let text = &text[..text.floor_char_boundary(WORD_OCTETS_MAX)];
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii() && is_token_char(c));
    if plain {
        text.to_owned()
    } else {
        words::quoted(text)
    }
}

/// A longer one could, quoted, be longer than a line; nobody needs it.
const WORD_OCTETS_MAX: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    fn author(fields: &str) -> Option<AuthorResults> {
        let headers = Headers::parse(fields.replace('\n', "\r\n").as_bytes()).unwrap();
        author_results(&headers, "mx.acme.example")
    }

    #[test]
    fn the_results_of_the_trusted_server_are_read() {
        let found = author(
            "Authentication-Results: mx.acme.example (opendkim) 1;\n \
             dkim=pass (2048-bit key; \"good\") header.d=Author.example header.i=@author.example header.b=abc;\n \
             spf=softfail reason=\"not (quite)\" smtp.mailfrom=bounce@author.example;\n\tdmarc=fail header.from=author.example\n",
        )
        .unwrap();
        let domain = || Some("author.example".to_owned());
        assert_eq!(found.spf, Some((Verdict::SoftFail, domain())));
        assert_eq!(
            found.dkim,
            [DkimResult {
                verdict: Verdict::Pass,
                domain: domain()
            }]
        );
        assert_eq!(found.dmarc, Some((Verdict::Fail, domain())));
    }

    #[test]
    fn only_the_topmost_field_of_that_server_counts() {
        let found = author(
            "Authentication-Results: other.example; spf=fail\n\
             Authentication-Results: MX.acme.example; spf=none\n\
             Authentication-Results: mx.acme.example; spf=pass; dmarc=pass\n",
        )
        .unwrap();
        assert_eq!(found.spf, Some((Verdict::None, None)));
        assert_eq!(found.dmarc, None);
    }

    #[test]
    fn a_second_result_for_a_method_changes_nothing() {
        let found = author(
            "Authentication-Results: mx.acme.example; spf=fail; spf=pass; dmarc=fail; dmarc=pass\n",
        );
        assert_eq!(found.clone().unwrap().spf.unwrap().0, Verdict::Fail);
        assert_eq!(found.unwrap().dmarc.unwrap().0, Verdict::Fail);
    }

    #[test]
    fn what_is_not_exactly_the_grammar_is_not_believed() {
        let bad = [
            "mx.acme.example; spf",
            "mx.acme.example; spf=",
            "mx.acme.example; =pass",
            "mx.acme.example; spf=pass (open",
            "mx.acme.example; spf=pass smtp.mailfrom",
            "mx.acme.example; spf=pass \"open",
            "mx.acme.example; spf=pass, dmarc=pass",
            "mx.acme.example dmarc=pass",
            "mx.acme.example 2; dmarc=pass",
            "mx.acme.example.evil.example; dmarc=pass",
            "; dmarc=pass",
        ];
        for value in bad {
            assert_eq!(
                author(&format!("Authentication-Results: {value}\n")),
                None,
                "{value}"
            );
        }
    }

    #[test]
    fn no_results_are_results_too() {
        for value in [
            "mx.acme.example; none",
            "mx.acme.example;none;",
            "mx.acme.example",
            "mx.acme.example 1;",
        ] {
            let found = author(&format!("Authentication-Results: {value}\n"));
            assert_eq!(found, Some(AuthorResults::default()), "{value}");
        }
    }

    #[test]
    fn ours_prints_and_reads_back() {
        let ours = AuthenticationResults {
            authserv_id: "mx.acme.example".to_owned(),
            results: vec![MethodResult {
                method: "spf".to_owned(),
                verdict: Verdict::Pass,
                properties: vec![(
                    "smtp.mailfrom".to_owned(),
                    "a \"b\"\r\nX: y@c.example".to_owned(),
                )],
            }],
        };
        let lines = String::from_utf8(ours.to_lines()).unwrap();
        let headers = Headers::parse(lines.as_bytes()).unwrap();
        assert_eq!(headers.raw_fields().len(), 1);
        let read = author_results(&headers, "mx.acme.example").unwrap();
        assert_eq!(
            read.spf,
            Some((Verdict::Pass, Some("c.example".to_owned())))
        );
        let none = AuthenticationResults {
            results: vec![],
            ..ours
        };
        assert_eq!(
            none.to_lines(),
            b"Authentication-Results: mx.acme.example; none\r\n"
        );
    }
}
