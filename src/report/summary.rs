//! What was answered.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::read::{ReportError, Row, known_shares, labels, rows};
use super::tally::{Label, Tally};
use crate::signals::Catalogue;

/// Bins of the scores, from 0 to 1.
pub(super) const SCORE_BINS: usize = 20;

/// What was answered, counted. Names are as in `decisions.parquet`; maps are by decision unless they say otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// All claims.
    pub all: Tally,
    /// Claims whose worth in the policy's currency is unknown: they count nowhere in money.
    pub without_value: u64,
    /// By decision.
    pub decisions: BTreeMap<String, Tally>,
    /// By layer, then by decision.
    pub layers: BTreeMap<String, BTreeMap<String, Tally>>,
    /// By the code of the deciding reason, then by decision.
    pub reasons: BTreeMap<String, BTreeMap<String, Tally>>,
    /// By what the buyer says is wrong, then by decision.
    pub claimed: BTreeMap<String, BTreeMap<String, Tally>>,
    /// By day since 1970-01-01, then by decision.
    pub days: BTreeMap<i64, BTreeMap<String, Tally>>,
    /// Claims in each of 20 equal bins of the score from 0 to 1, by decision; empty when no model judged.
    pub scores: BTreeMap<String, Vec<u64>>,
    /// By policy entry that fired, as `layer:entry`, then by decision.
    pub fired: BTreeMap<String, BTreeMap<String, Tally>>,
    /// Claims for which a policy entry lacked a signal, by `layer:entry`.
    pub unjudged: BTreeMap<String, u64>,
    /// Claims that were judged with something missing, by its code.
    pub degraded: BTreeMap<String, u64>,
    /// Signals that the policy reads, over all claims.
    pub signals_used: u64,
    /// Those of them that had a value.
    pub signals_known: u64,
    /// Claims in which each signal had a value, in the order of the catalogue.
    pub coverage: Vec<(&'static str, u64)>,
}

/// Counts the claims of `decisions.parquet`, with the labels of `outcomes.parquet`.
///
/// # Errors
/// A file cannot be read or is no such file.
pub fn summarise(decisions: &Path, outcomes: &Path) -> Result<Summary, ReportError> {
    let labels = labels(outcomes)?;
    let mut summary = Summary::default();
    rows(decisions, |row| {
        let label = labels.get(&row.refund_id).copied().unwrap_or(Label::Unlabelled);
        summary.add(&row, label);
        Ok(())
    })?;
    let names: Vec<&'static str> = Catalogue::get().defs().iter().map(|def| def.name).collect();
    summary.coverage = known_shares(decisions, &names)?;
    Ok(summary)
}

impl Summary {
    fn add(&mut self, row: &Row, label: Label) {
        let one = Tally::one(row.value_minor, label);
        let decision = row.decision.as_str();
        let add = |map: &mut BTreeMap<String, BTreeMap<String, Tally>>, key: &str| {
            *map.entry(key.to_owned()).or_default().entry(decision.to_owned()).or_default() += one;
        };
        self.all += one;
        self.without_value += u64::from(row.value_minor.is_none());
        *self.decisions.entry(decision.to_owned()).or_default() += one;
        add(&mut self.layers, row.decided_by.as_str());
        add(&mut self.reasons, row.reason_codes.first().map_or("-", String::as_str));
        add(&mut self.claimed, &row.reason);
        let day = self.days.entry(row.day).or_default();
        *day.entry(decision.to_owned()).or_default() += one;
        for entry in &row.fired {
            add(&mut self.fired, entry);
        }
        for entry in &row.unjudged {
            *self.unjudged.entry(entry.clone()).or_default() += 1;
        }
        for code in &row.degraded {
            *self.degraded.entry(code.clone()).or_default() += 1;
        }
        self.signals_used += row.signals_used;
        self.signals_known += row.signals_known;
        if let Some(score) = row.score {
            let bins =
                self.scores.entry(decision.to_owned()).or_insert_with(|| vec![0; SCORE_BINS]);
            if let Some(bin) = bins.get_mut(bin(score)) {
                *bin += 1;
            }
        }
    }
}

/// The bin of a score.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a score is from 0 to 1, and there are 20 bins"
)]
fn bin(score: f64) -> usize {
    ((score * SCORE_BINS as f64) as usize).min(SCORE_BINS - 1)
}
