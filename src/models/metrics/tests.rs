//! Against values worked out by hand.

use proptest::prelude::*;

use super::super::labels::Labels;
use super::super::matrix::{Column, Matrix};
use super::{
    DriftError, Profile, Ranking, brier, calibration_by_quantile, calibration_by_width,
    calibration_error, log_loss, population_stability,
};

fn labels(fraud: &[u8]) -> Labels {
    Labels::new(fraud.iter().map(|fraud| *fraud == 1).collect())
}

#[track_caller]
fn near(found: Option<f64>, wanted: f64) {
    let found = found.unwrap();
    assert!((found - wanted).abs() < 1e-12, "{found} instead of {wanted}");
}

#[test]
fn average_precision_is_the_mean_precision_at_each_fraud() {
    let ranking = Ranking::new(&[0.9, 0.8, 0.7, 0.6], &labels(&[1, 0, 1, 0])).unwrap();
    near(ranking.average_precision(), f64::midpoint(1.0, 2.0 / 3.0));
    // All equal: every threshold takes all, so it is the share of fraud.
    let flat = Ranking::new(&[0.5; 4], &labels(&[1, 0, 0, 0])).unwrap();
    near(flat.average_precision(), 0.25);
    near(flat.roc_auc(), 0.5);
}

#[test]
fn auc_counts_pairs_and_half_of_a_tie() {
    // Pairs of fraud and other: (0.8 over 0.3, 0.5) and (0.5 over 0.3, equal to 0.5): 3.5 of 4.
    let ranking = Ranking::new(&[0.8, 0.5, 0.5, 0.3], &labels(&[1, 1, 0, 0])).unwrap();
    near(ranking.roc_auc(), 3.5 / 4.0);
    assert_eq!(Ranking::new(&[0.1], &labels(&[1])).unwrap().roc_auc(), None);
    assert_eq!(Ranking::new(&[0.1], &labels(&[0])).unwrap().average_precision(), None);
}

#[test]
fn a_weight_of_two_is_a_row_twice() {
    let weighted =
        Labels::weighted(vec![true, false, true, false], vec![2.0, 1.0, 1.0, 3.0]).unwrap();
    let once = Ranking::new(&[0.4, 0.8, 0.6, 0.4], &weighted).unwrap();
    let scores = [0.4, 0.4, 0.8, 0.6, 0.4, 0.4, 0.4];
    let twice = Ranking::new(&scores, &labels(&[1, 1, 0, 1, 0, 0, 0])).unwrap();
    assert_eq!(once, twice);
}

#[test]
fn recall_takes_the_best_threshold_within_the_rate() {
    let scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4];
    let ranking = Ranking::new(&scores, &labels(&[1, 0, 1, 1, 0, 0])).unwrap();
    near(ranking.recall_at_fpr(0.0), 1.0 / 3.0);
    near(ranking.recall_at_fpr(1.0 / 3.0), 1.0);
    // A tie with a legitimate row cannot be split.
    let tied = Ranking::new(&[0.9, 0.9, 0.1], &labels(&[1, 0, 0])).unwrap();
    near(tied.recall_at_fpr(0.4), 0.0);
    near(tied.recall_at_fpr(0.5), 1.0);
}

#[test]
fn precision_at_capacity_shares_a_tie() {
    let ranking = Ranking::new(&[0.9, 0.5, 0.5, 0.1], &labels(&[1, 1, 0, 0])).unwrap();
    near(ranking.precision_at(1.0), 1.0);
    near(ranking.precision_at(2.0), 0.75);
    near(ranking.precision_at(3.0), 2.0 / 3.0);
    near(ranking.precision_at(100.0), 0.5);
    assert_eq!(ranking.precision_at(0.0), None);
}

#[test]
fn losses_of_probabilities() {
    let labels = Labels::weighted(vec![true, false], vec![1.0, 3.0]).unwrap();
    near(brier(&[0.8, 0.4], &labels).unwrap(), (0.04 + 3.0 * 0.16) / 4.0);
    near(log_loss(&[0.8, 0.4], &labels).unwrap(), -(0.8_f64.ln() + 3.0 * 0.6_f64.ln()) / 4.0);
    let sure = log_loss(&[0.0, 0.0], &labels).unwrap().unwrap();
    assert!(sure.is_finite(), "a certain mistake is expensive, not infinite");
    assert!(brier(&[0.5], &labels).is_err() && log_loss(&[f64::NAN, 0.5], &labels).is_err());
}

#[test]
fn calibration_tables_and_their_error() {
    let said = [0.05, 0.15, 0.12, 0.95];
    let came = labels(&[0, 1, 0, 1]);
    let even = calibration_by_width(&said, &came, 10).unwrap();
    assert_eq!(even.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [1, 2, 1]);
    near(even.get(1).map(|bin| bin.predicted), 0.135);
    near(even.get(1).map(|bin| bin.observed), 0.5);
    near(calibration_error(&even), (0.05 + 2.0 * 0.365 + 0.05) / 4.0);
    let halves = calibration_by_quantile(&said, &came, 2).unwrap();
    assert_eq!(
        halves.iter().map(|bin| (bin.low, bin.high)).collect::<Vec<_>>(),
        [(0.05, 0.12), (0.15, 0.95)]
    );
    near(calibration_error(&halves), (2.0 * 0.085 + 2.0 * 0.45) / 4.0);
    assert_eq!(calibration_error(&[]), None);
}

#[test]
fn stability_is_the_divergence_of_shares() {
    // 100 rows and half a row in each of two bins.
    let (p, q) = ([50.5_f64 / 101.0, 50.5 / 101.0], [20.5 / 101.0, 80.5 / 101.0]);
    let wanted: f64 = p.iter().zip(q).map(|(p, q)| (q - p) * (q / p).ln()).sum();
    near(population_stability(&[50.0, 50.0], &[20.0, 80.0]).ok(), wanted);
    near(population_stability(&[3.0, 4.0], &[3.0, 4.0]).ok(), 0.0);
    assert!(population_stability(&[5.0, 0.0], &[0.0, 5.0]).unwrap().is_finite());
    assert_eq!(population_stability(&[0.0], &[1.0]), Err(DriftError::Empty));
    assert!(matches!(population_stability(&[1.0], &[1.0, 2.0]), Err(DriftError::Bins { .. })));
    assert!(matches!(population_stability(&[-1.0], &[1.0]), Err(DriftError::Count { bin: 0, .. })));
}

#[test]
fn a_profile_sees_a_column_move_and_unknown_grow() {
    let matrix = |shift: f64, unknown: usize| {
        let steady = (0..1_000).map(|row| f64::from(row % 97)).collect();
        let moving = (0..1_000).map(|row| f64::from(row % 89) + shift).collect();
        let gaps = (0_usize..1_000).map(|row| (row % 10 >= unknown).then_some(1.0));
        let columns = vec![
            Column::known("steady", steady),
            Column::known("moving", moving),
            Column::optional("gaps", gaps),
        ];
        Matrix::new(1_000, columns).unwrap()
    };
    let profile = Profile::of(&matrix(0.0, 1), 10).unwrap();
    let same = profile.drift(&profile.counts(&matrix(0.0, 1)).unwrap()).unwrap().len();
    assert_eq!(same, 3);
    let counts = profile.counts(&matrix(40.0, 6)).unwrap();
    let drift = profile.drift(&counts).unwrap();
    let of = |name: &str| drift.iter().find(|(own, _)| *own == name).unwrap().1;
    assert!(of("steady") < 1e-12 && of("moving") > 0.25 && of("gaps") > 0.25, "{drift:?}");
}

proptest! {
    /// The textbook's sums over all pairs and all thresholds.
    #[test]
    fn ranking_equals_the_naive_sums(
        rows in prop::collection::vec((0_u8..6, any::<bool>(), 0_u8..3), 1..40),
    ) {
        let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let weights: Vec<f64> = rows.iter().map(|row| f64::from(row.2)).collect();
        let fraud: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let labels = Labels::weighted(fraud.clone(), weights.clone()).unwrap();
        let ranking = Ranking::new(&scores, &labels).unwrap();
        let all = 0..rows.len();
        let pairs = all.clone().flat_map(|a| all.clone().map(move |b| (a, b)));
        let (mut won, mut total) = (0.0, 0.0);
        for (a, b) in pairs.filter(|(a, b)| fraud[*a] && !fraud[*b]) {
            let weight = weights[a] * weights[b];
            total += weight;
            won += weight * match scores[a].total_cmp(&scores[b]) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
        match ranking.roc_auc() {
            Some(auc) => prop_assert!((auc - won / total).abs() < 1e-12),
            None => prop_assert!(total <= 0.0),
        }
        let above = |row: usize, of: &dyn Fn(usize) -> bool| -> f64 {
            all.clone().filter(|other| scores[*other] >= scores[row] && of(*other)).map(|other| weights[other]).sum()
        };
        let frauds: f64 = all.clone().filter(|row| fraud[*row]).map(|row| weights[row]).sum();
        let sum: f64 = all.clone().filter(|row| fraud[*row] && weights[*row] > 0.0)
            .map(|row| weights[row] * above(row, &|other| fraud[other]) / above(row, &|_| true))
            .sum();
        if let Some(found) = ranking.average_precision() {
            prop_assert!((found - sum / frauds).abs() < 1e-12);
        }
    }
}
