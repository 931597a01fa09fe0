use std::path::Path;

use super::*;
use crate::mapping::schema::RECORDS;

fn told(columns: &str) -> Vec<String> {
    let problems = Mapping::load(columns).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn every_mistake_is_told_with_its_line() {
    let columns = r#"[defaults]
time_zone = "Asia/Shangai"
money_unit = "yuan"
[[table]]
name = "orders"
files = []
delimiter = "x"
[table.order_placed]
order_id = { columm = "a" }
account_id = { column = "b", constant = "c" }
sku = "sku"
sku_class = { column = "k", values = { "GC" = "ticket" } }
amount = "total"
quantity = { constant = "many" }
occurred_at = { column = "t", time_format = "%H" }
when = { column = "s" }
[table.order_place]
[[table]]
name = "orders"
files = ["a[.csv"]
[[tables]]
"#;
    let expected = [
        "2: error: defaults: `Asia/Shangai` is no IANA time zone; give one such as `Asia/Shanghai`",
        "3: error: defaults: money_unit is `yuan`; give `major` (yuan, dollars) or `minor` (fen, cents)",
        "6: error: orders: `files` is empty; name one",
        "7: error: orders: delimiter must be one of `,`, `;`, `|`, `:`, `^`, `~`, tab (`\\t`), or `\\u0001`",
        "9: error: orders.order_placed.order_id: give `column` or `constant`",
        "9: error: orders.order_placed.order_id: there is no key `columm`; did you mean `column`?",
        "10: error: orders.order_placed.account_id: give `column` or `constant`",
        "12: error: orders.order_placed.sku_class: `ticket` is unknown; give one of key, top_up, account, subscription, licence",
        "13: error: orders.order_placed.amount: is it in yuan or in fen? set `money_unit` to `major` or `minor`, for example in `[defaults]`",
        "13: error: orders.order_placed.amount: has no currency; set `currency` or `currency_column`",
        "14: error: orders.order_placed.quantity: the constant is no number; give digits with `.` before the decimals, see `decimal_point` and `thousands`",
        "15: error: orders.order_placed.occurred_at: `%H` is no format of a date or time; give `rfc3339`, `epoch_s`, `epoch_ms`, or a pattern such as `%Y-%m-%d %H:%M:%S`",
        "16: error: orders.order_placed.when: give one of `is`, `is_not` and `present`",
        "17: error: orders: there is no key `order_place`; did you mean `order_placed`?",
        "18: error: orders: no record is mapped; add a section such as `[table.order_placed]`",
        "18: error: there are two tables `orders`; give each its own name",
        "20: error: orders: `a[.csv` is no pattern of paths: invalid range pattern",
        "21: error: there is no section `tables`; did you mean `table`?",
    ];
    let told = told(columns);
    for (told, expected) in told.iter().zip(expected) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

#[test]
fn what_is_missing_is_asked_for() {
    let none = told("");
    assert_eq!(none, ["1: error: there is no `[[table]]`; add one for each table of yours"]);
    let missing = told("[[table]]\nname = \"t\"\nfiles = [\"t.csv\"]\n[table.payment_reversed]\n");
    let names = ["occurred_at", "psp_transaction_id", "order_id", "amount"];
    assert_eq!(missing.len(), names.len(), "{missing:#?}");
    for (told, name) in missing.iter().zip(names) {
        let expected =
            format!("`{name}` is missing; name its column, or write `{name} = {{ constant = … }}`");
        assert!(
            told.starts_with("4: error: t.payment_reversed: ") && told.contains(&expected),
            "{told}"
        );
    }
    let zone = told(
        "[[table]]\nname = \"t\"\nfiles = [\"t.csv\"]\n[table.key_viewed]\norder_id = \"o\"\noccurred_at = { column = \"t\", time_format = \"%Y-%m-%d\" }\n",
    );
    assert_eq!(zone.len(), 1);
    assert!(zone[0].contains("its times have no offset from UTC; set `time_zone`"), "{}", zone[0]);
    let both = told(
        "[[table]]\nname = \"t\"\nfiles = [\"t.csv\"]\n[table.key_viewed]\norder_id = \"o\"\noccurred_at = \"t\"\nfact_id = \"o\"\nid_columns = [\"o\"]\n",
    );
    assert_eq!(both, ["8: error: t.key_viewed: give `id_columns` or `fact_id`, not both"]);
}

/// A field of the schema that nothing builds would be read and lost.
#[test]
fn every_field_of_the_schema_is_built() {
    use crate::mapping::build;
    use crate::mapping::schema::Kind;
    use crate::mapping::value::{Value, Values};
    for def in &RECORDS {
        let mut values = Values::default();
        let framed = [&def.frame.time, &def.frame.id, &def.frame.observed_at];
        for field in def.fields().filter(|field| !framed.contains(field)) {
            let bytes = || Value::Bytes(vec![7; 32].into());
            let currency = crate::domain::Currency::parse("CNY").unwrap();
            let value = match field.kind {
                Kind::Id | Kind::Text | Kind::Address => Value::Text("x".to_owned()),
                Kind::Word(_) => Value::Word(1),
                Kind::Whole => Value::Whole(1),
                Kind::Real => Value::Real(1.0),
                Kind::Truth => Value::Truth(true),
                Kind::Time => Value::Time(crate::domain::Timestamp::EARLIEST),
                Kind::Money => Value::Money(1, currency),
                Kind::Key => bytes(),
                Kind::Keys | Kind::Digests(_) => Value::List(vec![bytes()]),
                Kind::Ids => Value::List(vec![Value::Text("x".to_owned())]),
                Kind::WordList(_) => Value::List(vec![Value::Word(1)]),
            };
            values.put(field.name, value);
        }
        if def.is_claim() {
            build::claim(None, &mut values).unwrap();
        } else {
            assert!(build::fact(def.name, None, &mut values).body.is_some(), "{}", def.name);
        }
        assert!(values.is_empty(), "{}: nothing takes {values:?}", def.name);
    }
}

#[test]
fn files_are_looked_into_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("a1.csv", "at,idd\n"), ("a2.csv", "at,idd\n"), ("a3.csv", ""), ("b.csv", "at,id\n")]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let columns = "[[table]]\nname = \"t\"\nfiles = [\n\"a*.csv\",\n\"none/*.csv\", \"b.csv\"]\n[table.account_activity]\noccurred_at = \"at\"\naccount_id = \"id\"\nkind = { constant = \"login\" }\n";
    let mapping = Mapping::load(columns).unwrap();
    let problems = Plan::new(mapping, folder.path()).unwrap_err();
    let told: Vec<String> = problems
        .iter()
        .map(|problem| problem.to_string().replace(&format!("{}/", folder.path().display()), ""))
        .collect();
    assert_eq!(
        told,
        [
            "4: error: `a3.csv` is empty; it needs a line with the names of the columns",
            "5: error: `none/*.csv` names no file; paths are relative to this file",
            "8: error: `a1.csv` (and 1 more files) has no column `id`; did you mean `idd`?",
        ]
    );
}

#[test]
fn the_example_is_in_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/history-example");
    let columns = std::fs::read_to_string(folder.join("columns.toml")).unwrap();
    let mapping = Mapping::load(&columns).unwrap();
    assert!(mapping.needs_pepper());
    let plan = Plan::new(mapping, &folder).unwrap();
    assert_eq!(plan.files().count(), 11);
    let out = tempfile::tempdir().unwrap();
    let refused = convert(&plan, &ConvertOptions::default(), out.path(), |_| {}).unwrap_err();
    assert!(matches!(refused, ConvertError::NoPepper));
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
}
