//! What is refused, in words that tell what to write.

use crate::features::tests::{refused, schema};
use crate::features::{Domain, Expression, Field, Schema, SchemaError, ValueType};

#[test]
fn tells_what_to_write_instead() {
    for (sql, message) in [
        ("", "is empty"),
        ("  \n ", "is empty"),
        ("(a", "is not closed"),
        ("a)", "`)` at byte 1 closes nothing"),
        ("a AND", "cannot be read"),
        ("a b", "`b` after the end of the expression is not allowed"),
        ("a AS b", "`b` after the end"),
        ("country = 'CN'", "there is no column `country`"),
        ("\"a\"", "write columns bare and texts in single quotes"),
        ("s = 'CN", "a text that is not closed"),
        ("i > 1 -- why", "begins a comment"),
        ("i > 1; a", "`;` at byte 5 is not part of the language"),
        ("i ＞ 1", "`＞` at byte 2 is not part of the language"),
        ("i > .5", "write `0.5`"),
        ("i > 1e5", "write `1.0e5`"),
        ("i > 5min", "put a space after it"),
        ("x > 1.5e999", "this literal is not allowed"),
        ("i > 9999999999999999999", "cannot be read"),
        ("a IS TRUE", "COALESCE(x, FALSE)"),
        ("a IS NOT FALSE", "COALESCE(x, FALSE)"),
        ("i IS DISTINCT FROM j AND a", "write `x <=> y`"),
        ("NOW()", "is empty; no function here is without arguments"),
        ("i IN (SELECT i FROM t)", "`SELECT` at byte 6 is not allowed"),
        ("SUM(i) > 1", "an aggregate such as SUM or COUNT is not allowed"),
        ("COUNT(*) > 1", "an aggregate such as SUM or COUNT is not allowed"),
        ("MAX(i)", "an aggregate such as SUM or COUNT is not allowed"),
        ("LAG(i) OVER (ORDER BY i)", "`OVER`"),
        ("*", "cannot be read"),
        ("SIN(x)", "the function `sin` is not allowed: the functions are ABS"),
        ("LOWER(s)", "the functions are ABS"),
        ("NOT_A_FUNCTION(i)", "not_a_function"),
        ("s || t", "`|` at byte 2 is not part of the language"),
        ("s RLIKE '.*'", "a regular expression or ILIKE is not allowed: use LIKE"),
        ("s ILIKE 'a%'", "use LIKE"),
        ("CAST(i AS DATE)", "the types are BOOLEAN"),
        ("CAST(x AS VARCHAR)", "makes text of float; use CASE"),
        ("CAST(i AS BOOLEAN)", "compare it with 0"),
        ("s > 1", "`s > 1` compares text with int; cast one of them"),
        ("a = 1", "`a = 1` compares bool with int"),
        ("a > b", "orders conditions, which have no order"),
        ("i AND a", "has `i`, which is int; AND, OR, NOT and WHEN take conditions"),
        ("NOT i", "has `i`, which is int; AND, OR, NOT"),
        ("i + s", "has `s`, which is text; numbers are needed"),
        ("i + NULL", "has `NULL`, which is NULL; numbers are needed"),
        ("i = NULL", "write `i IS NULL`"),
        ("i IN (1, NULL)", "write `OR i IS NULL`"),
        ("i IN ('a')", "looks for int among text"),
        ("i IN (j)", "cannot be read"),
        ("x // 2", "takes whole numbers; write FLOOR(x / 2)"),
        ("CASE WHEN i THEN 1 ELSE 2 END", "which is int; AND, OR, NOT and WHEN"),
        ("CASE WHEN a THEN 1 ELSE 'b' END", "gives int or text"),
        ("COALESCE(i, s)", "gives int or text"),
        ("NULL", "gives nothing but NULL"),
        ("LN(s)", "has `s`, which is text; numbers are needed"),
        ("i LIKE 'a%'", "has `i`, which is int; texts are needed"),
        ("ROUND(x, 13)", "give at most 12"),
    ] {
        let messages = refused(sql);
        assert!(messages.iter().any(|found| found.contains(message)), "{sql}: {messages:?}");
    }
}

#[test]
fn tells_all_faults_at_once() {
    let messages = refused("devise > 1 AND s > 1 AND SUM(i) = 2 AND devise < 5 AND NOT i");
    assert_eq!(messages.len(), 4, "{messages:?}");
}

#[test]
fn suggests_the_nearest_column() {
    let schema = Schema::new([
        Field::new("device_is_new", ValueType::Bool),
        Field::new("device_missing", ValueType::Bool),
    ])
    .unwrap();
    let errors = Expression::parse("Device_is_nw", &schema).unwrap_err();
    let message = errors[0].to_string();
    assert_eq!(message, "there is no column `Device_is_nw`; did you mean `device_is_new`?");
}

#[test]
fn knows_the_words_of_a_column() {
    let words = Domain::Words(&["key", "top_up", "subscription"]);
    let schema = Schema::new([Field::new("sku_class", ValueType::Text).within(words)]).unwrap();
    for (sql, message) in [
        ("sku_class = 'keey'", "`sku_class` is never `keey`; did you mean `key`?"),
        ("sku_class <> 'topup'", "`sku_class` is never `topup`; did you mean `top_up`?"),
        ("'topup' = sku_class", "`sku_class` is never `topup`; did you mean `top_up`?"),
        (
            "sku_class IN ('key', 'voucher')",
            "`sku_class` is never `voucher`; its words are `key`, `top_up`, `subscription`",
        ),
    ] {
        let errors = Expression::parse(sql, &schema).unwrap_err();
        assert_eq!(errors[0].to_string(), message, "{sql}");
    }
    assert!(Expression::parse("sku_class IN ('key', 'top_up')", &schema).is_ok());
}

#[test]
fn asks_for_the_type_of_its_use() {
    let errors = Expression::parse_as("i + 1", &schema(), ValueType::Bool).unwrap_err();
    assert_eq!(errors[0].to_string(), "gives int; bool is needed here");
    assert!(Expression::parse_as("i > 1", &schema(), ValueType::Bool).is_ok());
}

#[test]
fn a_schema_has_each_name_once() {
    let field = |name| Field::new(name, ValueType::Int);
    let twice = Schema::new([field("i"), field("i")]);
    assert_eq!(twice.unwrap_err(), SchemaError::Duplicate { name: "i".into() });
    for name in ["", "Is", "1i", "i-j", "^i.*$", "i j"] {
        assert!(Schema::new([field(name)]).is_err(), "{name}");
    }
    let words = Domain::Words(&["a"]);
    assert!(Schema::new([field("i").within(words)]).is_err());
    assert_eq!((schema().position("i"), schema().position("nothing")), (Some(2), None));
}
