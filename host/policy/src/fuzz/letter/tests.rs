use super::super::chance::Chance;
use super::super::vocabulary::Vocabulary;
use super::*;

#[test]
fn a_letter_is_read_as_it_was_written() {
    let mut letter = Letter::sample();
    letter
        .fields
        .push(LetterField::new("X-Folded", " a\r\n b\r\n\tc"));
    letter.fields.push(LetterField::new("X-Empty", ""));
    letter.fields.push(LetterField::new("", "no field"));
    assert_eq!(Letter::read(&letter.octets()), letter);
    let bare = Letter {
        fields: Vec::new(),
        body: b"only a body\r\n".to_vec(),
    };
    assert_eq!(Letter::read(&bare.octets()), bare);
}

/// Whatever is done to a letter, our reception would let it in: no bare CR, LF or NUL,
/// header and field within bounds, and read again it is the same.
#[test]
fn a_changed_letter_keeps_the_bounds_of_mail() {
    let (mut chance, words) = (Chance::new(3), Vocabulary::default());
    let mut letter = Letter::sample();
    for round in 0..3_000 {
        if round % 20 == 0 {
            letter = Letter::sample();
        }
        change(&mut letter, &mut chance, &words);
        let octets = letter.octets();
        check(&octets);
        let again = Letter::read(&octets);
        assert_eq!(again.octets(), octets);
        assert_eq!(again.fields.len(), letter.fields.len(), "{letter:?}");
    }
}

fn check(octets: &[u8]) {
    for (at, octet) in octets.iter().enumerate() {
        match octet {
            0 => panic!("a NUL at {at}"),
            b'\r' => assert_eq!(octets.get(at + 1), Some(&b'\n'), "a bare CR at {at}"),
            b'\n' => assert_eq!(octets[at - 1], b'\r', "a bare LF at {at}"),
            _ => {}
        }
    }
    let (header, _) = parted(octets);
    assert!(header.len() <= HEADER_OCTETS_MAX);
    let fields = fields(header);
    assert!(fields.len() <= FIELDS_MAX);
    let octets = |field: &LetterField| field.name.len() + field.value.len() + 3;
    assert!(fields.iter().all(|field| octets(field) <= FIELD_OCTETS_MAX));
}
