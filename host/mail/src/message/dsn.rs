//! Delivery reports: telling that a message is one (RFC 6522) and reading it
//! (RFC 3464).
//!
//! A report speaks of a message of ours, or pretends to. What it returns of
//! that message (Message-ID, e-mail id) is how the sender of the report shows
//! it has seen it; `desk` compares both with what was sent.
//!
//! Not here: what happens to a recipient who cannot be reached (`desk`).

use super::body;
use super::compose::Marks;
use super::fields::HEADER_START_OCTETS;
use super::headers::Headers;
use super::mime::{self, Part};
use super::names::MessageId;

/// What became of a message (RFC 3464 §2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It will not arrive.
    Failed,
    /// It has not arrived yet.
    Delayed,
    /// It has arrived.
    Delivered,
    /// It went to a place that makes no reports.
    Relayed,
    /// It went on to several addresses.
    Expanded,
}

impl Action {
    fn parse(word: &str) -> Option<Self> {
        match word
            .split_ascii_whitespace()
            .next()?
            .to_ascii_lowercase()
            .as_str()
        {
            "failed" | "failure" => Some(Self::Failed),
            "delayed" => Some(Self::Delayed),
            "delivered" => Some(Self::Delivered),
            "relayed" => Some(Self::Relayed),
            "expanded" => Some(Self::Expanded),
            _ => None,
        }
    }
}

/// What a report says of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientReport {
    /// The address that was delivered to, as it stands there.
    pub recipient: String,
    /// The address we gave, if it says so.
    pub original: Option<String>,
    /// What became of it.
    pub action: Action,
    /// Enhanced status code, for example `5.1.1` (RFC 3463).
    pub status: Option<(u8, u16, u16)>,
    /// What the other server answered, for example `550 no such user`; at most
    /// [`DIAGNOSTIC_OCTETS_MAX`].
    pub diagnostic: Option<String>,
}

/// A delivery report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Who made it: Reporting-MTA, without `dns;`.
    pub reporting_mta: Option<String>,
    /// At most [`RECIPIENTS_MAX`].
    pub recipients: Vec<RecipientReport>,
    /// The identifier of the message it speaks of.
    pub message_id: Option<MessageId>,
    /// The e-mail id of the message it speaks of, if it was ours.
    pub email_id: Option<String>,
    /// The account id of the message it speaks of, if it was ours.
    pub account_id: Option<String>,
}

/// Whether the header says it is a delivery report.
pub fn is_report(headers: &Headers) -> bool {
    let root = mime::root(headers);
    root.media_type == "multipart/report"
        && root
            .report_type
            .is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"))
}

/// Reads a delivery report. `header_prefix` is the product's, to find its ids.
/// `None` if the message is none, or says nothing about any recipient.
pub fn read(message: &[u8], headers: &Headers, header_prefix: &str) -> Option<Report> {
    if !is_report(headers) {
        return None;
    }
    let parts = mime::parts(message, headers)?;
    let find = |kinds: &[&str]| {
        parts
            .iter()
            .find(|part| kinds.contains(&part.media_type.as_str()))
    };
    let status = find(&["message/delivery-status", "message/global-delivery-status"])?;
    let mut report = status_report(&content(message, status));
    if let Some(returned) = find(&RETURNED) {
        note_returned(&mut report, &content(message, returned), header_prefix);
    }
    (!report.recipients.is_empty()).then_some(report)
}

/// The headers of messages that a message returns or brings along; at most [`QUOTED_MAX`].
pub fn quoted(message: &[u8], headers: &Headers) -> Vec<Headers> {
    let parts = mime::parts(message, headers).unwrap_or_default();
    let returned = parts
        .iter()
        .filter(|part| RETURNED.contains(&part.media_type.as_str()));
    let read = |part: &Part| Headers::parse(&content(message, part)).ok();
    returned.take(QUOTED_MAX).filter_map(read).collect()
}

fn content(message: &[u8], part: &Part) -> Vec<u8> {
    let octets = &message[part.body.clone()];
    body::decode(
        &octets[..octets.len().min(HEADER_START_OCTETS)],
        part.encoding,
    )
}

/// Reads groups of fields divided by empty lines: the first about the message,
/// each further one about a recipient (RFC 3464 §2.1).
fn status_report(status: &[u8]) -> Report {
    let mut report = Report::default();
    let mut rest = status;
    let mut groups = 0;
    while !rest.is_empty() && groups <= RECIPIENTS_MAX {
        let Ok(group) = Headers::parse(rest) else {
            break;
        };
        if groups == 0 {
            report.reporting_mta = group.raw("Reporting-MTA").map(|value| typed(&value));
        }
        // Some servers print no group about the message.
        report.recipients.extend(recipient(&group));
        groups += usize::from(!group.block().is_empty());
        rest = &rest[group.body_start()..];
    }
    report
}

fn recipient(group: &Headers) -> Option<RecipientReport> {
    let recipient = group
        .raw("Final-Recipient")
        .or_else(|| group.raw("Original-Recipient"))?;
    Some(RecipientReport {
        recipient: typed(&recipient),
        original: group.raw("Original-Recipient").map(|value| typed(&value)),
        action: Action::parse(&group.raw("Action")?)?,
        status: group
            .raw("Status")
            .and_then(|value| enhanced_status(&value)),
        diagnostic: group.raw("Diagnostic-Code").map(|value| cut(typed(&value))),
    })
}

/// The value behind `rfc822;`, `dns;` or `smtp;`.
fn typed(value: &str) -> String {
    value
        .split_once(';')
        .map_or(value, |(_, rest)| rest)
        .trim()
        .to_owned()
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(DIAGNOSTIC_OCTETS_MAX));
    text
}

/// `5.1.1`, a comment after it allowed (RFC 3463 §2).
fn enhanced_status(value: &str) -> Option<(u8, u16, u16)> {
    let code = value.split([' ', '\t', '(']).next()?;
    let mut numbers = code.split('.').map(|number| number.parse::<u16>().ok());
    let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let good =
        matches!(class, 2 | 4 | 5) && subject <= 999 && detail <= 999 && numbers.next().is_none();
    good.then_some((u8::try_from(class).ok()?, subject, detail))
}

fn note_returned(report: &mut Report, returned: &[u8], prefix: &str) {
    let Ok(headers) = Headers::parse(returned) else {
        return;
    };
    report.message_id = headers.message_id();
    report.email_id = headers.raw(&Marks::email_id_field(prefix));
    report.account_id = headers.raw(&Marks::account_id_field(prefix));
}

/// Recipients read from one report.
pub const RECIPIENTS_MAX: usize = 100;
/// Messages within a message whose headers are read.
pub const QUOTED_MAX: usize = 4;
/// Octets kept of a diagnostic.
pub const DIAGNOSTIC_OCTETS_MAX: usize = 1_024;
/// What may return the message or its header (RFC 6522 §3, RFC 6533 §6).
const RETURNED: [&str; 4] = [
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
];

#[cfg(test)]
mod tests {
    use super::*;

    const POSTFIX: &str = "From: MAILER-DAEMON@mx.acme.example (Mail Delivery System)\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=\"B/mx\"\n\n\
        --B/mx\nContent-Description: Notification\n\nSorry.\n\n\
        --B/mx\nContent-Type: message/delivery-status\n\n\
        Reporting-MTA: dns; mx.acme.example\nX-Postfix-Queue-ID: 1\n\n\
        Final-Recipient: rfc822; gone@customer.example\nOriginal-Recipient: rfc822;gone@customer.example\n\
        Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.customer.example\n\
        Diagnostic-Code: smtp; 550 5.1.1 no\n    such user\n\n\
        Final-Recipient: rfc822; slow@customer.example\nAction: delayed\nStatus: 4.4.1 (greylisted)\n\n\
        --B/mx\nContent-Type: text/rfc822-headers\n\n\
        Message-ID: <01hf@acme.example>\nX-Relaygate-Email-Id: 01HF7YAT00ABCDEFGHJKMNPQRS\n\
        X-Relaygate-From-Account-Id: 0a1b2c3\n\n--B/mx--\n";

    fn report(message: &str) -> Option<Report> {
        let message = message.replace('\n', "\r\n").into_bytes();
        read(&message, &Headers::parse(&message).unwrap(), "Relaygate")
    }

    #[test]
    fn a_report_names_recipients_and_the_message() {
        let report = report(POSTFIX).unwrap();
        assert_eq!(report.reporting_mta.as_deref(), Some("mx.acme.example"));
        assert_eq!(report.message_id.unwrap().as_str(), "01hf@acme.example");
        assert_eq!(
            report.email_id.as_deref(),
            Some("01HF7YAT00ABCDEFGHJKMNPQRS")
        );
        assert_eq!(report.account_id.as_deref(), Some("0a1b2c3"));
        let [gone, slow] = &report.recipients[..] else {
            panic!("{:?}", report.recipients)
        };
        assert_eq!(
            (gone.recipient.as_str(), gone.action),
            ("gone@customer.example", Action::Failed)
        );
        assert_eq!(gone.status, Some((5, 1, 1)));
        assert_eq!(
            gone.diagnostic.as_deref(),
            Some("550 5.1.1 no    such user")
        );
        assert_eq!(
            (slow.action, slow.status),
            (Action::Delayed, Some((4, 4, 1)))
        );
    }

    #[test]
    fn a_report_that_returns_the_whole_message_is_read_too() {
        let whole = POSTFIX.replace("text/rfc822-headers", "message/rfc822");
        assert!(report(&whole).unwrap().email_id.is_some());
    }

    #[test]
    fn headers_that_are_returned_or_attached_are_read() {
        let ids = |message: &str| -> Vec<String> {
            let message = message.replace('\n', "\r\n").into_bytes();
            let found = quoted(&message, &Headers::parse(&message).unwrap());
            let ids = found.iter().filter_map(Headers::message_id);
            ids.map(|id| id.as_str().to_owned()).collect()
        };
        assert_eq!(ids(POSTFIX), ["01hf@acme.example"]);
        let attached = |number: usize| {
            format!("--b\nContent-Type: message/rfc822\n\nMessage-ID: <{number}@a.example>\n\nx\n")
        };
        let answer = |count: usize| {
            let parts: String = (0..count).map(attached).collect();
            format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n{parts}--b--\n")
        };
        assert_eq!(ids(&answer(1)), ["0@a.example"]);
        assert_eq!(ids(&answer(9)).len(), QUOTED_MAX);
        assert!(ids("Subject: x\n\nMessage-ID: <1@a.example>\n").is_empty());
    }

    #[test]
    fn what_says_nothing_about_a_recipient_is_no_report() {
        assert_eq!(report("Subject: undeliverable\n\nSorry.\n"), None);
        assert_eq!(
            report(&POSTFIX.replace("delivery-status; b", "feedback-report; b")),
            None
        );
        assert_eq!(report(&POSTFIX.replace("Action:", "Reaction:")), None);
    }

    #[test]
    fn a_report_about_very_many_recipients_is_cut() {
        let many =
            "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n".repeat(10 * RECIPIENTS_MAX);
        let found = report(&POSTFIX.replace(
            "Final-Recipient: rfc822; gone",
            &format!("{many}Final-Recipient: rfc822; gone"),
        ));
        assert_eq!(found.unwrap().recipients.len(), RECIPIENTS_MAX);
    }

    #[test]
    fn only_real_status_codes_are_taken() {
        assert_eq!(enhanced_status("2.0.0"), Some((2, 0, 0)));
        for bad in [
            "", "5", "5.1", "3.1.1", "5.1.1.1", "5.x.1", "5.1000.1", "-5.1.1",
        ] {
            assert_eq!(enhanced_status(bad), None, "{bad}");
        }
    }
}
