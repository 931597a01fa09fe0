//! Expressions over signals: the conditions of rules, the amounts of verdicts and the features of models are SQL over
//! typed columns, read and type-checked once, compiled once and evaluated per micro-batch.
//!
//! ```text
//! SQL text -> scan (bounds) -> polars' parser -> read (white list, types) -> Node
//!          -> lower (total functions) -> physical (compiled) -> Program::evaluate(frame) -> Values
//! ```
//!
//! INVARIANT: a value depends on its own row alone. Aggregates, windows, subqueries and unknown functions are refused,
//! so a claim scored alone and the same claim scored in a batch get the same answer.
//!
//! INVARIANT: no row makes an evaluation fail. What cannot be computed is null: a quotient by zero, a logarithm of a
//! negative number, an overflow of 64-bit integers, a text that is no number. Therefore NaN and infinities are never
//! compared, and no value of an expression is one.
//!
//! Null means unknown and follows SQL's three-valued logic: a condition over it is neither true nor false unless the
//! other side decides (`FALSE AND x` is false). `GREATEST` and `LEAST` pass over nulls; `ROUND` rounds halves to even;
//! `/` is real division and gives a float; `a // b` and `a % b` round down (`-7 // 2` is -4, `-7 % 2` is 1); an integer
//! meeting a float becomes a float; texts are ordered by their bytes; `x <=> y` is equality that takes two nulls for
//! equal. Evaluation stays on the thread that calls it.

mod check;
mod error;
mod expression;
mod kernels;
mod lower;
mod physical;
mod program;
mod range;
mod read;
mod read_call;
mod render;
mod scalars;
mod scan;
mod schema;
mod tree;
mod values;

#[cfg(test)]
mod tests;

pub use error::ExpressionError;
pub use expression::Expression;
pub use polars::prelude::{Column, DataFrame};
pub use program::{CompileError, EvaluateError, Program};
pub use range::{always_true, never_true};
pub use scalars::{ColumnBuilder, Scalar, ScalarError, frame};
pub use scan::{NESTING_MAX, SQL_MAX_BYTES, WORDS_MAX};
pub use schema::{Domain, Field, Schema, SchemaError, ValueType};
pub use values::Values;
