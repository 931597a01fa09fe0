use super::*;
use crate::features::{Domain, Field, Schema, ValueType};

fn schema() -> Schema {
    Schema::new([
        Field::new("x", ValueType::Int),
        Field::new("r", ValueType::Float),
        Field::new("y", ValueType::Int),
        Field::new("flag", ValueType::Bool),
        Field::new("country", ValueType::Text),
        Field::new("payments_on_order", ValueType::Int).within(Domain::AtLeast(0.0)),
        Field::new("share", ValueType::Float).within(Domain::Within(0.0, 1.0)),
        Field::new("sku_class", ValueType::Text).within(Domain::Words(&["key", "top_up"])),
    ])
    .unwrap()
}

fn why(sql: &str) -> Option<String> {
    never_true(&Expression::parse(sql, &schema()).unwrap_or_else(|e| panic!("{sql}: {e:?}")))
}

#[test]
fn finds_what_clashes() {
    for (sql, expected) in [
        ("x > 10 AND x < 5", "`x > 10` and `x < 5` cannot both hold for `x`"),
        ("x = 1 AND x = 2", "`x = 1` and `x = 2` cannot both hold for `x`"),
        (
            "country = 'b' AND country = 'c'",
            "`country = 'b'` and `country = 'c'` cannot both hold for `country`",
        ),
        ("x IS NULL AND x > 1", "`x IS NULL` and `x > 1` cannot both hold for `x`"),
        ("x + y > 1 AND y IS NULL", "`x + y > 1` and `y IS NULL` cannot both hold for `y`"),
        ("FALSE", "`FALSE` is never true"),
        ("flag AND FALSE", "`FALSE` is never true"),
        ("flag AND NOT flag", "`flag` and `NOT flag` cannot both hold for `flag`"),
        ("flag AND flag = FALSE", "`flag` and `flag = FALSE` cannot both hold for `flag`"),
        ("1 > 2", "`1 > 2` is never true"),
        ("10 < x AND 5 > x", "`10 < x` and `5 > x` cannot both hold for `x`"),
        ("NOT (x <= 10 OR x >= 5)", "`x > 10` and `x < 5` cannot both hold for `x`"),
        ("x BETWEEN 5 AND 3", "`x >= 5` and `x <= 3` cannot both hold for `x`"),
        ("x > 1 AND x < 2", "`x > 1` and `x < 2` cannot both hold for `x`"),
        ("x = 1.5", "no value of `x` satisfies `x = 1.5`"),
        (
            "x IN (1, 2) AND x <> 1 AND x <> 2",
            "no value of `x` satisfies `x IN (1, 2)` and `x <> 1` and `x <> 2`",
        ),
        ("x IN (1, 2) AND x > 2", "`x IN (1, 2)` and `x > 2` cannot both hold for `x`"),
        (
            "x >= 3 AND x <= 3 AND x <> 3",
            "no value of `x` satisfies `x >= 3` and `x <= 3` and `x <> 3`",
        ),
        ("x > y AND x <= y", "`x > y` and `x <= y` cannot both hold"),
        ("x > y AND y > x", "`x > y` and `y > x` cannot both hold"),
        (
            "payments_on_order < 0",
            "`payments_on_order < 0` cannot hold, as `payments_on_order` is never below 0",
        ),
        ("share > 1.0 AND flag", "`share > 1.0` cannot hold, as `share` lies within 0 and 1"),
        (
            "sku_class NOT IN ('key', 'top_up')",
            "`sku_class NOT IN ('key', 'top_up')` cannot hold, as `sku_class` is one of `key`, `top_up`",
        ),
        ("country LIKE 'a%' AND NOT country LIKE 'a%'", "cannot both hold"),
        ("COALESCE(flag, FALSE) AND NOT flag", "`flag` and `NOT flag`"),
        ("CASE WHEN flag THEN FALSE ELSE FALSE END", "`FALSE` is never true"),
    ] {
        let found = why(sql).unwrap_or_else(|| panic!("{sql}: nothing found"));
        assert!(found.contains(expected), "{sql}: {found}");
    }
}

#[test]
fn an_or_is_dead_when_all_its_branches_are() {
    assert_eq!(
        why("(x = 1 AND x = 2) OR (flag AND NOT flag)").as_deref(),
        Some(
            "`x = 1` and `x = 2` cannot both hold for `x`; \
             `flag` and `NOT flag` cannot both hold for `flag`"
        )
    );
    assert!(why("x > 10 AND (x < 5 OR x = 3)").is_some());
    assert!(why("x > 10 AND (x < 5 OR x = 30)").is_none());
    assert!(why("(x = 1 OR x = 2) AND (x = 3 OR x = 4)").is_some());
}

#[test]
fn keeps_still_about_what_may_be_true() {
    for sql in [
        "TRUE",
        "flag",
        "x > 5 AND x < 10",
        "r > 1.0 AND r < 2.0",
        "x >= 3 AND x <= 3",
        "x IS NULL OR x > 1",
        "x IS NULL AND y > 1",
        "COALESCE(x, 0) > 1 AND x IS NULL",
        "GREATEST(x, y) > 1 AND x IS NULL",
        "x <> 1 AND x <> 2",
        "x <= y AND x >= y",
        "x <=> y AND x IS NULL",
        "CASE WHEN flag THEN FALSE ELSE TRUE END",
        "CASE WHEN flag THEN FALSE ELSE NOT flag END",
        "COALESCE(flag, TRUE) AND flag IS NULL",
        "payments_on_order <= 0",
        "payments_on_order IS NULL",
        "sku_class <> 'key'",
        "x > 9223372036854775806 AND x < 9223372036854775807",
        "NOT (flag AND FALSE)",
    ] {
        assert_eq!(why(sql), None, "{sql}");
    }
}

#[test]
fn gives_up_on_too_many_branches() {
    let choice = |i: usize| format!("(x = {i} OR y = {i})");
    let sql: Vec<String> = (0..30).map(choice).collect();
    let _ = why(&sql.join(" AND "));
}

#[test]
fn knows_what_is_always_true() {
    let always = |sql: &str| always_true(&Expression::parse(sql, &schema()).unwrap());
    for sql in ["TRUE", "flag OR TRUE", "NOT FALSE", "1 < 2", "x IS NULL OR x IS NOT NULL"] {
        assert!(always(sql), "{sql}");
    }
    for sql in ["flag", "flag OR NOT flag", "x > 1 OR x <= 1", "FALSE", "x IS NULL"] {
        assert!(!always(sql), "{sql}");
    }
}
