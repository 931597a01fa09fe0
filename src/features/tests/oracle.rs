//! Formulas against polars' own planner, and against the naive interpreter.

use polars::lazy::frame::IntoLazy;
use polars::prelude::{AnyValue, Column, DataFrame};
use polars::sql::sql_expr;
use proptest::prelude::*;

use crate::features::tests::rows::{frame_of, tame_rows, wild_rows};
use crate::features::tests::{cell, interpreter, parse};
use crate::features::tree::Literal;
use crate::features::{Row, always_true, never_true};

/// What polars' planner computes as we do over tame rows.
const PLAIN: &[&str] = &[
    "a AND b",
    "a OR b",
    "NOT a",
    "NOT (a AND b) OR i > 3",
    "a = b",
    "a <> TRUE",
    "i >= 10 AND x < 5.5 AND s = 'key'",
    "i > x",
    "i = 3 OR i = 4 OR j = 5",
    "i <= 7.5",
    "i <> j",
    "s < t",
    "s <> 'key'",
    "i + j * 2 - 1",
    "-i + 3",
    "i / j",
    "x / (y + 1.0)",
    "i // 3",
    "i % 3",
    "x * y - x + 0.5",
    "i + 0.5",
    "(x + 1.0) / (y + 10.0) > 0.5",
    "LN((x + 1.0) / (y + 10.0))",
    "LOG(x, 3)",
    "LOG10(x)",
    "LOG2(x) + LOG1P(y)",
    "EXP(x / 10.0)",
    "SQRT(x)",
    "POW(x, 2)",
    "ABS(x - y)",
    "ABS(i - j)",
    "ROUND(x)",
    "ROUND(x / 3, 2)",
    "FLOOR(x) + CEIL(y)",
    "GREATEST(i, j, 3)",
    "LEAST(x, y)",
    "GREATEST(i, x)",
    "COALESCE(i, j, 0)",
    "COALESCE(x, i) > 2",
    "COALESCE(a, FALSE)",
    "CASE WHEN a THEN i WHEN b THEN j ELSE 0 END",
    "CASE WHEN x > y THEN 'more' WHEN s = 'key' THEN t END",
    "CASE s WHEN 'key' THEN 1 WHEN 'top_up' THEN 2 ELSE 3 END",
    "IF(a, x, i)",
    "NULLIF(s, 'key')",
    "IFNULL(x, 1.5)",
    "s IN ('key', 'top_up')",
    "s NOT IN ('key', '')",
    "i IN (1, 2, 3)",
    "i IN (1.0, 2.5)",
    "x IN (1, 2, 3)",
    "a IN (TRUE)",
    "i IS NULL",
    "x IS NOT NULL AND a",
    "i BETWEEN 3 AND 9",
    "x NOT BETWEEN 3 AND y",
    "s LIKE 'k%y'",
    "s LIKE 'a.b'",
    "s LIKE '_._'",
    "s NOT LIKE '%o%'",
    "STARTS_WITH(s, 'to')",
    "ENDS_WITH(s, t)",
    "NOT (i <=> j)",
    "s <=> t",
    "CAST(i AS DOUBLE)",
    "CAST(x AS BIGINT)",
    "CAST(a AS BIGINT) + 1",
    "CAST(i AS VARCHAR)",
    "TRUE",
    "1 + 2",
    "'text'",
    "LN(3)",
    "i * 100 >= 20 * j AND (a OR x IS NULL)",
];

/// What only we compute so: polars would fail, wrap around, or go on with NaN.
const OURS: &[&str] = &[
    "TRY_CAST(s AS BIGINT)",
    "CAST(s AS BIGINT) > 3",
    "CAST(s AS DOUBLE)",
    "CAST(NULL AS DOUBLE)",
    "a AND CAST(NULL AS BOOLEAN)",
    "CAST(NULL AS BOOLEAN) OR b",
    "1.0 / 0.0 > 1.0",
    "POW(i, j)",
    "i * j * i",
    "LN(x) > LN(y)",
    "COALESCE(x / y, 7.0)",
    "GREATEST(x / y, 1.0)",
    "1.0 / (x / y)",
    "x / y IS NULL",
    "x / 0 IN (1, 2)",
    "x * x + y",
    "EXP(x * 1000) - 1",
    "CASE WHEN x / y > 1 THEN x / y ELSE LN(i) END",
    "ABS(SQRT(x) - 1)",
    "i - j // (i - i)",
    "i // j + i % j",
    "ABS(i)",
    "CAST(x AS BIGINT)",
    "ROUND(x * 1.0, 2)",
    "-x",
    "x + 0.0",
    "POW(x, y)",
    "POW(x, 0.5)",
    "POW(2, x)",
    "x / 7",
    "x * -1.0 - 0.0",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn equals_polars_planner_over_tame_rows(rows in tame_rows()) {
        let frame = frame_of(&rows);
        for sql in PLAIN {
            let (formula, expected) = (parse(sql).formula(), planned(sql, &frame));
            for (at, row) in rows.iter().enumerate() {
                let (found, expected) = (cell(&formula, row), any(&expected, at));
                // polars multiplies by the reciprocal of a literal divisor: the last bit may differ.
                prop_assert!(near(&found, &expected), "{sql} at {at}: {found:?}, not {expected:?}");
            }
        }
    }

    #[test]
    fn means_what_the_interpreter_means(rows in wild_rows()) {
        for sql in PLAIN.iter().chain(OURS) {
            let expression = parse(sql);
            let formula = expression.formula();
            for row in &rows {
                let (found, expected) = (cell(&formula, row), interpreter::value(expression.node(), row));
                prop_assert!(near(&found, &expected), "{sql} over {row:?}: {found:?}, not {expected:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Also where constants are worked out beforehand and parts of AND and OR are put together.
    #[test]
    fn any_condition_means_what_the_interpreter_means(sql in conditions(), rows in wild_rows()) {
        let expression = parse(&sql);
        let formula = expression.formula();
        for row in &rows {
            let expected = interpreter::value(expression.node(), row);
            prop_assert_eq!(cell(&formula, row), expected, "{} over {:?}", sql, row);
        }
    }

    /// A text that is cast has the number that polars reads in it.
    #[test]
    fn texts_are_cast_as_polars_casts_them(text in "[-+]{0,2}[0-9]{0,20}\\.?[0-9]{0,3}([eE][-+]?[0-9]{0,3})?| ?-?(inf|nan|Infinity|NaN|1_0|0x1)?") {
        let frame = DataFrame::new(1, vec![Column::new("s".into(), [text.as_str()])]).unwrap();
        let row = Text(&text);
        let int = planned("TRY_CAST(s AS BIGINT)", &frame);
        prop_assert_eq!(cell(&parse("CAST(s AS BIGINT)").formula(), &row), any(&int, 0));
        let float = any(&planned("TRY_CAST(s AS DOUBLE)", &frame), 0);
        let float = float.as_float().filter(|value| value.is_finite());
        prop_assert_eq!(parse("CAST(s AS DOUBLE)").formula().float(&row).map(f64::to_bits), float.map(f64::to_bits));
    }

    /// Patterns of few letters, which fit often.
    #[test]
    fn like_is_that_of_polars(pattern in "[ab%_.\n中]{1,7}", texts in prop::collection::vec("[ab.\n中]{0,8}", 1..20)) {
        let sql = format!("s LIKE '{pattern}'");
        let values: Vec<&str> = texts.iter().map(String::as_str).collect();
        let frame = DataFrame::new(values.len(), vec![Column::new("s".into(), &values)]).unwrap();
        let (formula, expected) = (parse(&sql).formula(), planned(&sql, &frame));
        for (at, text) in values.into_iter().enumerate() {
            prop_assert_eq!(cell(&formula, &Text(text)), any(&expected, at), "{} over {:?}", sql, text);
        }
    }
}

/// A row of texts alone.
struct Text<'a>(&'a str);

impl Row for Text<'_> {
    fn truth(&self, _: usize) -> Option<bool> {
        None
    }

    fn int(&self, _: usize) -> Option<i64> {
        None
    }

    fn float(&self, _: usize) -> Option<f64> {
        None
    }

    fn text(&self, _: usize) -> Option<&str> {
        Some(self.0)
    }
}

/// Conditions over single columns, of which many clash.
const ATOMS: &[&str] = &[
    "a",
    "NOT a",
    "a = FALSE",
    "b",
    "a IS NULL",
    "b IS NOT NULL",
    "COALESCE(a, FALSE)",
    "i > 2",
    "i < 3",
    "i >= 3",
    "i <= 2",
    "i = 2",
    "i <> 2",
    "i IN (1, 2)",
    "i NOT IN (1, 3)",
    "i IS NULL",
    "2 < i",
    "i > 1.5",
    "i = 2.5",
    "i > j",
    "i <= j",
    "j < i",
    "i = j",
    "i <=> j",
    "i BETWEEN 2 AND 4",
    "x > 0.5",
    "x <= 0.5",
    "x = 0.5",
    "x IS NULL",
    "x / y > 1",
    "x / y <= 1",
    "s = 'key'",
    "s <> 'key'",
    "s IN ('key', 'top_up')",
    "s LIKE 'k%'",
    "s IS NULL",
    "TRUE",
    "FALSE",
    "CASE WHEN a THEN i > 2 ELSE b END",
    "GREATEST(i, j) > 2",
    "COALESCE(i, j) > 2",
    "i + 1 > j",
];

fn conditions() -> impl Strategy<Value = String> {
    let atom = prop::sample::select(ATOMS.to_vec()).prop_map(str::to_owned);
    atom.prop_recursive(4, 12, 2, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} AND {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            1 => inner.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_never_true_never_is(sql in conditions(), rows in wild_rows()) {
        let condition = parse(&sql);
        let (never, always) = (never_true(&condition), always_true(&condition));
        for row in &rows {
            let found = interpreter::value(condition.node(), row);
            prop_assert!(never.is_none() || found != Literal::Bool(true), "{sql}: {never:?}, {row:?}");
            prop_assert!(!always || found == Literal::Bool(true), "{sql}: {row:?}");
        }
    }
}

/// By polars' planner, stretched to the rows of the frame.
fn planned(sql: &str, frame: &DataFrame) -> Column {
    let expr = sql_expr(sql).unwrap();
    let done = frame.clone().lazy().select([expr.alias("0")]).collect().unwrap();
    let column = done.columns()[0].clone();
    if column.len() == frame.height() { column } else { column.new_from_index(0, frame.height()) }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other type comes out")]
pub(super) fn any(column: &Column, row: usize) -> Literal {
    match column.get(row).unwrap() {
        AnyValue::Null => Literal::Null,
        AnyValue::Boolean(value) => Literal::Bool(value),
        AnyValue::Int32(value) => Literal::Int(value.into()),
        AnyValue::Int64(value) => Literal::Int(value),
        AnyValue::Float64(value) => Literal::Float(value),
        AnyValue::String(value) => Literal::Text(value.to_owned()),
        AnyValue::StringOwned(value) => Literal::Text(value.to_string()),
        other => panic!("{other:?}"),
    }
}

pub(super) fn near(found: &Literal, expected: &Literal) -> bool {
    match (found, expected) {
        (Literal::Float(a), Literal::Float(b)) => (a - b).abs() <= 1e-12 * b.abs(),
        (a, b) => a == b,
    }
}
