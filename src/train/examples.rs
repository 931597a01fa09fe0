//! Slices of a history as the learners take them.

use polars::prelude::DataFrame;

use super::TrainError;
use super::history::{History, Refund};
use super::split::Example;
use crate::models::Labels;
use crate::scoring::FeatureDefs;

/// Columns that evaluation needs beside the signals of a model.
pub(super) const CONTEXT: [&str; 6] =
    ["decision", "decided_by", "claim_value_minor", "sku_class", "account_age_d", "ip_country"];

/// The labels of examples.
pub(super) fn labels(examples: &[Example<'_>]) -> Result<Labels, TrainError> {
    let fraud = examples.iter().map(|example| example.label.fraud).collect();
    let weights = examples.iter().map(|example| example.label.weight).collect();
    Ok(Labels::weighted(fraud, weights)?)
}

/// The signals of a model, of the claims of examples.
pub(super) fn signals(
    history: &History,
    examples: &[Example<'_>],
    features: &FeatureDefs,
) -> Result<DataFrame, TrainError> {
    let names: Vec<&str> = features.signals().map(|def| def.name).collect();
    history.table(&refunds(examples), &names)
}

/// The signals of a model and what evaluation needs beside them.
pub(super) fn signals_in_context(
    history: &History,
    refunds: &[&Refund],
    features: &FeatureDefs,
) -> Result<DataFrame, TrainError> {
    let mut names: Vec<&str> = features.signals().map(|def| def.name).collect();
    names.extend(CONTEXT);
    names.sort_unstable();
    names.dedup();
    history.table(refunds, &names)
}

pub(super) fn refunds<'a>(examples: &[Example<'a>]) -> Vec<&'a Refund> {
    examples.iter().map(|example| example.refund).collect()
}
