//! `MODEL_CARD.md`: what a model is, what it is good for, and what it is not (M. Mitchell et al., "Model Cards for Model
//! Reporting", FAT* (2019)).

use std::fmt::Write;

use super::super::evaluation::Evaluation;
use crate::scoring::{Manifest, ModelKind};

/// The card of a model.
#[must_use]
pub fn model_card(manifest: &Manifest, evaluation: Option<&Evaluation>) -> String {
    let mut card = format!("# Model `{}` {}\n\n", manifest.name, manifest.version);
    card.push_str(match manifest.kind {
        ModelKind::Supervised => {
            "Gives the calibrated probability that a refund claim is fraud (abuse or a taken-over account, as set below), with\n\
             exact contributions of its features in log-odds. What is done with it follows from the costs in the policy.\n"
        }
        ModelKind::Unsupervised => {
            "Says how odd a refund claim is among those that it was shown, as a rank from 0 to 1. It saw no labels: odd is not\n\
             fraud, and nothing is decided by it.\n"
        }
    });
    data(&mut card, manifest);
    if let Some(evaluation) = evaluation {
        figures(&mut card, evaluation);
    }
    parts(&mut card, manifest);
    limits(&mut card);
    card
}

/// A line; writing to a text does not fail.
macro_rules! line {
    ($card:expr, $($text:tt)*) => {
        let _ = writeln!($card, $($text)*);
    };
}

fn data(card: &mut String, manifest: &Manifest) {
    let (data, labels, split) = (&manifest.data, &manifest.labels, &manifest.split);
    line!(card, "\n## Data\n");
    line!(card, "| | |\n|---|---|");
    line!(card, "| claims | {}, {} refunds |", data.claims, data.refunds);
    line!(card, "| from, until | {}, {} |", data.first_claim_at.0, data.last_claim_at.0);
    line!(card, "| SHA-256 | `{}` |", data.sha256);
    line!(card, "| fraud is | {} |", labels.positive.join(", "));
    line!(card, "| no fraud is | {} |", labels.negative.join(", "));
    line!(
        card,
        "| labels | reported outcomes that stood for {} d; the latest counts |",
        labels.maturity_d
    );
    line!(card, "| share that audits draw | {} |", audits(labels.audit_share));
    match manifest.kind {
        ModelKind::Supervised => fitted(card, manifest),
        // It saw no label; what it learned from ends there.
        ModelKind::Unsupervised => {
            line!(card, "| learned from claims before | {}, without labels |", split.later_until.0);
        }
    }
    line!(
        card,
        "| tested on claims from {} to {} | {} |",
        split.test_from.0,
        split.test_until.0,
        slice(split.test_rows)
    );
    line!(card, "| seed, vouch | {}, {} |", manifest.seed, manifest.vouch);
    if let Some(refit) = &split.refit {
        let [rows, _] = refit.rows;
        line!(
            card,
            "\nThe parts were fitted again on both slices, {rows} refunds claimed before {}, when combination and\n\
             calibration stood. These were learned from the parts as they were before, which had not seen the slice that\n\
             calibrates.",
            refit.until.0
        );
    }
}

/// The share of the claims that audits draw, and what it makes of their labels.
fn audits(share: f64) -> String {
    if share < 1.0 {
        let weight = 1.0 / share;
        format!("{share}: a refund that nobody but an audit looked at counts as {weight:.1}")
    } else {
        "1: all refunds count the same".to_owned()
    }
}

/// What the parts and their calibration learned from.
fn fitted(card: &mut String, manifest: &Manifest) {
    let split = &manifest.split;
    line!(card, "| last label | {} |", manifest.trained_until.0);
    let first = if split.refit.is_some() { "first fitted" } else { "fitted" };
    let (fitted, calibrated) = (slice(split.train_rows), slice(split.later_rows));
    line!(card, "| {first} on claims before {} | {fitted} |", split.later_from.0);
    line!(card, "| calibrated on claims from then to {} | {calibrated} |", split.later_until.0);
    if let Some(refit) = &split.refit {
        line!(card, "| fitted again on claims before {} | {} |", refit.until.0, slice(refit.rows));
    }
}

fn slice([rows, frauds]: [u64; 2]) -> String {
    format!("{rows} refunds, {frauds} frauds")
}

fn figures(card: &mut String, of: &Evaluation) {
    line!(card, "\n## Figures on the last slice, which nothing was fitted on\n");
    line!(card, "| | |\n|---|---|");
    line!(card, "| share of fraud | {:.4} |", of.base_rate);
    let ranking = &of.ranking;
    let calibration = of.calibration.as_ref();
    let rows = [
        ("average precision", ranking.average_precision),
        ("ROC AUC", ranking.roc_auc),
        ("recall at 1 % false positives", ranking.recall_at_fpr_1_percent),
        ("recall at 0.1 % false positives", ranking.recall_at_fpr_01_percent),
        ("Brier's score", calibration.and_then(|figures| figures.brier)),
        ("calibration error, 10 bins", calibration.and_then(|figures| figures.error)),
    ];
    for (name, value) in rows.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        line!(card, "| {name} | {value:.4} |");
    }
    if let Some(precision) = ranking.precision_at_capacity {
        let share = 100.0 * ranking.capacity_share;
        line!(card, "| precision among the {share:.1} % of highest score | {precision:.4} |");
    }
    for way in of.costs.iter().flat_map(|costs| &costs.ways) {
        let (name, cost, saved) =
            (way.way, way.cost_per_claim / 100.0, way.saved_per_claim / 100.0);
        let rules = way.saved_against_rules.map(|saved| saved / 100.0);
        let rules =
            rules.map_or_else(String::new, |saved| format!(", {saved:.2} against rules only"));
        line!(card, "| cost of a claim, {name} | {cost:.2}, saves {saved:.2}{rules} |");
    }
    if let Some(lacks) = of.costs.as_ref().and_then(|costs| costs.lacks) {
        line!(card, "\n{lacks}");
    }
}

fn parts(card: &mut String, manifest: &Manifest) {
    line!(card, "\n## Parts\n");
    for (part, weight) in &manifest.weights {
        line!(card, "* {part}, weight {weight:.3}");
    }
    let (features, signals) = (manifest.features.len(), manifest.signals.len());
    line!(card, "\n{features} features (`features.toml`) of {signals} signals (`vouch signals`).");
}

fn limits(card: &mut String) {
    line!(card, "\n## Limits\n");
    card.push_str(LIMITS);
}

/// What holds of every model.
const LIMITS: &str = "\
* It knows the platform, the frauds and the time of its data. Retrain it on your own history, and watch
  `vouch drift`; fraudsters adapt.
* Labels are what was reported. Frauds that nobody found count as nothing or as honest, and claims that were
  never looked at are not in it, unless audits draw some at random and `labels.audit_share` says so.
* Signals describe people's surroundings (country, network, device). Look at the segments of `report.html`
  before you let it decide, and keep a person in the loop for refusals.
* If its data is of a simulator (`vouch simulate`), as that of the shipped `default` is, its figures say that
  the machinery works, not how well it finds your frauds: retrain it on your data.
";
