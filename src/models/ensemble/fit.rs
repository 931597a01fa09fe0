//! Fitting an ensemble: parts, then the choice of combination and calibration.

use std::ops::Range;

use super::super::calibrate::{Calibration, Isotonic, Platt};
use super::super::check::{count_within, number_within};
use super::super::error::{FitError, check_columns};
use super::super::labels::{Labels, Slice, check_slice, joined};
use super::super::metrics::Ranking;
use super::super::random::derived;
use super::super::real::{part, real, softplus};
use super::combine::{Combination, Outputs};
use super::parts::Parts;
use super::{CandidateReport, Ensemble, EnsembleSettings, FitReport, PartReport, Stack};

impl EnsembleSettings {
    /// Fits the parts on `train`, and their combination and calibration on `later`, whose rows are in order of time and
    /// were not trained on. The same slices and seed give the same bytes, with any number of threads.
    ///
    /// Where [`Self::refits`] says so, the parts are fitted again on both slices at the end; combination, calibration and
    /// report stay those of the parts as they were before.
    ///
    /// # Errors
    /// Parameters out of range, slices without rows or frauds or of different columns, no part switched on.
    pub fn fit(&self, train: &Slice, later: &Slice, seed: u64) -> Result<Ensemble, FitError> {
        self.check(train, later)?;
        let mut parts = Parts::fit(self, train, Some(later), seed)?;
        let mut report =
            FitReport { boosting_trees: parts.boosting_trees(), ..FitReport::default() };
        let outputs = parts.outputs(&later.records)?;
        let choice = Choice { settings: self, labels: &later.targets, seed: derived(seed, 4) };
        let stack = choice.stack(&outputs, &mut report)?;
        let calibration = choice.calibration(&outputs, &stack, &mut report);
        report.parts = part_reports(&outputs, &stack, &later.targets)?;
        let kept: Vec<_> = stack.weights.iter().map(|(kind, _)| *kind).collect();
        if self.refits(train.records.rows() + later.records.rows()) {
            let fixed = self.with_fixed_rounds(parts.boosting_trees());
            parts = Parts::fit(&fixed, &joined(train, later)?, None, seed)?;
        }
        parts.keep(&kept);
        let names = train.records.names().to_vec();
        Ok(Ensemble { names, parts, stack, calibration, report })
    }

    fn check(&self, train: &Slice, later: &Slice) -> Result<(), FitError> {
        count_within("bins_max", self.bins_max, 2..=super::super::bins::BINS_MAX)?;
        count_within("blocks", self.blocks, 2..=20)?;
        number_within("stack_l2", self.stack_l2, f64::MIN_POSITIVE..=f64::MAX)?;
        let parts = [
            self.linear.is_some(),
            self.boosting.is_some(),
            self.forest.is_some(),
            self.anomaly.is_some(),
        ];
        if !parts.contains(&true) {
            return Err(FitError::NoParts);
        }
        check_slice(train, "training")?;
        check_slice(later, "later")?;
        Ok(check_columns(train.records.names(), later.records.names())?)
    }

    /// For the second fit: as many rounds as the first one kept.
    fn with_fixed_rounds(&self, trees: usize) -> Self {
        let mut fixed = self.clone();
        if let Some(boosting) = &mut fixed.boosting {
            boosting.rounds = (trees / boosting.bags.max(1)).max(1);
        }
        fixed
    }
}

/// The choice among ways to combine and to calibrate.
struct Choice<'a> {
    settings: &'a EnsembleSettings,
    labels: &'a Labels,
    seed: u64,
}

/// Frauds outside of a block below which nothing is learned from it.
const FRAUDS_MIN: usize = 10;

/// How many standard errors better than the plainest another way must be.
const ERRORS_BETTER: f64 = 1.0;

impl Choice<'_> {
    /// The stack: the way of lowest loss in cross-validation, but the plainest one where that is not better by more
    /// than the standard error of the difference (the rule of L. Breiman et al., "Classification and Regression Trees"
    /// (1984), section 3.4.3).
    fn stack(&self, outputs: &Outputs, report: &mut FitReport) -> Result<Stack, FitError> {
        let ways = Combination::all(outputs);
        let mut tried = Vec::new();
        for way in &ways {
            let found = self.left_out(outputs, |fold, labels| {
                way.fit(fold, labels, self.settings.stack_l2, self.seed)
            })?;
            let Some(log_odds) = found else { break };
            tried.push((way, losses(&log_odds, self.labels)));
        }
        let taken = self.taken(&tried).or_else(|| ways.first().map(|way| way.name()));
        report.combinations = self.reports(&tried, taken.as_deref());
        let way = ways.iter().find(|way| Some(way.name()) == taken);
        match way {
            Some(way) => way.fit(outputs, self.labels, self.settings.stack_l2, self.seed),
            None => Err(FitError::NoParts),
        }
    }

    fn taken(&self, tried: &[(&Combination, Vec<f64>)]) -> Option<String> {
        let (plain, plain_losses) = tried.first()?;
        let mean = |losses: &Vec<f64>| weighted_mean(losses, self.labels);
        let best = tried.iter().min_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1)))?;
        let better = clearly_lower(&best.1, plain_losses, self.labels);
        Some(if better { best.0.name() } else { plain.name() })
    }

    fn reports(
        &self,
        tried: &[(&Combination, Vec<f64>)],
        taken: Option<&str>,
    ) -> Vec<CandidateReport> {
        let report = |(way, losses): &(&Combination, Vec<f64>)| CandidateReport {
            name: way.name(),
            log_loss: weighted_mean(losses, self.labels),
            taken: Some(way.name().as_str()) == taken,
        };
        tried.iter().map(report).collect()
    }

    /// Platt, or isotonic where that has the lower loss in cross-validation.
    fn calibration(&self, outputs: &Outputs, stack: &Stack, report: &mut FitReport) -> Calibration {
        let log_odds = stack.apply(outputs, self.labels.len());
        let platt = Calibration::Platt(Platt::fit(&log_odds, self.labels));
        let isotonic = Isotonic::fit(&log_odds, self.labels).map(Calibration::Isotonic);
        let tried = self.calibration_losses(&log_odds);
        let better = tried.is_some_and(|(platt, isotonic)| isotonic < platt);
        let taken = if better { isotonic } else { None };
        if let Some((platt, isotonic)) = tried {
            let line = |name: &str, log_loss, is_taken| CandidateReport {
                name: name.to_owned(),
                log_loss,
                taken: is_taken,
            };
            report.calibrations = vec![
                line("platt", platt, taken.is_none()),
                line("isotonic", isotonic, taken.is_some()),
            ];
        }
        taken.unwrap_or(platt)
    }

    /// The loss of Platt's and of isotonic calibration over left-out blocks; `None` with too few frauds.
    fn calibration_losses(&self, log_odds: &[f64]) -> Option<(f64, f64)> {
        let mut found = (vec![0.0; log_odds.len()], vec![0.0; log_odds.len()]);
        for block in self.blocks() {
            let rest = self.rest_of(&block)?;
            let labels = self.labels.select(&rest);
            let chosen: Vec<f64> =
                rest.iter().filter_map(|row| log_odds.get(*row).copied()).collect();
            let platt = Calibration::Platt(Platt::fit(&chosen, &labels));
            let isotonic = Isotonic::fit(&chosen, &labels);
            let isotonic = isotonic.map_or_else(|| platt.clone(), Calibration::Isotonic);
            let own = log_odds.get(block.clone()).unwrap_or(&[]);
            write(&mut found.0, &block, own.iter().map(|value| platt.apply(*value)));
            write(&mut found.1, &block, own.iter().map(|value| isotonic.apply(*value)));
        }
        let mean = |log_odds: &[f64]| weighted_mean(&losses(log_odds, self.labels), self.labels);
        Some((mean(&found.0), mean(&found.1)))
    }

    /// The calibrated log-odds of each row by a stack that was fitted without its block; `None` with too few frauds.
    fn left_out(
        &self,
        outputs: &Outputs,
        fit: impl Fn(&Outputs, &Labels) -> Result<Stack, FitError>,
    ) -> Result<Option<Vec<f64>>, FitError> {
        let mut found = vec![0.0; self.labels.len()];
        for block in self.blocks() {
            let Some(rest) = self.rest_of(&block) else { return Ok(None) };
            let labels = self.labels.select(&rest);
            let chosen = select(outputs, &rest);
            let stack = fit(&chosen, &labels)?;
            let platt = Calibration::Platt(Platt::fit(&stack.apply(&chosen, rest.len()), &labels));
            let own = select(outputs, &block.clone().collect::<Vec<_>>());
            let combined = stack.apply(&own, block.len());
            write(&mut found, &block, combined.into_iter().map(|value| platt.apply(value)));
        }
        Ok(Some(found))
    }

    /// Blocks of rows that follow each other in time.
    fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let (rows, blocks) = (self.labels.len(), self.settings.blocks);
        let end = move |block: usize| part(rows, real(block) / real(blocks));
        (0..blocks).map(move |block| end(block)..end(block + 1))
    }

    /// The rows outside of a block; `None` where these hold too few frauds to learn from.
    fn rest_of(&self, block: &Range<usize>) -> Option<Vec<usize>> {
        let rest: Vec<usize> = (0..self.labels.len()).filter(|row| !block.contains(row)).collect();
        let chosen = self.labels.select(&rest);
        let counted = |wanted: bool| {
            chosen.iter().filter(|(fraud, weight)| *fraud == wanted && *weight > 0.0).count()
        };
        (counted(true) >= FRAUDS_MIN && counted(false) >= FRAUDS_MIN).then_some(rest)
    }
}

fn write(to: &mut [f64], block: &Range<usize>, values: impl Iterator<Item = f64>) {
    to.iter_mut().skip(block.start).zip(values).for_each(|(to, value)| *to = value);
}

fn select(outputs: &Outputs, rows: &[usize]) -> Vec<(super::PartKind, Vec<f64>)> {
    let of = |values: &[f64]| rows.iter().filter_map(|row| values.get(*row).copied()).collect();
    outputs.iter().map(|(kind, values)| (*kind, of(values))).collect()
}

/// The log loss of each row.
fn losses(log_odds: &[f64], labels: &Labels) -> Vec<f64> {
    let pairs = log_odds.iter().zip(labels.fraud());
    pairs.map(|(own, fraud)| if *fraud { softplus(-own) } else { softplus(*own) }).collect()
}

fn weighted_mean(values: &[f64], labels: &Labels) -> f64 {
    let total: f64 = labels.weights().iter().sum();
    values.iter().zip(labels.weights()).map(|(value, weight)| value * weight).sum::<f64>() / total
}

/// Whether losses are lower than others by more than the standard error of the mean difference.
fn clearly_lower(losses: &[f64], than: &[f64], labels: &Labels) -> bool {
    let total: f64 = labels.weights().iter().sum();
    let differences: Vec<f64> = than.iter().zip(losses).map(|(than, own)| than - own).collect();
    let mean = weighted_mean(&differences, labels);
    let spread = differences.iter().zip(labels.weights());
    let error = spread.map(|(own, weight)| (weight * (own - mean)).powi(2)).sum::<f64>().sqrt();
    mean > ERRORS_BETTER * error / total
}

fn part_reports(
    outputs: &Outputs,
    stack: &Stack,
    labels: &Labels,
) -> Result<Vec<PartReport>, FitError> {
    let report = |(kind, values): &(super::PartKind, Vec<f64>)| {
        let ranking = Ranking::new(values, labels)?;
        let weight = stack.weights.iter().find(|(own, _)| own == kind).map_or(0.0, |own| own.1);
        let (average_precision, roc_auc) = (ranking.average_precision(), ranking.roc_auc());
        Ok(PartReport { part: *kind, weight, average_precision, roc_auc })
    };
    outputs.iter().map(report).collect()
}
