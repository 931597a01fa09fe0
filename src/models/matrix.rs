//! Named columns of finite numbers in which a value may be unknown.

use std::collections::HashSet;
use std::sync::Arc;

use linfa::dataset::Records;

use super::error::{ColumnsError, MatrixError, check_columns};

/// What models learn from and score: rows of claims, columns of features, column by column.
///
/// INVARIANT: every value is finite or unknown. Unknown is a mask of its own, never a number: no NaN reaches a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    names: Arc<[String]>,
    rows: usize,
    columns: Vec<Values>,
}

/// The values of one column; where one is unknown, the number beside it is 0 and means nothing.
#[derive(Debug, Clone, PartialEq)]
struct Values {
    values: Vec<f64>,
    /// `None` where all are known.
    unknown: Option<Vec<bool>>,
}

/// One column on its way into a [`Matrix`].
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    name: String,
    values: Vec<f64>,
    unknown: Option<Vec<bool>>,
}

impl Column {
    /// A column of which every value is known.
    pub fn known(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), values, unknown: None }
    }

    /// A column with a mask: where `unknown` is true the value is not read, whatever it is.
    pub fn masked(name: impl Into<String>, values: Vec<f64>, unknown: Vec<bool>) -> Self {
        Self { name: name.into(), values, unknown: Some(unknown) }
    }

    /// A column of values of which some are `None`, which is unknown.
    pub fn optional(
        name: impl Into<String>,
        values: impl IntoIterator<Item = Option<f64>>,
    ) -> Self {
        let (values, unknown) =
            values.into_iter().map(|value| (value.unwrap_or(0.0), value.is_none())).unzip();
        Self::masked(name, values, unknown)
    }
}

/// A column of a matrix, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct ColumnView<'a> {
    /// One number a row; 0 where it is unknown.
    pub values: &'a [f64],
    /// One flag a row; `None` where every value is known.
    pub unknown: Option<&'a [bool]>,
}

impl ColumnView<'_> {
    /// The values in order, `None` where one is unknown.
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        self.values.iter().enumerate().map(|(row, value)| (!self.is_unknown(row)).then_some(*value))
    }

    /// Whether the value of a row is unknown.
    pub fn is_unknown(&self, row: usize) -> bool {
        self.unknown.and_then(|unknown| unknown.get(row)).copied().unwrap_or(false)
    }
}

impl Matrix {
    /// A matrix of `rows` rows.
    ///
    /// # Errors
    /// A column of another length, a name used twice, a known value that is not finite.
    pub fn new(rows: usize, columns: Vec<Column>) -> Result<Self, MatrixError> {
        let mut seen = HashSet::new();
        if let Some(twice) = columns.iter().find(|column| !seen.insert(column.name.as_str())) {
            return Err(MatrixError::Duplicate { column: twice.name.clone() });
        }
        let names = columns.iter().map(|column| column.name.clone()).collect();
        let columns = columns.into_iter().map(|column| checked(rows, column));
        Ok(Self { names, rows, columns: columns.collect::<Result<_, _>>()? })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns' names in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A column by its place.
    pub fn column(&self, index: usize) -> Option<ColumnView<'_>> {
        self.columns.get(index).map(view)
    }

    /// All columns in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = ColumnView<'_>> {
        self.columns.iter().map(view)
    }

    /// A value; `None` where it is unknown or not there.
    pub fn get(&self, row: usize, column: usize) -> Option<f64> {
        let column = self.column(column)?;
        column.values.get(row).copied().filter(|_| !column.is_unknown(row))
    }

    /// The rows given, in the order given; a row may be there more than once.
    ///
    /// # Errors
    /// A row that is not there.
    pub fn select_rows(&self, rows: &[usize]) -> Result<Self, MatrixError> {
        if let Some(row) = rows.iter().find(|row| **row >= self.rows) {
            return Err(MatrixError::NoRow { row: *row, rows: self.rows });
        }
        let columns = self.columns.iter().map(|column| Values {
            values: picked(&column.values, rows),
            unknown: column.unknown.as_ref().map(|unknown| picked(unknown, rows)),
        });
        Ok(Self { names: Arc::clone(&self.names), rows: rows.len(), columns: columns.collect() })
    }

    /// The columns of these names, in the order given; other columns are left out.
    ///
    /// # Errors
    /// All names that are not there.
    pub fn select_columns(&self, names: &[String]) -> Result<Self, ColumnsError> {
        let place = |name: &String| self.names.iter().position(|own| own == name);
        let missing: Vec<String> =
            names.iter().filter(|name| place(name).is_none()).cloned().collect();
        if !missing.is_empty() {
            return Err(ColumnsError { missing, unexpected: Vec::new(), moved: Vec::new() });
        }
        let places = names.iter().filter_map(place);
        let columns = places.filter_map(|place| self.columns.get(place).cloned()).collect();
        Ok(Self { names: names.iter().cloned().collect(), rows: self.rows, columns })
    }

    /// This matrix and the rows of another one below it.
    ///
    /// # Errors
    /// Other columns, or in another order.
    pub fn followed_by(&self, below: &Self) -> Result<Self, ColumnsError> {
        check_columns(&self.names, &below.names)?;
        let pairs = self.columns.iter().zip(&below.columns);
        let columns = pairs.map(|(above, below)| above.followed_by(below)).collect();
        Ok(Self { names: Arc::clone(&self.names), rows: self.rows + below.rows, columns })
    }
}

impl Records for Matrix {
    type Elem = f64;

    fn nsamples(&self) -> usize {
        self.rows
    }

    fn nfeatures(&self) -> usize {
        self.columns.len()
    }
}

impl Values {
    fn followed_by(&self, below: &Self) -> Self {
        let unknown = (self.unknown.is_some() || below.unknown.is_some()).then(|| {
            let mask =
                |of: &Self| of.unknown.clone().unwrap_or_else(|| vec![false; of.values.len()]);
            [mask(self), mask(below)].concat()
        });
        Self { values: [self.values.as_slice(), &below.values].concat(), unknown }
    }
}

fn view(column: &Values) -> ColumnView<'_> {
    ColumnView { values: &column.values, unknown: column.unknown.as_deref() }
}

fn picked<T: Copy>(of: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| of.get(*row).copied()).collect()
}

/// Holds a column against the invariant and clears what stands where a value is unknown.
fn checked(rows: usize, column: Column) -> Result<Values, MatrixError> {
    let Column { name, mut values, unknown } = column;
    let lengths = [Some(values.len()), unknown.as_ref().map(Vec::len)];
    if let Some(found) = lengths.into_iter().flatten().find(|length| *length != rows) {
        return Err(MatrixError::Length { what: name, found, rows });
    }
    if let Some(unknown) = &unknown {
        let masked = values.iter_mut().zip(unknown).filter(|(_, unknown)| **unknown);
        masked.for_each(|(value, _)| *value = 0.0);
    }
    if let Some(row) = values.iter().position(|value| !value.is_finite()) {
        let value = values.get(row).map(ToString::to_string).unwrap_or_default();
        return Err(MatrixError::NotFinite { column: name, row, value });
    }
    let unknown = unknown.filter(|unknown| unknown.contains(&true));
    Ok(Values { values, unknown })
}

#[cfg(test)]
mod tests {
    use super::super::error::MatrixError;
    use super::{Column, Matrix};

    fn two() -> Matrix {
        let known = Column::known("a", vec![1.0, 2.0, 3.0]);
        let some = Column::optional("b", [Some(4.0), None, Some(6.0)]);
        Matrix::new(3, vec![known, some]).unwrap()
    }

    #[test]
    fn a_number_that_is_none_is_refused_with_its_place() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = Matrix::new(2, vec![Column::known("amount", vec![1.0, bad])]).unwrap_err();
            let told = error.to_string();
            assert!(told.starts_with("column `amount`, row 1: the value is"), "{told}");
        }
    }

    #[test]
    fn what_stands_under_the_mask_is_not_read() {
        let column = Column::masked("a", vec![f64::NAN, 2.0], vec![true, false]);
        let matrix = Matrix::new(2, vec![column]).unwrap();
        assert_eq!((matrix.get(0, 0), matrix.get(1, 0)), (None, Some(2.0)));
        assert!(matrix.column(0).unwrap().values.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn lengths_and_names_must_fit() {
        let short = Matrix::new(2, vec![Column::known("a", vec![1.0])]).unwrap_err();
        assert_eq!(short.to_string(), "`a` has 1 rows where the matrix has 2");
        let mask = Matrix::new(1, vec![Column::masked("a", vec![1.0], vec![])]).unwrap_err();
        assert!(matches!(mask, MatrixError::Length { found: 0, .. }));
        let twice = vec![Column::known("a", vec![1.0]), Column::known("a", vec![1.0])];
        assert!(matches!(Matrix::new(1, twice), Err(MatrixError::Duplicate { .. })));
    }

    #[test]
    fn rows_and_columns_are_selected_with_their_masks() {
        let rows = two().select_rows(&[2, 1, 1]).unwrap();
        assert_eq!([rows.get(0, 1), rows.get(1, 1), rows.get(2, 0)], [Some(6.0), None, Some(2.0)]);
        assert!(two().select_rows(&[3]).is_err());
        let columns = two().select_columns(&["b".to_owned()]).unwrap();
        assert_eq!((columns.names(), columns.get(1, 0)), (&["b".to_owned()][..], None));
        let error = two().select_columns(&["c".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "the columns do not fit: missing `c`");
    }

    #[test]
    fn one_matrix_follows_another() {
        let known = two().select_rows(&[0, 2]).unwrap();
        let joined = known.followed_by(&two()).unwrap();
        let second: Vec<_> = joined.column(1).unwrap().iter().collect();
        assert_eq!(second, [Some(4.0), Some(6.0), Some(4.0), None, Some(6.0)]);
        let turned = two().select_columns(&["b".to_owned(), "a".to_owned()]).unwrap();
        let error = two().followed_by(&turned).unwrap_err();
        assert_eq!(error.to_string(), "the columns do not fit: at another place `a`, `b`");
    }
}
