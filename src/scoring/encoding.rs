//! Texts told by the share of fraud among the claims that had them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::defs::Encoding;
use crate::features::Row;
use crate::models::Labels;

/// Words that a table keeps at most, those of most weight; others are told as new words are.
const WORDS_MAX: usize = 2_000;

/// What an encoding learned from the training slice.
///
/// A word's value is `(fraud + smoothing * share) / (weight + smoothing)`, with the overall `share` of fraud (D.
/// Micci-Barreca, SIGKDD Explorations 3 (2001)). A word that was not seen has the overall share, an unknown signal none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodingTable {
    /// The feature.
    pub name: String,
    /// The overall share of fraud.
    pub share: f64,
    /// The value of each word that was seen.
    pub words: BTreeMap<String, f64>,
}

impl EncodingTable {
    /// Learns from labelled rows.
    pub(super) fn fit(encoding: &Encoding, rows: &[impl Row], labels: &Labels) -> Self {
        let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        let (mut fraud, mut total) = (0.0, 0.0);
        let labelled = labels.fraud().iter().zip(labels.weights());
        for (row, (is_fraud, weight)) in rows.iter().zip(labelled) {
            let Some(word) = row.text(encoding.signal) else { continue };
            let own = if *is_fraud { *weight } else { 0.0 };
            let sum = sums.entry(word).or_insert((0.0, 0.0));
            *sum = (sum.0 + own, sum.1 + weight);
            fraud += own;
            total += weight;
        }
        let share = if total > 0.0 { fraud / total } else { labels.base_rate() };
        let mut sums: Vec<(&str, (f64, f64))> = sums.into_iter().collect();
        sums.sort_by(|a, b| b.1.1.total_cmp(&a.1.1).then(a.0.cmp(b.0)));
        sums.truncate(WORDS_MAX);
        let value = |(word, (fraud, weight)): (&str, (f64, f64))| {
            let smoothing = encoding.smoothing;
            (word.to_owned(), smoothing.mul_add(share, fraud) / (weight + smoothing))
        };
        Self { name: encoding.name.clone(), share, words: sums.into_iter().map(value).collect() }
    }

    pub(super) fn value(&self, word: &str) -> f64 {
        self.words.get(word).copied().unwrap_or(self.share)
    }

    /// Whether every value is a share.
    pub(super) fn is_sound(&self) -> bool {
        let is_share = |value: &f64| (0.0..=1.0).contains(value);
        is_share(&self.share) && self.words.values().all(is_share)
    }
}
