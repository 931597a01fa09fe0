//! Curves.

use super::super::curve::curves;
use crate::models::Labels;

#[test]
fn curves_by_hand() {
    let labels = Labels::new(vec![true, false, true, false]);
    let found = curves(&[0.9, 0.8, 0.7, 0.7], &labels);
    assert_eq!(found.roc, [[0.0, 0.0], [0.0, 0.5], [0.5, 0.5], [1.0, 1.0]]);
    assert_eq!(found.precision_recall, [[0.5, 1.0], [0.5, 0.5], [1.0, 0.5]]);
    let one_class = curves(&[0.1, 0.2], &Labels::new(vec![true, true]));
    assert!(one_class.roc.is_empty());
}

#[test]
fn many_points_become_some() {
    let scores: Vec<f64> = (0..5_000).map(f64::from).collect();
    let labels = Labels::new((0..5_000).map(|row| row % 7 == 0).collect());
    let found = curves(&scores, &labels);
    assert!(found.roc.len() < 400 && found.roc.len() > 100, "{}", found.roc.len());
    assert_eq!((found.roc[0], found.roc.last()), ([0.0, 0.0], Some(&[1.0, 1.0])));
}
