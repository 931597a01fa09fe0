//! Expressions as typed trees over one row: each node knows the types of its parts, columns are places, and constants
//! are worked out beforehand. Nothing is allocated while one is evaluated, but for the text of a number that is cast.

mod bools;
mod compile;
mod floats;
mod ints;
mod like;
mod texts;

use std::borrow::Cow;

use super::row::Row;
use super::schema::ValueType;
use super::tree::{Comparison, Node};
use bools::BoolTree;
use floats::FloatTree;
use ints::IntTree;
use texts::TextTree;

/// An expression ready to be evaluated over rows of the schema that it was read against.
#[derive(Debug, Clone)]
pub struct Formula(Tree);

/// A tree of any type.
#[derive(Debug, Clone)]
enum Tree {
    Bool(BoolTree),
    Int(IntTree),
    Float(FloatTree),
    Text(TextTree),
}

impl Formula {
    /// Of a node whose values are of a type.
    pub(super) fn new(node: &Node, value_type: ValueType) -> Self {
        Self(compile::tree(node, value_type))
    }

    /// The type of its values.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        match self.0 {
            Tree::Bool(_) => ValueType::Bool,
            Tree::Int(_) => ValueType::Int,
            Tree::Float(_) => ValueType::Float,
            Tree::Text(_) => ValueType::Text,
        }
    }

    /// The truth of a condition; none where it is unknown, and of any other formula.
    #[must_use]
    pub fn truth(&self, row: &impl Row) -> Option<bool> {
        if let Tree::Bool(tree) = &self.0 { tree.value(row) } else { None }
    }

    /// The value of a formula of integers.
    #[must_use]
    pub fn int(&self, row: &impl Row) -> Option<i64> {
        if let Tree::Int(tree) = &self.0 { tree.value(row) } else { None }
    }

    /// The value of a formula of floats, finite.
    #[must_use]
    pub fn float(&self, row: &impl Row) -> Option<f64> {
        if let Tree::Float(tree) = &self.0 { tree.value(row) } else { None }
    }

    /// The value of a formula of texts.
    #[must_use]
    pub fn text<'a>(&'a self, row: &'a impl Row) -> Option<Cow<'a, str>> {
        if let Tree::Text(tree) = &self.0 { tree.value(row) } else { None }
    }

    /// The value as a number: a condition is 1 or 0, an integer the float next to it, a text none.
    #[must_use]
    pub fn number(&self, row: &impl Row) -> Option<f64> {
        match &self.0 {
            Tree::Bool(tree) => tree.value(row).map(floats::of_bool),
            Tree::Int(tree) => tree.value(row).map(floats::of_int),
            Tree::Float(tree) => tree.value(row),
            Tree::Text(_) => None,
        }
    }
}

impl Tree {
    fn is_null(&self, row: &impl Row) -> bool {
        match self {
            Self::Bool(tree) => tree.value(row).is_none(),
            Self::Int(tree) => tree.value(row).is_none(),
            Self::Float(tree) => tree.value(row).is_none(),
            Self::Text(tree) => tree.value(row).is_none(),
        }
    }
}

/// A choice between two trees of one type.
#[derive(Debug, Clone)]
struct Case<T> {
    when: BoolTree,
    then: T,
    otherwise: T,
}

impl<T> Case<T> {
    /// The tree that counts: where the condition is unknown, the second.
    fn taken(&self, row: &impl Row) -> &T {
        if self.when.value(row) == Some(true) { &self.then } else { &self.otherwise }
    }
}

/// A comparison, unknown where a side is, unless it is about that.
fn compare<T: PartialOrd>(op: Comparison, left: Option<T>, right: Option<T>) -> Option<bool> {
    let (left, right) = match (left, right) {
        (Some(left), Some(right)) => (left, right),
        (left, right) => {
            let both = left.is_none() && right.is_none();
            return match op {
                Comparison::Same => Some(both),
                Comparison::Distinct => Some(!both),
                Comparison::Equal
                | Comparison::NotEqual
                | Comparison::Less
                | Comparison::LessOrEqual
                | Comparison::Greater
                | Comparison::GreaterOrEqual => None,
            };
        }
    };
    Some(match op {
        Comparison::Equal | Comparison::Same => left == right,
        Comparison::NotEqual | Comparison::Distinct => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    })
}

/// The greatest or the least of the known values; of two equal ones the later.
fn best<T>(values: impl Iterator<Item = Option<T>>, keeps: fn(&T, &T) -> bool) -> Option<T> {
    values.flatten().reduce(|so_far, next| if keeps(&so_far, &next) { so_far } else { next })
}
