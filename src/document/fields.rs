//! One table of a TOML file, key by key.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::problem::Problems;
use super::suggest::nearest;

/// The keys of one table, taken out one after another.
pub(crate) struct Fields<'a> {
    /// How messages name it.
    place: String,
    at: usize,
    table: DeTable<'a>,
    /// The text is no TOML: what is missing may have been lost.
    broken: bool,
    asked_for: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The keys of a value that should be a table. `place` is how messages name it, `shape` how it is written. Of a
    /// text that is no TOML (`broken`) nobody can say what is missing.
    pub(crate) fn of(
        value: Spanned<DeValue<'a>>,
        place: &str,
        shape: impl std::fmt::Display,
        broken: bool,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let at = value.span().start;
        let found = value.as_ref().type_str();
        let DeValue::Table(table) = value.into_inner() else {
            problems.error(at, format!("{place} is a {found}; write `{shape}`"));
            return None;
        };
        Some(Self { place: place.to_owned(), at, table, broken, asked_for: Vec::new() })
    }

    /// Lets messages name the table in another way.
    pub(crate) fn rename(&mut self, place: String) {
        self.place = place;
    }

    /// Whether there is such a key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A key that must be there.
    pub(crate) fn required<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        self.asked_for.push(key);
        let value = self.table.remove(key);
        if value.is_none() && !self.broken {
            problems.error(self.at, format!("{}: `{key}` is missing; add it", self.place));
        }
        parse(value?, &format!("{}, {key}", self.place), problems)
    }

    /// A key that may be left out.
    pub(crate) fn optional<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        self.asked_for.push(key);
        parse(self.table.remove(key)?, &format!("{}, {key}", self.place), problems)
    }

    /// The keys of a table inside this one that must be there.
    pub(crate) fn required_table(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        if !self.table.contains_key(key) && !self.broken {
            problems.error(self.at, format!("{}: `{key}` is missing; add it", self.place));
        }
        self.optional_table(key, problems)
    }

    /// The keys of a table inside this one that may be left out.
    pub(crate) fn optional_table(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        self.asked_for.push(key);
        let place = format!("{}.{key}", self.place);
        let value = self.table.remove(key)?;
        Self::of(value, &place, format!("[{place}]"), self.broken, problems)
    }

    /// The keys of one table inside this one, or of each of several (`[[…]]`); none when there is no such key. `shape` is
    /// how it is written.
    pub(crate) fn one_or_more_tables(
        &mut self,
        key: &'static str,
        shape: &str,
        problems: &mut Problems<'_>,
    ) -> Vec<Self> {
        let place = format!("{}.{key}", self.place);
        let Some(value) = self.optional_value(key) else { return Vec::new() };
        let items = if value.as_ref().is_array() {
            let DeValue::Array(items) = value.into_inner() else { return Vec::new() };
            items.into_iter().collect()
        } else {
            vec![value]
        };
        let table = |item| Self::of(item, &place, shape, self.broken, problems);
        items.into_iter().filter_map(table).collect()
    }

    /// A value of whatever type that may be left out.
    pub(crate) fn optional_value(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.asked_for.push(key);
        self.table.remove(key)
    }

    /// How messages name the table.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Where the table stands in the text, in bytes.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// The text is no TOML: what is missing may have been lost.
    pub(crate) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// What nobody asked for.
    pub(crate) fn finish(self, problems: &mut Problems<'_>) {
        for (key, _) in self.table {
            let at = key.span().start;
            let key = key.into_inner();
            let hint = nearest(&key, self.asked_for.iter().copied())
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            problems.error(at, format!("{}: there is no key `{key}`{hint}", self.place));
        }
    }
}

/// A value of a type; what is wrong with it is told of `place`.
pub(crate) fn parse<T: DeserializeOwned>(
    value: Spanned<DeValue<'_>>,
    place: &str,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let at = value.span().start;
    match T::deserialize(ValueDeserializer::from(value)) {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            let at = error.span().map_or(at, |span| span.start);
            problems.error(at, format!("{place}: {}", error.message().trim_end()));
            None
        }
    }
}
