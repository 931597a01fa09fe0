mod artifact;
mod corpus;
mod equal;
mod features;
mod refusals;

use proptest::prelude::*;

use super::FeatureDefs;
use crate::signals::{Catalogue, SignalRow, SignalType, SignalValue};

/// Features from the text of a file.
fn defs(source: &str) -> FeatureDefs {
    FeatureDefs::load(source).expect("the features are valid").0
}

/// What is wrong with the text of a file.
fn problems(source: &str) -> Vec<String> {
    match FeatureDefs::load(source) {
        Ok((_, warnings)) => warnings.iter().map(ToString::to_string).collect(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

/// A row in which nothing is known but these signals.
fn row(known: &[(&str, SignalValue)]) -> SignalRow {
    let mut row = vec![None; Catalogue::get().len()];
    for (name, value) in known {
        let place = Catalogue::get().position(name).expect("the signal exists");
        row[place] = Some(value.clone());
    }
    row
}

/// Rows of any values, unknown ones and floats that are none among them.
fn any_row() -> impl Strategy<Value = SignalRow> {
    let count = Catalogue::get().len();
    prop::collection::vec((any::<u8>(), any::<u16>(), any::<f64>()), count).prop_map(|cells| {
        let defs = Catalogue::get().defs().iter().zip(cells);
        defs.map(|(def, (kind, number, float))| {
            if kind < 64 {
                return None;
            }
            let small = f64::from(number) / 7.0 - 100.0;
            Some(match def.kind {
                SignalType::Int => SignalValue::Int(i64::from(number)),
                SignalType::Real if kind < 80 => SignalValue::Real(f64::NAN),
                SignalType::Real if kind < 90 => SignalValue::Real(f64::INFINITY),
                SignalType::Real if kind < 110 => SignalValue::Real(float),
                SignalType::Real => SignalValue::Real(small),
                SignalType::Truth => SignalValue::Truth(number % 2 == 0),
                SignalType::Text if def.words.is_empty() => {
                    SignalValue::Text(["CN", "DE", "XX", ""][usize::from(number % 4)].into())
                }
                SignalType::Text => {
                    SignalValue::Word(def.words[usize::from(number) % def.words.len()])
                }
            })
        })
        .collect()
    })
}
