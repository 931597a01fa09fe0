//! Compiled programs against polars' own planner, against the naive interpreter, and against themselves row by row.

use polars::lazy::frame::IntoLazy;
use polars::prelude::{AnyValue, Column, DataFrame};
use polars::sql::sql_expr;
use proptest::prelude::*;

use crate::features::lower::lower;
use crate::features::tests::frames::{Row, frame_of, tame_rows, wild_rows};
use crate::features::tests::{interpreter, parse, schema};
use crate::features::tree::Literal;
use crate::features::{Expression, Program, ValueType, Values, always_true, never_true};

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

#[test]
fn literals_alone_have_a_value_for_each_row() {
    let rows = vec![row(); 3];
    let values = evaluate(&["TRUE", "1 + 2", "'text'", "CAST(NULL AS DOUBLE)"], &frame_of(&rows));
    for at in 0..3 {
        assert_eq!(values[0].bool_at(at), Some(true));
        assert_eq!(values[1].int_at(at), Some(3));
        assert_eq!(values[2].text_at(at), Some("text"));
        assert_eq!(values[3].float_at(at), None);
    }
    assert_eq!(values[0].bool_at(3), None);
    assert_eq!(values[0].len(), 3);
}

#[test]
fn a_frame_without_rows_has_no_values() {
    let values = evaluate(&["TRUE", "i + 1"], &frame_of(&[]));
    assert!(values.iter().all(Values::is_empty));
    assert_eq!(values[1].int_at(0), None);
}

#[test]
fn says_which_columns_it_needs_and_misses() {
    let program = program(&["x > 1", "i + 1 > x", "TRUE"]);
    let names: Vec<&str> = program.inputs().fields().map(|f| f.name.as_ref()).collect();
    assert_eq!(names, ["i", "x"]);

    let frame = frame_of(&[row()]);
    let only = DataFrame::new(1, vec![frame.column("x").unwrap().clone()]).unwrap();
    let error = program.evaluate(&only).unwrap_err();
    assert_eq!(error.to_string(), "the frame has no column `i` of type int");
    let x = frame.column("x").unwrap().clone();
    let wrong = DataFrame::new(1, vec![x.clone().with_name("i".into()), x]).unwrap();
    assert!(program.evaluate(&wrong).is_err());

    let turned = ["x", "i"].map(|name| frame.column(name).unwrap().clone());
    let values = program.evaluate(&DataFrame::new(1, turned.to_vec()).unwrap()).unwrap();
    assert_eq!(values[1].bool_at(0), Some(true));
}

#[test]
fn refuses_to_compile_against_other_columns() {
    let other = schema().select(["a", "b"]);
    let error = Program::compile(&[parse("i > 1")], &other).unwrap_err();
    assert!(error.to_string().contains("`i`"), "{error}");
}

#[test]
fn a_program_of_nothing_gives_nothing() {
    assert!(evaluate(&[], &frame_of(&[row()])).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn equals_polars_planner_over_tame_rows(rows in tame_rows()) {
        let frame = frame_of(&rows);
        let values = evaluate(PLAIN, &frame);
        for (sql, values) in PLAIN.iter().zip(&values) {
            let expected = planned(sql_expr(sql).unwrap(), &frame);
            for at in 0..rows.len() {
                let (found, expected) = (cell(values, at), any(&expected, at));
                // polars multiplies by the reciprocal of a literal divisor: the last bit may differ.
                prop_assert!(near(&found, &expected), "{sql} at {at}: {found:?}, not {expected:?}");
            }
        }
    }

    #[test]
    fn equals_its_own_plan_bit_for_bit(rows in wild_rows()) {
        let frame = frame_of(&rows);
        let all: Vec<&str> = PLAIN.iter().chain(OURS).copied().collect();
        for (sql, values) in all.iter().zip(&evaluate(&all, &frame)) {
            let expression = parse(sql);
            let lowered = lower(expression.node(), expression.value_type()).unwrap();
            let expected = planned(lowered, &frame);
            for at in 0..rows.len() {
                prop_assert_eq!(bits(&cell(values, at)), bits(&any(&expected, at)), "{} at {}", sql, at);
            }
        }
    }

    #[test]
    fn means_what_the_interpreter_means(rows in wild_rows()) {
        let frame = frame_of(&rows);
        let all: Vec<&str> = PLAIN.iter().chain(OURS).copied().collect();
        for (sql, values) in all.iter().zip(&evaluate(&all, &frame)) {
            let expression = parse(sql);
            for (at, row) in rows.iter().enumerate() {
                let (found, expected) = (cell(values, at), interpreter::value(expression.node(), row));
                prop_assert!(near(&found, &expected), "{sql} over {row:?}: {found:?}, not {expected:?}");
            }
        }
    }

    #[test]
    fn a_row_alone_gets_what_it_gets_in_a_batch(rows in wild_rows()) {
        let all: Vec<&str> = PLAIN.iter().chain(OURS).copied().collect();
        let program = program(&all);
        let together = program.evaluate(&frame_of(&rows)).unwrap();
        for (at, row) in rows.iter().enumerate() {
            let alone = program.evaluate(&frame_of(std::slice::from_ref(row))).unwrap();
            for ((sql, together), alone) in all.iter().zip(&together).zip(&alone) {
                prop_assert_eq!(bits(&cell(together, at)), bits(&cell(alone, 0)), "{} at {}", sql, at);
            }
        }
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

fn program(sql: &[&str]) -> Program {
    let expressions: Vec<Expression> = sql.iter().map(|sql| parse(sql)).collect();
    Program::compile(&expressions, &schema()).unwrap()
}

fn evaluate(sql: &[&str], frame: &DataFrame) -> Vec<Values> {
    program(sql).evaluate(frame).unwrap()
}

/// By polars' planner, stretched to the rows of the frame.
fn planned(expr: polars::lazy::dsl::Expr, frame: &DataFrame) -> Column {
    let done = frame.clone().lazy().select([expr.alias("0")]).collect().unwrap();
    let column = done.columns()[0].clone();
    if column.len() == frame.height() { column } else { column.new_from_index(0, frame.height()) }
}

fn cell(values: &Values, row: usize) -> Literal {
    match values.value_type() {
        ValueType::Bool => values.bool_at(row).map(Literal::Bool),
        ValueType::Int => values.int_at(row).map(Literal::Int),
        ValueType::Float => values.float_at(row).map(Literal::Float),
        ValueType::Text => values.text_at(row).map(|text| Literal::Text(text.to_owned())),
    }
    .unwrap_or(Literal::Null)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other type comes out")]
fn any(column: &Column, row: usize) -> Literal {
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

fn bits(value: &Literal) -> String {
    if let Literal::Float(value) = value {
        format!("{value} {:x}", value.to_bits())
    } else {
        format!("{value:?}")
    }
}

fn near(found: &Literal, expected: &Literal) -> bool {
    match (found, expected) {
        (Literal::Float(a), Literal::Float(b)) => (a - b).abs() <= 1e-12 * b.abs(),
        (a, b) => a == b,
    }
}

fn row() -> Row {
    Row {
        bools: [Some(true), None],
        ints: [Some(2), None],
        floats: [Some(1.5), None],
        texts: [Some("key"), None],
    }
}
