//! Columns of lists. They are rare: a claim's evidence, a leak's keys.

use std::path::Path;

use polars::prelude::{
    ChunkedArray, Column, DataType, Int64Type, IntoColumn, ListBinaryChunkedBuilder,
    ListBooleanChunkedBuilder, ListBuilderTrait, ListChunked, ListPrimitiveChunkedBuilder,
    ListStringChunkedBuilder, Series,
};

use super::read::{find, typed};
use super::time_type;
use crate::domain::Timestamp;
use crate::tables::TableError;
use crate::tables::record::Fault;

/// Room that a column starts with, in rows and in items.
const CAPACITY: usize = 256;

macro_rules! list_builders {
    ($($(#[$doc:meta])* $name:ident: $builder:ty, $item:ty, $new:expr, |$b:ident, $items:ident| $append:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name {
            builder: $builder,
            rows: usize,
        }

        impl $name {
            pub(crate) fn new(name: &'static str) -> Self {
                let new: fn(&'static str) -> $builder = $new;
                Self { builder: new(name), rows: 0 }
            }

            /// The items of the row that is being made; none is null.
            pub(crate) fn set(&mut self, $items: &[$item]) {
                if !$items.is_empty() {
                    let $b = &mut self.builder;
                    $append;
                    self.rows += 1;
                }
            }

            /// Fills up to so many rows with null.
            pub(crate) fn pad(&mut self, rows: usize) {
                while self.rows < rows {
                    self.builder.append_null();
                    self.rows += 1;
                }
            }

            pub(crate) fn finish(mut self) -> Column {
                self.builder.finish().into_column()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).field("rows", &self.rows).finish_non_exhaustive()
            }
        }
    )*};
}

list_builders! {
    /// Lists of text.
    TextsBuilder: ListStringChunkedBuilder, &str,
        |name| ListStringChunkedBuilder::new(name.into(), CAPACITY, CAPACITY),
        |builder, items| builder.append_values_iter(items.iter().copied());
    /// Lists of bytes, with null for an item that is not there.
    BlobsBuilder: ListBinaryChunkedBuilder, Option<&[u8]>,
        |name| ListBinaryChunkedBuilder::new(name.into(), CAPACITY, CAPACITY),
        |builder, items| builder.append_trusted_len_iter(items.iter().copied());
    /// Lists of yes, no or null.
    TruthsBuilder: ListBooleanChunkedBuilder, Option<bool>,
        |name| ListBooleanChunkedBuilder::new(name.into(), CAPACITY, CAPACITY),
        |builder, items| builder.append_iter(items.iter().copied());
    /// Lists of points in time or null.
    TimesBuilder: ListPrimitiveChunkedBuilder<Int64Type>, Option<Timestamp>,
        |name| ListPrimitiveChunkedBuilder::new_with_values_type(
            name.into(), CAPACITY, CAPACITY, DataType::Int64, time_type(),
        ),
        |builder, items| builder.append_iter(items.iter().map(|time| time.map(Timestamp::ms)));
}

/// A column of lists of any type, as it is read.
#[derive(Debug)]
pub(crate) struct ListCells {
    name: &'static str,
    lists: Option<ListChunked>,
}

impl ListCells {
    pub(crate) fn of(
        columns: &[Column],
        name: &'static str,
        path: &Path,
    ) -> Result<Self, TableError> {
        let any = |dtype: &DataType| matches!(dtype, DataType::List(_));
        let Some(column) = find(columns, name) else { return Ok(Self { name, lists: None }) };
        if column.dtype() == &DataType::Null {
            return Ok(Self { name, lists: None });
        }
        let lists = typed(column, name, path, "a list", any, |series| series.list().ok().cloned())?;
        Ok(Self { name, lists: Some(lists) })
    }

    /// The texts of a row; none when it is null.
    pub(crate) fn texts(&self, row: usize) -> Result<Vec<String>, Fault> {
        let texts = |series: Series| {
            let items = series.str().ok()?;
            items.iter().map(|text| text.map(str::to_owned)).collect()
        };
        self.items(row, "a list of texts without null", texts)
    }

    /// The bytes of a row, with `None` for null; none at all when the row is null.
    pub(crate) fn blobs(&self, row: usize) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let blobs = |series: Series| {
            let items = series.binary().ok()?;
            Some(items.iter().map(|bytes| bytes.map(<[u8]>::to_vec)).collect())
        };
        self.items(row, "a list of bytes", blobs)
    }

    /// The truths of a row, with `None` for null; none at all when the row is null.
    pub(crate) fn truths(&self, row: usize) -> Result<Vec<Option<bool>>, Fault> {
        let truths = |series: Series| Some(series.bool().ok()?.iter().collect());
        self.items(row, "a list of truth values", truths)
    }

    /// The times of a row, with `None` for null; none at all when the row is null.
    pub(crate) fn times(&self, row: usize) -> Result<Vec<Option<Timestamp>>, Fault> {
        let times = |series: Series| {
            let ms = series.cast(&time_type()).ok()?;
            let ms: ChunkedArray<Int64Type> = ms.datetime().ok()?.physical().clone();
            Some(ms.iter().map(|ms| ms.map(Timestamp::from_ms)).collect())
        };
        self.items(row, "a list of times", times)
    }

    fn items<T>(
        &self,
        row: usize,
        expected: &str,
        read: impl FnOnce(Series) -> Option<Vec<T>>,
    ) -> Result<Vec<T>, Fault> {
        let Some(series) = self.lists.as_ref().and_then(|lists| lists.get_as_series(row)) else {
            return Ok(Vec::new());
        };
        if series.is_empty() || series.dtype() == &DataType::Null {
            return Ok(Vec::new());
        }
        let found = series.dtype().to_string();
        read(series).ok_or_else(|| {
            Fault::new(self.name, format_args!("is a list of {found}; give {expected}"))
        })
    }
}

impl ListCells {
    /// Something is wrong with the list of a row.
    pub(crate) fn fault(&self, message: impl std::fmt::Display) -> Fault {
        Fault::new(self.name, message)
    }
}
