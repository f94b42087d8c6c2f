//! ID-03: three hundred spellings of domain names, and the one form each has.
#![allow(clippy::unwrap_used)] // a test may fail by panicking

use std::collections::HashMap;

use mail::address::{Address, Domain};

const TABLE: &str = include_str!("names.txt");

/// Each row: as it was given, and the A-labels it is kept as, if it is a name.
fn rows() -> Vec<(String, Option<&'static str>)> {
    let lines = TABLE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &'static str| {
        let (given, kept) = line.rsplit_once(' ').unwrap();
        (spelt_out(given), Some(kept).filter(|kept| *kept != "-"))
    };
    lines.map(row).collect()
}

/// `\u{e9}` is é.
fn spelt_out(text: &str) -> String {
    let mut pieces = text.split("\\u{");
    let mut out = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_once('}').unwrap();
        out.push(char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap());
        out.push_str(rest);
    }
    out
}

#[test]
fn id_03_every_spelling_of_a_name_has_one_form() {
    let rows = rows();
    assert!(rows.len() >= 300, "{} rows", rows.len());
    let read = |given: &str| Domain::parse(given).ok().map(|it| it.as_str().to_owned());
    let wrong: Vec<_> = rows
        .iter()
        .map(|(given, kept)| (given, kept.map(str::to_owned), read(given)))
        .filter(|(_, kept, found)| kept != found)
        .collect();
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

/// Two names are one if and only if their A-labels are, whatever they look like, and both
/// forms that are shown lead back to it.
#[test]
fn id_03_names_are_told_apart_by_their_one_form() {
    let mut known: HashMap<Domain, &'static str> = HashMap::new();
    for (given, kept) in rows() {
        let Some(kept) = kept else { continue };
        let domain = Domain::parse(&given).unwrap();
        assert_eq!(
            *known.entry(domain.clone()).or_insert(kept),
            kept,
            "{given:?}"
        );
        for shown in [domain.as_str().to_owned(), domain.to_unicode()] {
            assert_eq!(
                Domain::parse(&shown),
                Ok(domain.clone()),
                "{given:?} as {shown:?}"
            );
        }
        let address = Address::parse(&format!("help@{given}")).unwrap();
        assert_eq!(address.domain(), &domain);
    }
    let acme = Domain::parse("acme.example").unwrap();
    let alike = Domain::parse("\u{430}cme.example").unwrap();
    assert_ne!(acme, alike);
    assert_ne!(
        alike.to_unicode(),
        alike.as_str(),
        "it is shown as what it is"
    );
}
