//! Floats. Each operation is the plain one of IEEE 754, and what is not finite is unknown at once.

use super::bools::BoolTree;
use super::ints::IntTree;
use super::texts::TextTree;
use super::{Case, best};
use crate::features::row::Row;

/// A formula of floats.
#[derive(Debug, Clone)]
pub(super) enum FloatTree {
    /// Finite.
    Known(Option<f64>),
    Column(usize),
    OfBool(Box<BoolTree>),
    OfInt(Box<IntTree>),
    OfText(Box<TextTree>),
    Of(fn(f64) -> f64, Box<Self>),
    OfTwo(fn(f64, f64) -> f64, Box<[Self; 2]>),
    /// To a fraction of one over this power of ten, halves to even.
    Round(f64, Box<Self>),
    Greatest(Box<[Self]>),
    Least(Box<[Self]>),
    Case(Box<Case<Self>>),
    Coalesce(Box<[Self]>),
}

impl FloatTree {
    pub(super) fn value(&self, row: &impl Row) -> Option<f64> {
        match self {
            Self::Known(value) => *value,
            Self::Column(place) => row.float(*place).filter(|value| value.is_finite()),
            Self::OfBool(tree) => tree.value(row).map(of_bool),
            Self::OfInt(tree) => tree.value(row).map(of_int),
            // A text may read "inf".
            Self::OfText(tree) => finite(tree.value(row)?.parse().ok()?),
            Self::Of(function, tree) => finite(function(tree.value(row)?)),
            Self::OfTwo(function, sides) => {
                let [left, right] = &**sides;
                finite(function(left.value(row)?, right.value(row)?))
            }
            Self::Round(power, tree) => tree.value(row).map(|value| rounded(value, *power)),
            Self::Greatest(items) => best(items.iter().map(|item| item.value(row)), |a, b| a > b),
            Self::Least(items) => best(items.iter().map(|item| item.value(row)), |a, b| a < b),
            Self::Case(case) => case.taken(row).value(row),
            Self::Coalesce(items) => items.iter().find_map(|item| item.value(row)),
        }
    }
}

/// A condition as a number.
pub(super) fn of_bool(truth: bool) -> f64 {
    f64::from(u8::from(truth))
}

/// The float next to an integer.
#[expect(clippy::cast_precision_loss, reason = "an integer meets a float, as in any SQL")]
pub(super) const fn of_int(value: i64) -> f64 {
    value as f64
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// As polars rounds: a value too large for its power of ten has no such fraction and stays.
fn rounded(value: f64, power: f64) -> f64 {
    finite((value * power).round_ties_even() / power).unwrap_or(value)
}
