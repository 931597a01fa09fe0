//! Texts.

use std::borrow::Cow;

use super::Case;
use super::ints::IntTree;
use crate::features::row::Row;

/// A formula of texts.
#[derive(Debug, Clone)]
pub(super) enum TextTree {
    Known(Option<Box<str>>),
    Column(usize),
    OfInt(Box<IntTree>),
    Case(Box<Case<Self>>),
    Coalesce(Box<[Self]>),
}

impl TextTree {
    pub(super) fn value<'a>(&'a self, row: &'a impl Row) -> Option<Cow<'a, str>> {
        match self {
            Self::Known(value) => value.as_deref().map(Cow::Borrowed),
            Self::Column(place) => row.text(*place).map(Cow::Borrowed),
            Self::OfInt(tree) => tree.value(row).map(|value| Cow::Owned(value.to_string())),
            Self::Case(case) => case.taken(row).value(row),
            Self::Coalesce(items) => items.iter().find_map(|item| item.value(row)),
        }
    }
}
