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
    pub(super) defines: Vec<(String, Stage)>,
    /// One value for each entry, then the amounts.
    pub(super) outputs: Stage,
}

/// Expressions that are evaluated together, and what they read.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) program: Program,
    /// Positions of its inputs among the columns, which are the signals and then the shared conditions. A frame of these
    /// alone, in the order of the inputs, is made and read fastest.
    pub(super) reads: Vec<usize>,
}

impl Stage {
    fn new(program: Program, columns: &[&str]) -> Self {
        let place = |field: &Field| columns.iter().position(|column| *column == &*field.name);
        let reads = program.inputs().fields().filter_map(place).collect();
        Self { program, reads }
    }
}

impl Compiled {
    /// Compiles what was parsed with `schema`.
    pub(super) fn new(
        defines: &[(String, Expression)],
        outputs: &[Expression],
        schema: &Schema,
    ) -> Result<Self, crate::features::CompileError> {
        let inputs = defines.iter().map(|(_, define)| define).chain(outputs);
        let names: BTreeSet<&str> =
            inputs.flat_map(Expression::inputs).map(String::as_str).collect();
        let catalogue = Catalogue::get();
        let mut signals: Vec<usize> =
            names.into_iter().filter_map(|name| catalogue.position(name)).collect();
        signals.sort_unstable();
        let named = signals.iter().filter_map(|&signal| catalogue.defs().get(signal));
        let mut columns: Vec<&str> = named.map(|def| def.name).collect();
        let mut staged = Vec::with_capacity(defines.len());
        for (name, define) in defines {
            let program = Program::compile([define], schema)?;
            staged.push((name.clone(), Stage::new(program, &columns)));
            columns.push(name);
        }
        let outputs = Stage::new(Program::compile(outputs, schema)?, &columns);
        Ok(Self { signals, defines: staged, outputs })
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
