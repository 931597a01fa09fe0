//! Where the values of columns come from.

/// One row: the value of each column by its place in the schema; none where it is unknown or of another type.
pub trait Row {
    /// The condition of a column.
    fn truth(&self, place: usize) -> Option<bool>;
    /// The integer of a column.
    fn int(&self, place: usize) -> Option<i64>;
    /// The float of a column; one that is not finite counts as unknown.
    fn float(&self, place: usize) -> Option<f64>;
    /// The text of a column.
    fn text(&self, place: usize) -> Option<&str>;
}

/// A row of no columns: what expressions of literals alone are evaluated over.
pub(super) struct NoColumns;

impl Row for NoColumns {
    fn truth(&self, _: usize) -> Option<bool> {
        None
    }

    fn int(&self, _: usize) -> Option<i64> {
        None
    }

    fn float(&self, _: usize) -> Option<f64> {
        None
    }

    fn text(&self, _: usize) -> Option<&str> {
        None
    }
}
