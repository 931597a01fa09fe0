//! Integers. What has no value of 64 bits is unknown: nothing wraps around.

use super::bools::BoolTree;
use super::floats::FloatTree;
use super::texts::TextTree;
use super::{Case, best};
use crate::features::row::Row;
use crate::features::tree::Arithmetic;

/// A formula of integers.
#[derive(Debug, Clone)]
pub(super) enum IntTree {
    Known(Option<i64>),
    Column(usize),
    OfBool(Box<BoolTree>),
    /// Without what is behind the point.
    OfFloat(Box<FloatTree>),
    OfText(Box<TextTree>),
    Arithmetic(Arithmetic, Box<[Self; 2]>),
    Abs(Box<Self>),
    Greatest(Box<[Self]>),
    Least(Box<[Self]>),
    Case(Box<Case<Self>>),
    Coalesce(Box<[Self]>),
}

impl IntTree {
    pub(super) fn value(&self, row: &impl Row) -> Option<i64> {
        match self {
            Self::Known(value) => *value,
            Self::Column(place) => row.int(*place),
            Self::OfBool(tree) => tree.value(row).map(i64::from),
            Self::OfFloat(tree) => whole(tree.value(row)?),
            Self::OfText(tree) => tree.value(row)?.parse().ok(),
            Self::Arithmetic(op, sides) => {
                let [left, right] = &**sides;
                computed(*op, left.value(row)?, right.value(row)?)
            }
            Self::Abs(tree) => tree.value(row)?.checked_abs(),
            Self::Greatest(items) => best(items.iter().map(|item| item.value(row)), |a, b| a > b),
            Self::Least(items) => best(items.iter().map(|item| item.value(row)), |a, b| a < b),
            Self::Case(case) => case.taken(row).value(row),
            Self::Coalesce(items) => items.iter().find_map(|item| item.value(row)),
        }
    }
}

/// One operation; quotients are rounded down, and remainders have the sign of the divisor.
fn computed(op: Arithmetic, a: i64, b: i64) -> Option<i64> {
    match op {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide | Arithmetic::DivideDown => {
            let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
            let above = rest != 0 && (rest < 0) != (b < 0);
            Some(quotient - i64::from(above))
        }
        Arithmetic::Remainder => {
            // The smallest integer has no quotient by -1, but it leaves nothing.
            let rest = if b == -1 { 0 } else { a.checked_rem(b)? };
            let above = rest != 0 && (rest < 0) != (b < 0);
            Some(if above { rest + b } else { rest })
        }
    }
}

/// 2^63: the first float above all integers, and less one sign the last one that is an integer.
const BOUND: f64 = 9_223_372_036_854_775_808.0;

#[expect(clippy::cast_possible_truncation, reason = "within the bounds of integers")]
fn whole(value: f64) -> Option<i64> {
    (-BOUND..BOUND).contains(&value).then_some(value as i64)
}
