//! Columns built value by value.

use polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder, Column, DataFrame, Float64Type, Int64Type, IntoColumn,
    PlSmallStr, PolarsError, PrimitiveChunkedBuilder, StringChunkedBuilder,
};

use super::schema::ValueType;

/// One value of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// Unknown.
    Null,
    /// A condition.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float; a column takes one that is not finite as null.
    Float(f64),
    /// A text.
    Text(&'a str),
}

impl<'a, T: Into<Scalar<'a>>> From<Option<T>> for Scalar<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<bool> for Scalar<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Scalar<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Scalar<'_> {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl<'a> From<&'a str> for Scalar<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

/// A value of another type than its column: a fault of the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given} was pushed into a column of {column}")]
pub struct ScalarError {
    /// The column's type.
    pub column: ValueType,
    /// The value, as Rust prints it.
    pub given: String,
}

/// A column in the making.
pub struct ColumnBuilder {
    cells: Cells,
}

enum Cells {
    Bool(BooleanChunkedBuilder),
    Int(PrimitiveChunkedBuilder<Int64Type>),
    Float(PrimitiveChunkedBuilder<Float64Type>),
    Text(StringChunkedBuilder),
}

impl std::fmt::Debug for ColumnBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColumnBuilder").field("value_type", &self.value_type()).finish()
    }
}

impl ColumnBuilder {
    /// A column of a type with room for this many values.
    #[must_use]
    pub fn new(value_type: ValueType, capacity: usize) -> Self {
        let name = PlSmallStr::EMPTY;
        let cells = match value_type {
            ValueType::Bool => Cells::Bool(BooleanChunkedBuilder::new(name, capacity)),
            ValueType::Int => Cells::Int(PrimitiveChunkedBuilder::new(name, capacity)),
            ValueType::Float => Cells::Float(PrimitiveChunkedBuilder::new(name, capacity)),
            ValueType::Text => Cells::Text(StringChunkedBuilder::new(name, capacity)),
        };
        Self { cells }
    }

    /// The type of its values.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        match self.cells {
            Cells::Bool(_) => ValueType::Bool,
            Cells::Int(_) => ValueType::Int,
            Cells::Float(_) => ValueType::Float,
            Cells::Text(_) => ValueType::Text,
        }
    }

    /// Appends a value. A float that is not finite is unknown.
    ///
    /// # Errors
    /// The value is of another type; nothing was appended.
    pub fn push<'a>(&mut self, value: impl Into<Scalar<'a>>) -> Result<(), ScalarError> {
        match (&mut self.cells, value.into()) {
            (Cells::Bool(cells), Scalar::Null) => cells.append_null(),
            (Cells::Bool(cells), Scalar::Bool(value)) => cells.append_value(value),
            (Cells::Int(cells), Scalar::Null) => cells.append_null(),
            (Cells::Int(cells), Scalar::Int(value)) => cells.append_value(value),
            (Cells::Float(cells), Scalar::Null) => cells.append_null(),
            (Cells::Float(cells), Scalar::Float(value)) => {
                cells.append_option(value.is_finite().then_some(value));
            }
            (Cells::Text(cells), Scalar::Null) => cells.append_null(),
            (Cells::Text(cells), Scalar::Text(value)) => cells.append_value(value),
            (_, other) => {
                return Err(ScalarError { column: self.value_type(), given: format!("{other:?}") });
            }
        }
        Ok(())
    }

    /// The column, under its name.
    #[must_use]
    pub fn finish(self, name: &str) -> Column {
        let column = match self.cells {
            Cells::Bool(cells) => cells.finish().into_column(),
            Cells::Int(cells) => cells.finish().into_column(),
            Cells::Float(cells) => cells.finish().into_column(),
            Cells::Text(cells) => cells.finish().into_column(),
        };
        column.with_name(name.into())
    }
}

/// A frame of columns.
///
/// # Errors
/// A column has another number of values than rows, or two share a name.
pub fn frame(rows: usize, columns: Vec<Column>) -> Result<DataFrame, PolarsError> {
    DataFrame::new(rows, columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_columns_with_nulls() {
        let mut floats = ColumnBuilder::new(ValueType::Float, 4);
        for value in [Some(1.5), None, Some(f64::NAN), Some(f64::INFINITY)] {
            floats.push(value).unwrap();
        }
        let column = floats.finish("x");
        assert_eq!(column.name().as_str(), "x");
        let values: Vec<_> = column.f64().unwrap().iter().collect();
        assert_eq!(values, [Some(1.5), None, None, None]);

        let mut texts = ColumnBuilder::new(ValueType::Text, 2);
        texts.push("a").unwrap();
        texts.push(Scalar::Null).unwrap();
        let error = texts.push(1_i64).unwrap_err();
        assert_eq!(error.to_string(), "Int(1) was pushed into a column of text");
        assert_eq!(texts.finish("t").len(), 2);
    }
}
