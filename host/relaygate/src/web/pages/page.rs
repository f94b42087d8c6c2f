//! What every page has around it: language, navigation, who is signed in.

use std::borrow::Cow;

use super::language::{Language, Value};
use super::places::GROUPS;
use super::visit::Visit;
use crate::operations::traffic::VolumeView;
use crate::operations::warning::Warning;
use crate::web::assets;

/// The frame of one page.
pub(super) struct Page {
    language: Language,
    /// What the product calls itself.
    pub(super) product: String,
    /// The navigation; empty for who is not signed in.
    pub(super) groups: Vec<PageGroup>,
    /// Who is signed in.
    pub(super) person: Option<String>,
    /// Their account's name; absent for operators.
    pub(super) account: Option<String>,
    /// Whether that is a sandbox.
    pub(super) sandbox: bool,
    /// The word every form carries.
    pub(super) form_word: String,
    /// Something was just done: the sentence that says so.
    pub(super) done: Option<String>,
    /// Ask for this page again by itself: without scripts the whole, with them a part.
    pub(super) reloads: bool,
}

/// A group of the navigation.
pub(super) struct PageGroup {
    /// Its name.
    pub(super) name: Cow<'static, str>,
    /// What is in it.
    pub(super) places: Vec<PagePlace>,
}

/// An entry of the navigation.
pub(super) struct PagePlace {
    /// Its name.
    pub(super) name: Cow<'static, str>,
    /// Where it leads.
    pub(super) path: &'static str,
    /// It is where this page belongs.
    pub(super) current: bool,
}

impl Page {
    /// The frame of a page at that place of the navigation.
    pub(super) fn of(visit: &Visit, place: &str) -> Self {
        let language = visit.language;
        let whole = visit.visitor.as_ref().filter(|visitor| visitor.is_whole());
        let profile = whole.and_then(|visitor| visitor.profile.as_ref());
        Self {
            language,
            product: visit.product.clone(),
            groups: whole.map_or_else(Vec::new, |visitor| {
                groups(language, visitor.member.role, place)
            }),
            person: whole.map(|visitor| visitor.member.address.to_string()),
            account: profile.map(|profile| profile.name.clone()),
            sandbox: profile.is_some_and(|it| it.kind == desk::accounts::Kind::Sandbox),
            form_word: visit.form_word(),
            done: None,
            reloads: false,
        }
    }

    /// With the sentence about what was just done, if that is a word we know.
    pub(super) fn with_done(mut self, done: Option<&str>) -> Self {
        let key = done.map(|word| format!("done-{word}"));
        self.done = key.and_then(|key| Some(self.language.find(&key, &[])?.into_owned()));
        self
    }

    /// `en` or `de`.
    pub(super) fn lang(&self) -> &'static str {
        self.language.tag()
    }

    /// A sentence.
    pub(super) fn say(&self, key: &str) -> Cow<'static, str> {
        self.language.say(key, &[])
    }

    /// A sentence with a value in it.
    pub(super) fn say_with(
        &self,
        key: &str,
        name: &'static str,
        value: impl ToValue,
    ) -> Cow<'static, str> {
        self.language.say(key, &[(name, value.to_value())])
    }

    /// The sentence of a stable word, `family-word`; the word itself if it has none.
    pub(super) fn word(&self, family: &str, word: impl AsRef<str>) -> String {
        let word = word.as_ref();
        let key = format!("{family}-{}", word.replace('_', "-"));
        let found = self.language.find(&key, &[]);
        found.map_or_else(|| word.to_owned(), String::from)
    }

    /// Yes or no.
    pub(super) fn yes(&self, yes: &bool) -> Cow<'static, str> {
        match yes {
            true => self.say("frame-yes"),
            false => self.say("frame-no"),
        }
    }

    /// What speaks against something, and the mend.
    pub(super) fn warning(&self, warning: &Warning) -> String {
        let key = format!("warning-{}", warning.code.replace('_', "-"));
        let found = self.language.find(&key, &[]);
        found.map_or_else(|| warning.hint.clone(), String::from)
    }

    /// A time for people.
    pub(super) fn time(&self, at: &u64) -> String {
        self.language.time(*at)
    }

    /// The same with seconds.
    pub(super) fn moment(&self, at: &u64) -> String {
        self.language.moment(*at)
    }

    /// How much mail came in and went out.
    pub(super) fn say_in_out(&self, volume: &VolumeView) -> Cow<'static, str> {
        let (incoming, outgoing) = (volume.incoming(), volume.outgoing());
        let values = [
            ("incoming", incoming.to_value()),
            ("outgoing", outgoing.to_value()),
        ];
        self.language.say("traffic-in-out", &values)
    }

    /// A day for people, from `2026-11-28`.
    pub(super) fn day(&self, day: &str) -> String {
        self.language.day(day)
    }

    /// A time for machines (RFC 3339).
    pub(super) fn stamp(&self, at: &u64) -> String {
        mail::message::timestamp(*at)
    }

    /// Where an asset is to be had.
    pub(super) fn asset(&self, name: &str) -> String {
        assets::path(name)
    }
}

fn groups(language: Language, role: desk::members::Role, current: &str) -> Vec<PageGroup> {
    let groups = GROUPS.iter().map(|group| PageGroup {
        name: language.say(group.name.0, &[]),
        places: (group.places.iter())
            .filter(|place| place.roles.contains(&role))
            .map(|place| PagePlace {
                name: language.say(place.name.0, &[]),
                path: place.path,
                current: place.path == current,
            })
            .collect(),
    });
    groups.filter(|group| !group.places.is_empty()).collect()
}

/// What can stand in a sentence.
pub(super) trait ToValue {
    /// As it is written.
    fn to_value(&self) -> Value;
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value {
        self.as_str().to_value()
    }
}

impl ToValue for usize {
    fn to_value(&self) -> Value {
        Value::Number(*self as u64)
    }
}

impl ToValue for u8 {
    fn to_value(&self) -> Value {
        u64::from(*self).to_value()
    }
}

impl ToValue for u32 {
    fn to_value(&self) -> Value {
        u64::from(*self).to_value()
    }
}

impl ToValue for Cow<'_, str> {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl ToValue for u64 {
    fn to_value(&self) -> Value {
        Value::Number(*self)
    }
}
