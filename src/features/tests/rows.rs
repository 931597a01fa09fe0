//! Rows of the test schema and the frames of them.

use polars::prelude::{Column, DataFrame, NamedFrom, Series};
use proptest::prelude::*;

use crate::features;
use crate::features::tree::Literal;

/// One row: a value for each column of the schema, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) bools: [Option<bool>; 2],
    pub(super) ints: [Option<i64>; 2],
    pub(super) floats: [Option<f64>; 2],
    pub(super) texts: [Option<&'static str>; 2],
}

impl Row {
    /// The value of a column.
    pub(super) fn literal(&self, place: usize) -> Literal {
        let (of, null) = (place % 2, Literal::Null);
        match place / 2 {
            0 => self.bools[of].map_or(null, Literal::Bool),
            1 => self.ints[of].map_or(null, Literal::Int),
            2 => self.floats[of].map_or(null, Literal::Float),
            _ => self.texts[of].map_or(null, |text| Literal::Text(text.to_owned())),
        }
    }
}

impl features::Row for Row {
    fn truth(&self, place: usize) -> Option<bool> {
        self.bools[place]
    }

    fn int(&self, place: usize) -> Option<i64> {
        self.ints[place - 2]
    }

    fn float(&self, place: usize) -> Option<f64> {
        self.floats[place - 4]
    }

    fn text(&self, place: usize) -> Option<&str> {
        self.texts[place - 6]
    }
}

/// The frame of rows.
pub(super) fn frame_of(rows: &[Row]) -> DataFrame {
    fn column<T>(name: &str, rows: &[Row], of: impl Fn(&Row) -> Option<T>) -> Column
    where
        Series: NamedFrom<Vec<Option<T>>, [Option<T>]>,
    {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    }
    let columns = vec![
        column("a", rows, |row| row.bools[0]),
        column("b", rows, |row| row.bools[1]),
        column("i", rows, |row| row.ints[0]),
        column("j", rows, |row| row.ints[1]),
        column("x", rows, |row| row.floats[0]),
        column("y", rows, |row| row.floats[1]),
        column("s", rows, |row| row.texts[0]),
        column("t", rows, |row| row.texts[1]),
    ];
    DataFrame::new(rows.len(), columns).unwrap()
}

/// Rows with nulls and with the values that break arithmetic.
pub(super) fn wild_rows() -> impl Strategy<Value = Vec<Row>> {
    let int = prop_oneof![
        4 => -5_i64..=5,
        1 => prop::sample::select(vec![i64::MIN, i64::MIN + 1, i64::MAX, 3_037_000_500, 1_i64 << 53]),
    ];
    let float = prop_oneof![
        2 => (-8_i32..=8).prop_map(|n| f64::from(n) / 2.0),
        1 => prop::sample::select(vec![-0.0, 1e-300, 1e308, -1e308, 0.1, 2.675, 1e19, 1e15]),
    ];
    rows(int, float)
}

/// Rows with nulls over which every expression of the tests stays finite.
pub(super) fn tame_rows() -> impl Strategy<Value = Vec<Row>> {
    rows(1_i64..20, (1_i32..40).prop_map(|n| f64::from(n) / 4.0))
}

fn rows(
    int: impl Strategy<Value = i64> + Clone,
    float: impl Strategy<Value = f64> + Clone,
) -> impl Strategy<Value = Vec<Row>> {
    let text =
        prop::sample::select(vec!["", "key", "top_up", "a%b", "a.b", "12", "-1.5", "inf", "中文"]);
    let maybe = |null: f64| prop::option::weighted(1.0 - null, any::<bool>());
    let row = (
        [maybe(0.3), maybe(0.3)],
        [prop::option::weighted(0.8, int.clone()), prop::option::weighted(0.8, int)],
        [prop::option::weighted(0.8, float.clone()), prop::option::weighted(0.8, float)],
        [prop::option::weighted(0.8, text.clone()), prop::option::weighted(0.8, text)],
    )
        .prop_map(|(bools, ints, floats, texts)| Row { bools, ints, floats, texts });
    prop::collection::vec(row, 1..20)
}
