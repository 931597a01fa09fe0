//! What a model's card says of how it was made.

use std::collections::BTreeMap;

use super::super::model_card;
use crate::domain::{DAY_MS, Timestamp};
use crate::scoring::{
    DataRange, FORMAT, LabelNote, Manifest, ModelKind, RefitNote, SplitNote, TimeText,
};

/// 2026-06-01 and so many days.
fn day(days: i64) -> TimeText {
    TimeText(Timestamp::from_ms(1_780_272_000_000 + days * DAY_MS))
}

fn manifest(kind: ModelKind, refit: Option<RefitNote>) -> Manifest {
    Manifest {
        format: FORMAT,
        name: "small".to_owned(),
        version: "2026-08-20-00000000".to_owned(),
        kind,
        vouch: "0.1.0".to_owned(),
        seed: 1,
        data: DataRange {
            sha256: "00".to_owned(),
            claims: 1_000,
            refunds: 900,
            first_claim_at: day(0),
            last_claim_at: day(120),
        },
        trained_until: day(80),
        labels: LabelNote {
            positive: vec!["abuse".to_owned()],
            negative: vec!["honest".to_owned()],
            maturity_d: 1.0,
            audit_share: 1.0,
        },
        split: SplitNote {
            later_from: day(60),
            later_until: day(81),
            test_from: day(88),
            test_until: day(113),
            train_rows: [400, 90],
            later_rows: [150, 30],
            test_rows: [200, 45],
            refit,
        },
        signals: Vec::new(),
        features: Vec::new(),
        weights: BTreeMap::new(),
        metrics: BTreeMap::new(),
        settings: serde_json::Value::Null,
        parts: BTreeMap::new(),
    }
}

#[test]
fn parts_of_one_fit_are_those_that_were_calibrated() {
    let card = model_card(&manifest(ModelKind::Supervised, None), None);
    for wanted in [
        "| last label | 2026-08-20T00:00:00Z |",
        "| fitted on claims before 2026-07-31T00:00:00Z | 400 refunds, 90 frauds |",
        "| calibrated on claims from then to 2026-08-21T00:00:00Z | 150 refunds, 30 frauds |",
    ] {
        assert!(card.contains(wanted), "`{wanted}` in {card}");
    }
    assert!(!card.contains("again"), "{card}");
}

#[test]
fn a_second_fit_is_told() {
    let refit = RefitNote { until: day(81), rows: [550, 120] };
    let card = model_card(&manifest(ModelKind::Supervised, Some(refit)), None);
    for wanted in [
        "| first fitted on claims before 2026-07-31T00:00:00Z | 400 refunds, 90 frauds |",
        "| fitted again on claims before 2026-08-21T00:00:00Z | 550 refunds, 120 frauds |",
        "fitted again on both slices, 550 refunds claimed before 2026-08-21T00:00:00Z,",
        "learned from the parts as they were before",
    ] {
        assert!(card.contains(wanted), "`{wanted}` in {card}");
    }
}

#[test]
fn a_model_that_saw_no_label_names_no_last_one() {
    let card = model_card(&manifest(ModelKind::Unsupervised, None), None);
    let wanted = "| learned from claims before | 2026-08-21T00:00:00Z, without labels |";
    assert!(card.contains(wanted) && !card.contains("last label"), "{card}");
    assert!(!card.contains("fitted on") && !card.contains("calibrated on"), "{card}");
}

#[test]
fn the_share_of_audits_is_told() {
    let mut manifest = manifest(ModelKind::Supervised, None);
    let card = model_card(&manifest, None);
    assert!(card.contains("| share that audits draw | 1: all refunds count the same |"), "{card}");
    manifest.labels.audit_share = 0.1;
    let card = model_card(&manifest, None);
    let wanted = "| share that audits draw | 0.1: a refund that nobody but an audit looked at counts as 10.0 |";
    assert!(card.contains(wanted), "{card}");
}
