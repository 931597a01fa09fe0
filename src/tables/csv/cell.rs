//! Texts become the values of a column; of an empty one it is null. A cell of a column that is not text may have spaces around
//! its value.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;

use crate::domain::Timestamp;
use crate::tables::column::{
    BlobsBuilder, BytesBuilder, IntBuilder, RealBuilder, TextBuilder, TextsBuilder, TimeBuilder,
    TimesBuilder, TruthBuilder, TruthsBuilder,
};
use crate::tables::value::shown;

/// What stands between the items of a list.
pub(super) const SEPARATOR: char = ',';
/// What a clock at UTC shows, which reaches to the end of the year 9999. A [`jiff::Timestamp`] ends a day before, and people
/// write the last day for "never".
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const NANOS_PER_MS: i128 = 1_000_000;
const NANOS_PER_S: i128 = 1_000_000_000;

/// A column under construction that takes texts.
pub(crate) trait FromCell {
    /// Sets the cell of the row that is being made.
    ///
    /// # Errors
    /// What is wrong with the text, when the column cannot hold it.
    fn set_cell(&mut self, text: &str) -> Result<(), String>;
}

macro_rules! from_cell {
    ($($builder:ty, |$column:ident, $text:ident| $set:expr;)*) => {$(
        impl FromCell for $builder {
            fn set_cell(&mut self, $text: &str) -> Result<(), String> {
                let $column = self;
                $set;
                Ok(())
            }
        }
    )*};
}

from_cell! {
    TextBuilder, |column, text| column.set_optional(Some(text).filter(|text| !text.is_empty()));
    BytesBuilder, |column, text| column.set_optional(value(text, bytes)?.as_deref());
    IntBuilder, |column, text| column.set_optional(value(text, whole)?);
    RealBuilder, |column, text| column.set_optional(value(text, real)?);
    TruthBuilder, |column, text| column.set_optional(value(text, truth)?);
    TimeBuilder, |column, text| column.set_optional(value(text, time)?);
    TextsBuilder, |column, text| {
        // What is missing among texts is told of by who reads them.
        let texts = items(text, |item| Ok(item.to_owned()))?;
        let texts: Vec<&str> = texts.iter().map(|item| item.as_deref().unwrap_or_default()).collect();
        column.set(&texts);
    };
    BlobsBuilder, |column, text| {
        let blobs = items(text, bytes)?;
        let blobs: Vec<Option<&[u8]>> = blobs.iter().map(Option::as_deref).collect();
        column.set(&blobs);
    };
    TruthsBuilder, |column, text| column.set(&items(text, truth)?);
    TimesBuilder, |column, text| column.set(&items(text, time)?);
}

/// The value of a cell, or null.
fn value<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

/// The items of a list; one that is empty is null, and of a cell that is empty there are none.
fn items<T>(
    text: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<Option<T>>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    text.split(SEPARATOR).map(|item| value(item, &read)).collect()
}

/// The message does not repeat the text: it may be a key in clear.
fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let wrong = "is not hexadecimal; give two digits for each byte, never a key itself";
    hex::decode(text).map_err(|_| wrong.to_owned())
}

fn whole(text: &str) -> Result<i64, String> {
    let wrong = |_| format!("is `{}`, which is no whole number; give digits alone", shown(text));
    text.parse().map_err(wrong)
}

fn real(text: &str) -> Result<f64, String> {
    let wrong = |_| format!("is `{}`, which is no number; give one such as `7.25`", shown(text));
    text.parse().map_err(wrong)
}

fn truth(text: &str) -> Result<bool, String> {
    // Some programs write them with a capital.
    if text.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if text.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err(format!("is `{}`; give `true` or `false`", shown(text)))
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    let wrong = || {
        let shown = shown(text);
        format!(
            "is `{shown}`, which is no time with its offset; give one such as `2026-03-02T08:00:00+08:00`"
        )
    };
    instant(text).ok_or_else(wrong)
}

/// What is finer than a millisecond is cut, as it is in the other formats.
fn instant(text: &str) -> Option<Timestamp> {
    let pieces = Pieces::parse(text).ok()?;
    let (time, offset) = (pieces.time()?, pieces.to_numeric_offset()?);
    let since = pieces.date().to_datetime(time).duration_since(EPOCH);
    let nanos = since.as_nanos() - i128::from(offset.seconds()) * NANOS_PER_S;
    i64::try_from(nanos.div_euclid(NANOS_PER_MS)).ok().map(Timestamp::from_ms)
}

/// The text that [`FromCell`] reads as this time.
pub(super) fn of_time(time: Timestamp) -> String {
    let shown = EPOCH.checked_add(SignedDuration::from_millis(time.ms()));
    shown.map_or_else(|_| time.to_string(), |shown| format!("{shown}Z"))
}
