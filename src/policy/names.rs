//! The names that conditions may use: signals, and conditions that the file shares under a name.

use std::collections::BTreeSet;

use super::analysis::{unreachable, write_out};
use super::raw::{RawPolicy, Text};
use crate::document::Problems;
use crate::features::{Expression, Field, Schema, ValueType, signal_fields};

/// What conditions are read with.
pub(super) struct Names {
    /// Signals alone.
    pub(super) signals: Schema,
    /// Signals, and behind them shared conditions in file order.
    pub(super) all: Schema,
    /// Shared conditions that could be read, in file order; each may use those before it. Where none has a fault, one
    /// for each column behind the signals.
    pub(super) defines: Vec<(String, Expression)>,
    /// Shared conditions with each other written out.
    written_out: Vec<(String, Option<String>)>,
}

impl Names {
    /// Reads the shared conditions. `None` when vouch's own signals make no schema: never.
    pub(super) fn read(raw: &RawPolicy, problems: &mut Problems<'_>) -> Option<Self> {
        let mut fields: Vec<Field> = signal_fields().collect();
        let signals =
            Schema::new(fields.iter().cloned()).map_err(|error| problems.error(0, error)).ok()?;
        let mut names =
            Self { all: signals.clone(), signals, defines: Vec::new(), written_out: Vec::new() };
        let mut named: Vec<&Text> = Vec::new();
        for define in &raw.defines {
            let Some(name) = &define.name else { continue };
            let Some(all) = names.with(name, &mut fields, problems) else { continue };
            named.push(name);
            names.define(name.as_ref(), define.sql.as_ref(), problems);
            // From here on it may be used, also when it could not be read: its users are not at fault.
            names.all = all;
        }
        if !raw.broken {
            unused(raw, &named, problems);
        }
        Some(names)
    }

    /// The condition with every shared one written out; `None` when that is too long to be looked at.
    pub(super) fn write_out(&self, sql: &str) -> Option<String> {
        write_out(sql, &self.written_out)
    }

    /// The names with one more.
    fn with(
        &self,
        name: &Text,
        fields: &mut Vec<Field>,
        problems: &mut Problems<'_>,
    ) -> Option<Schema> {
        let (at, text) = (name.span().start, name.as_ref());
        if self.all.get(text).is_some() {
            let problem = "is the name of a signal or of another condition; choose another";
            problems.error(at, format!("`{text}` {problem}"));
            return None;
        }
        fields.push(Field::new(text, ValueType::Bool));
        match Schema::new(fields.iter().cloned()) {
            Ok(schema) => Some(schema),
            Err(error) => {
                fields.pop();
                problems.error(at, error);
                None
            }
        }
    }

    fn define(&mut self, name: &str, sql: Option<&Text>, problems: &mut Problems<'_>) {
        let parsed = sql.and_then(|sql| {
            let place = format!("define `{name}`");
            let parsed = expression(sql, &self.all, ValueType::Bool, &place, problems)?;
            let written_out = self.write_out(sql.as_ref());
            let why = written_out.as_ref().and_then(|sql| unreachable(sql, &self.signals));
            if let Some(why) = why {
                problems.error(sql.span().start, format!("{place} can never hold: {why}"));
            }
            Some((parsed, written_out))
        });
        let Some((parsed, written_out)) = parsed else { return };
        self.written_out.push((name.to_owned(), written_out));
        self.defines.push((name.to_owned(), parsed));
    }
}

/// Reads SQL that must be of a type; what is wrong is told of `place`.
pub(super) fn expression(
    sql: &Text,
    schema: &Schema,
    expected: ValueType,
    place: &str,
    problems: &mut Problems<'_>,
) -> Option<Expression> {
    match Expression::parse_as(sql.as_ref(), schema, expected) {
        Ok(expression) => Some(expression),
        Err(errors) => {
            for error in errors {
                problems.error(sql.span().start, format!("{place}: {error}"));
            }
            None
        }
    }
}

/// A shared condition that nobody uses is costly, and may be a slip in the name of one that somebody should use.
fn unused(raw: &RawPolicy, named: &[&Text], problems: &mut Problems<'_>) {
    let conditions = raw.entries.iter().flat_map(|entry| [&entry.when, &entry.amount]);
    let conditions = conditions.chain(raw.defines.iter().map(|define| &define.sql));
    let model = raw.model.iter().flatten();
    let conditions =
        conditions.chain(model.flat_map(|model| [&model.approve_when, &model.reject_when]));
    let used: BTreeSet<&str> = conditions
        .flatten()
        .flat_map(|sql| sql.as_ref().split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')))
        .collect();
    for name in named.iter().filter(|name| !used.contains(name.as_ref().as_str())) {
        let text = format!("no condition uses `{}`; remove it", name.as_ref());
        problems.warning(name.span().start, text);
    }
}
