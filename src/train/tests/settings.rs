//! The file of settings.

use super::super::{SHIPPED_SETTINGS, Settings};

fn problems(source: &str) -> Vec<String> {
    Settings::load(source).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn the_shipped_settings_are_valid_and_their_plain_ones_are_the_defaults() {
    let shipped = Settings::load(SHIPPED_SETTINGS).unwrap();
    let default = Settings::default();
    assert_eq!(shipped.labels, default.labels);
    assert_eq!(shipped.split, default.split);
    assert_eq!(shipped.costs, default.costs);
    assert_eq!(shipped.report, default.report);
    assert_eq!(shipped.model.parts, default.model.parts);
}

#[test]
fn parts_that_are_not_named_are_off() {
    let settings = Settings::load("[model]\nparts = [\"linear\"]\n").unwrap().model.ensemble();
    assert!(settings.linear.is_some() && settings.boosting.is_none());
    assert!(settings.forest.is_none() && settings.anomaly.is_none());
}

#[test]
fn every_mistake_is_told() {
    let found = problems("[labels]\nnegative = [\"abuse\"]\n[split]\ntest_share = 0.99\n[cost]\n");
    let expected = [
        "1: error: labels: `abuse` is positive and negative; choose one",
        "1: error: split.test_share is 0.99; give 0.05 to 0.8",
        "5: error: there is no section `cost`; did you mean `costs`?",
    ];
    for line in expected {
        assert!(found.iter().any(|own| own == line), "`{line}` in {found:#?}");
    }
    let word = problems("[labels]\npositive = [\"fraud\"]\n");
    assert!(word[0].starts_with("2: error: in `labels`: unknown variant `fraud`"), "{word:?}");
    assert!(problems("[model]\nparts = []\n")[0].contains("name at least one part"));
}
