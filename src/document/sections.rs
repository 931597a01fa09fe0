//! A TOML file, section by section: each section, entry and key is read on its own, so that one mistake hides no other.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{Fields, parse};
use super::problem::Problems;
use super::suggest::nearest;

/// The sections of a file, taken out one after another.
pub(crate) struct Sections<'a> {
    table: DeTable<'a>,
    /// The text is no TOML: what is missing may have been lost.
    broken: bool,
}

impl<'a> Sections<'a> {
    /// Reads TOML. What is no TOML is a problem; what could be read around it is kept.
    pub(crate) fn read(source: &'a str, problems: &mut Problems<'_>) -> Self {
        let (table, errors) = DeTable::parse_recoverable(source);
        let broken = !errors.is_empty();
        for error in errors {
            problems.error(error.span().map_or(0, |span| span.start), error.message());
        }
        Self { table: table.into_inner(), broken }
    }

    /// Whether the text is no TOML, so that what is missing may have been lost.
    pub(crate) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// A section that must be there.
    pub(crate) fn required<T: DeserializeOwned>(
        &mut self,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let section = self.must_take(name, problems)?;
        parse(section, &format!("in `{name}`"), problems)
    }

    /// A section that may be left out.
    pub(crate) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        parse(self.table.remove(name)?, &format!("in `{name}`"), problems)
    }

    /// The keys of a section that must be there.
    pub(crate) fn table(&mut self, name: &str, problems: &mut Problems<'_>) -> Option<Fields<'a>> {
        let section = self.must_take(name, problems)?;
        Fields::of(section, name, format!("[{name}]"), self.broken, problems)
    }

    /// The keys of a section that may be left out: `None` when it is, `Some(None)` when it is no table.
    pub(crate) fn optional_table(
        &mut self,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Option<Fields<'a>>> {
        let section = self.table.remove(name)?;
        Some(Fields::of(section, name, format!("[{name}]"), self.broken, problems))
    }

    /// The keys of every entry of a list of tables; none when there is no such list.
    pub(crate) fn tables(&mut self, name: &str, problems: &mut Problems<'_>) -> Vec<Fields<'a>> {
        let Some(section) = self.table.remove(name) else { return Vec::new() };
        let at = section.span().start;
        let found = section.as_ref().type_str();
        let DeValue::Array(items) = section.into_inner() else {
            problems.error(at, format!("`{name}` is a {found}; write `[[{name}]]` entries"));
            return Vec::new();
        };
        let shape = format!("[[{name}]]");
        let table = |item| Fields::of(item, &shape, &shape, self.broken, problems);
        items.into_iter().filter_map(table).collect()
    }

    /// Every entry of a section, with its key and where the key stands; none when there is no such section.
    pub(crate) fn named(
        &mut self,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Vec<(Spanned<String>, Spanned<DeValue<'a>>)> {
        let Some(section) = self.table.remove(name) else { return Vec::new() };
        let at = section.span().start;
        let found = section.as_ref().type_str();
        let DeValue::Table(table) = section.into_inner() else {
            problems.error(at, format!("`{name}` is a {found}; write `[{name}]`"));
            return Vec::new();
        };
        let owned = |(key, value): (Spanned<std::borrow::Cow<'_, str>>, _)| {
            let span = key.span();
            (Spanned::new(span, key.into_inner().into_owned()), value)
        };
        table.into_iter().map(owned).collect()
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

    /// A section that is taken out later must be there.
    pub(crate) fn must_have(&self, name: &str, problems: &mut Problems<'_>) {
        if !self.table.contains_key(name) && !self.broken {
            problems.error(0, format!("section `{name}` is missing; add it"));
        }
    }

    fn must_take(
        &mut self,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Spanned<DeValue<'a>>> {
        self.must_have(name, problems);
        self.table.remove(name)
    }
}
