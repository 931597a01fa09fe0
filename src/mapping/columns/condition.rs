//! Conditions on rows.

use std::collections::HashSet;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::settings::Settings;
use super::table::Columns;
use crate::document::{Fields, Problems};
use crate::mapping::cell::Cell;

/// A condition that a row must meet to give a record.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) struct Condition {
    pub(in crate::mapping) slot: usize,
    pub(in crate::mapping) nulls: Arc<[String]>,
    pub(in crate::mapping) test: Test,
}

/// What is asked of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) enum Test {
    /// It is one of these.
    Is(HashSet<String>),
    /// It is none of these; an empty one is none of them.
    IsNot(HashSet<String>),
    /// There is something in it, or there is not.
    Present(bool),
}

impl Condition {
    /// Whether a row meets it.
    pub(in crate::mapping) fn holds(&self, cells: &[Cell<'_>]) -> bool {
        let cell = cells.get(self.slot).unwrap_or(&Cell::Null);
        let is_null = cell.is_null(&self.nulls);
        let among = |words: &HashSet<String>| {
            !is_null && cell.as_text().is_some_and(|text| words.contains(&*text))
        };
        match &self.test {
            Test::Is(words) => among(words),
            Test::IsNot(words) => !among(words),
            Test::Present(present) => *present != is_null,
        }
    }

    /// The conditions of a record, all of which must hold.
    pub(super) fn read_all(
        fields: &mut Fields<'_>,
        settings: &Settings,
        columns: &mut Columns<'_>,
        problems: &mut Problems<'_>,
    ) -> Vec<Self> {
        let shape = "when = { column = \"status\", is = [\"paid\"] }";
        let entries = fields.one_or_more_tables("when", shape, problems);
        let read = |entry| Self::read(entry, settings, columns, problems);
        entries.into_iter().filter_map(read).collect()
    }

    fn read(
        mut fields: Fields<'_>,
        settings: &Settings,
        columns: &mut Columns<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let column = fields.required::<Spanned<String>>("column", problems);
        let optional = fields.optional("optional", problems).unwrap_or(false);
        let mut settings = settings.clone();
        settings.read_nulls(&mut fields, problems);
        let is = words("is", &mut fields, problems).map(Test::Is);
        let is_not = words("is_not", &mut fields, problems).map(Test::IsNot);
        let present = fields.optional("present", problems).map(Test::Present);
        let (at, place, broken) = (fields.at(), fields.place().to_owned(), fields.is_broken());
        fields.finish(problems);
        let mut tests = [is, is_not, present].into_iter().flatten();
        let test = tests.next();
        if (test.is_none() || tests.next().is_some()) && !broken {
            problems.error(at, format!("{place}: give one of `is`, `is_not` and `present`"));
        }
        let column = column?;
        let slot = columns.slot(column.as_ref(), column.span().start, optional, false);
        Some(Self { slot, nulls: settings.null_values, test: test? })
    }
}

/// One word or several; numbers and truth values as they are written.
fn words(
    key: &'static str,
    fields: &mut Fields<'_>,
    problems: &mut Problems<'_>,
) -> Option<HashSet<String>> {
    let value = fields.optional_value(key)?;
    let at = value.span().start;
    let place = format!("{}, {key}", fields.place());
    let items = match value.into_inner() {
        DeValue::Array(items) => items.into_iter().map(Spanned::into_inner).collect(),
        one @ (DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Table(_)) => vec![one],
    };
    let words: Option<HashSet<String>> = items.iter().map(scalar).collect();
    if words.as_ref().is_none_or(HashSet::is_empty) {
        problems.error(at, format!("{place}: give a text, or a list of texts"));
    }
    words
}

/// A value as a cell would spell it.
pub(super) fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.trim().to_owned()),
        DeValue::Integer(number) => Some(number.as_str().replace('_', "")),
        DeValue::Float(number) => Some(number.as_str().replace('_', "")),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
