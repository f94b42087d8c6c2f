//! What is remembered of a verification mail come back, for the diagnosis.

use desk::facts::Finding;
use desk::verification::{Fate, FieldSeen, Hop, ResultSeen, Returned, Seen, SessionSeen};
use mail::message::{self, Headers, Verdict};
use policy::questions::headers::SignatureFate;
use storage::Timestamp;

use super::Message;
use crate::facts::{SessionFacts, TlsUsed};
use crate::runner::Arrived;
use crate::services::Services;

/// Gathers it. `findings` are header-check's.
pub(super) fn gather(
    services: &Services,
    arrived: &Arrived,
    message: &Message,
    returned: &Returned,
    signature: SignatureFate,
    findings: Vec<Finding>,
) -> Seen {
    Seen {
        email_id: returned.email_id.clone(),
        at: services.clock.now(),
        session: session(&arrived.session),
        copies: returned.copies,
        hops: hops(&message.headers, services.hostname.as_str()),
        fields: fields(&returned.sent, &findings),
        signature: word(signature).to_owned(),
        results: results(&message.headers),
        findings,
    }
}

fn session(facts: &SessionFacts) -> SessionSeen {
    let tls = facts.tls.as_ref();
    let login = facts.login.as_ref();
    SessionSeen {
        id: facts.id.clone(),
        peer: facts.peer.to_string(),
        tls: tls.map(TlsUsed::to_text),
        credential: login.map(|login| login.credential.to_string()),
    }
}

/// Oldest first, without ourselves: our own session is told better elsewhere.
fn hops(headers: &Headers, hostname: &str) -> Vec<Hop> {
    let mut passed = message::hops(headers);
    passed.retain(|hop| !hop.by.eq_ignore_ascii_case(hostname));
    passed.reverse();
    let mut before: Option<Timestamp> = None;
    let seen = passed.into_iter().map(|hop| {
        let at = hop.at.map(Timestamp);
        let taken = at
            .zip(before)
            .and_then(|(at, then)| at.0.checked_sub(then.0));
        before = at;
        Hop {
            by: hop.by,
            from: hop.from,
            with: hop.with,
            seconds: taken.map(|milliseconds| milliseconds / MILLIS_PER_SECOND),
        }
    });
    seen.collect()
}

/// What header-check said nothing about came back as it was sent.
fn fields(sent: &[(String, String)], findings: &[Finding]) -> Vec<FieldSeen> {
    let fate = |name: &str| {
        let about = |finding: &&Finding| finding.field.as_deref() == Some(name);
        let code = findings.iter().find(about).map(|it| it.code.as_str());
        match code {
            Some("header_changed") => Fate::Changed,
            Some("header_missing") => Fate::Missing,
            _ => Fate::Kept,
        }
    };
    let seen = |(name, _): &(String, String)| FieldSeen {
        name: name.clone(),
        fate: fate(name),
    };
    sent.iter().map(seen).collect()
}

fn word(fate: SignatureFate) -> &'static str {
    match fate {
        SignatureFate::Unsigned => "unsigned",
        SignatureFate::Kept => "kept",
        SignatureFate::Broken => "broken",
        SignatureFate::Removed => "removed",
        SignatureFate::ReSigned => "re_signed",
    }
}

/// R89: the last server before us is the receiver's; what it found is what
/// others would find.
fn results(headers: &Headers) -> Vec<ResultSeen> {
    let Some(found) = message::receivers_results(headers) else {
        return Vec::new();
    };
    let result = |method: &str, verdict: Verdict, domain: Option<String>| ResultSeen {
        method: method.to_owned(),
        verdict: verdict.word().to_owned(),
        domain: domain.map(|domain| shortened(&domain)),
    };
    let spf = found
        .spf
        .map(|(verdict, domain)| result("spf", verdict, domain));
    let dkim = found.dkim.into_iter();
    let dkim = dkim.map(|it| result("dkim", it.verdict, it.domain));
    let dmarc = found
        .dmarc
        .map(|(verdict, domain)| result("dmarc", verdict, domain));
    spf.into_iter().chain(dkim).chain(dmarc).collect()
}

/// A stranger's word for people to read.
fn shortened(domain: &str) -> String {
    let plain = domain.chars().filter(char::is_ascii_graphic);
    plain.take(DOMAIN_OCTETS_MAX).collect()
}

const MILLIS_PER_SECOND: u64 = 1_000;
/// RFC 5321 §4.5.3.1.2.
const DOMAIN_OCTETS_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops_are_told_oldest_first_with_their_delay() {
        let header = "Received: from out.acme.example by Relay.desk.example with ESMTPSA id 1; Tue, 14 Nov 2023 22:14:00 +0000\r\n\
            Received: from in.acme.example by out.acme.example with ESMTPS id 2; Tue, 14 Nov 2023 22:13:50 +0000\r\n\
            Received: from relay.desk.example by in.acme.example with ESMTP id 3; Tue, 14 Nov 2023 22:13:20 +0000\r\n";
        let headers = Headers::parse(header.as_bytes()).expect("a header");
        let seen = hops(&headers, "relay.desk.example");
        let told: Vec<_> = seen
            .iter()
            .map(|hop| (hop.by.as_str(), hop.seconds))
            .collect();
        assert_eq!(
            told,
            [("in.acme.example", None), ("out.acme.example", Some(30))]
        );
    }

    #[test]
    fn fields_without_a_finding_were_kept() {
        let sent = ["X-Mailer", "Message-ID", "Auto-Submitted"];
        let sent = sent.map(|name| (name.to_owned(), String::new()));
        let finding = |code: &str, field: &str| Finding {
            code: code.to_owned(),
            fatal: false,
            field: Some(field.to_owned()),
            hint: String::new(),
        };
        let findings = [
            finding("header_changed", "Message-ID"),
            finding("header_missing", "X-Mailer"),
        ];
        let seen = fields(&sent, &findings);
        let fates: Vec<_> = seen.iter().map(|field| field.fate).collect();
        assert_eq!(fates, [Fate::Missing, Fate::Changed, Fate::Kept]);
    }

    #[test]
    fn the_receivers_results_are_told() {
        let header = "Authentication-Results: mx.acme.example; spf=fail smtp.mailfrom=desk.example\r\n\
            Authentication-Results: mx.acme.example; dkim=pass header.d=desk.example; dmarc=none\r\n\
            Authentication-Results: elsewhere.example; dmarc=pass\r\n";
        let headers = Headers::parse(header.as_bytes()).expect("a header");
        let rows = results(&headers);
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.method.as_str(), row.verdict.as_str()))
            .collect();
        assert_eq!(
            told,
            [("spf", "fail"), ("dkim", "pass"), ("dmarc", "none")],
            "R89"
        );
    }
}
