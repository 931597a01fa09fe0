//! What boosting must do, whatever the data.

use linfa::ParamGuard;
use linfa::traits::{Fit, Predict};
use ndarray::Array1;

use super::super::labels::{Labels, select, slice};
use super::super::metrics::Ranking;
use super::super::tests_support::claims;
use super::run::loss;
use super::{Boosting, BoostingSettings};

#[test]
fn it_learns_what_holds_for_others_too() {
    let model = BoostingSettings { rounds: 40, learning_rate: 0.1, ..Default::default() };
    let model = model.params().fit(&claims(2_500, 1)).unwrap();
    let test = claims(5_000, 2);
    let log_odds = model.log_odds(&test.records).unwrap();
    let auc = Ranking::new(&log_odds, &test.targets).unwrap().roc_auc().unwrap();
    assert!(auc > 0.82, "{auc}");
    let by_dataset: Array1<f64> = model.predict(&test);
    assert_eq!(by_dataset.to_vec(), log_odds);
}

#[test]
fn it_stops_where_the_later_slice_is_best() {
    let settings = BoostingSettings { learning_rate: 0.5, patience: 5, ..Default::default() };
    let (train, later) = (claims(1_000, 1), claims(2_000, 2));
    let checked = settings.clone().params().check().unwrap();
    let stopped = checked.fit_until(&train, &later).unwrap();
    let all = settings.params().fit(&train).unwrap();
    assert!(stopped.trees().len() < all.trees().len());
    let loss_of = |model: &Boosting| loss(&later.targets, &model.log_odds(&later.records).unwrap());
    assert!(loss_of(&stopped) < loss_of(&all));
}

#[test]
fn a_weight_of_zero_is_no_row() {
    let all = claims(1_000, 3);
    let kept: Vec<usize> = (0..1_000).filter(|row| row % 3 != 0).collect();
    let weights = (0..1_000).map(|row| if row % 3 == 0 { 0.0 } else { 1.0 }).collect();
    let labels = Labels::weighted(all.targets.fraud().to_vec(), weights).unwrap();
    let weighted = slice(all.records.clone(), labels).unwrap();
    let settings = BoostingSettings {
        row_share: 1.0,
        column_share: 1.0,
        rounds: 5,
        leaf_rows_min: 1,
        ..Default::default()
    };
    let one = settings.clone().params().fit(&weighted).unwrap();
    let other = settings.params().fit(&select(&all, &kept).unwrap()).unwrap();
    let log_odds = |model: &Boosting| model.log_odds(&all.records).unwrap();
    let apart =
        log_odds(&one).iter().zip(log_odds(&other)).map(|(a, b)| (a - b).abs()).sum::<f64>();
    // Bins are cut by rows, not by weight, so cuts differ a little.
    assert!(apart / 1_000.0 < 0.05, "{apart}");
}

#[test]
fn each_bad_parameter_is_named() {
    let bad = BoostingSettings { row_share: 0.0, ..Default::default() };
    let error = bad.params().check().unwrap_err().to_string();
    assert_eq!(error, "the parameter `row_share` is `0`; it must be larger");
    assert!(BoostingSettings { l2: -1.0, ..Default::default() }.params().check().is_err());
    assert!(BoostingSettings { bins_max: 255, ..Default::default() }.params().check().is_err());
}
