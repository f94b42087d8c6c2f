//! How the mail crate's values stand in records: as their printed form, parsed
//! again on the way in. `mail` knows nothing of serde, and that is to stay so.

use std::fmt::Display;

use mail::address::{Address, Domain};
use mail::message::MessageId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What can be printed and read again.
pub(crate) trait Printed: Display + Sized {
    fn read(text: &str) -> Option<Self>;
}

impl Printed for Address {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl Printed for Domain {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl Printed for MessageId {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

/// One value; for `#[serde(with = "wire::one")]`.
pub(crate) mod one {
    use super::*;

    pub(crate) fn serialize<T: Printed, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, T: Printed, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        parse(String::deserialize(from)?)
    }
}

/// An optional value.
pub(crate) mod opt {
    use super::*;

    pub(crate) fn serialize<T: Printed, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(to)
    }

    pub(crate) fn deserialize<'de, T: Printed, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        Option::<String>::deserialize(from)?.map(parse).transpose()
    }
}

/// A list of values.
pub(crate) mod many {
    use super::*;

    pub(crate) fn serialize<T: Printed, S: Serializer>(
        values: &[T],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(values.iter().map(ToString::to_string))
    }

    pub(crate) fn deserialize<'de, T: Printed, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<T>, D::Error> {
        Vec::<String>::deserialize(from)?
            .into_iter()
            .map(parse)
            .collect()
    }
}

fn parse<T: Printed, E: serde::de::Error>(text: String) -> Result<T, E> {
    // The text may be an address: it has no business in an error.
    T::read(&text).ok_or_else(|| E::custom("malformed value"))
}
