//! The columns that features may read: every signal, and nothing else.

use crate::features::{Domain, Field, Schema, SchemaError, ValueType};
use crate::signals::{Catalogue, SignalDef, SignalType};

/// The schema of all signals.
pub(super) fn signal_schema() -> Result<Schema, SchemaError> {
    Schema::new(Catalogue::get().defs().iter().map(field))
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

pub(super) const fn value_type(kind: SignalType) -> ValueType {
    match kind {
        SignalType::Int => ValueType::Int,
        SignalType::Real => ValueType::Float,
        SignalType::Truth => ValueType::Bool,
        SignalType::Text => ValueType::Text,
    }
}

/// The name of a type, as `vouch signals` prints it.
pub(super) const fn type_name(kind: SignalType) -> &'static str {
    match kind {
        SignalType::Int => "int",
        SignalType::Real => "float",
        SignalType::Truth => "bool",
        SignalType::Text => "text",
    }
}
