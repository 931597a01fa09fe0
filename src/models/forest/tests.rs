//! What a forest must do, whatever the data.

use linfa::traits::{Fit, Predict};
use ndarray::Array1;

use super::super::labels::{Labels, slice};
use super::super::matrix::{Column, Matrix};
use super::super::metrics::Ranking;
use super::super::real::{real, sigmoid};
use super::super::tests_support::claims;
use super::ForestSettings;

#[test]
fn its_probabilities_hold_for_others_too() {
    let settings = ForestSettings { trees: 30, leaf_rows_min: 20, ..Default::default() };
    let model = settings.params().fit(&claims(3_000, 1)).unwrap();
    let test = claims(5_000, 2);
    let log_odds = model.log_odds(&test.records).unwrap();
    let auc = Ranking::new(&log_odds, &test.targets).unwrap().roc_auc().unwrap();
    assert!(auc > 0.8, "{auc}");
    let mean = log_odds.iter().map(|own| sigmoid(*own)).sum::<f64>() / 5_000.0;
    assert!((mean - test.targets.base_rate()).abs() < 0.02, "{mean}");
    let by_dataset: Array1<f64> = model.predict(&test);
    assert_eq!(by_dataset.to_vec(), log_odds);
}

/// linfa's own trees break ties by hash order, so one seed gives several of them.
#[test]
fn fitting_twice_gives_one_forest() {
    let fit = |seed: u64| {
        let settings = ForestSettings { trees: 10, seed, ..Default::default() };
        settings.params().fit(&claims(1_000, 1)).unwrap()
    };
    assert_eq!(fit(4), fit(4));
    assert_ne!(fit(4), fit(5));
}

#[test]
fn full_trees_stay_finite() {
    let settings =
        ForestSettings { depth_max: 64, leaf_rows_min: 1, trees: 3, ..Default::default() };
    let train = claims(500, 1);
    let model = settings.params().fit(&train).unwrap();
    assert!(model.log_odds(&train.records).unwrap().iter().all(|own| own.is_finite()));
}

#[test]
fn a_node_is_split_even_where_the_columns_drawn_first_are_all_the_same() {
    let rows = 200;
    let constant = |index: usize| Column::known(format!("c{index}"), vec![1.0; rows]);
    let mut columns: Vec<Column> = (0..20).map(constant).collect();
    columns.push(Column::known("tells", (0..rows).map(real).collect()));
    let labels = Labels::new((0..rows).map(|row| row >= 100).collect());
    let train = slice(Matrix::new(rows, columns).unwrap(), labels).unwrap();
    let settings = ForestSettings { split_column_share: Some(0.05), ..ForestSettings::default() };
    let forest = settings.params().fit(&train).unwrap();
    assert_eq!(
        forest.trees().nodes(),
        3 * forest.trees().len(),
        "one split tells all, in every tree"
    );
}
