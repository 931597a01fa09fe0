//! Against what must come out, and linfa's traps.

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_linear::IsotonicRegression;
use ndarray::{Array1, array};
use proptest::prelude::*;
use rand::RngExt;

use super::super::labels::Labels;
use super::super::random::stream;
use super::super::real::sigmoid;
use super::{Calibration, Isotonic, Platt};

/// Scores and outcomes whose true log-odds are `truth(score)`.
fn sample(rows: usize, truth: impl Fn(f64) -> f64) -> (Vec<f64>, Labels) {
    let mut rng = stream(7, 0);
    let scores: Vec<f64> = (0..rows).map(|_| rng.random::<f64>() * 8.0 - 6.0).collect();
    let fraud = scores.iter().map(|score| rng.random::<f64>() < sigmoid(truth(*score))).collect();
    (scores, Labels::new(fraud))
}

#[test]
fn platt_finds_the_line_that_made_the_data() {
    let (scores, labels) = sample(100_000, |score| 0.5 * score - 1.0);
    let platt = Platt::fit(&scores, &labels);
    assert!((platt.slope - 0.5).abs() < 0.02 && (platt.offset + 1.0).abs() < 0.03, "{platt:?}");
}

#[test]
fn platt_smooths_its_targets_where_classes_are_apart() {
    // Two scores: the fit is exact, so each side's probability is its target, 3/4 and 1/4 with two rows each.
    let labels = Labels::new(vec![false, false, true, true]);
    let platt = Platt::fit(&[-5.0, -5.0, 5.0, 5.0], &labels);
    assert!((sigmoid(platt.apply(5.0)) - 0.75).abs() < 1e-9);
    assert!((sigmoid(platt.apply(-5.0)) - 0.25).abs() < 1e-9);
}

#[test]
fn platt_does_not_turn_the_order_around() {
    let labels = Labels::new(vec![true, true, false, false, false, false]);
    let platt = Platt::fit(&[-2.0, -1.0, 1.0, 2.0, 3.0, 4.0], &labels);
    assert!(platt.slope.abs() < 1e-12 && platt.offset < 0.0, "{platt:?}");
}

#[test]
fn platt_bears_extreme_scores() {
    let (scores, labels) = sample(1_000, |score| score);
    let far: Vec<f64> = scores.iter().map(|score| score * 1e3).collect();
    let platt = Platt::fit(&far, &labels);
    assert!(platt.slope.is_finite() && platt.offset.is_finite());
    assert!((platt.slope * 1e3 - Platt::fit(&scores, &labels).slope).abs() < 1e-3);
}

#[test]
fn weights_of_platt_count_as_rows() {
    let (scores, labels) = sample(300, |score| score);
    let weights = (0..300).map(|row| f64::from(row % 3)).collect();
    let weighted = Labels::weighted(labels.fraud().to_vec(), weights).unwrap();
    let rows: Vec<usize> = (0..300).flat_map(|row| vec![row; row % 3]).collect();
    let many: Vec<f64> = rows.iter().map(|row| scores[*row]).collect();
    let (one, other) = (Platt::fit(&scores, &weighted), Platt::fit(&many, &labels.select(&rows)));
    assert!((one.slope - other.slope).abs() < 1e-6 && (one.offset - other.offset).abs() < 1e-6);
}

#[test]
fn isotonic_follows_what_no_line_can() {
    let step = |score: f64| if score > 0.0 { 1.0 } else { -3.0 };
    let (scores, labels) = sample(50_000, step);
    let found = Isotonic::fit(&scores, &labels).unwrap();
    for (score, wanted) in [(-5.0, sigmoid(-3.0)), (-1.5, sigmoid(-3.0)), (1.0, sigmoid(1.0))] {
        let probability = sigmoid(found.apply(score));
        assert!((probability - wanted).abs() < 0.04, "{score}: {probability} for {wanted}");
    }
}

#[test]
fn isotonic_of_a_falling_relation_is_refused() {
    let (scores, labels) = sample(2_000, |score| -score);
    assert_eq!(Isotonic::fit(&scores, &labels), None);
}

#[test]
fn isotonic_does_not_see_the_order_of_rows() {
    let (scores, labels) = sample(2_000, |score| score);
    let turned: Vec<usize> = (0..2_000).rev().collect();
    let other: Vec<f64> = turned.iter().map(|row| scores[*row]).collect();
    let one = Isotonic::fit(&scores, &labels).unwrap();
    let other = Isotonic::fit(&other, &labels.select(&turned)).unwrap();
    for score in [-5.0, -2.2, -0.3, 0.4, 1.9] {
        assert!((one.apply(score) - other.apply(score)).abs() < 1e-9);
    }
}

#[test]
fn isotonic_of_few_frauds_is_not_tried() {
    let (scores, labels) = sample(100, |_| -2.0);
    assert_eq!(Isotonic::fit(&scores, &labels), None);
}

/// linfa 0.8.1 puts blocks where unsorted rows happen to stand. When this fails it was mended, and sorting is not needed
/// any more.
#[test]
fn linfa_isotonic_still_wants_sorted_rows() {
    let predict = |x: ndarray::Array2<f64>, y: Array1<f64>| -> Array1<f64> {
        let fitted = IsotonicRegression::new().fit(&DatasetBase::new(x, y)).unwrap();
        fitted.predict(&array![[1.5], [2.5]])
    };
    let sorted = predict(array![[1.0], [2.0], [3.0]], array![0.0, 0.4, 1.0]);
    let shuffled = predict(array![[3.0], [1.0], [2.0]], array![1.0, 0.0, 0.4]);
    assert!(sorted.iter().zip(&shuffled).any(|(a, b)| (a - b).abs() > 0.05));
}

proptest! {
    /// Higher scores never get lower ones, and what is finite stays so.
    #[test]
    fn calibration_rises(seed in 0_u64..50, low in -50.0_f64..50.0, step in 1e-3_f64..50.0) {
        let mut rng = stream(seed, 1);
        let scores: Vec<f64> = (0..400).map(|_| rng.random::<f64>() * 6.0 - 3.0).collect();
        let fraud = scores.iter().map(|score| rng.random::<f64>() < sigmoid(1.5 * score)).collect();
        let labels = Labels::new(fraud);
        let platt = Calibration::Platt(Platt::fit(&scores, &labels));
        let isotonic = Isotonic::fit(&scores, &labels).map(Calibration::Isotonic);
        for calibration in std::iter::once(platt).chain(isotonic) {
            let (below, above) = (calibration.apply(low), calibration.apply(low + step));
            prop_assert!(below.is_finite() && below < above, "{below} {above}");
            let factor = calibration.factor(low, low + step);
            prop_assert!((below + factor * step - above).abs() < 1e-9);
        }
    }
}
