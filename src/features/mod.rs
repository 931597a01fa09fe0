//! Expressions over signals: the conditions of rules, the amounts of verdicts and the features of models are SQL over
//! typed columns, read and type-checked once, compiled once and evaluated row by row.
//!
//! ```text
//! SQL text -> scan (bounds) -> polars' parser -> read (white list, types) -> Node -> Formula: typed trees
//! Row (the signals of a claim, or a row of a table) -> Formula -> a value
//! ```
//!
//! polars reads the language, and is the oracle of the tests; it does not evaluate. A call of polars costs some 8 us for
//! each expression however few the rows, so that the conditions of one claim took a millisecond. A tree takes some
//! nanoseconds for each node, and the same tree serves a claim alone, a batch, and a table of history.
//!
//! INVARIANT: a value depends on its own row alone. Aggregates, windows, subqueries and unknown functions are refused,
//! so a claim scored alone and the same claim scored in a batch get the same answer. Arithmetic of floats is the plain
//! one of IEEE 754, operation by operation; polars multiplies by the reciprocal of a literal divisor where there are
//! many rows, and differs in the last bit.
//!
//! INVARIANT: no row makes an evaluation fail. What cannot be computed is null: a quotient by zero, a logarithm of a
//! negative number, an overflow of 64-bit integers, a text that is no number. Therefore NaN and infinities are never
//! compared, and no value of an expression is one.
//!
//! Null means unknown and follows SQL's three-valued logic: a condition over it is neither true nor false unless the
//! other side decides (`FALSE AND x` is false). `GREATEST` and `LEAST` pass over nulls; `ROUND` rounds halves to even;
//! `/` is real division and gives a float; `a // b` and `a % b` round down (`-7 // 2` is -4, `-7 % 2` is 1); an integer
//! meeting a float becomes a float; texts are ordered by their bytes; `x <=> y` is equality that takes two nulls for
//! equal.

mod check;
mod error;
mod expression;
mod formula;
mod range;
mod read;
mod read_call;
mod render;
mod row;
mod scan;
mod schema;
mod signals;
mod tree;

#[cfg(test)]
mod tests;

pub use error::ExpressionError;
pub use expression::Expression;
pub use formula::Formula;
pub use range::{always_true, never_true};
pub use row::Row;
pub use scan::{NESTING_MAX, SQL_MAX_BYTES, WORDS_MAX};
pub use schema::{Domain, Field, Schema, SchemaError, ValueType};
pub use signals::{Signals, signal_fields};
