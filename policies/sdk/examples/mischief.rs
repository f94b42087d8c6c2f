//! A policy that does what the setting `do` tells it, and all of it is wrong.
//!
//! The tests of `host/policy` ask it to see that the sandbox holds. It also shows
//! that one component may answer several questions.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use sdk::headers::{Edit, InboundFacts, InboundVerdict, nothing_found};
use sdk::limits::{DomainFacts, Permission, violation};
use sdk::routes::{Arrival, InboundRoute, Update};
use sdk::tags::{DeliveryFacts, SystemTag, Tagging, no_tags};
use sdk::types::{Field, Refusal, Session, Verdict};
use sdk::{counters, log, mail, reject, settings};

struct Mischief;

/// Would survive from call to call, if anything did.
static CALLS: AtomicU32 = AtomicU32::new(0);

impl sdk::limits::Policy for Mischief {
    fn sender(_session: Session, _sender: String, _octets: Option<u64>) -> Verdict {
        match settings::text("do", "").as_str() {
            "loop" => endless(),
            "call" => while log_line("again") {},
            "trap" => panic!("on purpose"),
            "recurse" => drop(black_box(deeper(1))),
            "memory" => while hoard() {},
            "log" => flood(),
            "key" => drop(counters::add(&"k".repeat(1000), 60)),
            "transfer" => return reject(Refusal::Content, "too_much", &"x".repeat(2 << 20)),
            "code" => return reject(Refusal::Content, "Not A Word", ""),
            "hint" => return reject(Refusal::Content, "hint", "line one\r\n250 line two"),
            "remember" => return remembered(),
            _ => {}
        }
        Verdict::Accept
    }

    fn add_domain(_facts: DomainFacts) -> Permission {
        match settings::text("do", "").as_str() {
            "long" => Permission::Refused(vec![violation("domain", "again", ""); 1000]),
            "empty" => Permission::Refused(Vec::new()),
            _ => Permission::Granted,
        }
    }
}

impl sdk::headers::Policy for Mischief {
    fn inbound(_facts: InboundFacts) -> InboundVerdict {
        let field = |name: &str, value: &str| Field {
            name: String::from(name),
            value: String::from(value),
        };
        let mut found = nothing_found();
        match settings::text("do", "").as_str() {
            "protected" => found
                .edits
                .push(Edit::Add(field("from", "ceo@acme.example"))),
            "product" => found
                .edits
                .push(Edit::Add(field("X-Relaygate-Email-Id", "1"))),
            "inject" => found
                .edits
                .push(Edit::Add(field("X-Note", "a\r\nBcc: all@acme.example"))),
            "verdict" => found.edits.push(Edit::Add(field(
                "Authentication-Results",
                "relay.desk.example; dmarc=pass",
            ))),
            "tidy" => found
                .edits
                .extend(mail::headers("X-Note").into_iter().map(|value| {
                    Edit::RemoveValue(Field {
                        name: String::from("X-Note"),
                        value,
                    })
                })),
            "magic" => spell(&mail::headers("X-Route").concat()),
            "fine" => found.edits.push(Edit::Add(field("X-Note", "seen"))),
            _ => {}
        }
        InboundVerdict::Accept(found)
    }
}

impl sdk::tags::Policy for Mischief {
    fn delivery(_facts: DeliveryFacts) -> Tagging {
        let mut tagging = no_tags();
        tagging.system.push(SystemTag::AuthenticatedTicket);
        tagging
            .tags
            .push(String::from("system_authenticated_email_ticket"));
        tagging.tags.push(String::from("vip"));
        tagging
    }
}

impl sdk::routes::Policy for Mischief {
    fn inbound(_arrival: Arrival) -> InboundRoute {
        InboundRoute::Update(Update {
            ticket: 1,
            flagged: false,
        })
    }
}

sdk::export_limits!(Mischief);
sdk::export_headers!(Mischief);
sdk::export_tags!(Mischief);
sdk::export_routes!(Mischief);

fn endless() {
    while black_box(true) {}
}

fn log_line(text: &str) -> bool {
    log::write(log::Level::Info, text);
    true
}

fn deeper(depth: u64) -> u64 {
    let ballast = black_box([depth; 64]);
    match black_box(depth) {
        0 => ballast[0],
        _ => deeper(depth + 1) + ballast[63],
    }
}

/// Reads a route a letter at a time; only the whole word leads to the mistake.
fn spell(text: &str) {
    let mut read = 0;
    for octet in text.bytes() {
        read = match (read, octet) {
            (0, b'v') => 1,
            (1, b'2') => 2,
            (2, b':') => 3,
            (3, b'q') => 4,
            (4, b'!') => panic!("on purpose"),
            _ => black_box(0),
        };
    }
}

fn flood() {
    let line = "x".repeat(1024);
    for _ in 0..100 {
        log_line(&line);
    }
}

fn hoard() -> bool {
    black_box(Vec::<u8>::with_capacity(1 << 20)).capacity() > 0
}

fn remembered() -> Verdict {
    match CALLS.fetch_add(1, Relaxed) {
        0 => Verdict::Accept,
        _ => reject(
            Refusal::Content,
            "remembered",
            "state of an earlier call was seen",
        ),
    }
}
