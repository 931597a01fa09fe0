//! What each signal alone tells of fraud: whether a history is too easy, or a signal gives the answer away.

use std::fmt::Write;

use serde::Serialize;

use super::TrainError;
use super::examples::{labels, refunds};
use super::history::History;
use super::number::{long, real};
use super::settings::Settings;
use super::split::{Example, complete_until, examples};
use crate::models::metrics::Ranking;
use crate::models::{ColumnView, Labels};
use crate::scoring::FeatureDefs;
use crate::signals::{Catalogue, SignalType};

/// What a signal tells by itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignalStrength {
    /// Its name.
    pub signal: String,
    /// Its group in the catalogue.
    pub group: String,
    /// Share of the claims with a value.
    pub known: f64,
    /// Claims with a value, which are those that are ranked.
    pub claims: u64,
    /// Frauds among them: few tell little.
    pub frauds: u64,
    /// Area under the ROC curve where it is known, at least 0.5: of its value, or of its value turned around. Of a text:
    /// of the shares of fraud of its words, learned from the first half and taken on the second.
    pub roc_auc: Option<f64>,
    /// More of it speaks for fraud.
    pub rises: bool,
    /// Share of fraud where it is known.
    pub fraud_known: Option<f64>,
    /// Share of fraud where it is unknown.
    pub fraud_unknown: Option<f64>,
}

/// What every signal of the catalogue tells, on all labelled claims of a history; the strongest first.
///
/// # Errors
/// The history has no labelled claims, or lacks a signal.
pub fn signal_strengths(
    history: &History,
    settings: &Settings,
) -> Result<Vec<SignalStrength>, TrainError> {
    let until = complete_until(history, settings);
    let end = history.last_at();
    let examples = examples(history, settings, history.first_claim_at(), until, end);
    if examples.is_empty() {
        return Err(TrainError::NoClaims("with a label that has matured"));
    }
    signal_strengths_of(history, &examples)
}

pub(super) fn signal_strengths_of(
    history: &History,
    examples: &[Example<'_>],
) -> Result<Vec<SignalStrength>, TrainError> {
    let defs = every_signal()?;
    let names: Vec<&str> = defs.signals().map(|def| def.name).collect();
    let table = history.table(&refunds(examples), &names)?;
    let labels = labels(examples)?;
    let half = examples.len() / 2;
    let first: Vec<usize> = (0..half).collect();
    let features = defs.fit(&table.head(Some(half)), &labels.select(&first))?;
    let matrix = features.of_table(&table)?.matrix;
    let mut all = Vec::new();
    for (name, column) in matrix.names().iter().zip(matrix.columns()) {
        let signal = name.strip_suffix(ENCODED).unwrap_or(name);
        let catalogue = Catalogue::get();
        let def = catalogue.position(signal).and_then(|place| catalogue.defs().get(place));
        let Some(def) = def else { continue };
        let from = if def.kind == SignalType::Text { half } else { 0 };
        all.push(strength(def.name, def.group, column, &labels, from)?);
    }
    let auc = |strength: &SignalStrength| strength.roc_auc.unwrap_or_default();
    all.sort_by(|a, b| auc(b).total_cmp(&auc(a)).then(a.signal.cmp(&b.signal)));
    Ok(all)
}

/// Behind the name of a text that is told by its words' shares of fraud.
const ENCODED: &str = "_words";

/// Features that are just the signals.
fn every_signal() -> Result<FeatureDefs, TrainError> {
    let defs = Catalogue::get().defs();
    let numbers = defs.iter().filter(|def| def.kind != SignalType::Text);
    let names: Vec<String> = numbers.map(|def| format!("{:?}", def.name)).collect();
    let mut source = format!("version = 1\nplain = [{}]\n", names.join(", "));
    for def in defs.iter().filter(|def| def.kind == SignalType::Text) {
        let name = def.name;
        // Writing to a string does not fail.
        let _ = write!(source, "[[encoding]]\nname = \"{name}{ENCODED}\"\nsignal = \"{name}\"\n");
    }
    let loaded = FeatureDefs::load(&source);
    loaded
        .map(|(defs, _)| defs)
        .map_err(|problems| TrainError::Artifact(crate::scoring::ArtifactError::Features(problems)))
}

fn strength(
    signal: &str,
    group: &str,
    column: ColumnView<'_>,
    labels: &Labels,
    from: usize,
) -> Result<SignalStrength, TrainError> {
    let (mut known, mut unknown, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (row, value) in column.iter().enumerate().skip(from) {
        match value {
            Some(value) => {
                known.push(row);
                values.push(value);
            }
            None => unknown.push(row),
        }
    }
    let share = |rows: &[usize]| (!rows.is_empty()).then(|| labels.select(rows).base_rate());
    let ranked = labels.select(&known);
    let auc = Ranking::new(&values, &ranked)?.roc_auc();
    let rows = known.len() + unknown.len();
    Ok(SignalStrength {
        signal: signal.to_owned(),
        group: group.to_owned(),
        known: real(known.len()) / real(rows.max(1)),
        claims: long(known.len()),
        frauds: long(ranked.fraud().iter().filter(|fraud| **fraud).count()),
        roc_auc: auc.map(|auc| auc.max(1.0 - auc)),
        rises: auc.is_some_and(|auc| auc >= 0.5),
        fraud_known: share(&known),
        fraud_unknown: share(&unknown),
    })
}
