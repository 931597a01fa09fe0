//! A cell of a user's table, whatever kind of file it comes from.

use std::borrow::Cow;

use jiff::civil::DateTime;

use super::decimal::Decimal;

/// A cell. CSV has texts only, JSON has no times, Parquet has all of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    /// Nothing.
    Null,
    /// Text, as it stands there.
    Text(Cow<'a, str>),
    /// A number that is exact, a whole one too.
    Exact(Decimal),
    /// A number in binary floating point.
    Real(f64),
    /// Yes or no.
    Truth(bool),
    /// A point in time, in milliseconds since 1970.
    Instant(i64),
    /// A time on a clock of which the cell does not say where it hangs.
    Local(DateTime),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Several cells.
    List(Vec<Cell<'a>>),
    /// A structure inside the cell.
    Structure,
}

impl<'a> Cell<'a> {
    /// A text.
    pub(super) const fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The text of a cell that one can write as such without doubt: as conditions, null values and ids see it.
    pub(super) fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text.trim())),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(str::trim).map(Cow::Borrowed),
            Self::Exact(number) => Some(Cow::Owned(number.to_string())),
            Self::Real(real) => Decimal::of_real(*real).map(|n| Cow::Owned(n.to_string())),
            Self::Truth(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
            Self::Null | Self::Instant(_) | Self::Local(_) | Self::List(_) | Self::Structure => {
                None
            }
        }
    }

    /// So many bytes, as they are or in hexadecimal.
    pub(super) fn digest(&self, length: usize) -> Option<Vec<u8>> {
        let bytes = if let Self::Bytes(bytes) = self {
            Some(bytes.to_vec()).filter(|bytes| bytes.len() == length)
        } else {
            None
        };
        let decoded = || hex::decode(&*self.as_text()?).ok();
        bytes.or_else(decoded).filter(|bytes| bytes.len() == length)
    }

    /// There is nothing in it, or a text that stands for nothing.
    pub(super) fn is_null(&self, null_values: &[String]) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => {
                let text = text.trim();
                text.is_empty() || null_values.iter().any(|null| null == text)
            }
            Self::List(items) => items.is_empty(),
            // Some tools write "nothing" as NaN.
            Self::Real(real) => real.is_nan(),
            Self::Exact(_) => {
                self.as_text().is_some_and(|text| null_values.iter().any(|null| *null == *text))
            }
            Self::Truth(_)
            | Self::Instant(_)
            | Self::Local(_)
            | Self::Bytes(_)
            | Self::Structure => false,
        }
    }

    /// What it is, in words.
    pub(super) const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Text(_) => "text",
            Self::Exact(_) => "a number",
            Self::Real(_) => "a floating-point number",
            Self::Truth(_) => "a truth value",
            Self::Instant(_) | Self::Local(_) => "a time",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Structure => "a structure",
        }
    }
}
