//! The policy that is shipped.

use super::{ALL_GEO, NOON, Scene, all_null, decide, told};
use crate::document::Severity;
use crate::domain::Decision;
use crate::geo::Available;
use crate::policy::{Policy, SHIPPED, load, load_at};
use crate::signals::{Catalogue, SignalRow, SignalType, SignalValue};

pub(super) fn shipped() -> Policy {
    load(SHIPPED, ALL_GEO).unwrap_or_else(|problems| panic!("{problems:#?}")).0
}

#[test]
fn it_has_no_problem_when_every_geo_file_is_there() {
    let (_, problems) = load_at(SHIPPED, ALL_GEO, Some(NOON)).unwrap();
    assert_eq!(problems, []);
}

#[test]
fn without_geo_files_it_loads_and_says_what_is_idle() {
    let (policy, warnings) = load(SHIPPED, Available::default()).unwrap();
    assert_eq!(policy.entries.len(), shipped().entries.len());
    assert!(!warnings.is_empty());
    for warning in warnings {
        assert_eq!(warning.severity, Severity::Warning);
        assert!(warning.message.contains("configure the geo file that does"), "{warning}");
    }
}

#[test]
fn a_claim_of_which_nothing_is_known_is_reviewed() {
    let verdict = decide(&shipped(), &all_null());
    assert_eq!(told(&verdict), "review by fallback: needs-review");
    assert_eq!(verdict.coverage.unknown_signals.len(), shipped().signals_read().len());
}

/// Every signal at one end of what its type holds.
fn extremes() -> Vec<(String, SignalRow)> {
    let ints = [i64::MIN, -1, 0, 1, i64::MAX];
    let reals = [f64::MIN, -0.0, 0.0, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let mut rows = Vec::new();
    for (i, int) in ints.into_iter().enumerate() {
        for (j, real) in reals.into_iter().enumerate() {
            for truth in [true, false] {
                let value = |def: &crate::signals::SignalDef| {
                    Some(match def.kind {
                        SignalType::Int => SignalValue::Int(int),
                        SignalType::Real => SignalValue::Real(real),
                        SignalType::Truth => SignalValue::Truth(truth),
                        SignalType::Text => match def.words.get(i % def.words.len().max(1)) {
                            Some(word) => SignalValue::Word(word),
                            None => SignalValue::Text("\u{0}'{".into()),
                        },
                    })
                };
                let row = Catalogue::get().defs().iter().map(value).collect();
                rows.push((format!("{i} {j} {truth}"), row));
            }
        }
    }
    rows
}

#[test]
fn every_condition_can_be_evaluated_whatever_the_signals_are() {
    let policy = shipped();
    let nothing = policy.judge(&all_null());
    for (condition, entry) in policy.entries.iter().enumerate() {
        if entry.id != "needs-review" {
            assert_ne!(nothing.holds(condition), Some(true), "{} of nothing known", entry.id);
        }
    }
    for (name, row) in &extremes() {
        let verdict = Scene::default().decide(&policy, row);
        let approved = verdict.approved.map_or(0, |money| money.amount_minor);
        assert!(approved <= 10_000, "{name}: {approved} of an order of 10000");
        assert_eq!(verdict.approved.is_some(), verdict.decision == Decision::Approve, "{name}");
    }
}

#[test]
fn a_row_that_is_too_short_lacks_signals() {
    let policy = shipped();
    assert_eq!(policy.judge(&Vec::new()), policy.judge(&all_null()));
    assert_eq!(policy.judge(&all_null()).holds(policy.entries.len() + 1_000), None);
}
