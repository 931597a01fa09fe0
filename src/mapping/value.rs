//! What was read of a row, field by field.

use prost::bytes::Bytes;

use crate::domain::{Currency, Timestamp};

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    /// The number of a word on the wire.
    Word(i32),
    Whole(u32),
    Real(f64),
    Truth(bool),
    Time(Timestamp),
    Money(i64, Currency),
    Bytes(Bytes),
    List(Vec<Value>),
}

/// The values of a record by the names of their fields, taken out one after another.
#[derive(Debug, Default)]
pub(super) struct Values(Vec<(&'static str, Value)>);

impl Values {
    pub(super) fn put(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    /// Everything was taken out.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let index = self.0.iter().position(|(known, _)| *known == name)?;
        Some(self.0.swap_remove(index).1)
    }
}

macro_rules! takers {
    ($($(#[$doc:meta])* $name:ident -> $type:ty: $pattern:pat => $value:expr;)*) => {
        impl Values {
            $($(#[$doc])*
            pub(super) fn $name(&mut self, name: &str) -> Option<$type> {
                if let $pattern = self.take(name)? { Some($value) } else { None }
            })*
        }
    };
}

takers! {
    text -> String: Value::Text(text) => text;
    word -> i32: Value::Word(number) => number;
    whole -> u32: Value::Whole(number) => number;
    real -> f64: Value::Real(real) => real;
    truth -> bool: Value::Truth(truth) => truth;
    time -> Timestamp: Value::Time(time) => time;
    money -> (i64, Currency): Value::Money(minor, currency) => (minor, currency);
    bytes -> Bytes: Value::Bytes(bytes) => bytes;
    list -> Vec<Value>: Value::List(items) => items;
}

impl Values {
    /// The texts of a list; none when there is no such field.
    pub(super) fn texts(&mut self, name: &str) -> Vec<String> {
        let text = |item| if let Value::Text(text) = item { Some(text) } else { None };
        self.list(name).unwrap_or_default().into_iter().filter_map(text).collect()
    }

    /// The bytes of a list.
    pub(super) fn blobs(&mut self, name: &str) -> Vec<Bytes> {
        let blob = |item| if let Value::Bytes(bytes) = item { Some(bytes) } else { None };
        self.list(name).unwrap_or_default().into_iter().filter_map(blob).collect()
    }

    /// The words of a list.
    pub(super) fn words(&mut self, name: &str) -> Vec<i32> {
        let word = |item| if let Value::Word(word) = item { Some(word) } else { None };
        self.list(name).unwrap_or_default().into_iter().filter_map(word).collect()
    }
}
