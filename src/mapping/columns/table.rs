//! One table of the user.

use std::collections::HashMap;

use toml::Spanned;

use super::field::Field;
use super::line_of;
use super::record::Record;
use super::settings::Settings;
use crate::document::{Fields, Problems};
use crate::mapping::schema::RECORDS;

/// Longest name of a table, in bytes.
const NAME_MAX_BYTES: usize = 64;

/// A table of the user, and the records that each of its rows gives.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) struct Table {
    pub(in crate::mapping) name: String,
    /// Its files.
    pub(in crate::mapping) files: Vec<Pattern>,
    /// Between the fields of CSV; `None`: as the header shows.
    pub(in crate::mapping) delimiter: Option<u8>,
    /// The columns that are read.
    pub(in crate::mapping) columns: Vec<ColumnUse>,
    pub(in crate::mapping) records: Vec<Record>,
}

/// A path, perhaps with `*`, `?`, `[…]` and `**`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mapping) struct Pattern {
    pub(in crate::mapping) text: String,
    /// Its line in columns.toml.
    pub(in crate::mapping) line: usize,
}

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mapping) struct ColumnUse {
    pub(in crate::mapping) name: String,
    /// A line of columns.toml that names it.
    pub(in crate::mapping) line: usize,
    /// A file may lack it.
    pub(in crate::mapping) optional: bool,
    /// Its values are not shown.
    pub(in crate::mapping) secret: bool,
}

/// The columns of a table while it is read.
pub(super) struct Columns<'a> {
    source: &'a str,
    uses: Vec<ColumnUse>,
    /// Where each is named first.
    places: Vec<usize>,
    slots: HashMap<String, usize>,
}

impl Columns<'_> {
    /// The place of a column among those that are read.
    pub(super) fn slot(&mut self, name: &str, at: usize, optional: bool, secret: bool) -> usize {
        if let Some(slot) = self.slots.get(name).copied() {
            if let Some(known) = self.uses.get_mut(slot) {
                known.optional &= optional;
                known.secret |= secret;
            }
            return slot;
        }
        let slot = self.uses.len();
        let line = line_of(self.source, at);
        self.uses.push(ColumnUse { name: name.to_owned(), line, optional, secret });
        self.places.push(at);
        self.slots.insert(name.to_owned(), slot);
        slot
    }
}

impl Table {
    pub(super) fn read(
        mut fields: Fields<'_>,
        source: &str,
        settings: &Settings,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let name = name(&mut fields, problems);
        let mut settings = settings.clone();
        settings.read_all(&mut fields, problems);
        let files = files(&mut fields, source, problems);
        let delimiter = delimiter(&mut fields, problems);
        let mut columns =
            Columns { source, uses: Vec::new(), places: Vec::new(), slots: HashMap::new() };
        let mut records = Vec::new();
        let mut given = 0;
        for def in &RECORDS {
            let shape = format!("[table.{}]", def.name);
            for entry in fields.one_or_more_tables(def.name, &shape, problems) {
                given += 1;
                records.extend(Record::read(def, entry, &settings, &mut columns, problems));
            }
        }
        if given == 0 && !fields.is_broken() {
            problems.error(
                fields.at(),
                format!(
                    "{}: no record is mapped; add a section such as `[table.order_placed]`",
                    fields.place()
                ),
            );
        }
        keep_secrets(&fields, &records, &columns, problems);
        fields.finish(problems);
        Some(Self { name: name?, files, delimiter, columns: columns.uses, records })
    }
}

fn name(fields: &mut Fields<'_>, problems: &mut Problems<'_>) -> Option<String> {
    let name = fields.required::<Spanned<String>>("name", problems)?;
    let at = name.span().start;
    let name = name.into_inner();
    if name.is_empty() || name.len() > NAME_MAX_BYTES || name.chars().any(char::is_control) {
        let place = fields.place();
        problems.error(at, format!("{place}: name must have 1 to {NAME_MAX_BYTES} bytes"));
        return None;
    }
    fields.rename(name.clone());
    Some(name)
}

fn files(fields: &mut Fields<'_>, source: &str, problems: &mut Problems<'_>) -> Vec<Pattern> {
    let given: Option<Spanned<Vec<Spanned<String>>>> = fields.required("files", problems);
    let Some(given) = given else { return Vec::new() };
    if given.as_ref().is_empty() {
        let place = fields.place();
        problems.error(given.span().start, format!("{place}: `files` is empty; name one"));
    }
    let pattern = |text: Spanned<String>| {
        let at = text.span().start;
        if let Err(error) = glob::Pattern::new(text.as_ref()) {
            let (place, text, why) = (fields.place(), text.as_ref(), error.msg);
            problems.error(at, format!("{place}: `{text}` is no pattern of paths: {why}"));
        }
        Pattern { line: line_of(source, at), text: text.into_inner() }
    };
    given.into_inner().into_iter().map(pattern).collect()
}

/// What is hashed in one field and kept in clear in another was not meant.
fn keep_secrets(
    fields: &Fields<'_>,
    records: &[Record],
    columns: &Columns<'_>,
    problems: &mut Problems<'_>,
) {
    let all = || records.iter().flat_map(|record| &record.fields);
    for (slot, (column, at)) in columns.uses.iter().zip(&columns.places).enumerate() {
        let of_column = |field: &&Field| field.slot() == Some(slot);
        let kept = all().filter(of_column).find(|field| field.keeps_text());
        if let Some(kept) = kept.filter(|_| all().filter(of_column).any(Field::hashes)) {
            let (place, name, kept) = (fields.place(), &column.name, kept.def.name);
            problems.error(
                *at,
                format!("{place}: column `{name}` is hashed, but `{kept}` keeps it in clear; set `hash = true` there too"),
            );
        }
    }
}

fn delimiter(fields: &mut Fields<'_>, problems: &mut Problems<'_>) -> Option<u8> {
    let given = fields.optional::<Spanned<char>>("delimiter", problems)?;
    match u8::try_from(*given.as_ref()) {
        Ok(byte @ (b',' | b';' | b'\t' | b'|' | b':' | b'^' | b'~' | 1)) => Some(byte),
        Ok(_) | Err(_) => {
            let text =
                "delimiter must be one of `,`, `;`, `|`, `:`, `^`, `~`, tab (`\\t`), or `\\u0001`";
            problems.error(given.span().start, format!("{}: {text}", fields.place()));
            None
        }
    }
}
