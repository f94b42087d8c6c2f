//! From JSON to values.

use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;
use serde_json::map;

use super::{WordsError, word};

/// Reads one value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a Value);

impl<'de, 'a: 'de> Deserializer<'de> for Reader<'a> {
    type Error = WordsError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WordsError> {
        match self.0 {
            Value::Array(values) => {
                visitor.visit_seq(SeqDeserializer::new(values.iter().map(Reader)))
            }
            plain => plain.deserialize_any(visitor).map_err(WordsError::custom),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WordsError> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WordsError> {
        let Value::Object(members) = self.0 else {
            return Err(WordsError(format!("{} is a record", word(name))));
        };
        visitor.visit_map(Members {
            rest: members.iter(),
            fields,
            at: None,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WordsError> {
        let (given, payload) = match self.0 {
            Value::String(given) => (given, None),
            Value::Object(members) if members.len() == 1 => {
                let (given, payload) = members.iter().next().expect("it has one");
                (given, Some(payload))
            }
            other => return Err(WordsError(format!("{other} is no {}", word(name)))),
        };
        let name = known(given, variants)
            .ok_or_else(|| WordsError(format!("{given} is no {}", word(name))))?;
        visitor.visit_enum(Chosen { name, payload })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, WordsError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// How Rust spells a word, if it is one of these.
fn known(given: &str, names: &'static [&'static str]) -> Option<&'static str> {
    names.iter().copied().find(|name| word(name) == given)
}

impl<'de, 'a: 'de> IntoDeserializer<'de, WordsError> for Reader<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The members of a record.
struct Members<'a> {
    rest: map::Iter<'a>,
    fields: &'static [&'static str],
    at: Option<(&'a str, &'a Value)>,
}

impl<'de, 'a: 'de> MapAccess<'de> for Members<'a> {
    type Error = WordsError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, WordsError> {
        let Some((given, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.at = Some((given, value));
        let name = known(given, self.fields)
            .ok_or_else(|| WordsError(format!("there is no {given} here")))?;
        seed.deserialize(StrDeserializer::<WordsError>::new(name))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, WordsError> {
        let (given, value) = self
            .at
            .take()
            .ok_or_else(|| WordsError("no member".to_owned()))?;
        seed.deserialize(Reader(value))
            .map_err(|error| WordsError(format!("{given}: {error}")))
    }
}

/// One of several.
struct Chosen<'a> {
    name: &'static str,
    payload: Option<&'a Value>,
}

impl<'de, 'a: 'de> EnumAccess<'de> for Chosen<'a> {
    type Error = WordsError;
    type Variant = Payload<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Payload<'a>), WordsError> {
        let name = seed.deserialize(StrDeserializer::<WordsError>::new(self.name))?;
        Ok((name, Payload(self.payload)))
    }
}

/// What stands in it.
struct Payload<'a>(Option<&'a Value>);

impl<'de, 'a: 'de> VariantAccess<'de> for Payload<'a> {
    type Error = WordsError;

    fn unit_variant(self) -> Result<(), WordsError> {
        match self.0 {
            None => Ok(()),
            Some(_) => Err(WordsError("nothing stands in it".to_owned())),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, WordsError> {
        let payload = self
            .0
            .ok_or_else(|| WordsError("something stands in it".to_owned()))?;
        seed.deserialize(Reader(payload))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, WordsError> {
        Err(WordsError("the contract knows no tuple".to_owned()))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, WordsError> {
        Err(WordsError(
            "the contract knows no record in a variant".to_owned(),
        ))
    }
}
