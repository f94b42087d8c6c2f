//! From values to JSON.

use serde::ser::{Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer as Serialises};
use serde_json::{Map, Value};

use super::{WordsError, word};

type Written = Result<Value, WordsError>;

/// Writes one value.
pub(super) struct Writer;

/// A list in the making.
pub(super) struct List(Vec<Value>);

/// A record in the making.
pub(super) struct Record(Map<String, Value>);

/// The contract has nothing of that kind.
fn never(what: &str) -> WordsError {
    WordsError(format!("the contract knows no {what}"))
}

macro_rules! plain {
    ($($function:ident: $type:ty),*) => {
        $(fn $function(self, value: $type) -> Written {
            Ok(Value::from(value))
        })*
    };
}

impl Serialises for Writer {
    type Ok = Value;
    type Error = WordsError;
    type SerializeSeq = List;
    type SerializeTuple = Impossible<Value, WordsError>;
    type SerializeTupleStruct = Impossible<Value, WordsError>;
    type SerializeTupleVariant = Impossible<Value, WordsError>;
    type SerializeMap = Impossible<Value, WordsError>;
    type SerializeStruct = Record;
    type SerializeStructVariant = Impossible<Value, WordsError>;

    plain!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_str: &str);

    fn serialize_char(self, value: char) -> Written {
        Ok(Value::from(value.to_string()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Written {
        Err(never("octets"))
    }

    fn serialize_none(self) -> Written {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Written {
        Ok(Value::String(word(name)))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Written {
        let value = value.serialize(Self)?;
        Ok(Value::Object(Map::from_iter([(word(name), value)])))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, WordsError> {
        Ok(List(Vec::new()))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, WordsError> {
        Err(never("tuple"))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, WordsError> {
        Err(never("tuple"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, WordsError> {
        Err(never("tuple"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, WordsError> {
        Err(never("map"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Record, WordsError> {
        Ok(Record(Map::new()))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, WordsError> {
        Err(never("record in a variant"))
    }
}

impl SerializeSeq for List {
    type Ok = Value;
    type Error = WordsError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WordsError> {
        self.0.push(value.serialize(Writer)?);
        Ok(())
    }

    fn end(self) -> Written {
        Ok(Value::Array(self.0))
    }
}

impl SerializeStruct for Record {
    type Ok = Value;
    type Error = WordsError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), WordsError> {
        self.0.insert(word(name), value.serialize(Writer)?);
        Ok(())
    }

    fn end(self) -> Written {
        Ok(Value::Object(self.0))
    }
}
