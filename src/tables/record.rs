//! What a table holds, and how the columns of a record are declared.

use prost::Message;

use super::RowError;
use super::value::Seen;
use crate::domain::{Timestamp, Violations};

/// A record, and when vouch observed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed<T> {
    /// When it was observed.
    pub observed_at: Timestamp,
    /// Where it stands in the ledger that it was exported from; `None` of what no ledger holds yet.
    pub position: Option<u64>,
    /// The record.
    pub record: T,
}

/// When and where a record was taken in.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub(super) observed_at: Timestamp,
    pub(super) position: Option<u64>,
}

impl Place {
    pub(super) fn column(self) -> Option<i64> {
        self.position.and_then(|position| i64::try_from(position).ok())
    }
}

/// A kind of record that has a table: [`crate::domain::Fact`] or [`crate::domain::RefundClaim`].
pub trait Record: Sized + private::Sealed {
    /// The columns under construction.
    #[doc(hidden)]
    type Columns: private::Columns + private::FromTexts;
    /// The columns as they are read.
    #[doc(hidden)]
    type View: private::View;
    /// A line of NDJSON.
    #[doc(hidden)]
    type Line: Message + Default;
    /// The full name of that line's message.
    #[doc(hidden)]
    const LINE: &'static str;
    /// Columns without which no row of a table can be read.
    #[doc(hidden)]
    const REQUIRED: &'static [&'static str];

    /// Adds a row.
    #[doc(hidden)]
    fn put(at: Place, record: &Self, columns: &mut Self::Columns);

    /// Reads a row, counted from 0 in the view.
    #[doc(hidden)]
    fn get(view: &Self::View, row: usize, seen: &mut Seen) -> Result<Observed<Self>, Fault>;

    /// Makes a line.
    #[doc(hidden)]
    fn line(at: Place, record: &Self) -> Self::Line;

    /// Takes a line apart.
    #[doc(hidden)]
    fn from_line(line: Self::Line) -> Result<Observed<Self>, Violations>;
}

/// What is wrong with a row, and in which column.
#[doc(hidden)]
#[derive(Debug)]
pub struct Fault {
    pub(super) column: &'static str,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(column: &'static str, message: impl std::fmt::Display) -> Self {
        // Control characters of a cell must not reach a terminal.
        Self { column, message: message.to_string().replace(char::is_control, "\u{fffd}") }
    }

    pub(super) fn at(self, row: u64, line: Option<u64>) -> RowError {
        RowError { row, line, column: self.column.to_owned(), message: self.message }
    }
}

pub(crate) mod private {
    use std::borrow::Cow;
    use std::path::Path;

    use polars::prelude::Column;

    use super::Fault;
    use crate::tables::TableError;

    /// Only the records of this crate have tables.
    pub trait Sealed {}

    /// Columns under construction.
    pub trait Columns: Default + std::fmt::Debug {
        /// Ends a row: what was not set is null.
        fn end_row(&mut self);
        /// Takes the columns out; new rows start with none.
        fn take(&mut self) -> Vec<Column>;
        /// Rows that ended.
        fn rows(&self) -> usize;
    }

    /// Columns under construction from texts.
    pub trait FromTexts {
        /// Sets the cells of a row, in the order of the columns; stops at the first that its column cannot hold.
        fn set_texts(&mut self, cells: &[Option<Cow<'_, str>>]) -> Result<(), Fault>;
    }

    /// Columns as they are read.
    pub trait View: Sized + std::fmt::Debug {
        /// Every column that there may be.
        const NAMES: &'static [&'static str];

        /// Finds the columns by their names.
        fn of(columns: &[Column], path: &Path) -> Result<Self, TableError>;
    }
}

/// Declares the columns of a record: a builder struct and a view struct with one field per column.
macro_rules! columns {
    (
        $(#[$doc:meta])*
        $vis:vis $columns:ident, $view:ident;
        $($field:ident: $kind:ident,)*
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        $vis struct $columns {
            rows: usize,
            $(pub(super) $field: $crate::tables::record::builder!($kind),)*
        }

        impl Default for $columns {
            fn default() -> Self {
                Self { rows: 0, $($field: <$crate::tables::record::builder!($kind)>::new(stringify!($field)),)* }
            }
        }

        impl $crate::tables::record::private::Columns for $columns {
            fn end_row(&mut self) {
                self.rows += 1;
                $(self.$field.pad(self.rows);)*
            }

            fn take(&mut self) -> Vec<polars::prelude::Column> {
                let full = std::mem::take(self);
                vec![$(full.$field.finish(),)*]
            }

            fn rows(&self) -> usize {
                self.rows
            }
        }

        $crate::tables::record::view!($view, $columns, $($field: $kind,)*);
    };
}
pub(crate) use columns;

macro_rules! view {
    (None, $columns:ident, $($field:ident: $kind:ident,)*) => {};
    ($view:ident, $columns:ident, $($field:ident: $kind:ident,)*) => {
        /// The same columns, as they are read.
        #[derive(Debug)]
        pub struct $view {
            $(pub(super) $field: $crate::tables::record::cells!($kind),)*
        }

        impl $crate::tables::record::private::View for $view {
            const NAMES: &'static [&'static str] = &[$(stringify!($field),)*];

            fn of(
                columns: &[polars::prelude::Column],
                path: &std::path::Path,
            ) -> Result<Self, $crate::tables::TableError> {
                let names = columns.iter().map(|column| column.name().as_str());
                $crate::tables::column::known(names, Self::NAMES, path)?;
                Ok(Self {
                    $($field: <$crate::tables::record::cells!($kind)>::of(columns, stringify!($field), path)?,)*
                })
            }
        }

        impl $crate::tables::record::private::FromTexts for $columns {
            fn set_texts(
                &mut self,
                cells: &[Option<std::borrow::Cow<'_, str>>],
            ) -> Result<(), $crate::tables::record::Fault> {
                let mut cells = cells.iter();
                $(if let Some(Some(cell)) = cells.next() {
                    let set = $crate::tables::csv::FromCell::set_cell(&mut self.$field, cell);
                    set.map_err(|text| $crate::tables::record::Fault::new(stringify!($field), text))?;
                })*
                Ok(())
            }
        }
    };
}
pub(crate) use view;

macro_rules! builder {
    (text) => {
        $crate::tables::column::TextBuilder
    };
    (bytes) => {
        $crate::tables::column::BytesBuilder
    };
    (int) => {
        $crate::tables::column::IntBuilder
    };
    (real) => {
        $crate::tables::column::RealBuilder
    };
    (truth) => {
        $crate::tables::column::TruthBuilder
    };
    (time) => {
        $crate::tables::column::TimeBuilder
    };
    (texts) => {
        $crate::tables::column::TextsBuilder
    };
    (blobs) => {
        $crate::tables::column::BlobsBuilder
    };
    (truths) => {
        $crate::tables::column::TruthsBuilder
    };
    (times) => {
        $crate::tables::column::TimesBuilder
    };
}
pub(crate) use builder;

macro_rules! cells {
    (text) => {
        $crate::tables::column::TextCells
    };
    (bytes) => {
        $crate::tables::column::BytesCells
    };
    (int) => {
        $crate::tables::column::IntCells
    };
    (real) => {
        $crate::tables::column::RealCells
    };
    (truth) => {
        $crate::tables::column::TruthCells
    };
    (time) => {
        $crate::tables::column::TimeCells
    };
    (texts) => {
        $crate::tables::column::ListCells
    };
    (blobs) => {
        $crate::tables::column::ListCells
    };
    (truths) => {
        $crate::tables::column::ListCells
    };
    (times) => {
        $crate::tables::column::ListCells
    };
}
pub(crate) use cells;
