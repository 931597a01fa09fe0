//! Which outcome is believed, and when.

use super::super::history::Outcome;
use super::super::label::{Label, label};
use super::super::settings::LabelSettings;
use crate::domain::{DAY_MS, OutcomeLabel, OutcomeSource, Timestamp};

fn day(day: i64) -> Timestamp {
    Timestamp::from_ms(1_780_000_000_000 + day * DAY_MS)
}

/// Reported on one day, in effect since another.
fn outcome(label: OutcomeLabel, source: OutcomeSource, observed: i64, effective: i64) -> Outcome {
    let fact_id = format!("{observed}-{effective}");
    Outcome { fact_id, label, source, observed_at: day(observed), effective_at: day(effective) }
}

/// The label of a refund that was claimed on day 0.
fn found(outcomes: &[Outcome], as_of: i64) -> Option<Label> {
    let settings = LabelSettings { maturity_d: 2.0, audit_share: 0.1, ..LabelSettings::default() };
    label(outcomes, day(0), &settings, day(as_of))
}

#[test]
fn an_outcome_counts_when_it_has_stood_for_a_while() {
    let outcomes = [outcome(OutcomeLabel::Abuse, OutcomeSource::Reviewer, 3, 2)];
    assert_eq!(found(&outcomes, 4), None);
    let label = found(&outcomes, 5).unwrap();
    assert!(label.fraud);
    assert_eq!((label.effective_at, label.weight.to_bits()), (day(2), 1.0_f64.to_bits()));
    // What takes effect later than it is told matures later.
    let ahead = [outcome(OutcomeLabel::Abuse, OutcomeSource::Reviewer, 3, 9)];
    assert_eq!((found(&ahead, 10), found(&ahead, 11).is_some()), (None, true));
    assert_eq!(found(&[], 99), None);
}

#[test]
fn the_latest_outcome_stands_once_it_has_matured() {
    let outcomes = [
        outcome(OutcomeLabel::Honest, OutcomeSource::Audit, 10, 10),
        outcome(OutcomeLabel::AccountTakeover, OutcomeSource::Reviewer, 1, 1),
    ];
    assert!(found(&outcomes, 11).unwrap().fraud);
    let later = found(&outcomes, 12).unwrap();
    assert!(!later.fraud);
    // The audit corrected what was known: no draw.
    assert_eq!(later.weight.to_bits(), 1.0_f64.to_bits());
}

#[test]
fn who_was_only_drawn_by_an_audit_speaks_for_the_others() {
    let outcomes = [outcome(OutcomeLabel::MerchantFault, OutcomeSource::Audit, 10, 10)];
    let label = found(&outcomes, 20).unwrap();
    assert!(!label.fraud && (label.weight - 10.0).abs() < 1e-12);
}

#[test]
fn what_is_unclear_or_was_known_before_is_no_label() {
    let unclear = [
        outcome(OutcomeLabel::Abuse, OutcomeSource::Reviewer, 1, 1),
        outcome(OutcomeLabel::Unclear, OutcomeSource::Reviewer, 2, 2),
    ];
    assert!(found(&unclear, 3).is_some());
    assert_eq!(found(&unclear, 30), None);
    let before = [outcome(OutcomeLabel::Abuse, OutcomeSource::Chargeback, 0, -3)];
    assert_eq!(found(&before, 30), None);
}
