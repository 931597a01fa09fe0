//! Rows that could not be used: a file of them, and how many are too many.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::str::FromStr;

use super::decimal::{Decimal, NumberStyle};
use super::fault::Fault;
use crate::tables::{PartialFile, TableError};

/// The name of the file with what was rejected.
pub const REJECTS_FILE: &str = "rejects.csv";
/// A table with fewer rows is never stopped for its share of bad ones, unless none is good.
const SHARE_ROWS_MIN: u64 = 1_000;
const WHOLE_BASIS_POINTS: u64 = 10_000;

/// How many bad rows are borne before the conversion stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxRejects {
    /// A share of the rows of a table, once a thousand of it were read; in hundredths of a percent.
    Share {
        /// 0 to 10,000.
        basis_points: u16,
    },
    /// So many rows in all.
    Count(u64),
}

impl Default for MaxRejects {
    /// 5 % of a table: so many bad rows are a wrong mapping, not bad data.
    fn default() -> Self {
        Self::Share { basis_points: 500 }
    }
}

/// Why a text is no bound of bad rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give a share such as `5%`, at most `100%`, or a number of rows such as `100`")]
pub struct ParseMaxRejectsError;

impl FromStr for MaxRejects {
    type Err = ParseMaxRejectsError;

    fn from_str(text: &str) -> Result<Self, ParseMaxRejectsError> {
        let Some(percent) = text.strip_suffix('%') else {
            return text.parse().map(Self::Count).map_err(|_| ParseMaxRejectsError);
        };
        let percent = Decimal::parse(percent.trim_end(), NumberStyle::PLAIN);
        let points = percent.and_then(|percent| percent.shifted(2));
        match points.and_then(|points| u16::try_from(points).ok()) {
            Some(basis_points) if u64::from(basis_points) <= WHOLE_BASIS_POINTS => {
                Ok(Self::Share { basis_points })
            }
            Some(_) | None => Err(ParseMaxRejectsError),
        }
    }
}

impl std::fmt::Display for MaxRejects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Share { basis_points } => {
                let share = Decimal::scaled((*basis_points).into(), 2);
                let share = share.map(|share| share.to_string()).unwrap_or_default();
                let share = share.trim_end_matches('0').trim_end_matches('.');
                write!(f, "{share}%")
            }
            Self::Count(rows) => write!(f, "{rows}"),
        }
    }
}

impl MaxRejects {
    /// Whether it is too much: of a table of `rows` so far, `bad` were bad, and `all_bad` with those of other tables.
    pub(super) fn exceeded(self, rows: u64, bad: u64, all_bad: u64) -> bool {
        match self {
            Self::Share { basis_points } => {
                let (bad, rows_times) = (
                    bad.saturating_mul(WHOLE_BASIS_POINTS),
                    rows.saturating_mul(basis_points.into()),
                );
                rows >= SHARE_ROWS_MIN && bad > rows_times
            }
            Self::Count(most) => all_bad > most,
        }
    }

    /// Whether a table may be bad in every row, however few it has: only when somebody has said so, by all rows or by their
    /// number.
    pub(super) fn bears_whole_table(self) -> bool {
        match self {
            Self::Share { basis_points } => u64::from(basis_points) >= WHOLE_BASIS_POINTS,
            Self::Count(_) => true,
        }
    }
}

/// Where a fault was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct FaultPlace<'a> {
    pub(super) file: &'a Path,
    pub(super) row: u64,
    pub(super) line: Option<u64>,
    pub(super) table: &'a str,
    /// The kind of record that could not be made; empty when no record could.
    pub(super) record: &'a str,
}

/// The file of what was rejected: CSV with a header, one line per fault.
#[derive(Debug)]
pub(super) struct RejectsFile(BufWriter<PartialFile>);

impl RejectsFile {
    pub(super) fn create(folder: &Path) -> Result<Self, TableError> {
        let mut file = Self(BufWriter::new(PartialFile::create(&folder.join(REJECTS_FILE))?));
        file.line(&["file", "row", "line", "table", "record", "column", "value", "reason"])?;
        Ok(file)
    }

    pub(super) fn write(&mut self, place: FaultPlace<'_>, fault: &Fault) -> Result<(), TableError> {
        let line = place.line.map(|line| line.to_string()).unwrap_or_default();
        self.line(&[
            &place.file.display().to_string(),
            &place.row.to_string(),
            &line,
            place.table,
            place.record,
            &fault.column,
            fault.reason.value.as_deref().unwrap_or_default(),
            &shown_whole(&fault.reason.text),
        ])
    }

    /// Ends the file, which has no name yet.
    pub(super) fn close(self) -> Result<PartialFile, TableError> {
        let path = self.0.get_ref().path().to_path_buf();
        let failed = TableError::io(&path, "written");
        self.0.into_inner().map_err(|error| failed(error.into_error()))
    }

    fn line(&mut self, fields: &[&str]) -> Result<(), TableError> {
        let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
        let written = writeln!(self.0, "{}", fields.join(","));
        written.map_err(TableError::io(self.0.get_ref().path(), "written"))
    }
}

/// A reason is vouch's own text, but may hold what a library or a header said.
fn shown_whole(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A field of CSV. One that a spreadsheet would take for a formula gets a quote in front.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '@', '\t', '\r'])
        || (field.starts_with('-') && Decimal::parse(field, NumberStyle::PLAIN).is_none());
    let field = if formula { format!("'{field}") } else { field.to_owned() };
    if field.contains([',', '"', '\n', '\r']) || formula {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::fault::shown;

    #[test]
    fn bounds_are_shares_or_numbers() {
        let parse = |text: &str| text.parse::<MaxRejects>();
        assert_eq!(parse("5%"), Ok(MaxRejects::default()));
        assert_eq!(parse("0.25 %"), Ok(MaxRejects::Share { basis_points: 25 }));
        assert_eq!(parse("100%"), Ok(MaxRejects::Share { basis_points: 10_000 }));
        assert_eq!(parse("0"), Ok(MaxRejects::Count(0)));
        for text in ["", "%", "-1", "101%", "0.001%", "many"] {
            assert_eq!(parse(text), Err(ParseMaxRejectsError), "{text}");
        }
        for text in ["5%", "0.25%", "100%", "0%", "17"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_share_is_judged_from_a_thousand_rows_on() {
        let share = MaxRejects::default();
        assert!(!share.exceeded(999, 999, 999));
        assert!(!share.exceeded(1_000, 50, 50));
        assert!(share.exceeded(1_000, 51, 51));
        assert!(!share.exceeded(100_000, 5_000, 90_000), "other tables have their own share");
        assert!(MaxRejects::Count(0).exceeded(1, 0, 1));
        assert!(!MaxRejects::Count(3).exceeded(9, 3, 3));
    }

    #[test]
    fn a_table_without_a_good_row_is_borne_only_when_said_so() {
        for (text, borne) in [("5%", false), ("99.99%", false), ("100%", true), ("3", true)] {
            assert_eq!(text.parse::<MaxRejects>().unwrap().bears_whole_table(), borne, "{text}");
        }
    }

    #[test]
    fn fields_are_safe_in_a_spreadsheet() {
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
        assert_eq!(quoted("-5.00"), "-5.00");
        assert_eq!(quoted("-a"), "\"'-a\"");
        assert_eq!(shown("a\u{1b}[31m"), "a\u{fffd}[31m");
    }
}
