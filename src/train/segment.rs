//! Figures by kind of goods, age of the account, country, and time.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use serde::Serialize;

use super::TrainError;
use super::cost::{Costed, SegmentCost, segment_cost};
use super::number::long;
use super::settings::{ReportSettings, Settings};
use super::split::Example;
use crate::domain::{DAY_MS, Timestamp};
use crate::models::Labels;
use crate::models::metrics::Ranking;
use crate::scoring::FeatureError;

/// How the model does on some of the claims.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentFigures {
    /// What they have in common.
    pub kind: &'static str,
    /// Which of these.
    pub value: String,
    /// Claims.
    pub claims: u64,
    /// Frauds among them.
    pub frauds: u64,
    /// The mean probability by weight.
    pub predicted: f64,
    /// The share of fraud by weight.
    pub observed: f64,
    /// Area under the ROC curve.
    pub roc_auc: Option<f64>,
    /// Average precision.
    pub average_precision: Option<f64>,
    /// What they cost. `None` where nothing can be said of it.
    pub cost: Option<SegmentCost>,
    /// What cannot be said of the costs, and why: a sentence for people. `None` where nothing is lacking.
    pub cost_lacks: Option<&'static str>,
}

/// The claims that are looked at, and what the model says.
pub(super) struct Scored<'a> {
    pub(super) examples: &'a [Example<'a>],
    pub(super) table: &'a DataFrame,
    pub(super) labels: &'a Labels,
    pub(super) probabilities: &'a [f64],
}

/// Scored claims, and what decisions on them cost.
pub(super) struct Segments<'a> {
    pub(super) scored: &'a Scored<'a>,
    /// Each claim as it is costed, `None` of one that is not counted. There is none where scores are no probabilities.
    pub(super) costed: Option<&'a [Option<Costed>]>,
    pub(super) settings: &'a Settings,
}

/// Days of a step at most so many steps.
const STEPS_MAX: i64 = 30;
/// Said where no decision follows from the score.
const NO_PROBABILITY: &str = "The score is no probability: nothing is decided by it.";

impl Segments<'_> {
    /// By class of goods, age of the account and country.
    pub(super) fn by_kind(&self) -> Result<Vec<SegmentFigures>, TrainError> {
        let settings = &self.settings.report;
        let word = |value: Option<&str>| value.unwrap_or("unknown").to_owned();
        let classes = self.scored.texts("sku_class")?.into_iter().map(word);
        let classes: Vec<String> = classes.collect();
        let ages = self.scored.numbers("account_age_d")?.into_iter().map(|age| match age {
            None => "unknown".to_owned(),
            Some(age) if age < settings.new_account_d => "new".to_owned(),
            Some(_) => "established".to_owned(),
        });
        let countries = self.scored.countries(settings)?;
        let mut all = self.by("goods", &classes)?;
        all.extend(self.by("account", &ages.collect::<Vec<_>>())?);
        all.extend(self.by("country", &countries)?);
        Ok(all)
    }

    /// By days, from the first time on; of a long time by steps of several days.
    pub(super) fn by_day(&self, from: Timestamp) -> Result<Vec<SegmentFigures>, TrainError> {
        let day = |example: &Example<'_>| example.refund.observed_at.ms_since(from) / DAY_MS;
        let last = self.scored.examples.iter().map(day).max().unwrap_or_default();
        let step = (last + STEPS_MAX) / STEPS_MAX;
        let name = |example: &Example<'_>| {
            let first = day(example) / step * step;
            if step == 1 {
                format!("{first:03}")
            } else {
                format!("{first:03}-{:03}", first + step - 1)
            }
        };
        let names: Vec<String> = self.scored.examples.iter().map(name).collect();
        self.by("day", &names)
    }

    fn by(&self, kind: &'static str, values: &[String]) -> Result<Vec<SegmentFigures>, TrainError> {
        let mut rows: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
        for (row, value) in values.iter().enumerate() {
            rows.entry(value).or_default().push(row);
        }
        rows.into_iter().map(|(value, rows)| self.figures(kind, value.clone(), &rows)).collect()
    }

    fn figures(
        &self,
        kind: &'static str,
        value: String,
        rows: &[usize],
    ) -> Result<SegmentFigures, TrainError> {
        let labels = self.scored.labels.select(rows);
        let probabilities = picked(self.scored.probabilities, rows);
        let ranking = Ranking::new(&probabilities, &labels)?;
        let weights = labels.weights();
        let predicted = probabilities.iter().zip(weights).map(|(own, weight)| own * weight);
        let frauds = labels.fraud().iter().filter(|fraud| **fraud).count();
        let (cost, cost_lacks) = match self.costed {
            Some(all) => segment_cost(&picked(all, rows), &labels, &self.settings.costs),
            None => (None, Some(NO_PROBABILITY)),
        };
        Ok(SegmentFigures {
            kind,
            value,
            claims: long(rows.len()),
            frauds: long(frauds),
            predicted: predicted.sum::<f64>() / weights.iter().sum::<f64>(),
            observed: labels.base_rate(),
            roc_auc: ranking.roc_auc(),
            average_precision: ranking.average_precision(),
            cost,
            cost_lacks,
        })
    }
}

/// The values of these rows.
fn picked<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| values.get(*row).copied()).collect()
}

impl Scored<'_> {
    /// The countries of most claims; the rest under one name.
    fn countries(&self, settings: &ReportSettings) -> Result<Vec<String>, TrainError> {
        let countries = self.texts("ip_country")?;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for country in countries.iter().flatten() {
            *counts.entry(country).or_default() += 1;
        }
        let mut most: Vec<(&str, usize)> = counts.into_iter().collect();
        most.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        most.truncate(settings.countries_max);
        let shown = |country: Option<&str>| match country {
            None => "unknown".to_owned(),
            Some(own) if most.iter().any(|(shown, _)| *shown == own) => own.to_owned(),
            Some(_) => "others".to_owned(),
        };
        Ok(countries.iter().map(|country| shown(*country)).collect())
    }

    /// A column of text.
    pub(super) fn texts(&self, column: &str) -> Result<Vec<Option<&str>>, TrainError> {
        let column = self.table.column(column).map_err(FeatureError::Engine)?;
        let cells = column.str().map_err(FeatureError::Engine)?;
        Ok(cells.iter().collect())
    }

    /// A column of numbers.
    pub(super) fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>, TrainError> {
        let column = self.table.column(column).map_err(FeatureError::Engine)?;
        let floats =
            column.cast(&polars::prelude::DataType::Float64).map_err(FeatureError::Engine)?;
        let cells = floats.f64().map_err(FeatureError::Engine)?;
        Ok(cells.iter().collect())
    }
}
