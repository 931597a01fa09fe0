//! What `vouch train` and `vouch evaluate` can be told.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::document::{Problem, Problems, Sections};
use crate::domain::OutcomeLabel;
use crate::models::{
    AnomalySettings, BoostingSettings, Directions, EnsembleSettings, ForestSettings,
    LinearSettings, PartKind,
};

/// All settings; `config/train.toml` explains each.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Settings {
    /// What a label is.
    pub labels: LabelSettings,
    /// How time is split.
    pub split: SplitSettings,
    /// What decisions cost.
    pub costs: CostSettings,
    /// What the report shows.
    pub report: ReportSettings,
    /// How the model learns.
    pub model: ModelSettings,
}

/// What a label is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelSettings {
    /// Outcomes that mean fraud.
    pub positive: BTreeSet<OutcomeLabel>,
    /// Outcomes that mean none.
    pub negative: BTreeSet<OutcomeLabel>,
    /// How long an outcome must have stood, days.
    pub maturity_d: f64,
    /// Share of the claims that audits draw.
    pub audit_share: f64,
}

impl Default for LabelSettings {
    fn default() -> Self {
        Self {
            positive: [OutcomeLabel::Abuse, OutcomeLabel::AccountTakeover].into(),
            negative: [OutcomeLabel::Honest, OutcomeLabel::MerchantFault].into(),
            maturity_d: 1.0,
            audit_share: 1.0,
        }
    }
}

/// How time is split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SplitSettings {
    /// Share of the labelled refunds, the last ones, that are only tested on.
    pub test_share: f64,
    /// Share of the others, the last ones, that combine and calibrate.
    pub later_share: f64,
    /// How long labels take, days: claims of so long before the test, and before the end, are left out.
    pub gap_d: f64,
}

impl Default for SplitSettings {
    fn default() -> Self {
        Self { test_share: 0.25, later_share: 0.25, gap_d: 7.0 }
    }
}

/// What decisions cost, in the policy's currency: minor units, and shares of the amount that is claimed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CostSettings {
    /// Share of the amount that can be got back of what was paid to a fraud.
    pub salvage_share: f64,
    /// A review.
    pub review_minor: f64,
    /// Share of the frauds that a review passes.
    pub review_miss_share: f64,
    /// An honest buyer who is refused: what is lost in any case.
    pub insult_minor: f64,
    /// And as a share of the amount.
    pub insult_share: f64,
    /// What follows from a refusal, on average: questions, disputes.
    pub dispute_minor: f64,
}

impl Default for CostSettings {
    fn default() -> Self {
        Self {
            salvage_share: 0.0,
            review_minor: 600.0,
            review_miss_share: 0.1,
            insult_minor: 6_000.0,
            insult_share: 0.5,
            dispute_minor: 300.0,
        }
    }
}

/// What the report shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportSettings {
    /// Share of the claims that people can look at.
    pub capacity_share: f64,
    /// An account is new below this age, days.
    pub new_account_d: f64,
    /// Countries that are shown, those with most claims.
    pub countries_max: usize,
}

impl Default for ReportSettings {
    fn default() -> Self {
        Self { capacity_share: 0.05, new_account_d: 30.0, countries_max: 8 }
    }
}

/// How the model learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelSettings {
    /// Which parts there are.
    pub parts: BTreeSet<PartKind>,
    /// Bins of a column for all trees, 2 to 254.
    pub bins_max: usize,
    /// The ridge on the weights of the parts.
    pub stack_l2: f64,
    /// Blocks of time that combination and calibration are chosen over.
    pub blocks: usize,
    /// Rows of both slices up to which the parts learn again from both at the end; 0: never.
    pub refit_rows_max: usize,
    /// Which way features may move the score.
    pub directions: Directions,
    /// The logistic regression.
    pub linear: LinearSettings,
    /// Gradient boosting.
    pub boosting: BoostingSettings,
    /// The probability forest.
    pub forest: ForestSettings,
    /// The anomaly part, and the whole model where there are no labels.
    pub anomaly: AnomalySettings,
}

impl Default for ModelSettings {
    fn default() -> Self {
        let shipped = EnsembleSettings::default();
        Self {
            parts: [PartKind::Linear, PartKind::Boosting, PartKind::Forest, PartKind::Anomaly]
                .into(),
            bins_max: shipped.bins_max,
            stack_l2: shipped.stack_l2,
            blocks: shipped.blocks,
            refit_rows_max: shipped.refit_rows_max,
            directions: Directions::new(),
            linear: LinearSettings::default(),
            boosting: BoostingSettings::default(),
            forest: ForestSettings::default(),
            anomaly: AnomalySettings::default(),
        }
    }
}

impl ModelSettings {
    /// As the learners take them.
    #[must_use]
    pub fn ensemble(&self) -> EnsembleSettings {
        let has = |part| self.parts.contains(&part);
        EnsembleSettings {
            linear: has(PartKind::Linear).then(|| self.linear.clone()),
            boosting: has(PartKind::Boosting).then(|| self.boosting.clone()),
            forest: has(PartKind::Forest).then(|| self.forest.clone()),
            anomaly: has(PartKind::Anomaly).then(|| self.anomaly.clone()),
            bins_max: self.bins_max,
            stack_l2: self.stack_l2,
            blocks: self.blocks,
            refit_rows_max: self.refit_rows_max,
            directions: self.directions.clone(),
        }
    }
}

impl Settings {
    /// Reads a file of settings; what is left out has its default.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(source: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::new(source);
        let mut sections = Sections::read(source, &mut problems);
        let settings = Self {
            labels: sections.optional("labels", &mut problems).unwrap_or_default(),
            split: sections.optional("split", &mut problems).unwrap_or_default(),
            costs: sections.optional("costs", &mut problems).unwrap_or_default(),
            report: sections.optional("report", &mut problems).unwrap_or_default(),
            model: sections.optional("model", &mut problems).unwrap_or_default(),
        };
        sections.finish(&["labels", "split", "costs", "report", "model"], &mut problems);
        settings.check(&mut problems);
        if problems.has_errors() { Err(problems.into_sorted()) } else { Ok(settings) }
    }

    fn check(&self, problems: &mut Problems<'_>) {
        let (labels, split) = (&self.labels, &self.split);
        if let Some(both) = labels.positive.intersection(&labels.negative).next() {
            let word = both.as_str();
            problems.error(0, format!("labels: `{word}` is positive and negative; choose one"));
        }
        if labels.positive.is_empty() || labels.negative.is_empty() {
            problems.error(0, "labels: name at least one positive and one negative outcome");
        }
        let costs = &self.costs;
        let ranges = [
            ("labels.maturity_d", labels.maturity_d, 0.0, 400.0),
            ("labels.audit_share", labels.audit_share, 0.001, 1.0),
            ("split.test_share", split.test_share, 0.05, 0.8),
            ("split.later_share", split.later_share, 0.05, 0.8),
            ("split.gap_d", split.gap_d, 0.0, 400.0),
            ("costs.salvage_share", costs.salvage_share, 0.0, 1.0),
            ("costs.review_minor", costs.review_minor, 0.0, 1e9),
            ("costs.review_miss_share", costs.review_miss_share, 0.0, 1.0),
            ("costs.insult_minor", costs.insult_minor, 0.0, 1e9),
            ("costs.insult_share", costs.insult_share, 0.0, 100.0),
            ("costs.dispute_minor", costs.dispute_minor, 0.0, 1e9),
            ("report.capacity_share", self.report.capacity_share, 0.0001, 1.0),
            ("report.new_account_d", self.report.new_account_d, 0.0, 10_000.0),
        ];
        for (name, value, min, max) in ranges {
            if !(min..=max).contains(&value) {
                problems.error(0, format!("{name} is {value}; give {min} to {max}"));
            }
        }
        if self.model.parts.is_empty() {
            problems.error(0, "model.parts is empty; name at least one part");
        }
    }
}
