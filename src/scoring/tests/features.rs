//! What features are.

use super::super::SHIPPED_FEATURES;
use super::equal::table;
use super::{defs, problems, row};
use crate::models::Labels;
use crate::signals::{Catalogue, SignalRow, SignalValue};

const SOURCE: &str = r#"
version = 1
plain = ["claim_value_minor", "device_is_new"]
missing = ["device_is_new"]
one_hot = ["sku_class"]
[[feature]]
name = "log_value"
sql = "LN(claim_value_minor)"
[[encoding]]
name = "country"
signal = "ip_country"
smoothing = 2.0
"#;

fn country(code: &str) -> SignalRow {
    row(&[("ip_country", SignalValue::Text(code.into()))])
}

#[test]
fn each_kind_of_feature_tells_what_it_says() {
    let words = Catalogue::get().defs().iter().find(|def| def.name == "sku_class").unwrap().words;
    let rows = [
        row(&[
            ("claim_value_minor", SignalValue::Int(100)),
            ("device_is_new", SignalValue::Truth(true)),
            ("sku_class", SignalValue::Word(words[1])),
        ]),
        row(&[("claim_value_minor", SignalValue::Int(0))]),
    ];
    let labels = Labels::new(vec![true, false]);
    let set = defs(SOURCE).fit(&table(&rows), &labels).unwrap();
    let at = |name: &str, row: usize| {
        let column = set.defs().names().iter().position(|own| own == name).unwrap();
        set.of_row(&rows[row]).nth(column).unwrap()
    };
    assert_eq!((at("claim_value_minor", 0), at("device_is_new", 0)), (Some(100.0), Some(1.0)));
    assert_eq!((at("device_is_new", 1), at("device_is_new_missing", 1)), (None, Some(1.0)));
    assert_eq!(at("device_is_new_missing", 0), Some(0.0));
    let one_hot = |word: &str, row| at(&format!("sku_class_is_{word}"), row);
    assert_eq!((one_hot(words[1], 0), one_hot(words[0], 0)), (Some(1.0), Some(0.0)));
    assert_eq!(one_hot(words[0], 1), None);
    assert_eq!(at("log_value", 0), Some(100.0_f64.ln()));
    // The logarithm of nothing is no number.
    assert_eq!(at("log_value", 1), None);
    let groups: Vec<&str> = set.defs().groups().map(AsRef::as_ref).collect();
    assert_eq!(groups.len(), set.defs().names().len());
    assert_eq!(groups[0], "claim");
}

#[test]
fn an_encoding_is_the_smoothed_share_of_the_training_slice() {
    let rows = [country("CN"), country("CN"), country("CN"), country("DE"), row(&[])];
    let labels =
        Labels::weighted(vec![true, false, false, true, true], vec![1.0, 1.0, 1.0, 3.0, 9.0]);
    let set = defs(SOURCE).fit(&table(&rows), &labels.unwrap()).unwrap();
    let asked = [country("CN"), country("DE"), country("FR"), row(&[])];
    // Of the six (by weight) with a country four are fraud.
    let share = 4.0 / 6.0;
    let expected =
        [Some((1.0 + 2.0 * share) / 5.0), Some((3.0 + 2.0 * share) / 5.0), Some(share), None];
    for (row, expected) in expected.into_iter().enumerate() {
        let found = set.of_row(&asked[row]).last().unwrap();
        match (found, expected) {
            (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-12),
            (found, expected) => assert_eq!(found, expected),
        }
    }
}

#[test]
fn the_shipped_features_are_without_fault() {
    assert_eq!(problems(SHIPPED_FEATURES), Vec::<String>::new());
    let defs = defs(SHIPPED_FEATURES);
    assert!(defs.names().len() > 80);
    assert!(defs.signals().count() > 80);
}
