//! Addresses and domains in a job's payload, as the texts they print.
//!
//! `mail` knows nothing of serde, so the forms are given here. What does not
//! parse any more is an error of the payload, never a guess.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One value; for `#[serde(with = "text_form::one")]`.
pub(crate) mod one {
    use super::*;

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        parse(&String::deserialize(from)?)
    }
}

/// A value or none.
pub(crate) mod optional {
    use super::*;

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(to)
    }

    pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        Option::<String>::deserialize(from)?
            .as_deref()
            .map(parse)
            .transpose()
    }
}

/// A list of values.
pub(crate) mod many {
    use super::*;

    pub(crate) fn serialize<T: Display, S: Serializer>(
        values: &[T],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(values.iter().map(ToString::to_string))
    }

    pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<T>, D::Error> {
        Vec::<String>::deserialize(from)?
            .iter()
            .map(|text| parse(text))
            .collect()
    }
}

fn parse<T: FromStr, E: serde::de::Error>(text: &str) -> Result<T, E> {
    // The text is somebody's address: it has no business in an error.
    T::from_str(text).map_err(|_| E::custom("not an address or domain"))
}
