//! Conditions.

use super::floats::FloatTree;
use super::ints::IntTree;
use super::like::Like;
use super::texts::TextTree;
use super::{Case, Tree, compare};
use crate::features::row::Row;
use crate::features::tree::{Affix, Comparison};

/// A condition: true, false or unknown.
#[derive(Debug, Clone)]
pub(super) enum BoolTree {
    Known(Option<bool>),
    Column(usize),
    Not(Box<Self>),
    /// AND over two or more.
    All(Box<[Self]>),
    /// OR over two or more.
    Any(Box<[Self]>),
    OfBools(Comparison, Box<[Self; 2]>),
    OfInts(Comparison, Box<[IntTree; 2]>),
    OfFloats(Comparison, Box<[FloatTree; 2]>),
    OfTexts(Comparison, Box<[TextTree; 2]>),
    IsNull(Box<Tree>),
    IntIn(Box<IntTree>, Box<[i64]>),
    FloatIn(Box<FloatTree>, Box<[f64]>),
    TextIn(Box<TextTree>, Box<[Box<str>]>),
    Like(Box<TextTree>, Like),
    Affix(Affix, Box<[TextTree; 2]>),
    Case(Box<Case<Self>>),
    Coalesce(Box<[Self]>),
}

impl BoolTree {
    pub(super) fn value(&self, row: &impl Row) -> Option<bool> {
        match self {
            Self::Known(value) => *value,
            Self::Column(place) => row.truth(*place),
            Self::Not(inner) => inner.value(row).map(|truth| !truth),
            Self::All(parts) => weighed(parts, false, row),
            Self::Any(parts) => weighed(parts, true, row),
            Self::OfBools(op, sides) => {
                let [left, right] = &**sides;
                compare(*op, left.value(row), right.value(row))
            }
            Self::OfInts(op, sides) => {
                let [left, right] = &**sides;
                compare(*op, left.value(row), right.value(row))
            }
            Self::OfFloats(op, sides) => {
                let [left, right] = &**sides;
                compare(*op, left.value(row), right.value(row))
            }
            Self::OfTexts(op, sides) => {
                let [left, right] = &**sides;
                compare(*op, left.value(row), right.value(row))
            }
            Self::IsNull(tree) => Some(tree.is_null(row)),
            Self::IntIn(tree, list) => tree.value(row).map(|value| list.contains(&value)),
            Self::FloatIn(tree, list) => tree.value(row).map(|value| list.contains(&value)),
            Self::TextIn(tree, list) => {
                tree.value(row).map(|value| list.iter().any(|word| **word == *value))
            }
            Self::Like(tree, like) => tree.value(row).map(|text| like.fits(&text)),
            Self::Affix(side, texts) => {
                let [text, part] = &**texts;
                let (text, part) = (text.value(row)?, part.value(row)?);
                Some(match side {
                    Affix::Prefix => text.starts_with(&*part),
                    Affix::Suffix => text.ends_with(&*part),
                })
            }
            Self::Case(case) => case.taken(row).value(row),
            Self::Coalesce(items) => items.iter().find_map(|item| item.value(row)),
        }
    }
}

/// The first part that has the truth that decides ends it; without one, a part that is unknown makes all unknown.
fn weighed(parts: &[BoolTree], decides: bool, row: &impl Row) -> Option<bool> {
    let mut outcome = Some(!decides);
    for part in parts {
        match part.value(row) {
            Some(truth) if truth == decides => return Some(decides),
            Some(_) => {}
            None => outcome = None,
        }
    }
    outcome
}
