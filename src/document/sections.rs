//! A TOML file, section by section: each section and entry is read on its own, so that one mistake hides no other.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::problem::Problems;
use super::suggest::nearest;

/// The sections of a file, taken out one after another.
pub(crate) struct Sections<'a> {
    table: DeTable<'a>,
}

impl<'a> Sections<'a> {
    /// Reads TOML. What is no TOML is a problem; what could be read around it is kept.
    pub(crate) fn read(source: &'a str, problems: &mut Problems<'_>) -> Self {
        let (table, errors) = DeTable::parse_recoverable(source);
        for error in errors {
            problems.error(error.span().map_or(0, |span| span.start), error.message());
        }
        Self { table: table.into_inner() }
    }

    /// A section that must be there.
    pub(crate) fn required<T: DeserializeOwned>(
        &mut self,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let section = self.take(name);
        if section.is_none() {
            problems.error(0, format!("section `{name}` is missing; add it"));
        }
        parse(section?, name, problems)
    }

    /// A section that may be left out.
    pub(crate) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        parse(self.take(name)?, name, problems)
    }

    /// Every entry of a list of tables; none when there is no such list.
    pub(crate) fn entries<T: DeserializeOwned>(
        &mut self,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Vec<T> {
        let Some(section) = self.take(name) else { return Vec::new() };
        let at = section.span().start;
        let found = section.as_ref().type_str();
        let DeValue::Array(items) = section.into_inner() else {
            problems.error(at, format!("`{name}` is a {found}; write `[[{name}]]` entries"));
            return Vec::new();
        };
        items.into_iter().filter_map(|item| parse(item, name, problems)).collect()
    }

    /// Every entry of a table of tables, with its key and where it stands.
    pub(crate) fn named<T: DeserializeOwned>(
        &mut self,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Vec<(String, usize, T)> {
        let Some(section) = self.take(name) else {
            problems.error(0, format!("section `{name}` is missing; add it"));
            return Vec::new();
        };
        let at = section.span().start;
        let DeValue::Table(table) = section.into_inner() else {
            problems.error(at, format!("`{name}` is no table; write `[{name}]`"));
            return Vec::new();
        };
        let read = table.into_iter().filter_map(|(key, value)| {
            let at = key.span().start;
            let key = key.into_inner().into_owned();
            let value = parse(value, &format!("{name}.{key}"), problems)?;
            Some((key, at, value))
        });
        read.collect()
    }

    /// What nobody asked for.
    pub(crate) fn finish(self, known: &[&str], problems: &mut Problems<'_>) {
        for (name, _) in self.table {
            let at = name.span().start;
            let name = name.into_inner();
            let hint = nearest(&name, known.iter().copied())
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            problems.error(at, format!("there is no section `{name}`{hint}"));
        }
    }

    fn take(&mut self, name: &str) -> Option<Spanned<DeValue<'a>>> {
        self.table.remove(name)
    }
}

fn parse<T: DeserializeOwned>(
    value: Spanned<DeValue<'_>>,
    name: &str,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let at = value.span().start;
    match T::deserialize(ValueDeserializer::from(value)) {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            let at = error.span().map_or(at, |span| span.start);
            problems.error(at, format!("in `{name}`: {}", error.message()));
            None
        }
    }
}
