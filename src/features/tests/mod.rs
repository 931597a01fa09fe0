//! The language as a whole: what it refuses, what it means, and that typed trees mean what polars and a naive interpreter mean.

mod bounds;
mod interpreter;
mod meaning;
mod oracle;
mod refusals;
mod rows;
mod shipped;

use super::tree::Literal;
use super::{Expression, Field, Formula, Row, Schema, ValueType};

/// Two columns of each type.
pub(super) fn schema() -> Schema {
    Schema::new([
        Field::new("a", ValueType::Bool),
        Field::new("b", ValueType::Bool),
        Field::new("i", ValueType::Int),
        Field::new("j", ValueType::Int),
        Field::new("x", ValueType::Float),
        Field::new("y", ValueType::Float),
        Field::new("s", ValueType::Text),
        Field::new("t", ValueType::Text),
    ])
    .unwrap()
}

pub(super) fn parse(sql: &str) -> Expression {
    Expression::parse(sql, &schema()).unwrap_or_else(|errors| panic!("{sql}: {errors:?}"))
}

/// The messages of a text that is refused.
pub(super) fn refused(sql: &str) -> Vec<String> {
    let errors = Expression::parse(sql, &schema()).expect_err(sql);
    errors.iter().map(ToString::to_string).collect()
}

/// The value of a formula, whatever its type.
pub(super) fn cell(formula: &Formula, row: &impl Row) -> Literal {
    match formula.value_type() {
        ValueType::Bool => formula.truth(row).map(Literal::Bool),
        ValueType::Int => formula.int(row).map(Literal::Int),
        ValueType::Float => formula.float(row).map(Literal::Float),
        ValueType::Text => formula.text(row).map(|text| Literal::Text(text.into_owned())),
    }
    .unwrap_or(Literal::Null)
}
