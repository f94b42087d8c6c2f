//! What the facts of a question look like, read from the component's own types.
//!
//! The types tell records, words and lists. That a text is an address and not any text,
//! and which numbers there can be, stands in the contract's sentences only; it is known
//! here by the member's name. Facts no host would ever state prove nothing about a policy.
//!
//! Not here: changing facts (`facts`).

use wasmtime::component::types::{ComponentItem, Type};

use crate::Component;
use crate::questions::Question;

/// The shape of one value of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Flag,
    /// From and to, both included.
    Number(u64, u64),
    Text(Kind),
    /// One of these words.
    Word(Vec<String>),
    Maybe(Box<Shape>),
    /// Of so many at most.
    List(Box<Shape>, usize),
    Record(Vec<(String, Shape)>),
    /// Like [`Shape::Word`], but something may stand in it.
    Case(Vec<(String, Option<Shape>)>),
}

/// What a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `local@domain`.
    Address,
    /// The same, or nothing: the null reverse path.
    ReversePath,
    Domain,
    /// An authserv-id, or nothing where any counts.
    Authserv,
    Ip,
    /// The peer's word with EHLO.
    Helo,
    Tls,
    /// `[a-z0-9_]`.
    Code,
    /// `[a-z0-9_-]`.
    Tag,
    FieldName,
    FieldValue,
    /// `4.7.1`.
    Status,
    Free,
}

/// The shape of a question's facts: its parameters, as a record.
pub(super) fn of(component: &Component, question: Question) -> Option<Shape> {
    let linked = &component.linked;
    let wasm = &linked.engine.inner.wasm;
    let (interface, function) = question.name().split_once('.')?;
    let interface = format!("relaygate:policy/{interface}@0.1.0");
    let world = linked.instances.component().component_type();
    let ComponentItem::ComponentInstance(instance) = world.get_export(wasm, &interface)?.ty else {
        return None;
    };
    let ComponentItem::ComponentFunc(function) = instance.get_export(wasm, function)?.ty else {
        return None;
    };
    let params = function.params();
    let members = params.map(|(name, of)| (name.to_owned(), shape(name, name, &of)));
    Some(Shape::Record(members.collect()))
}

/// `member` is what the value is called, `record` what the record it stands in is.
fn shape(record: &str, member: &str, of: &Type) -> Shape {
    match of {
        Type::Bool => Shape::Flag,
        Type::U8 => number(member, u8::MAX.into()),
        Type::U16 => number(member, u16::MAX.into()),
        Type::U32 => number(member, u32::MAX.into()),
        Type::U64 => number(member, u64::MAX),
        Type::Enum(words) => Shape::Word(words.names().map(str::to_owned).collect()),
        Type::Option(inner) => Shape::Maybe(Box::new(shape(record, member, &inner.ty()))),
        Type::List(inner) => {
            let inner = shape(record, member, &inner.ty());
            Shape::List(Box::new(inner), length_max(member))
        }
        Type::Record(members) => {
            let members = members.fields();
            let members = members.map(|it| (it.name.to_owned(), shape(member, it.name, &it.ty)));
            Shape::Record(members.collect())
        }
        Type::Variant(cases) => {
            let cases = cases.cases();
            let inner = |of: Option<Type>| of.map(|of| shape(record, member, &of));
            let cases = cases.map(|case| (case.name.to_owned(), inner(case.ty)));
            Shape::Case(cases.collect())
        }
        // The contract has nothing else in its facts.
        _ => Shape::Text(text(record, member)),
    }
}

fn number(member: &str, max: u64) -> Shape {
    let (from, to) = match member {
        "reply-code" => (400, 599),
        "deferrals" => (400, 499),
        // This one is included.
        "attempts" | "copies" | "author-messages" => (1, max),
        _ => (0, max),
    };
    Shape::Number(from, to)
}

/// A message has a hundred recipients at most as a rule (RFC 5321 §4.5.3.1.8); what is
/// remarked about it, and the fields of ours that are compared, are a handful.
fn length_max(member: &str) -> usize {
    match member {
        "defects" | "flags" | "sent" => 16,
        _ => 100,
    }
}

fn text(record: &str, member: &str) -> Kind {
    match member {
        "sender" if record == "envelope" || record == "sender" => Kind::ReversePath,
        "address"
        | "sender"
        | "recipient"
        | "recipients"
        | "author-address"
        | "ticket-recipient"
        | "fallback-sender"
        | "native-sender"
        | "addresses-in-domain" => Kind::Address,
        "domain" | "connector" => Kind::Domain,
        "trusted-authserv" => Kind::Authserv,
        "peer" => Kind::Ip,
        "helo" => Kind::Helo,
        "tls" => Kind::Tls,
        "defects" | "flags" | "code" => Kind::Code,
        "tags" => Kind::Tag,
        "name" => Kind::FieldName,
        "value" => Kind::FieldValue,
        "enhanced-status" => Kind::Status,
        _ => Kind::Free,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineSettings, built_in};

    fn members(shape: &Shape) -> &[(String, Shape)] {
        match shape {
            Shape::Record(members) => members,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_shapes_of_facts_are_those_of_the_contract() {
        let engine = Engine::new(EngineSettings::default()).expect("an engine");
        let component = engine
            .compile(built_in::ADDRESS_LIMITS)
            .expect("it compiles");
        let shape = of(&component, Question::Recipient).expect("it answers that");
        let names: Vec<&str> = members(&shape).iter().map(|it| it.0.as_str()).collect();
        assert_eq!(names, ["session", "envelope", "candidate"]);
        let session = members(&members(&shape)[0].1);
        assert!(session.contains(&(
            "tls".to_owned(),
            Shape::Maybe(Box::new(Shape::Text(Kind::Tls)))
        )));
        let envelope = members(&members(&shape)[1].1);
        assert_eq!(envelope[0].1, Shape::Text(Kind::ReversePath));
        assert_eq!(
            envelope[1].1,
            Shape::List(Box::new(Shape::Text(Kind::Address)), 100)
        );
        assert_eq!(of(&component, Question::Tags), None);
    }
}
