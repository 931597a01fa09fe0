//! What a file of features cannot say.

use super::problems;
use crate::history::DECISION_COLUMNS;
use crate::signals::Catalogue;

#[test]
fn every_mistake_is_told_with_its_line() {
    let source = r#"version = 1
plain = ["claim_value_minr", "sku_class", "device_is_new"]
one_hot = ["ip_country"]
[[feature]]
name = "Big"
sql = "claim_value_minor > 20000"
[[feature]]
name = "country"
sql = "COALESCE(ip_country, 'CN')"
[[feature]]
name = "no_signal"
sql = "1.0 + 2.0"
[[feature]]
name = "device_is_new"
sql = "ip_is_vpn"
group = "network"
smoothing = 1.0
[[encoding]]
name = "class"
signal = "sku_class"
smoothing = 0.0
[[encodings]]
"#;
    let found = problems(source);
    let expected = [
        "2: error: there is no signal `claim_value_minr`; did you mean `claim_value_minor`?",
        "2: error: `sku_class` is text, no number; name it in `one_hot`",
        "3: error: `ip_country` has no closed list of words; write an [[encoding]] for texts, and numbers into `plain`",
        "5: error: `Big` is no name of a feature; use a lower-case letter, then lower-case letters, digits and `_`",
        "9: error: [[feature]] `country`, sql: gives text; a feature is a number or a condition",
        "12: error: a feature that reads no signal is the same for every claim; drop it",
        "17: error: [[feature]] `device_is_new`: there is no key `smoothing`",
        "21: error: smoothing is 0; give a number above 0, at most 1000000",
        "22: error: there is no section `encodings`; did you mean `encoding`?",
    ];
    for line in expected {
        assert!(found.iter().any(|own| own.starts_with(line)), "`{line}` in {found:#?}");
    }
    let group = found.iter().find(|own| own.starts_with("16: ")).unwrap();
    assert!(group.contains("there is no group `network`; the groups are account,"), "{group}");
}

#[test]
fn a_feature_is_there_once_and_a_file_has_some() {
    let twice = "version = 1\nplain = [\"device_is_new\", \"device_is_new\"]\n";
    let told = ["2: error: the feature `device_is_new` is there twice; drop or rename one"];
    assert_eq!(problems(twice), told);
    let none = "1: error: there is no feature; name signals in `plain`, or add a [[feature]]";
    assert_eq!(problems("version = 1\n"), [none]);
    assert_eq!(
        problems("version = 2\nplain = [\"device_is_new\"]\n"),
        ["1: error: version 2 is not known; write 1"]
    );
    let always = problems("version = 1\nmissing = [\"claim_reason\"]\n");
    assert_eq!(
        always,
        ["2: warning: `claim_reason` is never unknown: `claim_reason_missing` is always 0"]
    );
}

/// What vouch answered stands in the same table as the signals.
#[test]
fn no_feature_can_read_what_was_decided() {
    for (column, _) in DECISION_COLUMNS {
        assert_eq!(Catalogue::get().position(column), None, "`{column}` is a signal");
        let plain = problems(&format!("version = 1\nplain = [\"{column}\"]\n"));
        assert!(plain[0].contains("there is no signal"), "{plain:?}");
        let sql = format!("version = 1\n[[feature]]\nname = \"x\"\nsql = \"{column} IS NULL\"\n");
        let sql = problems(&sql);
        assert!(sql[0].contains("there is no column"), "{sql:?}");
    }
}
