//! Reading `columns.toml`.

mod condition;
mod field;
mod own;
mod record;
mod settings;
mod table;

use std::collections::HashSet;

pub(super) use field::{CurrencyOf, Field, Origin};
pub(super) use record::Record;
pub(super) use table::{ColumnUse, Pattern, Table};

use self::settings::Settings;
use crate::document::{Problem, Problems, Sections};

/// Most tables of one file.
const TABLES_MAX: usize = 1_000;

/// What `columns.toml` says: which files are which tables, and which columns are which fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    pub(super) tables: Vec<Table>,
}

impl Mapping {
    /// Reads a file of mappings.
    ///
    /// # Errors
    /// Everything that is wrong with it, with lines.
    pub fn load(source: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::new(source);
        let mut sections = Sections::read(source, &mut problems);
        let mut settings = Settings::default();
        if let Some(Some(mut fields)) = sections.optional_table("defaults", &mut problems) {
            settings.read_all(&mut fields, &mut problems);
            fields.finish(&mut problems);
        }
        let entries = sections.tables("table", &mut problems);
        let missing = entries.is_empty() && !sections.is_broken() && !problems.has_errors();
        if missing {
            problems.error(0, "there is no `[[table]]`; add one for each table of yours");
        }
        if entries.len() > TABLES_MAX {
            problems.error(0, format!("has more than {TABLES_MAX} tables; split it"));
        }
        let mut names = HashSet::new();
        let mut tables = Vec::new();
        for fields in entries.into_iter().take(TABLES_MAX) {
            let at = fields.at();
            let Some(table) = Table::read(fields, source, &settings, &mut problems) else {
                continue;
            };
            if !names.insert(table.name.clone()) {
                let name = &table.name;
                problems
                    .error(at, format!("there are two tables `{name}`; give each its own name"));
            }
            tables.push(table);
        }
        sections.finish(&["defaults", "table"], &mut problems);
        if problems.has_errors() {
            return Err(problems.into_sorted());
        }
        Ok(Self { tables })
    }

    /// Whether a column is to be hashed, which takes the platform's pepper.
    #[must_use]
    pub fn needs_pepper(&self) -> bool {
        let records = self.tables.iter().flat_map(|table| &table.records);
        records.flat_map(|record| &record.fields).any(Field::hashes)
    }
}

/// The line of a byte of the text, from 1.
fn line_of(source: &str, at: usize) -> usize {
    let before = source.get(..at).unwrap_or_default();
    before.bytes().filter(|byte| *byte == b'\n').count() + 1
}
