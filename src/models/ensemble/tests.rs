//! What must hold of a shipped model.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::boosting::BoostingSettings;
use super::super::directions::Direction;
use super::super::error::FitError;
use super::super::forest::ForestSettings;
use super::super::labels::{Labels, Slice, slice};
use super::super::matrix::{Column, Matrix};
use super::super::metrics::Ranking;
use super::super::tests_support::claims;
use super::{Ensemble, EnsembleSettings, PartKind, Score};
use crate::models::calibrate::{Calibration, Isotonic, Platt};

/// Small: a test build grows slowly.
fn small() -> EnsembleSettings {
    let boosting = BoostingSettings { rounds: 12, learning_rate: 0.2, ..Default::default() };
    let forest = ForestSettings { trees: 8, depth_max: 6, ..Default::default() };
    EnsembleSettings { boosting: Some(boosting), forest: Some(forest), ..Default::default() }
}

fn fit(settings: &EnsembleSettings) -> Ensemble {
    settings.fit(&claims(1_500, 1), &claims(1_000, 2), 7).unwrap()
}

static SHIPPED: LazyLock<Ensemble> = LazyLock::new(|| fit(&small()));

/// Ensembles in which every part counts, under Platt's and under isotonic calibration.
static ALL_PARTS: LazyLock<[Ensemble; 2]> = LazyLock::new(|| {
    let mut platt = SHIPPED.clone();
    platt.parts = super::parts::Parts::fit(&small(), &claims(1_500, 1), None, 7).unwrap();
    platt.stack.weights = vec![
        (PartKind::Linear, 0.2),
        (PartKind::Boosting, 0.4),
        (PartKind::Forest, 0.3),
        (PartKind::Anomaly, 0.1),
    ];
    platt.stack.intercept = -0.3;
    platt.calibration = Calibration::Platt(Platt { slope: 1.3, offset: 0.2 });
    let later = claims(3_000, 3);
    let log_odds = platt.log_odds(&later.records).unwrap();
    let mut isotonic = platt.clone();
    let fitted = Isotonic::fit(&log_odds, &later.targets).unwrap();
    isotonic.calibration = Calibration::Isotonic(fitted);
    [platt, isotonic]
});

#[test]
fn it_is_worth_something_and_calibrated() {
    let test = claims(4_000, 5);
    let scores = SHIPPED.score(&test.records, false).unwrap();
    let log_odds: Vec<f64> = scores.iter().map(|score| score.log_odds).collect();
    let auc = Ranking::new(&log_odds, &test.targets).unwrap().roc_auc().unwrap();
    assert!(auc > 0.8, "{auc}");
    let mean = scores.iter().map(|score| score.probability).sum::<f64>() / 4_000.0;
    assert!((mean - test.targets.base_rate()).abs() < 0.02, "{mean}");
    assert!(scores.iter().all(|score| score.contributions.is_empty()));
}

#[test]
fn the_same_data_and_seed_give_the_same_bytes_with_any_number_of_threads() {
    let bytes = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let refit = EnsembleSettings { refit_rows_max: 2_500, ..small() };
        pool.install(|| postcard::to_stdvec(&fit(&refit)).unwrap())
    };
    let one = bytes(1);
    assert_eq!(one, bytes(1));
    assert_eq!(one, bytes(3));
    let other = small().fit(&claims(1_500, 1), &claims(1_000, 2), 8).unwrap();
    assert_ne!(one, postcard::to_stdvec(&other).unwrap());
}

/// Where data is scarce the newest rows are learned from too; the combination stays as it was chosen.
#[test]
fn parts_learn_from_both_slices_where_these_are_small() {
    let with = |refit_rows_max| fit(&EnsembleSettings { refit_rows_max, ..small() });
    let refits = |refit_rows_max| EnsembleSettings { refit_rows_max, ..small() }.refits(2_500);
    assert_eq!([refits(0), refits(2_499), refits(2_500)], [false, false, true]);
    let (once, again) = (with(2_499), with(2_500));
    assert_eq!(&once, &*SHIPPED);
    assert_eq!((once.weights(), once.calibration()), (again.weights(), again.calibration()));
    assert_eq!(once.report(), again.report());
    assert_ne!(once.parts, again.parts);
}

#[test]
fn a_stored_model_scores_the_same_bits() {
    let rows = claims(500, 9).records;
    for ensemble in &*ALL_PARTS {
        let own = ensemble.score(&rows, true).unwrap();
        let bytes = postcard::to_stdvec(&ensemble).unwrap();
        let from_postcard: Ensemble = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(from_postcard.score(&rows, true).unwrap(), own);
        let json = serde_json::to_string(&ensemble).unwrap();
        let from_json: Ensemble = serde_json::from_str(&json).unwrap();
        assert_eq!(from_json.score(&rows, true).unwrap(), own);
        assert_eq!(&from_postcard, ensemble);
    }
}

#[test]
fn a_row_scores_the_same_alone_and_in_any_batch() {
    let rows = claims(300, 11).records;
    let [_, ensemble] = &*ALL_PARTS;
    let together = ensemble.score(&rows, true).unwrap();
    for (row, wanted) in together.iter().enumerate().step_by(17) {
        let alone = ensemble.score(&rows.select_rows(&[row]).unwrap(), true).unwrap();
        assert_eq!(alone.first(), Some(wanted));
    }
    let plain: Vec<f64> = together.iter().map(|score| score.log_odds).collect();
    assert_eq!(ensemble.log_odds(&rows).unwrap(), plain);
    assert!(ensemble.score(&rows.select_rows(&[]).unwrap(), true).unwrap().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Also for rows far outside of what was seen.
    #[test]
    fn bias_and_contributions_sum_to_the_log_odds(
        values in prop::collection::vec(prop::option::of(prop_oneof![
            -3.0_f64..3.0, -1e9_f64..1e9, Just(0.0), Just(f64::MAX), Just(f64::MIN),
        ]), 500),
    ) {
        let names = ["amount", "risk", "sometimes", "noise", "level"].into_iter();
        let columns = names.zip(values.chunks(100));
        let columns = columns.map(|(name, own)| Column::optional(name, own.to_vec())).collect();
        let rows = Matrix::new(100, columns).unwrap();
        for ensemble in &*ALL_PARTS {
            for score in ensemble.score(&rows, true).unwrap() {
                let sum = score.bias + score.contributions.iter().sum::<f64>();
                prop_assert!((sum - score.log_odds).abs() < 1e-9, "{sum} {}", score.log_odds);
                prop_assert!(score.probability > 0.0 && score.probability < 1.0);
            }
        }
    }
}

#[test]
fn directions_hold_through_stack_and_calibration() {
    let mut settings = EnsembleSettings { linear: None, anomaly: None, ..small() };
    settings.directions.insert("risk".to_owned(), Direction::Falling);
    let ensemble = fit(&settings);
    let rows = claims(50, 13).records;
    for row in 0..50 {
        let at = |value: f64| {
            let columns = rows.names().iter().zip(0..).map(|(name, column)| {
                let own = if name == "risk" { Some(value) } else { rows.get(row, column) };
                Column::optional(name.clone(), [own])
            });
            ensemble.log_odds(&Matrix::new(1, columns.collect()).unwrap()).unwrap()[0]
        };
        let steps: Vec<f64> = (-8..9).map(|step| at(f64::from(step) / 3.0)).collect();
        assert!(steps.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12), "{steps:?}");
    }
    settings.directions.insert("nothing".to_owned(), Direction::Rising);
    let error = settings.fit(&claims(300, 1), &claims(300, 2), 1).unwrap_err();
    assert!(error.to_string().contains("`nothing`"), "{error}");
}

#[test]
fn parts_that_count_have_weights_above_zero_and_others_are_dropped() {
    let ensemble = &*SHIPPED;
    assert!(ensemble.weights().iter().all(|(_, weight)| *weight > 0.0));
    let kept = |part: PartKind| ensemble.weights().iter().any(|(own, _)| *own == part);
    assert_eq!(ensemble.parts.anomaly.is_some(), kept(PartKind::Anomaly));
    assert_eq!(ensemble.parts.linear.is_some(), kept(PartKind::Linear));
    assert_eq!(ensemble.report().parts.len(), 4);
    assert_eq!(ensemble.report().combinations.iter().filter(|way| way.taken).count(), 1);
}

#[test]
fn other_columns_are_refused_by_name() {
    let ensemble = &*SHIPPED;
    let rows = claims(10, 1).records;
    let turned: Vec<String> = rows.names().iter().rev().cloned().collect();
    let error = ensemble.score(&rows.select_columns(&turned).unwrap(), true).unwrap_err();
    assert!(error.to_string().contains("at another place `amount`"), "{error}");
    let error = ensemble.check_columns(&["amount".to_owned(), "new".to_owned()]).unwrap_err();
    assert!(error.to_string().contains("missing `risk`") && error.to_string().contains("`new`"));
}

#[test]
fn what_cannot_be_learned_from_is_refused() {
    let (train, later) = (claims(300, 1), claims(300, 2));
    let clean = |of: &Slice| {
        slice(of.records.clone(), Labels::new(vec![false; of.records.rows()])).unwrap()
    };
    let one_class = small().fit(&clean(&train), &later, 1);
    assert!(matches!(one_class, Err(FitError::OneClass { slice: "training", .. })));
    let one_class = small().fit(&train, &clean(&later), 1);
    assert!(matches!(one_class, Err(FitError::OneClass { slice: "later", .. })));
    let nothing = EnsembleSettings {
        linear: None,
        boosting: None,
        forest: None,
        anomaly: None,
        ..EnsembleSettings::default()
    };
    assert!(matches!(nothing.fit(&train, &later, 1), Err(FitError::NoParts)));
    let boosting = Some(BoostingSettings { learning_rate: f64::NAN, ..Default::default() });
    let bad = EnsembleSettings { boosting, ..small() }.fit(&train, &later, 1);
    assert!(matches!(bad, Err(FitError::Parameter { name: "learning_rate", .. })));
}

#[test]
fn few_frauds_on_the_later_slice_still_give_a_model() {
    let later = claims(60, 21);
    let frauds = later.targets.fraud().iter().filter(|fraud| **fraud).count();
    assert!((1..10).contains(&frauds), "{frauds}");
    let ensemble = small().fit(&claims(1_500, 1), &later, 1).unwrap();
    assert!(ensemble.report().combinations.is_empty(), "nothing is chosen on so little");
    assert_eq!(ensemble.weights().len(), 2, "the mean of the trees");
}

/// Bit by bit, and whether it is explained or not.
#[test]
fn a_row_alone_scores_as_among_others() {
    let rows = claims(300, 11).records;
    for ensemble in ALL_PARTS.iter().chain([&*SHIPPED]) {
        let (by_row, explained) = (ensemble.by_row(), ensemble.score(&rows, true).unwrap());
        for (place, score) in ensemble.score(&rows, false).unwrap().iter().enumerate() {
            let row: Vec<Option<f64>> = (0..5).map(|column| rows.get(place, column)).collect();
            assert_eq!(bits(&by_row.score(&row, false)), bits(score), "row {place}");
            let alone = by_row.score(&row, true);
            assert_eq!(bits(&alone), bits(&explained[place]), "row {place}");
            assert_eq!(bits(&alone)[..3], bits(score), "row {place}");
        }
    }
}

fn bits(score: &Score) -> Vec<u64> {
    let Score { log_odds, probability, bias, contributions } = score;
    [log_odds, probability, bias].into_iter().chain(contributions).map(|x| x.to_bits()).collect()
}
