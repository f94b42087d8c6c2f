//! What is read of headers as the world writes them (R31).
#![allow(clippy::unwrap_used)] // a test may fail by panicking
#![allow(unreachable_pub)] // the corpus has other readers, too

#[path = "../../../tests/src/headers.rs"]
mod corpus;

use corpus::corpus;
use mail::message::{Content, Headers, Hints};

/// Whoever is to be answered is who stands there, and nobody where nobody does.
#[test]
fn the_author_is_who_stands_there() {
    let mut wrong = Vec::new();
    for case in corpus() {
        let headers = Headers::parse(&case.header).unwrap();
        let mailboxes = headers.mailboxes("From").into_iter();
        let author = mailboxes.filter_map(|mailbox| mailbox.address).next();
        let author = author.map(|address| address.to_string());
        if author != case.author {
            wrong.push(format!("{}: {author:?}, not {:?}", case.name, case.author));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Each octet of a header belongs to exactly one field, whatever it says.
#[test]
fn nothing_of_a_header_is_lost() {
    for case in corpus() {
        let headers = Headers::parse(&case.header).unwrap();
        assert_eq!(headers.block(), case.header, "{}", case.name);
        let mut end = 0;
        for field in headers.raw_fields() {
            assert_eq!(field.whole.start, end, "{}", case.name);
            end = field.whole.end;
        }
        assert_eq!(end, case.header.len(), "{}", case.name);
    }
}

/// Everything that is asked of a message has an answer, and no answer brings a line end or a
/// control character into ours.
#[test]
fn what_is_read_is_harmless() {
    for case in corpus() {
        let message = [&case.header[..], b"\r\nbody\r\n"].concat();
        let headers = Headers::parse(&message).unwrap();
        let content = Content::read(&message, &headers);
        assert!(content.readable().len() <= message.len(), "{}", case.name);
        let _ = (
            Hints::of(&headers, false),
            headers.references(),
            headers.date(),
        );
        let boxes = ["From", "To", "Cc", "Reply-To", "Sender"].map(|name| headers.mailboxes(name));
        let read = boxes.iter().flatten().flat_map(|it| [&it.name, &it.text]);
        let subject = headers.text("Subject").unwrap_or_default();
        for text in read.chain([&subject]) {
            assert!(
                !text.chars().any(char::is_control),
                "{}: {text:?}",
                case.name
            );
        }
    }
}
