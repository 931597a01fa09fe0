//! The signals of a claim as columns: what conditions and features read in service.

use super::row::Row;
use super::schema::{Domain, Field, ValueType};
use crate::signals::{Catalogue, SignalDef, SignalType, SignalValue};

/// A column for each signal, at the place that it has in the catalogue.
pub fn signal_fields() -> impl Iterator<Item = Field> {
    Catalogue::get().defs().iter().map(field)
}

fn field(def: &SignalDef) -> Field {
    let field = Field::new(def.name, value_type(def.kind));
    match def.kind {
        SignalType::Text if !def.words.is_empty() => field.within(Domain::Words(def.words)),
        // Whole numbers of the catalogue are counts, amounts and numbers of things.
        SignalType::Int => field.within(Domain::AtLeast(0.0)),
        SignalType::Real | SignalType::Truth | SignalType::Text => field,
    }
}

const fn value_type(kind: SignalType) -> ValueType {
    match kind {
        SignalType::Int => ValueType::Int,
        SignalType::Real => ValueType::Float,
        SignalType::Truth => ValueType::Bool,
        SignalType::Text => ValueType::Text,
    }
}

/// The signals of one claim, in the order of the catalogue. What lies beyond their end is unknown.
#[derive(Debug, Clone, Copy)]
pub struct Signals<'a>(pub &'a [Option<SignalValue>]);

impl Signals<'_> {
    fn value(&self, place: usize) -> Option<&SignalValue> {
        self.0.get(place)?.as_ref()
    }
}

impl Row for Signals<'_> {
    fn truth(&self, place: usize) -> Option<bool> {
        if let SignalValue::Truth(value) = self.value(place)? { Some(*value) } else { None }
    }

    fn int(&self, place: usize) -> Option<i64> {
        if let SignalValue::Int(value) = self.value(place)? { Some(*value) } else { None }
    }

    fn float(&self, place: usize) -> Option<f64> {
        if let SignalValue::Real(value) = self.value(place)? { Some(*value) } else { None }
    }

    fn text(&self, place: usize) -> Option<&str> {
        self.value(place)?.as_text()
    }
}
