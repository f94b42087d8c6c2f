//! What a policy can do wrong, and that none of it does harm.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use policy::built_in::MISCHIEF;
use policy::inspect::Bounds;
use policy::questions::headers::{Edit, InboundVerdict};
use policy::questions::limits::Permission;
use policy::questions::tags::SystemTag;
use policy::questions::types::{Field, Verdict};
use policy::{
    Answered, Chain, CompileError, Component, Digest, Engine, Facts, Failure, Limits, NoFacts,
    Policy,
};
use serde_json::json;
use support::{arrival, built_in, delivery, domain, engine, inbound, session, settings};

/// Slack for a machine that is never idle; a quiet one needs 1 ms.
const SLACK: Duration = Duration::from_millis(150);

fn mischief(kind: &str, limits: Limits) -> Policy {
    let component = compile(engine());
    Policy::new("mischief", &component)
        .with_settings(settings(json!({ "do": kind })))
        .with_limits(limits)
}

fn compile(engine: &Engine) -> Component {
    engine
        .compile(MISCHIEF)
        .expect("the guest is built with the crate")
}

fn sender(policy: Policy) -> Answered<Verdict> {
    let chain = Chain::new(vec![policy], vec![]);
    chain.sender(&NoFacts::shared(), &session(), "ann@home.example", None)
}

fn failure(kind: &str) -> Failure {
    let answered = sender(mischief(kind, Limits::default()));
    answered.answer.expect_err("must fail").failure
}

#[test]
fn a_loop_ends_at_its_deadline() {
    let deadline = Duration::from_millis(20);
    let policy = mischief(
        "loop",
        Limits {
            deadline,
            ..Limits::default()
        },
    );
    let started = Instant::now();
    let failure = sender(policy).answer.expect_err("must fail").failure;
    assert_eq!(failure, Failure::Deadline(deadline));
    assert!(started.elapsed() >= deadline);
    assert!(
        started.elapsed() < deadline + SLACK,
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_trap_is_a_failure() {
    assert!(matches!(failure("trap"), Failure::Trap(_)));
}

#[test]
fn deep_recursion_is_a_trap() {
    assert!(matches!(failure("recurse"), Failure::Trap(_)));
}

#[test]
fn memory_is_bounded() {
    assert_eq!(failure("memory"), Failure::Memory(8 * 1024 * 1024));
}

#[test]
fn calls_of_the_host_are_counted() {
    assert_eq!(failure("call"), Failure::HostCalls(1_000));
}

#[test]
fn too_much_at_once_is_not_taken_over() {
    assert_eq!(failure("transfer"), Failure::Transfer(1024 * 1024));
}

#[test]
fn a_counter_has_a_short_key() {
    assert!(matches!(failure("key"), Failure::Output(_)));
}

#[test]
fn a_code_is_a_word() {
    assert!(matches!(failure("code"), Failure::Output(_)));
}

#[test]
fn fuel_is_kept_where_it_is_metered() {
    let engine = Engine::new(policy::EngineSettings {
        metered: true,
        ..support::engine_settings()
    });
    let component = compile(&engine.expect("an engine"));
    let limits = Limits {
        fuel: Some(1_000_000),
        ..Limits::default()
    };
    let policy = Policy::new("mischief", &component).with_limits(limits);
    let fuel = |policy: Policy| sender(policy).decisions[0].fuel;
    assert_eq!(
        fuel(policy.clone()),
        fuel(policy.clone()),
        "the same input, the same work"
    );
    let endless = policy.with_settings(settings(json!({"do": "loop"})));
    assert_eq!(
        sender(endless).answer.expect_err("must fail").failure,
        Failure::Fuel
    );
}

#[test]
fn a_hint_that_is_no_line_is_dropped() {
    match sender(mischief("hint", Limits::default())).answer {
        Ok(Verdict::Reject(reason)) => {
            assert_eq!((reason.code.as_str(), reason.hint.as_str()), ("hint", ""))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_log_is_cut() {
    let answered = sender(mischief("log", Limits::default()));
    let octets: usize = answered.decisions[0]
        .log
        .iter()
        .map(|line| line.text.len())
        .sum();
    assert!(answered.answer.is_ok());
    assert!((8 * 1024..=16 * 1024).contains(&octets), "{octets}");
}

#[test]
fn nothing_is_remembered() {
    let policy = mischief("remember", Limits::default());
    for _ in 0..100 {
        assert_eq!(sender(policy.clone()).answer, Ok(Verdict::Accept));
    }
}

#[test]
fn lists_have_a_length() {
    for kind in ["long", "empty"] {
        let chain = Chain::new(vec![mischief(kind, Limits::default())], vec![]);
        let failed = chain
            .add_domain(&NoFacts::shared(), &domain())
            .answer
            .expect_err("must fail");
        assert!(
            matches!(failed.failure, Failure::Output(_)),
            "{kind}: {failed}"
        );
    }
}

#[test]
fn protected_fields_stay() {
    for (kind, taken) in [
        ("protected", false),
        ("product", false),
        ("inject", false),
        ("verdict", false),
        ("fine", true),
    ] {
        let chain = Chain::new(vec![mischief(kind, Limits::default())], vec![]);
        match chain.inbound(&NoFacts::shared(), &inbound()).answer {
            Ok(InboundVerdict::Accept(found)) => {
                assert!(taken && matches!(found.edits[..], [Edit::Add(_)]), "{kind}");
            }
            Err(failed) => {
                assert!(
                    !taken && matches!(failed.failure, Failure::Output(_)),
                    "{kind}: {failed}"
                );
            }
            other => panic!("{kind}: {other:?}"),
        }
    }
}

/// What a component reads with `mail.headers` it can point at with `remove-value`.
#[test]
fn a_field_is_pointed_at_by_its_value() {
    struct Message;
    impl Facts for Message {
        fn headers(&self, name: &str) -> Vec<String> {
            assert_eq!(name, "X-Note");
            vec!["one two".to_owned(), String::new()]
        }
    }
    let chain = Chain::new(vec![mischief("tidy", Limits::default())], vec![]);
    let message: Arc<dyn Facts> = Arc::new(Message);
    let Ok(InboundVerdict::Accept(found)) = chain.inbound(&message, &inbound()).answer else {
        panic!("it must be accepted");
    };
    let wanted = ["one two", ""].map(|value| {
        Edit::RemoveValue(Field {
            name: "X-Note".into(),
            value: value.into(),
        })
    });
    assert_eq!(found.edits, wanted);
}

#[test]
fn an_account_cannot_give_system_tags() {
    let mischief = || mischief("", Limits::default());
    let ask = |chain: Chain, relay| {
        chain
            .delivery(&NoFacts::shared(), &delivery(relay))
            .answer
            .expect("an answer")
    };

    let account = Chain::new(built_in(json!({})), vec![mischief()]);
    let tagging = ask(account.clone(), false);
    assert_eq!(
        (tagging.system, tagging.tags),
        (vec![], vec!["vip".to_owned()]),
        "R108"
    );
    assert_eq!(
        ask(account, true).system,
        [SystemTag::AuthenticatedTicket],
        "R11"
    );

    let operator = Chain::new(vec![mischief()], vec![]);
    assert_eq!(
        ask(operator, false).system,
        [],
        "R108: not even the operator, against the facts"
    );
}

#[test]
fn a_route_names_only_the_ticket_of_the_message() {
    let chain = Chain::new(vec![mischief("", Limits::default())], vec![]);
    let failed = chain
        .route_inbound(&NoFacts::shared(), &arrival())
        .answer
        .expect_err("must fail");
    assert!(matches!(failed.failure, Failure::Output(_)));
}

#[test]
fn a_failure_in_the_accounts_policy_ends_the_chain() {
    let chain = Chain::new(
        built_in(json!({})),
        vec![mischief("trap", Limits::default())],
    );
    let answered = chain.sender(&NoFacts::shared(), &session(), "ann@home.example", None);
    let failed = answered.answer.expect_err("must fail");
    assert_eq!(
        (&*failed.policy, failed.digest),
        ("mischief", Digest::of(MISCHIEF))
    );
    let verdicts: Vec<_> = answered
        .decisions
        .iter()
        .map(|decision| decision.verdict)
        .collect();
    assert_eq!(verdicts, ["accept", "trap"], "R115");
}

#[test]
fn an_account_alone_decides_nothing() {
    let chain = Chain::new(vec![], vec![mischief("", Limits::default())]);
    let failed = chain
        .add_domain(&NoFacts::shared(), &domain())
        .answer
        .expect_err("must fail");
    assert_eq!(failed.failure, Failure::Unanswered);
}

#[test]
fn an_accounts_refusal_stands() {
    let account = mischief("hint", Limits::default());
    let chain = Chain::new(built_in(json!({})), vec![account]);
    let answered = chain.sender(&NoFacts::shared(), &session(), "ann@home.example", None);
    assert!(matches!(answered.answer, Ok(Verdict::Reject(_))));

    let taken = policy::questions::limits::DomainFacts {
        domains: 4,
        ..domain()
    };
    let chain = Chain::new(built_in(json!({})), vec![mischief("", Limits::default())]);
    let answered = chain.add_domain(&NoFacts::shared(), &taken).answer;
    assert!(
        matches!(answered, Ok(Permission::Refused(_))),
        "an account cannot grant what was refused"
    );
}

/// A component of nothing but one import: preamble, an empty instance type, the import.
fn importing(name: &str) -> Vec<u8> {
    let mut bytes = b"\0asm\x0d\0\x01\0\x07\x03\x01\x42\0\x0a".to_vec();
    let length = u8::try_from(name.len()).expect("a short name");
    bytes.extend([length + 5, 1, 0, length]);
    bytes.extend(name.as_bytes());
    bytes.extend([5, 0]);
    bytes
}

#[test]
fn foreign_imports_are_refused() {
    for name in [
        "wasi:cli/environment@0.3.0",
        "wasi:http/outgoing-handler@0.2.6",
        "relaygate:policy/mail@0.2.0",
        "relaygate:policy/files@0.1.0",
    ] {
        match engine().compile(&importing(name)) {
            Err(CompileError::ForeignImport(import)) => assert_eq!(import, name),
            other => panic!("{name}: {:?}", other.map(|component| component.digest())),
        }
    }
    for name in ["relaygate:policy/mail@0.1.0", "wasi:cli/environment@0.2.0"] {
        let nothing = engine().compile(&importing(name));
        assert!(matches!(nothing, Err(CompileError::NoQuestion)), "{name}");
    }
}

#[test]
fn what_is_no_component_is_refused() {
    let truncated = &MISCHIEF[..MISCHIEF.len() / 2];
    for bytes in [&b""[..], b"(component)", b"\0asm\x01\0\0\0", truncated] {
        let refused = engine().compile(bytes).map(|component| component.digest());
        assert!(
            matches!(refused, Err(CompileError::Invalid(_))),
            "{refused:?}"
        );
    }
    let small = policy::EngineSettings {
        bounds: Bounds {
            octets: 100,
            ..Bounds::default()
        },
        ..support::engine_settings()
    };
    let refused = Engine::new(small)
        .expect("an engine")
        .compile(MISCHIEF)
        .map(|component| component.digest());
    assert!(
        matches!(refused, Err(CompileError::TooComplex(_))),
        "{refused:?}"
    );
}

#[test]
fn slots_come_back_after_any_end() {
    let few = policy::EngineSettings {
        instances_max: 2,
        ..support::engine_settings()
    };
    let component = compile(&Engine::new(few).expect("an engine"));
    for kind in ["trap", "memory", "call", "transfer", ""]
        .into_iter()
        .cycle()
        .take(50)
    {
        let policy =
            Policy::new("mischief", &component).with_settings(settings(json!({ "do": kind })));
        let busy = sender(policy)
            .answer
            .is_err_and(|failed| failed.failure == Failure::Busy);
        assert!(!busy, "a slot was lost after {kind}");
    }
}
