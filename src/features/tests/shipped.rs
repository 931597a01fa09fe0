//! Every expression that is shipped, against polars' planner.

use std::collections::HashMap;

use polars::lazy::frame::IntoLazy;
use polars::prelude::{Column, DataFrame};
use polars::sql::sql_expr;
use proptest::prelude::*;
use toml::Value;

use super::cell;
use super::oracle::{any, near};
use crate::features::{Expression, Field, Row, Schema, Signals, ValueType, signal_fields};
use crate::signals::{Catalogue, SignalRow, SignalType, SignalValue};
use crate::{policy, scoring};

/// The texts under a key of all sections of a name.
fn texts(source: &str, section: &str, key: &str) -> Vec<String> {
    let source: HashMap<String, Value> = toml::from_str(source).unwrap();
    let entries = source.get(section).and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.get(key)?.as_str()?.to_owned())).collect()
}

/// Rows of small numbers above 0, over which all is finite, with unknown values.
fn rows() -> impl Strategy<Value = Vec<SignalRow>> {
    let count = Catalogue::get().len();
    let row = prop::collection::vec(prop::option::weighted(0.8, 0_u8..40), count);
    prop::collection::vec(
        row.prop_map(|cells| cells.into_iter().enumerate().map(value).collect()),
        1..12,
    )
}

fn value((place, cell): (usize, Option<u8>)) -> Option<SignalValue> {
    let (def, number) = (&Catalogue::get().defs()[place], cell?);
    Some(match def.kind {
        SignalType::Int => SignalValue::Int(i64::from(number) + 1),
        SignalType::Real => SignalValue::Real(f64::from(number) / 8.0 + 0.125),
        SignalType::Truth => SignalValue::Truth(number % 2 == 0),
        SignalType::Text if def.words.is_empty() => SignalValue::Text("CN".into()),
        SignalType::Text => SignalValue::Word(def.words[usize::from(number) % def.words.len()]),
    })
}

fn frame(rows: &[SignalRow]) -> DataFrame {
    let columns = signal_fields().enumerate().map(|(place, field)| {
        let rows = rows.iter().map(|row| Signals(row));
        let name = field.name.as_ref().into();
        match field.value_type {
            ValueType::Bool => Column::new(name, rows.map(|r| r.truth(place)).collect::<Vec<_>>()),
            ValueType::Int => Column::new(name, rows.map(|r| r.int(place)).collect::<Vec<_>>()),
            ValueType::Float => Column::new(name, rows.map(|r| r.float(place)).collect::<Vec<_>>()),
            ValueType::Text => {
                let texts = rows.map(|row| row.text(place).map(str::to_owned));
                Column::new(name, texts.collect::<Vec<_>>())
            }
        }
    });
    DataFrame::new(rows.len(), columns.collect()).unwrap()
}

/// Signals, and behind them shared conditions.
struct Shared<'a>(Signals<'a>, Vec<Option<bool>>);

impl Row for Shared<'_> {
    fn truth(&self, place: usize) -> Option<bool> {
        match place.checked_sub(Catalogue::get().len()) {
            Some(shared) => self.1[shared],
            None => self.0.truth(place),
        }
    }

    fn int(&self, place: usize) -> Option<i64> {
        self.0.int(place)
    }

    fn float(&self, place: usize) -> Option<f64> {
        self.0.float(place)
    }

    fn text(&self, place: usize) -> Option<&str> {
        self.0.text(place)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn what_is_shipped_means_what_polars_means(rows in rows()) {
        let names = texts(policy::SHIPPED, "define", "name");
        let defines = texts(policy::SHIPPED, "define", "sql");
        let mut all = texts(scoring::SHIPPED_FEATURES, "feature", "sql");
        for layer in ["guard", "proof", "eligibility", "rule", "fallback"] {
            all.extend(texts(policy::SHIPPED, layer, "when"));
            all.extend(texts(policy::SHIPPED, layer, "amount"));
        }
        prop_assert!(names.len() == defines.len() && all.len() > 60, "{}", all.len());
        let fields = names.iter().map(|name| Field::new(name, ValueType::Bool));
        let schema = Schema::new(signal_fields().chain(fields)).unwrap();
        let formula = |sql: &String| Expression::parse(sql, &schema).unwrap().formula();

        let mut shared: Vec<Shared<'_>> =
            rows.iter().map(|row| Shared(Signals(row), Vec::new())).collect();
        let mut lazy = frame(&rows).lazy();
        for (name, sql) in names.iter().zip(&defines) {
            lazy = lazy.with_column(sql_expr(sql).unwrap().alias(name.as_str()));
            for row in &mut shared {
                let truth = formula(sql).truth(row);
                row.1.push(truth);
            }
        }
        for sql in defines.iter().chain(&all) {
            let formula = formula(sql);
            let done = lazy.clone().select([sql_expr(sql).unwrap().alias("0")]).collect().unwrap();
            for (place, row) in shared.iter().enumerate() {
                let expected = any(&done.columns()[0], if done.height() == 1 { 0 } else { place });
                let found = cell(&formula, row);
                prop_assert!(near(&found, &expected), "{sql} in row {place}: {found:?}, not {expected:?}");
            }
        }
    }
}
