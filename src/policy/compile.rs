//! Conditions and amounts, compiled once.

use std::collections::BTreeSet;

use crate::features::{Domain, Expression, Field, Program, Schema, ValueType};
use crate::signals::{Catalogue, SignalType};

/// Everything that a policy evaluates.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Positions in the catalogue of the signals that are read, ascending.
    pub(super) signals: Vec<usize>,
    /// Shared conditions in file order; each may read those before it.
    pub(super) defines: Vec<(String, Program)>,
    /// One value for each entry, then the amounts.
    pub(super) program: Program,
}

impl Compiled {
    /// Compiles what was parsed with `schema`.
    pub(super) fn new(
        defines: &[(String, Expression)],
        outputs: &[Expression],
        schema: &Schema,
    ) -> Result<Self, crate::features::CompileError> {
        let program = Program::compile(outputs, schema)?;
        let staged = defines
            .iter()
            .map(|(name, define)| Ok((name.clone(), Program::compile([define], schema)?)))
            .collect::<Result<Vec<_>, crate::features::CompileError>>()?;
        let inputs = defines.iter().map(|(_, define)| define).chain(outputs);
        let names: BTreeSet<&str> =
            inputs.flat_map(Expression::inputs).map(String::as_str).collect();
        let catalogue = Catalogue::get();
        let mut signals: Vec<usize> =
            names.into_iter().filter_map(|name| catalogue.position(name)).collect();
        signals.sort_unstable();
        Ok(Self { signals, defines: staged, program })
    }
}

/// The columns that expressions may read: every signal.
pub(super) fn signal_fields() -> Vec<Field> {
    let field = |def: &crate::signals::SignalDef| {
        let field = Field::new(def.name, schema_type(def.kind));
        match def.kind {
            SignalType::Text if !def.words.is_empty() => field.within(Domain::Words(def.words)),
            // Whole numbers of the catalogue are counts, amounts and numbers of things.
            SignalType::Int => field.within(Domain::AtLeast(0.0)),
            SignalType::Real | SignalType::Truth | SignalType::Text => field,
        }
    };
    Catalogue::get().defs().iter().map(field).collect()
}

pub(super) const fn schema_type(kind: SignalType) -> ValueType {
    match kind {
        SignalType::Int => ValueType::Int,
        SignalType::Real => ValueType::Float,
        SignalType::Truth => ValueType::Bool,
        SignalType::Text => ValueType::Text,
    }
}
