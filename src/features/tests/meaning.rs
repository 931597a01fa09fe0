//! The corners of the language, frozen.

use crate::features::tests::parse;
use crate::features::tests::rows::Row;

const ROW: Row = Row {
    bools: [Some(true), None],
    ints: [Some(-7), Some(i64::MAX)],
    floats: [Some(2.5), Some(0.0)],
    texts: [Some("key"), None],
};

fn int(sql: &str) -> Option<i64> {
    parse(sql).formula().int(&ROW)
}

fn float(sql: &str) -> Option<f64> {
    parse(sql).formula().float(&ROW)
}

fn truth(sql: &str) -> Option<bool> {
    parse(sql).formula().truth(&ROW)
}

fn text(sql: &str) -> Option<String> {
    Some(parse(sql).formula().text(&ROW)?.into_owned())
}

#[test]
fn integers_round_down_and_never_wrap() {
    assert_eq!((int("i // 2"), int("i % 2"), int("DIV(i, 2)")), (Some(-4), Some(1), Some(-4)));
    assert_eq!((int("i // 0"), int("i % 0")), (None, None));
    assert_eq!((int("j + 1"), int("j * 2"), int("-2 - j")), (None, None, None));
    assert_eq!(int("j - 1"), Some(i64::MAX - 1));
    assert_eq!(int("ABS(0 - j - 1)"), None);
}

#[test]
fn a_quotient_is_a_float() {
    assert_eq!(float("i / 2"), Some(-3.5));
    assert_eq!(float("1 / 3 * 3"), Some(1.0));
    assert_eq!(float("POW(i, 2)"), Some(49.0));
}

/// Where there are many rows, polars multiplies by the reciprocal of a literal divisor, and takes powers of one exponent
/// by repeated multiplication.
#[test]
fn arithmetic_is_that_of_ieee_754() {
    let row = Row { ints: [Some(3), Some(7)], floats: [Some(1e19), Some(-0.0)], ..ROW };
    let bits = |sql: &str| parse(sql).formula().float(&row).map(f64::to_bits);
    for (sql, value) in [
        ("x / 3", 1e19 / 3.0),
        ("i / 49", 3.0 / 49.0),
        ("POW(x / 1.0e18, i)", 10.0_f64.powf(3.0)),
        ("0.0 - y", 0.0),
        ("y + 0.0", 0.0),
        ("y * 1.0", -0.0),
        ("LN(x)", 1e19_f64.ln()),
        ("LOG10(x)", 1e19_f64.ln() / 10.0_f64.ln()),
    ] {
        assert_eq!(bits(sql), Some(f64::to_bits(value)), "{sql}");
    }
}

#[test]
fn a_float_of_the_row_that_is_not_finite_is_unknown() {
    let row = Row { floats: [Some(f64::NAN), Some(f64::INFINITY)], ..ROW };
    let truth = |sql: &str| parse(sql).formula().truth(&row);
    assert_eq!((truth("x > 1"), truth("x IS NULL"), truth("y > x")), (None, Some(true), None));
    assert_eq!(parse("COALESCE(y, 1.5)").formula().number(&row), Some(1.5));
}

#[test]
fn a_condition_is_a_number_too() {
    let number = |sql: &str| parse(sql).formula().number(&ROW);
    assert_eq!((number("a"), number("NOT a"), number("b")), (Some(1.0), Some(0.0), None));
    assert_eq!((number("i"), number("x"), number("s")), (Some(-7.0), Some(2.5), None));
}

#[test]
fn what_is_not_finite_is_unknown() {
    for sql in
        ["x / y", "i / 0", "LN(0)", "LN(i)", "SQRT(i)", "EXP(1000)", "POW(10.0, 400)", "y / y"]
    {
        assert_eq!(float(sql), None, "{sql}");
        assert_eq!(truth(&format!("{sql} > 1")), None, "{sql} > 1");
        assert_eq!(truth(&format!("{sql} < 1 OR TRUE")), Some(true), "{sql}");
        assert_eq!(truth(&format!("({sql}) IS NULL")), Some(true), "{sql}");
        assert_eq!(float(&format!("COALESCE({sql}, 1.0)")), Some(1.0), "{sql}");
    }
    assert_eq!(float("1.0 / (1.0 / y)"), None);
    assert_eq!(float("LEAST(1.0 / y, 3.0)"), Some(3.0));
}

#[test]
fn null_is_unknown() {
    assert_eq!((truth("b AND FALSE"), truth("b OR TRUE")), (Some(false), Some(true)));
    assert_eq!((truth("b AND TRUE"), truth("NOT b"), truth("b = b")), (None, None, None));
    assert_eq!((truth("t = 'key'"), truth("t <> 'key'")), (None, None));
    assert_eq!((truth("t IN ('key')"), truth("t LIKE 'k%'")), (None, None));
    assert_eq!(truth("NOT (t <=> 'key')"), Some(true));
    assert_eq!(text("CASE WHEN b THEN 'yes' ELSE 'no' END").unwrap(), "no");
    assert_eq!(int("GREATEST(i, CAST(t AS BIGINT))"), Some(-7));
}

#[test]
fn halves_round_to_even() {
    assert_eq!((float("ROUND(x)"), float("ROUND(3.5)")), (Some(2.0), Some(4.0)));
    assert_eq!((int("ROUND(i)"), int("FLOOR(i)")), (Some(-7), Some(-7)));
}

#[test]
fn a_cast_that_has_no_value_is_unknown() {
    assert_eq!((int("CAST(s AS BIGINT)"), float("CAST('inf' AS DOUBLE)")), (None, None));
    assert_eq!((int("CAST('12' AS INT)"), int("CAST(1.0e300 AS BIGINT)")), (Some(12), None));
    assert_eq!((int("CAST(x AS BIGINT)"), int("CAST(-2.9 AS BIGINT)")), (Some(2), Some(-2)));
    // -2^63 is an integer of 64 bits, 2^63 is none.
    assert_eq!(int("CAST(0.0 - POW(2, 63) AS BIGINT)"), Some(i64::MIN));
    assert_eq!((int("CAST(POW(2, 63) AS BIGINT)"), int("CAST(b AS BIGINT)")), (None, None));
    assert_eq!(text("CAST(i AS VARCHAR)").unwrap(), "-7");
}

#[test]
fn values_of_another_type_are_not_given() {
    assert_eq!(int("i + 1"), Some(-6));
    assert_eq!((float("i + 1"), truth("i + 1"), text("i + 1")), (None, None, None));
}

#[test]
fn operators_bind_as_in_sql() {
    for (sql, read) in [
        ("a OR b AND NOT a", "(a OR (b AND NOT a))"),
        ("NOT a AND b", "(NOT a AND b)"),
        ("NOT i = 1 OR a", "(i <> 1 OR a)"),
        ("a = b AND i <> j", "(a = b AND i <> j)"),
        ("i <=> j AND a", "(i <=> j AND a)"),
        ("NOT i <=> j AND a", "(NOT (i <=> j) AND a)"),
        ("i = j IS NULL", "(i = j) IS NULL"),
        ("i IS NOT NULL AND a", "(i IS NOT NULL AND a)"),
        ("i + j * 2 - 1 > 0", "(i + (j * 2)) - 1 > 0"),
        ("i - j - 1", "(i - j) - 1"),
        ("i + j // 2 % 3", "i + ((j // 2) % 3)"),
        ("x / y / 2", "(x / y) / 2"),
        ("-i * 2", "(0 - i) * 2"),
        ("i * -2", "i * -2"),
        ("i BETWEEN 1 AND 2 AND a", "((i >= 1 AND i <= 2) AND a)"),
        ("i NOT BETWEEN 1 AND 2 OR a", "((i < 1 OR i > 2) OR a)"),
        ("i + 1 IN (2, -3) AND a", "((i + 1) IN (2, -3) AND a)"),
        ("s LIKE 'a%' AND a", "(s LIKE 'a%' AND a)"),
        ("s NOT LIKE 'it''s_' OR a", "(NOT (s LIKE 'it''s_') OR a)"),
        ("s LIKE 'a.b'", "s = 'a.b'"),
        ("LN(x) + LOG(x, 2)", "LN(x) + LOG(x, 2)"),
        ("CASE s WHEN 'a' THEN 1 END", "CASE WHEN s = 'a' THEN 1 ELSE NULL END"),
        ("NULLIF(i, 0)", "CASE WHEN i = 0 THEN NULL ELSE i END"),
    ] {
        assert_eq!(parse(sql).node().to_string(), read, "{sql}");
    }
}

#[test]
fn tells_what_it_reads_and_gives() {
    let expression = parse("s = 'key' AND i + x > 1 AND i > 0");
    assert_eq!(expression.inputs(), ["i", "x", "s"]);
    assert_eq!(expression.source(), "s = 'key' AND i + x > 1 AND i > 0");
    assert_eq!(expression.value_type().to_string(), "bool");
}
