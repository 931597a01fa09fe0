//! Texts that are too much are refused, and no text brings the process down.

use proptest::prelude::*;

use crate::features::tests::rows::Row;
use crate::features::tests::{cell, parse, refused, schema};
use crate::features::{Expression, NESTING_MAX, SQL_MAX_BYTES, WORDS_MAX, always_true, never_true};

/// What rules are read on: smaller than any thread's default stack.
const STACK_BYTES: usize = 1 << 20;

#[test]
fn refuses_what_is_too_long_or_too_deep() {
    let deep = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(refused(&deep(10_000))[0].contains("write at most 4096"));
    assert!(refused(&deep(2_000))[0].contains("nests"));
    assert!(refused(&deep(NESTING_MAX + 1))[0].contains("nests"));
    assert!(refused(&vec!["a"; 2_000].join(" AND "))[0].contains("write at most"));
    assert!(refused(&vec!["a"; 600].join(" AND "))[0].contains("more than 300 names"));
    assert!(refused(&format!("{} a", "NOT ".repeat(100)))[0].contains("cannot be read"));
    assert!(refused(&format!("{}1", "- ".repeat(100)))[0].contains("cannot be read"));
}

#[test]
fn the_largest_that_is_taken_fits_a_small_stack() {
    let repeated = |item: &str, joint: &str, n: usize| vec![item; n].join(joint);
    let cases = format!("CASE{} ELSE 0 END", " WHEN a THEN 1".repeat(WORDS_MAX / 3 - 2));
    let nested = (0..NESTING_MAX).fold("i".to_owned(), |inner, _| format!("GREATEST({inner}, 1)"));
    let quotients = (0..NESTING_MAX).fold("x".to_owned(), |inner, _| format!("1/({inner})"));
    let texts = [
        repeated("a", " AND ", WORDS_MAX / 2),
        repeated("a", " OR ", WORDS_MAX / 2),
        repeated("1", "+", WORDS_MAX),
        repeated("i", "+", WORDS_MAX / 2),
        repeated("x", "/", WORDS_MAX / 2),
        cases,
        format!("{nested}{}", "+1".repeat(WORDS_MAX - NESTING_MAX - 1)),
        nested,
        quotients,
        format!("i IN ({})", repeated("1000", ",", 700)),
        format!("{}a{}", "(".repeat(NESTING_MAX), ")".repeat(NESTING_MAX)),
    ];
    let work = move || {
        for sql in texts {
            assert!(sql.len() <= SQL_MAX_BYTES);
            let expression = parse(&sql);
            let _ = cell(&expression.formula(), &Row::default());
            let _ = (never_true(&expression), always_true(&expression));
        }
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    thread.spawn(work).unwrap().join().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// Words of SQL in any order are read or refused; what is read can be evaluated.
    #[test]
    fn no_text_is_fatal(words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..14)) {
        let sql = words.join(" ");
        if let Ok(expression) = Expression::parse(&sql, &schema()) {
            let _ = cell(&expression.formula(), &Row::default());
        }
    }

    #[test]
    fn no_noise_is_fatal(sql in "\\PC{0,60}") {
        let _ = Expression::parse(&sql, &schema());
    }

    #[test]
    fn a_call_of_any_function_is_read_or_refused(
        name in prop::sample::select(FUNCTIONS.to_vec()),
        arguments in prop::collection::vec(prop::sample::select(ARGUMENTS.to_vec()), 0..4),
    ) {
        let sql = format!("{name}({})", arguments.join(", "));
        if let Ok(expression) = Expression::parse(&sql, &schema()) {
            let _ = cell(&expression.formula(), &Row::default());
        }
    }
}

const WORDS: &[&str] = &[
    "a", "b", "i", "x", "s", "1", "0", "2.5", "'key'", "TRUE", "NULL", "(", ")", "(", ")", ",",
    "+", "-", "*", "/", "//", "%", "<", ">", "=", "<>", "<=>", "AND", "OR", "NOT", "IS", "NULL",
    "IN", "BETWEEN", "LIKE", "CASE", "WHEN", "THEN", "ELSE", "END", "ABS", "COALESCE", "ROUND",
    "GREATEST", "CAST", "AS", "BIGINT", "DISTINCT", "SUM", "COUNT", "EXTRACT", "POSITION", "DATE",
    "ANY", "ALL", "RLIKE", "XOR", "SUBSTR", "ESCAPE",
];

const FUNCTIONS: &[&str] = &[
    "ABS",
    "CEIL",
    "FLOOR",
    "ROUND",
    "TRUNCATE",
    "SIGN",
    "SQRT",
    "CBRT",
    "EXP",
    "LN",
    "LOG",
    "LOG2",
    "LOG10",
    "LOG1P",
    "POW",
    "POWER",
    "MOD",
    "DIV",
    "GREATEST",
    "LEAST",
    "COALESCE",
    "IFNULL",
    "NULLIF",
    "IF",
    "CONCAT",
    "LENGTH",
    "LOWER",
    "UPPER",
    "LEFT",
    "RIGHT",
    "REPLACE",
    "SUBSTR",
    "STARTS_WITH",
    "ENDS_WITH",
    "REGEXP_LIKE",
    "STRPOS",
    "SUM",
    "AVG",
    "MIN",
    "MAX",
    "COUNT",
    "FIRST",
    "LAST",
    "MEDIAN",
    "STDDEV",
    "QUANTILE_CONT",
    "ROW_NUMBER",
    "RANK",
    "LAG",
    "ARRAY_LENGTH",
    "UNNEST",
    "DATE",
    "STRFTIME",
    "DATE_PART",
    "SIN",
    "ATAN2",
    "BIT_AND",
    "COLUMNS",
    "NOW",
    "RANDOM",
];

const ARGUMENTS: &[&str] = &[
    "a",
    "i",
    "x",
    "s",
    "1",
    "-1",
    "2.5",
    "'key'",
    "NULL",
    "TRUE",
    "*",
    "i + 1",
    "'%Y'",
    "10000000000",
];
