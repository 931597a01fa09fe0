//! A rising line of many pieces.

use serde::{Deserialize, Serialize};

use super::super::labels::Labels;
use super::super::real::logit;
use super::Platt;

/// Isotonic regression in log-odds, with a little of Platt's line in it so that no two scores become one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    /// Ascending.
    from: Vec<f64>,
    /// Ascending, one for each of `from`.
    to: Vec<f64>,
    /// Beyond the first and the last knot.
    slope: f64,
}

/// The part of Platt's line in isotonic calibration.
const PLATT_SHARE: f64 = 0.05;

/// The groups that rows are put into by score before the regression sees them.
const GROUPS_MAX: f64 = 50.0;

/// Frauds of a group, and other rows of it: fewer say little about their share.
const GROUP_WEIGHT_MIN: f64 = 8.0;

impl Isotonic {
    /// Fits on groups of rows that follow each other by score. `None` where there are too few frauds for three groups, or
    /// where frauds do not score higher.
    pub fn fit(log_odds: &[f64], labels: &Labels) -> Option<Self> {
        let platt = Platt::fit(log_odds, labels);
        let groups = grouped(&pooled(log_odds, labels));
        if groups.len() < 3 || platt.slope <= 0.0 {
            return None;
        }
        let least = 0.5 / (groups.iter().map(|group| group.weight).sum::<f64>() + 1.0);
        let from: Vec<f64> = groups.iter().map(|group| group.log_odds).collect();
        let to = from.iter().zip(rising_shares(&groups)).map(|(at, share)| {
            let probability = share.clamp(least, 1.0 - least);
            (1.0 - PLATT_SHARE) * logit(probability) + PLATT_SHARE * platt.apply(*at)
        });
        let to: Vec<f64> = to.collect();
        let rises = to.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        rises.then_some(Self { from, to, slope: PLATT_SHARE * platt.slope })
    }

    pub(super) fn apply(&self, log_odds: f64) -> f64 {
        let above = self.from.partition_point(|knot| *knot < log_odds);
        let at = |index: usize| Some((*self.from.get(index)?, *self.to.get(index)?));
        match (above.checked_sub(1).and_then(at), at(above)) {
            (Some((low, from)), Some((high, to))) => {
                from + (to - from) * ((log_odds - low) / (high - low))
            }
            (None, Some((end, to))) | (Some((end, to)), None) => to + self.slope * (log_odds - end),
            (None, None) => log_odds,
        }
    }
}

/// All rows of one score.
#[derive(Debug, Clone, Copy)]
struct Point {
    log_odds: f64,
    fraud: f64,
    weight: f64,
}

impl Point {
    /// Takes another point in, at the mean score of both.
    fn join(&mut self, other: &Self) {
        let weight = self.weight + other.weight;
        self.log_odds += (other.log_odds - self.log_odds) * (other.weight / weight);
        self.fraud += other.fraud;
        self.weight = weight;
    }
}

/// One point a score, ascending.
fn pooled(log_odds: &[f64], labels: &Labels) -> Vec<Point> {
    let rows = log_odds.iter().zip(labels.iter()).filter(|(_, (_, weight))| *weight > 0.0);
    let mut points: Vec<Point> = rows
        .map(|(log_odds, (fraud, weight))| {
            let fraud = if fraud { weight } else { 0.0 };
            Point { log_odds: *log_odds, fraud, weight }
        })
        .collect();
    points.sort_by(|a, b| a.log_odds.total_cmp(&b.log_odds));
    points.dedup_by(|next, kept| {
        let same = next.log_odds <= kept.log_odds;
        if same {
            kept.fraud += next.fraud;
            kept.weight += next.weight;
        }
        same
    });
    points
}

/// Neighbours put together until a group holds enough of both classes, each at its mean score. Without that the lowest
/// rows, of which none happened to be fraud, would be certain to be clean.
fn grouped(points: &[Point]) -> Vec<Point> {
    let fraud: f64 = points.iter().map(|point| point.fraud).sum();
    let other = points.iter().map(|point| point.weight).sum::<f64>() - fraud;
    let least = |of: f64| (of / GROUPS_MAX).max(GROUP_WEIGHT_MIN);
    let full = |group: &Point| {
        group.fraud >= least(fraud)
            && group.weight - group.fraud >= least(other).min(GROUP_WEIGHT_MIN)
    };
    let mut groups: Vec<Point> = Vec::new();
    let mut open = true;
    for point in points {
        match groups.last_mut() {
            Some(group) if open => group.join(point),
            _ => groups.push(*point),
        }
        open = !groups.last().is_some_and(full);
    }
    if open && let Some(rest) = groups.pop() {
        match groups.last_mut() {
            Some(group) => group.join(&rest),
            None => groups.push(rest),
        }
    }
    groups
}

/// The rising shares of fraud that are nearest to those of the groups, by weighted squares: neighbours whose shares fall
/// are joined until none does (pool adjacent violators; M. Ayer et al., Annals of Mathematical Statistics 26 (1955)).
///
/// linfa 0.8.1 has this too, and joins too much: in its step back (`pva`, 2.1) it compares with the block that it has just
/// taken in, not with the next one, so one step back joins all blocks below.
fn rising_shares(groups: &[Point]) -> Vec<f64> {
    let share = |block: &(f64, f64, usize)| block.0 / block.1;
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for group in groups {
        let mut block = (group.fraud, group.weight, 1);
        while let Some(last) = blocks.pop_if(|last| share(last) >= share(&block)) {
            block = (block.0 + last.0, block.1 + last.1, block.2 + last.2);
        }
        blocks.push(block);
    }
    blocks.iter().flat_map(|block| std::iter::repeat_n(share(block), block.2)).collect()
}

#[cfg(test)]
mod tests {
    use linfa::DatasetBase;
    use linfa::traits::{Fit, Predict};
    use linfa_linear::IsotonicRegression;
    use ndarray::{Array1, array};
    use proptest::prelude::*;

    use super::{Point, rising_shares};

    proptest! {
        /// The least over ends of the most over starts of the mean between (R. Barlow et al., 1972, theorem 1.4.4).
        #[test]
        fn shares_are_those_of_the_min_max_formula(
            groups in prop::collection::vec((1_u32..50, 1_u32..50), 1..25),
        ) {
            let points: Vec<Point> = groups.iter().map(|(fraud, other)| Point {
                log_odds: 0.0,
                fraud: f64::from(*fraud),
                weight: f64::from(fraud + other),
            }).collect();
            let mean = |start: usize, end: usize| {
                let of = &points[start..=end];
                of.iter().map(|point| point.fraud).sum::<f64>()
                    / of.iter().map(|point| point.weight).sum::<f64>()
            };
            for (at, found) in rising_shares(&points).into_iter().enumerate() {
                let least = |start: usize| {
                    (at..points.len()).map(|end| mean(start, end)).fold(f64::INFINITY, f64::min)
                };
                let wanted = (0..=at).map(least).fold(f64::NEG_INFINITY, f64::max);
                prop_assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
            }
        }
    }

    /// When this fails linfa was mended, and its regression may take the place of ours.
    #[test]
    fn linfa_isotonic_still_joins_too_much() {
        let x = array![[1.0], [2.0], [3.0], [4.0], [5.0]];
        let y: Array1<f64> = array![0.0, 0.5, 0.6, 0.1, 1.0];
        let fitted = IsotonicRegression::new().fit(&DatasetBase::new(x.clone(), y)).unwrap();
        let found: Array1<f64> = fitted.predict(&x);
        assert!(found[0] > 0.05, "0 is lower than all and should stay: {found}");
    }
}
