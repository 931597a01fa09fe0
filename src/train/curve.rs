//! The curves of a report.

use serde::Serialize;

use crate::models::Labels;

/// Points of a curve at most.
const POINTS_MAX: usize = 300;

/// ROC and precision-recall, as points of the plane.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Curves {
    /// False-positive rate, recall.
    pub roc: Vec<[f64; 2]>,
    /// Recall, precision.
    pub precision_recall: Vec<[f64; 2]>,
}

/// The curves of scores, a point for each score; of many, some.
pub(super) fn curves(scores: &[f64], labels: &Labels) -> Curves {
    let mut rows: Vec<(f64, bool, f64)> = scores
        .iter()
        .zip(labels.fraud().iter().zip(labels.weights()))
        .map(|(score, (fraud, weight))| (*score, *fraud, *weight))
        .collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let weight_of = |fraud| -> f64 { rows.iter().filter(|r| r.1 == fraud).map(|r| r.2).sum() };
    let (frauds, others) = (weight_of(true), weight_of(false));
    if frauds <= 0.0 || others <= 0.0 {
        return Curves::default();
    }
    let mut curves = Curves { roc: vec![[0.0, 0.0]], precision_recall: Vec::new() };
    let (mut found, mut wrong) = (0.0, 0.0);
    for (index, row) in rows.iter().enumerate() {
        *(if row.1 { &mut found } else { &mut wrong }) += row.2;
        let is_last_of_score = rows.get(index + 1).is_none_or(|next| next.0 < row.0);
        if is_last_of_score && found + wrong > 0.0 {
            curves.roc.push([wrong / others, found / frauds]);
            curves.precision_recall.push([found / frauds, found / (found + wrong)]);
        }
    }
    Curves { roc: thinned(curves.roc), precision_recall: thinned(curves.precision_recall) }
}

/// Points that are about evenly far from each other along the curve, first and last among them.
fn thinned(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let distance =
        |a: &[f64; 2], b: &[f64; 2]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>();
    let length: f64 = points.iter().zip(points.iter().skip(1)).map(|(a, b)| distance(a, b)).sum();
    let step = length / f64::from(u16::try_from(POINTS_MAX).unwrap_or(u16::MAX));
    let last = points.last().copied();
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for point in points {
        if kept.last().is_none_or(|before| distance(before, &point) >= step) {
            kept.push(point);
        }
    }
    if kept.last() != last.as_ref() {
        kept.extend(last);
    }
    kept
}
