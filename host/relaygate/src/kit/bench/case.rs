//! The message everything is asked about: 30 header fields of some 8 KB, five recipients,
//! settings of 5 KB, the facts of an ordinary ticket.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use mail::message::Headers;
use policy::asked::{self, Parameters};
use policy::questions::Question;
use policy::{Facts, Settings};
use serde_json::{Value, json};
use storage::Timestamp;

use crate::cli::Failure;
use crate::facts::{CallFacts, Counters, MessageStart};

/// A message and the four questions about it.
pub(super) struct Case {
    /// What the policies may look up.
    pub(super) facts: Arc<dyn Facts>,
    /// One question of each built-in policy.
    pub(super) asked: Vec<Parameters>,
}

impl Case {
    pub(super) fn new() -> Self {
        let questions = [
            (
                Question::Recipient,
                json!({"envelope": {"recipients": recipients()}}),
            ),
            (
                Question::HeadersInbound,
                json!({"facts": {"envelope": {"recipients": recipients()}}}),
            ),
            (Question::Tags, json!({})),
            (Question::RouteInbound, json!({})),
        ];
        let asked = questions.map(|(question, otherwise)| {
            let facts = asked::sample_with(question, &otherwise);
            Parameters::from_json(question, &facts)
        });
        Self {
            facts: facts(message().as_bytes()),
            asked: asked.into_iter().flatten().collect(),
        }
    }
}

/// The ordinary parameters of a question.
pub(super) fn sample(question: Question) -> Result<Parameters, Failure> {
    Parameters::from_json(question, &asked::sample(question))
        .map_err(|error| Failure::new("facts", format!("{question}: {error}")))
}

/// What the built-in policies are given: 5 KB, most of it one list.
pub(super) fn settings() -> Value {
    let blocked: Vec<String> = (0..265).map(|n| format!("spam{n:03}.example")).collect();
    json!({
        "address-limits": {"domains": 4, "recipients_per_message": 100},
        "header-check": {"hops_max": 30},
        "routing": {"block_list": blocked, "messages_per_hour": 100},
    })
}

thread_local! {
    static SETTINGS: OnceCell<Vec<(String, Rc<Settings>)>> = const { OnceCell::new() };
}

/// Those of a policy, read once.
pub(super) fn settings_of(policy: &str) -> Rc<Settings> {
    SETTINGS.with(|all| {
        let all = all.get_or_init(|| {
            let all = settings();
            let each = all.as_object().into_iter().flatten();
            each.filter_map(|(name, value)| {
                let settings = Settings::from_json(value).ok()?;
                Some((name.clone(), Rc::new(with_product(settings))))
            })
            .collect()
        });
        let found = all.iter().find(|(name, _)| name == policy);
        found.map_or_else(Rc::default, |(_, settings)| Rc::clone(settings))
    })
}

fn with_product(settings: Settings) -> Settings {
    let product = policy::Product::default();
    settings
        .with_text("product.name", &product.name)
        .with_text("product.header_prefix", &product.header_prefix)
        .with_text("product.hostname", &product.hostname)
}

fn recipients() -> Vec<String> {
    (0..5).map(|n| format!("help{n}@acme.example")).collect()
}

fn facts(message: &[u8]) -> Arc<dyn Facts> {
    let facts = CallFacts::new(None, Arc::new(Counters::default()), Timestamp(0));
    let Ok(headers) = Headers::parse(message) else {
        return facts.shared();
    };
    let start = MessageStart {
        headers: Arc::new(headers),
        octets: message.len() as u64,
        start: message.into(),
    };
    facts.with_message(start).shared()
}

fn message() -> String {
    let mut message = String::from(FIELDS);
    for hop in 0..20 {
        let filler = "from relay.example by relay.example with ESMTPS; ".repeat(7);
        message.push_str(&format!("X-Hop-{hop}: {}\r\n", filler.trim_end()));
    }
    message.push_str("\r\nThe printer is on fire.\r\n");
    message
}

const FIELDS: &str = "Received: from mail.acme.example (mail.acme.example [192.0.2.1])\r\n\
    \tby relay.desk.example with ESMTPSA id 01; Sat, 28 Nov 2026 10:00:00 +0000\r\n\
    Authentication-Results: mx.acme.example; spf=pass smtp.mailfrom=home.example;\r\n\
    \tdkim=pass header.d=home.example; dmarc=pass header.from=home.example\r\n\
    From: Ann Example <ann@home.example>\r\n\
    To: help@acme.example\r\n\
    Subject: printer on fire\r\n\
    Date: Sat, 28 Nov 2026 10:00:00 +0000\r\n\
    Message-ID: <1@home.example>\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: 8bit\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_as_large_as_it_says() {
        let message = message();
        let case = Case::new();
        let block = case.facts.header_block();
        let head = message.split("\r\n\r\n").next().unwrap_or_default();
        let fields = head.lines().filter(|line| !line.starts_with('\t'));
        assert_eq!(fields.count(), 30);
        assert!((7_500..8_500).contains(&block.len()), "{}", block.len());
        assert_eq!(case.asked.len(), 4);
        assert!((4_500..5_500).contains(&settings().to_string().len()));
    }
}
