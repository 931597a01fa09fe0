//! The language as a whole: what it refuses, what it means, and that compiling changes nothing.

mod bounds;
mod frames;
mod interpreter;
mod meaning;
mod oracle;
mod refusals;

use super::{Expression, Field, Schema, ValueType};

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
