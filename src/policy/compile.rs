//! Conditions and amounts, compiled once.

use std::collections::BTreeSet;

use crate::features::{Expression, Formula};
use crate::signals::Catalogue;

/// Everything that a policy evaluates.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Positions in the catalogue of the signals that are read, ascending.
    pub(super) signals: Vec<usize>,
    /// Shared conditions in file order; each may read those before it.
    pub(super) defines: Vec<Formula>,
    /// A condition for each entry, then the amounts, then the conditions of the model.
    pub(super) outputs: Vec<Formula>,
}

impl Compiled {
    /// Compiles what was read with a column for each signal, and behind them one for each of these shared conditions.
    pub(super) fn new(defines: &[(String, Expression)], outputs: &[Expression]) -> Self {
        let defines = || defines.iter().map(|(_, define)| define);
        let names = defines().chain(outputs).flat_map(Expression::inputs).map(String::as_str);
        let catalogue = Catalogue::get();
        let signals: BTreeSet<usize> = names.filter_map(|name| catalogue.position(name)).collect();
        Self {
            signals: signals.into_iter().collect(),
            defines: defines().map(Expression::formula).collect(),
            outputs: outputs.iter().map(Expression::formula).collect(),
        }
    }
}
