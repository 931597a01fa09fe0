//! Oddness of made-up rows, and linfa's trap.

use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use linfa_reduction::Pca;

use super::super::labels::{Labels, Slice, slice};
use super::super::matrix::{Column, Matrix};
use super::super::real::real;
use super::super::standard::Standard;
use super::super::tests_support::claims;
use super::AnomalySettings;

/// Two columns that move together and two that are apart.
fn pairs(rows: usize) -> Slice {
    let wave = |step: f64| move |row: usize| (real(row) * step).sin();
    let column =
        |name: &str, of: &dyn Fn(usize) -> f64| Column::known(name, (0..rows).map(of).collect());
    let columns = vec![
        column("a", &wave(0.7)),
        column("b", &|row| 2.0 * wave(0.7)(row) + 0.01 * wave(1.9)(row)),
        column("c", &wave(1.3)),
        column("d", &wave(2.9)),
    ];
    slice(Matrix::new(rows, columns).unwrap(), Labels::new(vec![false; rows])).unwrap()
}

fn one(values: [f64; 4]) -> Matrix {
    let columns = ["a", "b", "c", "d"].into_iter().zip(values);
    Matrix::new(1, columns.map(|(name, value)| Column::known(name, vec![value])).collect()).unwrap()
}

#[test]
fn what_breaks_a_usual_relation_is_odd_though_each_value_is_ordinary() {
    let model = AnomalySettings { components_max: 1, ..AnomalySettings::default() };
    let model = model.params().fit(&pairs(2_000)).unwrap();
    let odd = model.score(&one([0.9, -1.8, 0.0, 0.0]), true).unwrap().remove(0);
    let plain = model.score(&one([0.9, 1.8, 0.0, 0.0]), true).unwrap().remove(0);
    assert!(odd.score > plain.score + 1.0, "{odd:?} {plain:?}");
    assert!(odd.rank > plain.rank && plain.rank >= 0.0 && odd.rank <= 1.0);
    let sum = odd.bias + odd.contributions.iter().sum::<f64>();
    assert!((sum - odd.score).abs() < 1e-9);
}

/// linfa divides by components - 1. When this fails it was mended; nothing here reads that variance.
#[test]
fn linfa_still_reports_an_infinite_variance_of_one_component() {
    let slice = pairs(100);
    let x = Standard::fit(&slice).array(&slice.records, &(0..100).collect::<Vec<_>>());
    let fitted = Pca::params(1).fit(&DatasetBase::new(x, ())).unwrap();
    assert!(fitted.explained_variance()[0].is_infinite());
}

#[test]
fn the_score_is_the_tail_and_goes_on_beyond_it() {
    let train = claims(5_000, 4);
    let model = AnomalySettings::default().params().fit(&train).unwrap();
    let scores = model.scores(&train.records).unwrap();
    for wanted in [1.0_f64, 2.0, 3.0, 4.0] {
        let above = scores.iter().filter(|score| **score >= wanted).count();
        let share = real(above) / 5_000.0;
        assert!((share.ln() + wanted).abs() < 0.2, "{wanted}: {share}");
    }
    let far = |value: f64| {
        let columns = ["amount", "risk", "sometimes", "noise", "level"]
            .map(|name| Column::known(name, vec![if name == "noise" { value } else { 0.0 }]));
        model.scores(&Matrix::new(1, columns.to_vec()).unwrap()).unwrap()[0]
    };
    assert!(
        far(5.0) < far(6.0) && far(6.0) <= far(1e300),
        "{} {} {}",
        far(5.0),
        far(6.0),
        far(1e300)
    );
}

#[test]
fn one_column_and_one_value_do_no_harm() {
    let single = |values: Vec<f64>| {
        let rows = values.len();
        let matrix = Matrix::new(rows, vec![Column::known("a", values)]).unwrap();
        slice(matrix, Labels::new(vec![false; rows])).unwrap()
    };
    for values in [vec![3.0; 50], (0..50_u8).map(f64::from).collect()] {
        let slice = single(values);
        let model = AnomalySettings::default().params().fit(&slice).unwrap();
        let scores = model.score(&slice.records, true).unwrap();
        assert!(scores.iter().all(|row| row.score.is_finite() && row.rank >= 0.0));
    }
    let bad = AnomalySettings { variance_share: f64::NAN, ..AnomalySettings::default() };
    assert!(bad.params().check().is_err());
}
