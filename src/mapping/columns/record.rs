//! One kind of record that the rows of a table give.

use toml::Spanned;

use super::condition::Condition;
use super::field::Field;
use super::settings::Settings;
use super::table::Columns;
use crate::document::{Fields, Problems};
use crate::mapping::schema::RecordDef;

/// How a row becomes a record.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) struct Record {
    pub(in crate::mapping) def: &'static RecordDef,
    /// Rows that do not meet all of these give none.
    pub(in crate::mapping) when: Vec<Condition>,
    /// Columns that its id follows from; none: all that is mapped.
    pub(in crate::mapping) id_columns: Vec<usize>,
    /// From the event to its telling, where no column says when it was told.
    pub(in crate::mapping) delay_ms: i64,
    pub(in crate::mapping) fields: Vec<Field>,
}

impl Record {
    pub(super) fn read(
        def: &'static RecordDef,
        mut fields: Fields<'_>,
        settings: &Settings,
        columns: &mut Columns<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let mut settings = settings.clone();
        settings.read_delay(&mut fields, problems);
        let when = Condition::read_all(&mut fields, &settings, columns, problems);
        let names: Vec<Spanned<String>> =
            fields.optional("id_columns", problems).unwrap_or_default();
        let slot =
            |name: &Spanned<String>| columns.slot(name.as_ref(), name.span().start, false, false);
        let id_columns = names.iter().map(slot).collect();
        let mut read = Vec::new();
        for def in def.fields() {
            if let Some(value) = fields.optional_value(def.name) {
                let place = format!("{}.{}", fields.place(), def.name);
                read.extend(Field::read(def, value, place, &settings, columns, problems));
            } else if def.required && !fields.is_broken() {
                let (place, name) = (fields.place(), def.name);
                problems.error(
                    fields.at(),
                    format!("{place}: `{name}` is missing; name its column, or write `{name} = {{ constant = … }}`"),
                );
            }
        }
        let both = names.first().filter(|_| read.iter().any(|field| field.def == &def.frame.id));
        if let Some(name) = both {
            let (place, id) = (fields.place(), def.frame.id.name);
            problems.error(
                name.span().start,
                format!("{place}: give `id_columns` or `{id}`, not both"),
            );
        }
        fields.finish(problems);
        Some(Self { def, when, id_columns, delay_ms: settings.delay_ms, fields: read })
    }
}
