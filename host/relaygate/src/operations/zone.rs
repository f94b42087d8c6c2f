//! Records as a zone file has them (RFC 1035 §5.1), to be pasted into one.
//!
//! Names and targets are absolute, so the fragment means the same below any `$ORIGIN`. Comments
//! hold what strangers' name servers have said, so nothing in them ends a line.

use std::fmt::Write as _;

use super::records::{Kind, RecordView};

/// The records of one zone, each under a comment that says how it stands.
pub(super) fn fragment<'r>(
    heading: &str,
    records: impl IntoIterator<Item = &'r RecordView>,
) -> String {
    records
        .into_iter()
        .fold(comment(heading), |text, record| text + &entry(record))
}

/// A line of its own that says something and means nothing.
pub(super) fn comment(text: &str) -> String {
    let plain = |c: char| match c {
        ' '..='~' => c,
        _ => '?',
    };
    format!("; {}\n", text.chars().map(plain).collect::<String>())
}

fn entry(record: &RecordView) -> String {
    let mut said = format!("{}: {}", record.state.as_str(), record.purpose);
    if let Some(found) = &record.found {
        let _ = write!(said, "; found instead: {found}");
    }
    comment(&said) + &line(record)
}

fn line(record: &RecordView) -> String {
    let data = match record.kind {
        Kind::Cname => format!("{}.", record.value),
        Kind::Txt => strings(&record.value),
    };
    format!(
        "{}. {TTL_SECONDS} IN {} {data}\n",
        record.name,
        record.kind.as_str()
    )
}

/// A text as quoted strings of at most 255 octets (RFC 1035 §3.3); who reads it joins them.
fn strings(text: &str) -> String {
    let parts = text.as_bytes().chunks(STRING_OCTETS_MAX).map(quoted);
    parts.collect::<Vec<_>>().join(" ")
}

fn quoted(octets: &[u8]) -> String {
    let inner = octets.iter().fold(String::new(), |mut text, &octet| {
        let _ = match octet {
            b'"' | b'\\' => write!(text, "\\{}", char::from(octet)),
            b' '..=b'~' => write!(text, "{}", char::from(octet)),
            _ => write!(text, "\\{octet:03}"),
        };
        text
    });
    format!("\"{inner}\"")
}

/// Long enough for a record that stays, short enough for one that has to be mended today.
const TTL_SECONDS: u32 = 3_600;
const STRING_OCTETS_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::super::records::State;
    use super::*;

    fn record(kind: Kind, value: &str, found: Option<&str>) -> RecordView {
        RecordView {
            name: "a.acme.example".to_owned(),
            kind,
            value: value.to_owned(),
            purpose: "test",
            state: State::Different,
            found: found.map(str::to_owned),
        }
    }

    #[test]
    fn names_are_absolute() {
        let text = line(&record(Kind::Cname, "b.desk.example", None));
        assert_eq!(text, "a.acme.example. 3600 IN CNAME b.desk.example.\n");
    }

    #[test]
    fn long_texts_are_split_and_odd_ones_quoted() {
        let long = "x".repeat(600);
        let text = line(&record(Kind::Txt, &long, None));
        let strings: Vec<_> = text.split('"').skip(1).step_by(2).map(str::len).collect();
        assert_eq!(strings, [255, 255, 90]);
        let odd = line(&record(Kind::Txt, "a\"b\\c;d\n\u{fc}", None));
        assert!(
            odd.ends_with("IN TXT \"a\\\"b\\\\c;d\\010\\195\\188\"\n"),
            "{odd}"
        );
    }

    #[test]
    fn what_a_stranger_said_stays_in_the_comment() {
        let said = "x\nacme.example. IN MX 1 evil.example.\r\u{2028}\u{1b}[2J";
        let text = fragment("h", [&record(Kind::Txt, "v", Some(said))]);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.lines().take(2).all(|line| line.starts_with("; ")));
    }
}
