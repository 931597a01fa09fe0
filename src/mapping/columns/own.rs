//! The keys of one field.

use toml::Spanned;
use toml::de::DeValue;

use super::condition::scalar;
use super::settings::Settings;
use crate::document::{Fields, Problems};
use crate::mapping::schema::{FieldDef, Kind};

/// What a field says for itself.
pub(super) struct Own {
    pub(super) column: Option<Spanned<String>>,
    pub(super) constant: Option<Spanned<String>>,
    pub(super) optional: bool,
    pub(super) hash: bool,
    pub(super) values: Vec<(String, String, usize)>,
    pub(super) otherwise: Option<Spanned<String>>,
}

impl Own {
    /// Just the name of a column.
    pub(super) const fn column(name: Spanned<String>) -> Self {
        Self {
            column: Some(name),
            constant: None,
            optional: false,
            hash: false,
            values: Vec::new(),
            otherwise: None,
        }
    }

    /// The keys that are of use for the kind of the field.
    pub(super) fn read(
        def: &FieldDef,
        mut fields: Fields<'_>,
        settings: &mut Settings,
        problems: &mut Problems<'_>,
    ) -> Self {
        let mut own = Self {
            column: fields.optional("column", problems),
            constant: constant(&mut fields, problems),
            optional: fields.optional("optional", problems).unwrap_or(false),
            hash: false,
            values: Vec::new(),
            otherwise: None,
        };
        settings.read_nulls(&mut fields, problems);
        match def.kind {
            Kind::Id | Kind::Key => {
                own.hash = fields.optional("hash", problems).unwrap_or(false);
            }
            Kind::Keys | Kind::Ids => {
                own.hash = fields.optional("hash", problems).unwrap_or(false);
                settings.read_separator(&mut fields, problems);
            }
            Kind::Word(_) => {
                own.values = values(&mut fields, problems);
                own.otherwise = fields.optional("otherwise", problems);
            }
            Kind::WordList(_) => {
                own.values = values(&mut fields, problems);
                own.otherwise = fields.optional("otherwise", problems);
                settings.read_separator(&mut fields, problems);
            }
            Kind::Truth => own.values = values(&mut fields, problems),
            Kind::Digests(_) => settings.read_separator(&mut fields, problems),
            Kind::Whole | Kind::Real => settings.read_numbers(&mut fields, problems),
            Kind::Time => settings.read_times(&mut fields, problems),
            Kind::Money => settings.read_money(&mut fields, problems),
            Kind::Text | Kind::Address => {}
        }
        fields.finish(problems);
        own
    }
}

/// Text, a number, a truth value or a time.
fn constant(fields: &mut Fields<'_>, problems: &mut Problems<'_>) -> Option<Spanned<String>> {
    let value = fields.optional_value("constant")?;
    let text = scalar(value.as_ref());
    if text.is_none() {
        let place = fields.place();
        problems.error(value.span().start, format!("{place}: the constant must be one value"));
    }
    Some(Spanned::new(value.span(), text.unwrap_or_default()))
}

/// The user's spellings, what each stands for, and where that is written.
fn values(fields: &mut Fields<'_>, problems: &mut Problems<'_>) -> Vec<(String, String, usize)> {
    let Some(value) = fields.optional_value("values") else { return Vec::new() };
    let at = value.span().start;
    let place = fields.place();
    let DeValue::Table(table) = value.into_inner() else {
        problems.error(at, format!("{place}: write `values = {{ \"GC\" = \"key\" }}`"));
        return Vec::new();
    };
    let mut read = Vec::new();
    for (spelling, word) in table {
        let at = word.span().start;
        match scalar(word.as_ref()) {
            Some(word) => read.push((spelling.into_inner().trim().to_owned(), word, at)),
            None => problems.error(at, format!("{place}.values: each must be a text")),
        }
    }
    read
}
