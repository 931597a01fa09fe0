//! Formats live for ever: an artifact of each is kept, with what it scored when it was made.

use std::path::Path;

use serde::Deserialize;

use super::super::LoadedModel;
use super::row;
use crate::engine::Scorer;
use crate::signals::SignalValue;

/// A claim and its log-odds.
#[derive(Deserialize)]
struct Kept {
    account_age_d: f64,
    claim_value_minor: i64,
    ip_country: String,
    log_odds: f64,
}

#[test]
fn format_1_scores_as_it_did() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/models/format-1");
    let model = LoadedModel::read(&folder).unwrap();
    let kept = std::fs::read_to_string(folder.join("scores.json")).unwrap();
    let kept: Vec<Kept> = serde_json::from_str(&kept).unwrap();
    assert!(kept.len() > 2);
    for own in kept {
        let row = row(&[
            ("account_age_d", SignalValue::Real(own.account_age_d)),
            ("claim_value_minor", SignalValue::Int(own.claim_value_minor)),
            ("ip_country", SignalValue::Text(own.ip_country.as_str().into())),
        ]);
        let score = &model.score(&[&row], false).unwrap()[0];
        assert!(
            (score.log_odds - own.log_odds).abs() < 1e-9,
            "{} {}",
            score.log_odds,
            own.log_odds
        );
    }
}
