//! Columns under construction.

use polars::prelude::{
    BinaryChunkedBuilder, BooleanChunkedBuilder, ChunkedBuilder, Column, Float64Type, Int64Type,
    IntoColumn, PrimitiveChunkedBuilder, StringChunkedBuilder, TimeUnit, TimeZone,
};

use crate::domain::Timestamp;

/// Room that a column starts with, in rows.
const CAPACITY: usize = 1_024;

macro_rules! builders {
    ($($(#[$doc:meta])* $name:ident: $builder:ty, $value:ty, |$it:ident| $convert:expr, |$full:ident| $finish:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name {
            builder: $builder,
            rows: usize,
        }

        impl $name {
            pub(crate) fn new(name: &'static str) -> Self {
                Self { builder: <$builder>::new(name.into(), CAPACITY), rows: 0 }
            }

            /// The value of the row that is being made.
            pub(crate) fn set(&mut self, $it: $value) {
                self.builder.append_value($convert);
                self.rows += 1;
            }

            /// The value of the row that is being made, or null.
            pub(crate) fn set_optional(&mut self, value: Option<$value>) {
                if let Some(value) = value {
                    self.set(value);
                }
            }

            /// Fills up to so many rows with null.
            pub(crate) fn pad(&mut self, rows: usize) {
                while self.rows < rows {
                    self.builder.append_null();
                    self.rows += 1;
                }
            }

            pub(crate) fn finish(self) -> Column {
                let $full = self.builder.finish();
                $finish
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).field("rows", &self.rows).finish_non_exhaustive()
            }
        }
    )*};
}

builders! {
    /// Text.
    TextBuilder: StringChunkedBuilder, &str, |value| value, |full| full.into_column();
    /// Bytes.
    BytesBuilder: BinaryChunkedBuilder, &[u8], |value| value, |full| full.into_column();
    /// Whole numbers.
    IntBuilder: PrimitiveChunkedBuilder<Int64Type>, i64, |value| value, |full| full.into_column();
    /// Real numbers.
    RealBuilder: PrimitiveChunkedBuilder<Float64Type>, f64, |value| value, |full| full.into_column();
    /// Yes or no.
    TruthBuilder: BooleanChunkedBuilder, bool, |value| value, |full| full.into_column();
    /// Points in time.
    TimeBuilder: PrimitiveChunkedBuilder<Int64Type>, Timestamp, |value| value.ms(),
        |full| full.into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_column();
}
