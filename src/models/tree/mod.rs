//! One histogram tree learner: gradient boosting and the probability forest are both grown by it.
//!
//! A tree is grown on a gradient `g` and a curvature `h` a row. The best value of a node is `-G / (H + l2)` over its
//! rows, and a split gains `score(left) + score(right) - score(node)` with `score = G^2 / (H + l2)`: the second-order
//! objective of J. Friedman, "Greedy Function Approximation", Annals of Statistics 29 (2001), in the form of T. Chen and
//! C. Guestrin, "XGBoost", KDD (2016). With `g = -weight * label`, `h = weight` and `l2 = 0` the value is the share of
//! the label and the gain is the decrease of Gini impurity, which is what the forest needs.
//!
//! Sums are 64-bit and taken in row order; of many rows in chunks of a fixed size, then of their sums in order. So they do
//! not depend on the number of threads. Where every split looks at the same columns, only the smaller one of two children
//! is summed up; the other's histogram is the difference to the parent's.

mod flat;
mod grow;
mod histogram;
mod split;

#[cfg(test)]
mod tests;

pub(super) use flat::PathTrees;
pub use flat::Trees;
pub(super) use grow::{Columns, Grown, Problem, grow};
pub(super) use histogram::Sample;

/// How far a tree may grow; what the two tree estimators share.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Limits {
    /// Leaves of a tree.
    pub(super) leaves_max: usize,
    /// Splits between root and leaf.
    pub(super) depth_max: usize,
    /// Distinct rows of a leaf.
    pub(super) leaf_rows_min: usize,
    /// Sum of curvature (the forest: of weight) of a leaf.
    pub(super) leaf_weight_min: f64,
    /// Added to the curvature.
    pub(super) l2: f64,
    /// What a split must gain.
    pub(super) gain_min: f64,
}
