//! Which refunds are learned from, which calibrate, and which are only tested on.

use super::TrainError;
use super::history::{History, Refund};
use super::label::{Label, label};
use super::number::{days_ms, part};
use super::settings::Settings;
use crate::domain::Timestamp;

/// Frauds and others that each slice must have.
const CLASS_MIN: usize = 10;

/// A refund and its label.
#[derive(Debug, Clone, Copy)]
pub(super) struct Example<'a> {
    pub(super) refund: &'a Refund,
    pub(super) label: Label,
}

/// The slices, each in order of time, and where they meet.
#[derive(Debug)]
pub(super) struct Split<'a> {
    pub(super) train: Vec<Example<'a>>,
    pub(super) later: Vec<Example<'a>>,
    pub(super) test: Vec<Example<'a>>,
    pub(super) later_from: Timestamp,
    pub(super) later_until: Timestamp,
    pub(super) test_from: Timestamp,
    pub(super) test_until: Timestamp,
}

/// Refunds claimed from the first time to the second, with the labels that are known `as_of` a time.
pub(super) fn examples<'a>(
    history: &'a History,
    settings: &Settings,
    from: Timestamp,
    until: Timestamp,
    as_of: Timestamp,
) -> Vec<Example<'a>> {
    let labelled = |refund: &'a Refund| {
        let label = label(&refund.outcomes, refund.observed_at, &settings.labels, as_of)?;
        Some(Example { refund, label })
    };
    history.between(from, until).iter().filter_map(labelled).collect()
}

/// When the last labels of claims are believed to be complete.
pub(super) fn complete_until(history: &History, settings: &Settings) -> Timestamp {
    history.last_at().plus_ms(-days_ms(settings.split.gap_d))
}

/// Splits a labelled history.
pub(super) fn split<'a>(
    history: &'a History,
    settings: &Settings,
) -> Result<Split<'a>, TrainError> {
    let (first, end) = (history.first_claim_at(), history.last_at());
    let test_until = complete_until(history, settings);
    let all = examples(history, settings, first, test_until, end);
    let test_from = time_at(&all, 1.0 - settings.split.test_share)?;
    let later_until = test_from.plus_ms(-days_ms(settings.split.gap_d));
    // As if it had been trained on the day on which the test begins.
    let fit = examples(history, settings, first, later_until, test_from);
    let later_from = time_at(&fit, 1.0 - settings.split.later_share)?;
    let cut = fit.partition_point(|example| example.refund.observed_at < later_from);
    let (train, later) = fit.split_at(cut);
    let from = all.partition_point(|example| example.refund.observed_at < test_from);
    let split = Split {
        train: train.to_vec(),
        later: later.to_vec(),
        test: all.into_iter().skip(from).collect(),
        later_from,
        later_until,
        test_from,
        test_until,
    };
    enough("training", &split.train)?;
    enough("calibration", &split.later)?;
    enough("test", &split.test)?;
    Ok(split)
}

/// Without labels: all claims but the last are learned from; the last are tested on as far as they have labels, and these
/// are complete.
pub(super) fn unlabelled<'a>(history: &'a History, settings: &Settings) -> Split<'a> {
    let (first, end) = (history.first_claim_at(), history.last_at());
    // The last claim is one of them.
    let all = history.between(first, end.plus_ms(1));
    let at = |share| {
        let refund = all.get(part(all.len(), share).min(all.len().saturating_sub(1)));
        refund.map_or(first, |refund| refund.observed_at)
    };
    let fitted = 1.0 - settings.split.test_share;
    let test_from = at(fitted);
    // A short history may have no complete labels behind what is learned from.
    let test_until = complete_until(history, settings).max(test_from);
    Split {
        train: Vec::new(),
        later: Vec::new(),
        test: examples(history, settings, test_from, test_until, end),
        later_from: at(fitted * (1.0 - settings.split.later_share)),
        later_until: test_from,
        test_from,
        test_until,
    }
}

/// When the claim stands that has this share of the others before it.
fn time_at(examples: &[Example<'_>], share: f64) -> Result<Timestamp, TrainError> {
    let index = part(examples.len(), share).min(examples.len().saturating_sub(1));
    let example = examples.get(index);
    example
        .map(|example| example.refund.observed_at)
        .ok_or(TrainError::NoClaims("with a label that has matured; is split.gap_d too long?"))
}

fn enough(slice: &'static str, examples: &[Example<'_>]) -> Result<(), TrainError> {
    let frauds = examples.iter().filter(|example| example.label.fraud).count();
    let others = examples.len() - frauds;
    if frauds >= CLASS_MIN && others >= CLASS_MIN {
        return Ok(());
    }
    Err(TrainError::TooFew { slice, frauds, others, min: CLASS_MIN })
}
