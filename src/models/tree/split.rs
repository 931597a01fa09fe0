//! The best split of a node by one column.

use super::super::bins::UNKNOWN;
use super::Limits;
use super::histogram::Bin;

/// A split: the known values of codes 1 to `code` go left, those above go right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    pub(super) gain: f64,
    pub(super) column: usize,
    pub(super) code: u8,
    pub(super) unknown_left: bool,
    pub(super) left: Bin,
    pub(super) right: Bin,
}

/// Bounds of a node's value, which monotone splits above it set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Bounds {
    pub(super) const NONE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// The bounds of the two children of a split: where it is monotone, half way between their values.
    pub(super) fn below(self, split: &Split, direction: i8, l2: f64) -> (Self, Self) {
        let middle = f64::midpoint(value(&split.left, l2, self), value(&split.right, l2, self));
        let (under, over) = (Self { high: middle, ..self }, Self { low: middle, ..self });
        match direction {
            0 => (self, self),
            1.. => (under, over),
            _ => (over, under),
        }
    }
}

/// The best value of a node within its bounds.
pub(super) fn value(node: &Bin, l2: f64, bounds: Bounds) -> f64 {
    let weight = node.curvature + l2;
    let free = if weight > 0.0 { -node.gradient / weight } else { 0.0 };
    free.clamp(bounds.low, bounds.high)
}

/// What a node takes off the objective, twice, when it has this value.
fn score(node: &Bin, l2: f64, value: f64) -> f64 {
    -(2.0 * node.gradient + (node.curvature + l2) * value) * value
}

/// What the search for a split must know of its node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) limits: &'a Limits,
    pub(super) total: Bin,
    pub(super) bounds: Bounds,
}

/// The best split of a node by a column, if one is allowed: unknown values are tried on both sides. `occupied` are the codes
/// that a row has, ascending; `direction` is -1, 0 or 1; the first of equal splits is taken.
pub(super) fn best_split(
    node: Node<'_>,
    column: usize,
    bins: &[Bin],
    occupied: impl Iterator<Item = u8>,
    direction: i8,
) -> Option<Split> {
    let (unknown, known) = bins.split_first()?;
    let whole = score(&node.total, node.limits.l2, value(&node.total, node.limits.l2, node.bounds));
    let mut best: Option<Split> = None;
    let mut left = Bin::default();
    for code in occupied.filter(|code| *code != UNKNOWN) {
        let Some(bin) = bins.get(usize::from(code)) else { break };
        left.add(bin);
        for unknown_left in [false, true] {
            if unknown_left && unknown.rows == 0 {
                continue;
            }
            let mut side = left;
            if unknown_left {
                side.add(unknown);
            }
            let right = side.rest_of(&node.total);
            let split = Split { gain: 0.0, column, code, unknown_left, left: side, right };
            let Some(score) = score_of(node, &split, direction) else { continue };
            let gain = score - whole;
            if gain > best.map_or(node.limits.gain_min, |best| best.gain) {
                best = Some(Split { gain, ..split });
            }
        }
    }
    best.map(|split| settle_unknown(settle_gap(split, known), unknown))
}

/// The codes of a histogram that a row has, ascending.
pub(super) fn occupied(bins: &[Bin]) -> impl Iterator<Item = u8> {
    (0..=u8::MAX).zip(bins).filter(|(_, bin)| bin.rows > 0).map(|(code, _)| code)
}

/// Codes between the last bin on the left and the first on the right were not seen here: the border is put half way.
fn settle_gap(split: Split, known: &[Bin]) -> Split {
    let gap = known.iter().skip(usize::from(split.code)).take_while(|bin| bin.rows == 0).count();
    let half = u8::try_from(gap / 2).unwrap_or(0);
    Split { code: split.code.saturating_add(half), ..split }
}

/// The score of both sides together; `None` for a split that is not allowed.
fn score_of(node: Node<'_>, split: &Split, direction: i8) -> Option<f64> {
    let limits = node.limits;
    let small = |side: &Bin| {
        (side.rows as usize) < limits.leaf_rows_min.max(1)
            || side.curvature < limits.leaf_weight_min
    };
    if small(&split.left) || small(&split.right) {
        return None;
    }
    let left = value(&split.left, limits.l2, node.bounds);
    let right = value(&split.right, limits.l2, node.bounds);
    let against = (right - left) * f64::from(direction) < 0.0;
    (!against).then(|| score(&split.left, limits.l2, left) + score(&split.right, limits.l2, right))
}

/// Where a node saw no unknown value, one goes where most rows went.
fn settle_unknown(split: Split, unknown: &Bin) -> Split {
    if unknown.rows > 0 {
        return split;
    }
    Split { unknown_left: split.left.rows >= split.right.rows, ..split }
}
