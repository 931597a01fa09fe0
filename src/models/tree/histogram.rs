//! Sums by bin.

use super::super::bins::BinnedMatrix;
use super::super::real::long;

/// What falls into one bin of one column.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Bin {
    pub(super) gradient: f64,
    pub(super) curvature: f64,
    pub(super) rows: u32,
}

impl Bin {
    pub(super) fn add(&mut self, other: &Self) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
        self.rows += other.rows;
    }

    /// Whether rows with and without the label are in it, where `gradient = -weight * label` and `curvature = weight`:
    /// the most that splits can gain is then the impurity `G - G^2 / H`.
    pub(super) fn is_mixed(&self, gain_min: f64) -> bool {
        let labelled = -self.gradient;
        labelled * (self.curvature - labelled) > gain_min * self.curvature
    }

    /// What is left of a whole without this part.
    pub(super) fn rest_of(&self, whole: &Self) -> Self {
        Self {
            gradient: whole.gradient - self.gradient,
            curvature: whole.curvature - self.curvature,
            rows: whole.rows.saturating_sub(self.rows),
        }
    }
}

/// One column's bins in one node.
pub(super) type Histogram = Vec<Bin>;

/// Sums a node's rows into the bins of a column. `slopes` holds gradient and curvature of the node's rows in order.
pub(super) fn histogram(
    codes: &BinnedMatrix,
    column: usize,
    rows: &[u32],
    slopes: &[(f64, f64)],
) -> Histogram {
    let values = codes.column(column);
    let mut bins = [Bin::default(); 256];
    for (row, (gradient, curvature)) in rows.iter().zip(slopes) {
        let code = values.get(long(*row)).copied().unwrap_or(0);
        if let Some(bin) = bins.get_mut(usize::from(code)) {
            bin.gradient += gradient;
            bin.curvature += curvature;
            bin.rows += 1;
        }
    }
    bins.iter().take(codes.codes_of(column)).copied().collect()
}

/// The histogram of the other child, written over the parent's.
pub(super) fn subtract(parent: &mut Histogram, child: &Histogram) {
    parent.iter_mut().zip(child).for_each(|(whole, part)| *whole = part.rest_of(whole));
}
