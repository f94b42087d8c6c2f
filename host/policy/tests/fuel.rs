//! Work of the built-in policies, in fuel: the same number on every machine, so that a
//! policy that came to need more shows here, however busy the machine is.

use std::collections::BTreeMap;
use std::sync::Arc;

use policy::asked::{Parameters, sample};
use policy::questions::Question;
use policy::questions::types::Mailbox;
use policy::{Chain, Engine, EngineSettings, Facts};
use serde_json::json;

/// So many of a hundred it may differ: another compiler is no news.
const SLACK_PERCENT: u64 = 5;

/// What each question's sample needs. A figure that is met no more is written anew here,
/// with the reason in the commit.
const FUEL: [(Question, u64); 11] = [
    (Question::AddDomain, 867),
    (Question::AddAddress, 3_735),
    (Question::Sender, 640),
    (Question::Recipient, 1_803),
    (Question::HeadersInbound, 35_806),
    (Question::HeadersOutbound, 1_442),
    (Question::HeadersReturned, 29_797),
    (Question::Tags, 614),
    (Question::RouteInbound, 1_695),
    (Question::RouteOutbound, 669),
    (Question::AfterFailure, 573),
];

/// An ordinary letter.
struct Letter;

impl Facts for Letter {
    fn header_block(&self) -> Vec<u8> {
        let traces = "Received: from a.example by b.example with ESMTPS; Sat, 28 Nov 2026 10:00:00 +0000\r\n";
        let fields = "Authentication-Results: mx.acme.example; dmarc=pass header.from=home.example\r\n\
            From: Ann <ann@home.example>\r\nTo: help@acme.example\r\nSubject: printer on fire\r\n\
            Message-ID: <1@home.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n";
        (traces.repeat(5) + fields).into_bytes()
    }

    fn mailboxes(&self, _name: &str) -> Vec<Mailbox> {
        vec![Mailbox {
            name: "Ann".into(),
            address: "ann@home.example".into(),
        }]
    }
}

#[test]
fn the_built_in_policies_need_what_they_needed() {
    let engine = Engine::new(EngineSettings::default()).expect("an engine");
    let chain = Chain::built_in(&engine, &json!({})).expect("the built-in policies");
    let facts: Arc<dyn Facts> = Arc::new(Letter);
    let mut found = BTreeMap::new();
    for (question, _) in FUEL {
        let parameters = Parameters::from_json(question, &sample(question)).expect("a sample");
        let asked = || {
            let told = parameters.ask(&chain, &facts);
            told.decisions
                .iter()
                .filter_map(|said| said.fuel)
                .sum::<u64>()
        };
        assert_eq!(asked(), asked(), "{question}: the same work twice");
        found.insert(question.name(), asked());
    }
    let near = |known: u64, now: u64| known.abs_diff(now) * 100 <= known * SLACK_PERCENT;
    for (question, known) in FUEL {
        let now = found[question.name()];
        assert!(
            near(known, now),
            "{question} needed {known}, and needs {now}: {found:#?}"
        );
    }
}
