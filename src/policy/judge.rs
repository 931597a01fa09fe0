//! Evaluating every condition of a policy for a claim.

use super::compile::Compiled;
use crate::features::{Formula, Row, Signals, ValueType};
use crate::signals::{Catalogue, SignalRow};

/// What the conditions and amounts of a policy came to for a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    values: Box<[Judgement]>,
}

/// What a condition or an amount came to; none where a signal that it needs is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judgement {
    Holds(Option<bool>),
    Amount(Option<i64>),
}

impl Judged {
    /// Whether a condition holds; `None` when a signal that it needs is unknown.
    #[must_use]
    pub fn holds(&self, condition: usize) -> Option<bool> {
        match self.values.get(condition)? {
            Judgement::Holds(truth) => *truth,
            Judgement::Amount(_) => None,
        }
    }

    /// An amount, in minor units; `None` when it is unknown.
    #[must_use]
    pub fn amount(&self, amount: usize) -> Option<i64> {
        match self.values.get(amount)? {
            Judgement::Amount(minor) => *minor,
            Judgement::Holds(_) => None,
        }
    }
}

/// Evaluates shared conditions, then everything that may use them.
pub(super) fn judge(compiled: &Compiled, row: &SignalRow) -> Judged {
    let mut columns = Columns {
        signals: Signals(row),
        first_shared: Catalogue::get().len(),
        shared: Vec::with_capacity(compiled.defines.len()),
    };
    for define in &compiled.defines {
        let truth = define.truth(&columns);
        columns.shared.push(truth);
    }
    let values = compiled.outputs.iter().map(|output| judgement(output, &columns));
    Judged { values: values.collect() }
}

fn judgement(output: &Formula, columns: &Columns<'_>) -> Judgement {
    match output.value_type() {
        ValueType::Int => Judgement::Amount(output.int(columns)),
        ValueType::Bool | ValueType::Float | ValueType::Text => {
            Judgement::Holds(output.truth(columns))
        }
    }
}

/// The signals of a claim, and behind them what the shared conditions came to.
struct Columns<'a> {
    signals: Signals<'a>,
    first_shared: usize,
    shared: Vec<Option<bool>>,
}

impl Row for Columns<'_> {
    fn truth(&self, place: usize) -> Option<bool> {
        match place.checked_sub(self.first_shared) {
            Some(shared) => self.shared.get(shared).copied().flatten(),
            None => self.signals.truth(place),
        }
    }

    fn int(&self, place: usize) -> Option<i64> {
        self.signals.int(place)
    }

    fn float(&self, place: usize) -> Option<f64> {
        self.signals.float(place)
    }

    fn text(&self, place: usize) -> Option<&str> {
        self.signals.text(place)
    }
}
