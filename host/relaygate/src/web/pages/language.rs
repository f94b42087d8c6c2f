//! The sentences of the pages, in English and German (`locales/`), and which of the
//! two somebody reads.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey,
};
use fluent_syntax::parser;

/// A language the pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// English.
    English,
    /// German, the specification's own.
    German,
}

/// A value that stands in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// As it is.
    Text(String),
    /// Also chooses between one and many.
    Number(u64),
}

/// The sentences of one language by their keys.
type Sentences = HashMap<&'static str, Pattern<&'static str>>;

/// English and German, file by file; the tests hold the two against each other.
const TEXTS: &[[&str; 2]] = &[
    [
        include_str!("../../../locales/en/frame.ftl"),
        include_str!("../../../locales/de/frame.ftl"),
    ],
    [
        include_str!("../../../locales/en/sign-in.ftl"),
        include_str!("../../../locales/de/sign-in.ftl"),
    ],
    [
        include_str!("../../../locales/en/email.ftl"),
        include_str!("../../../locales/de/email.ftl"),
    ],
    [
        include_str!("../../../locales/en/addresses.ftl"),
        include_str!("../../../locales/de/addresses.ftl"),
    ],
    [
        include_str!("../../../locales/en/account.ftl"),
        include_str!("../../../locales/de/account.ftl"),
    ],
    [
        include_str!("../../../locales/en/mail.ftl"),
        include_str!("../../../locales/de/mail.ftl"),
    ],
    [
        include_str!("../../../locales/en/policies.ftl"),
        include_str!("../../../locales/de/policies.ftl"),
    ],
    [
        include_str!("../../../locales/en/operator.ftl"),
        include_str!("../../../locales/de/operator.ftl"),
    ],
    [
        include_str!("../../../locales/en/tickets.ftl"),
        include_str!("../../../locales/de/tickets.ftl"),
    ],
    [
        include_str!("../../../locales/en/refusals.ftl"),
        include_str!("../../../locales/de/refusals.ftl"),
    ],
];

static ENGLISH: LazyLock<Sentences> = LazyLock::new(|| sentences(0));
static GERMAN: LazyLock<Sentences> = LazyLock::new(|| sentences(1));

/// Of Fluent's files we use messages, values in them, and choices by number; what
/// the tests do not find there is not in them.
fn sentences(column: usize) -> Sentences {
    let mut sentences = Sentences::new();
    for texts in TEXTS {
        let resource = parser::parse(texts[column]).expect("the tests read every file");
        for entry in resource.body {
            if let Entry::Message(message) = entry
                && let Some(pattern) = message.value
            {
                sentences.insert(message.id.name, pattern);
            }
        }
    }
    sentences
}

impl Language {
    /// The one somebody chose, else the first their browser asks for that there is.
    pub(super) fn choose(chosen: Option<&str>, accepted: Option<&str>) -> Self {
        let asked = accepted.unwrap_or_default().split(',');
        let tags = asked.map(|item| item.split(';').next().unwrap_or_default().trim());
        let mut known = chosen.into_iter().chain(tags).filter_map(Self::by_tag);
        known.next().unwrap_or(Self::English)
    }

    /// The language of a tag such as `de-AT` (RFC 5646).
    fn by_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        let all = [Self::English, Self::German];
        all.into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// `en` or `de`.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    fn sentences(self) -> &'static Sentences {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }

    /// The sentence of that key; the key itself if there is none, which the tests
    /// do not let happen.
    pub(super) fn say(self, key: &str, values: &[(&'static str, Value)]) -> Cow<'static, str> {
        let sentence = self.find(key, values);
        sentence.unwrap_or_else(|| Cow::Owned(key.to_owned()))
    }

    /// The same where there may be none.
    pub(super) fn find(
        self,
        key: &str,
        values: &[(&'static str, Value)],
    ) -> Option<Cow<'static, str>> {
        let pattern = self.sentences().get(key)?;
        let mut text = String::new();
        write(&mut text, pattern, values);
        Some(Cow::Owned(text))
    }

    /// A time for people, in UTC.
    pub(super) fn time(self, at: u64) -> String {
        self.clock(at, MINUTES)
    }

    /// The same with seconds, where one thing follows the other.
    pub(super) fn moment(self, at: u64) -> String {
        self.clock(at, SECONDS)
    }

    fn clock(self, at: u64, octets: usize) -> String {
        let stamp = mail::message::timestamp(at);
        let (day, clock) = stamp.split_once('T').unwrap_or((&stamp, ""));
        let clock = clock.get(..octets).unwrap_or_default();
        format!("{}, {clock} UTC", self.day(day))
    }

    /// `2026-11-28` as it is read.
    pub(super) fn day(self, day: &str) -> String {
        let mut parts = day.splitn(3, '-');
        let mut part = || parts.next().unwrap_or_default();
        let (year, month, day) = (part(), part(), part());
        let month_name = || {
            let month: usize = month.parse().unwrap_or(1);
            MONTHS[month.clamp(1, MONTHS.len()) - 1]
        };
        match self {
            Self::English => format!("{} {} {year}", day.trim_start_matches('0'), month_name()),
            Self::German => format!("{day}.{month}.{year}"),
        }
    }
}

/// A value nobody has given leaves a gap, which the tests would show.
fn write(text: &mut String, pattern: &Pattern<&str>, values: &[(&'static str, Value)]) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => place(text, expression, values),
        }
    }
}

fn place(text: &mut String, expression: &Expression<&str>, values: &[(&'static str, Value)]) {
    match expression {
        Expression::Inline(inline) => match (value(inline, values), inline) {
            (Some(Value::Text(value)), _) => text.push_str(value),
            (Some(Value::Number(value)), _) => text.push_str(&value.to_string()),
            (None, InlineExpression::StringLiteral { value }) => text.push_str(value),
            (None, _) => {}
        },
        Expression::Select { selector, variants } => {
            if let Some(variant) = chosen(variants, value(selector, values)) {
                write(text, &variant.value, values);
            }
        }
    }
}

fn value<'a>(
    inline: &InlineExpression<&str>,
    values: &'a [(&'static str, Value)],
) -> Option<&'a Value> {
    let InlineExpression::VariableReference { id } = inline else {
        return None;
    };
    let found = values.iter().find(|(name, _)| *name == id.name);
    found.map(|(_, value)| value)
}

/// Both languages have one form for one and another for all other numbers (CLDR).
fn chosen<'a, 's>(
    variants: &'a [Variant<&'s str>],
    value: Option<&Value>,
) -> Option<&'a Variant<&'s str>> {
    let name = match value {
        Some(Value::Number(1)) => "one",
        _ => "other",
    };
    let named = |variant: &&Variant<&str>| matches!(&variant.key, VariantKey::Identifier { name: key } if *key == name);
    let default = || variants.iter().find(|variant| variant.default);
    variants.iter().find(named).or_else(default)
}

/// `05:38`
const MINUTES: usize = 5;
/// `05:38:15`
const SECONDS: usize = 8;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn keys(column: usize) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for texts in TEXTS {
            let resource = parser::parse(texts[column]).expect("every file can be read");
            for entry in resource.body {
                let Entry::Message(message) = entry else {
                    assert!(matches!(entry, Entry::Comment(_)), "{entry:?}");
                    continue;
                };
                assert!(message.value.is_some(), "{} says nothing", message.id.name);
                let fresh = keys.insert(message.id.name.to_owned());
                assert!(fresh, "{} is given twice", message.id.name);
            }
        }
        keys
    }

    /// What a sentence asks to be filled in.
    fn gaps(text: &str) -> BTreeSet<&str> {
        let gaps = text.split('$').skip(1);
        gaps.filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
            .collect()
    }

    #[test]
    fn both_languages_leave_the_same_gaps() {
        for texts in TEXTS {
            assert_eq!(gaps(texts[0]), gaps(texts[1]));
        }
    }

    #[test]
    fn a_number_chooses_its_form() {
        let text =
            "n = { $n ->\n    [one] a message\n   *[other] { $n } messages of { $who }\n }\n";
        let resource = parser::parse(text).expect("it can be read");
        let Some(Entry::Message(message)) = resource.body.into_iter().next() else {
            panic!("it is a message");
        };
        let pattern = message.value.expect("it has a value");
        for (number, expected) in [(1, "a message"), (2, "2 messages of Eve")] {
            let values = [
                ("n", Value::Number(number)),
                ("who", Value::Text("Eve".to_owned())),
            ];
            let mut said = String::new();
            write(&mut said, &pattern, &values);
            assert_eq!(said, expected);
        }
    }

    /// The keys that stand in sources and templates: `say("…")` and its kin.
    fn used(below: &Path, keys: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(below).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                used(&path, keys);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("it is text");
            for mark in ["say(\"", "say_with(\"", "Key(\""] {
                let found = text.split(mark).skip(1);
                keys.extend(
                    found
                        .filter_map(|rest| rest.split('"').next())
                        .map(str::to_owned),
                );
            }
        }
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(keys(0), keys(1));
    }

    #[test]
    fn every_sentence_asked_for_is_there_and_every_one_there_is_asked_for() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut asked = BTreeSet::new();
        used(&root.join("templates"), &mut asked);
        used(&root.join("src/web/pages"), &mut asked);
        asked.remove("…");
        let there = keys(0);
        let missing: Vec<_> = asked.difference(&there).collect();
        assert!(missing.is_empty(), "no sentence for {missing:?}");
        let by_name = |key: &&String| FAMILIES.iter().any(|family| key.starts_with(family));
        let idle: Vec<_> = there
            .difference(&asked)
            .filter(|key| !by_name(key))
            .collect();
        assert!(idle.is_empty(), "nobody asks for {idle:?}");
    }

    /// Sentences whose key is put together from a stable word.
    const FAMILIES: [&str; 42] = [
        "act-",
        "attempt-",
        "came-",
        "check-",
        "delivery-",
        "dns-found-",
        "done-",
        "event-",
        "fate-",
        "hand-",
        "heading-",
        "kind-",
        "job-about-",
        "job-state-",
        "job-what-",
        "life-of-",
        "lane-",
        "mark-",
        "owner-",
        "part-",
        "path-",
        "priority-",
        "proof-",
        "question-",
        "reason-",
        "refusal-",
        "result-",
        "role-",
        "set-",
        "signature-",
        "staged-",
        "stand-in-",
        "status-",
        "ticket-is-",
        "ticket-many-",
        "trust-",
        "verify-",
        "warning-",
        "way-",
        "why-",
        "mark-long-",
        "nav-",
    ];

    #[test]
    fn a_browser_is_answered_in_its_language() {
        for (chosen, accepted, expected) in [
            (None, Some("de-AT,de;q=0.9,en;q=0.8"), Language::German),
            (None, Some("fr,en-GB;q=0.8,de;q=0.5"), Language::English),
            (Some("de"), Some("en"), Language::German),
            (None, Some("tlh"), Language::English),
            (None, None, Language::English),
        ] {
            assert_eq!(Language::choose(chosen, accepted), expected);
        }
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        let at = 1_796_005_068_000;
        assert_eq!(Language::English.time(at), "30 Nov 2026, 02:17 UTC");
        assert_eq!(Language::German.time(at), "30.11.2026, 02:17 UTC");
        assert_eq!(Language::English.moment(at), "30 Nov 2026, 02:17:48 UTC");
    }
}
