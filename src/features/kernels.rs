//! Arithmetic value by value: the same whatever the batch, null where polars would wrap around or give NaN.

use polars::chunked_array::ops::arity::{broadcast_binary_elementwise, unary_elementwise};
use polars::lazy::dsl::Expr;
use polars::prelude::{
    Column, DataType, Field, Float64Chunked, Int64Chunked, IntoColumn, PolarsResult, polars_err,
};

use super::tree::Arithmetic;

/// A function of integers; null where it has no value.
pub(super) fn of_integer(function: fn(i64) -> Option<i64>, value: Expr) -> Expr {
    let kernel = move |column: Column| {
        let values = column.as_materialized_series().i64()?;
        let result: Int64Chunked = unary_elementwise(values, |a: Option<i64>| function(a?));
        Ok(result.into_column())
    };
    value.map(kernel, |_, field| Ok(Field::new(field.name().clone(), DataType::Int64)))
}

/// Integer arithmetic; null where it overflows or divides by zero.
pub(super) fn of_integers(op: Arithmetic, left: Expr, right: Expr) -> Expr {
    let kernel = move |sides: &mut [Column]| {
        let (left, right) = two(sides)?;
        let (left, right) = (left.as_materialized_series(), right.as_materialized_series());
        let result: Int64Chunked =
            broadcast_binary_elementwise(left.i64()?, right.i64()?, |a: Option<i64>, b| {
                integer(op, a?, b?)
            });
        Ok(result.into_column())
    };
    left.map_many(kernel, &[right], |_, fields| first_as(DataType::Int64, fields))
}

/// A function of floats; null where it is not finite.
pub(super) fn of_float(function: fn(f64) -> f64, value: Expr) -> Expr {
    let kernel = move |column: Column| {
        let values = column.as_materialized_series().f64()?;
        let result: Float64Chunked =
            unary_elementwise(values, |a: Option<f64>| a.map(function).filter(|x| x.is_finite()));
        Ok(result.into_column())
    };
    value.map(kernel, |_, field| Ok(Field::new(field.name().clone(), DataType::Float64)))
}

/// A function of two floats; null where it is not finite.
pub(super) fn of_floats(function: fn(f64, f64) -> f64, left: Expr, right: Expr) -> Expr {
    let kernel = move |sides: &mut [Column]| {
        let (left, right) = two(sides)?;
        let (left, right) = (left.as_materialized_series(), right.as_materialized_series());
        let result: Float64Chunked =
            broadcast_binary_elementwise(left.f64()?, right.f64()?, |a: Option<f64>, b| {
                Some(function(a?, b?)).filter(|x| x.is_finite())
            });
        Ok(result.into_column())
    };
    left.map_many(kernel, &[right], |_, fields| first_as(DataType::Float64, fields))
}

/// The same floats; null where they are not finite.
pub(super) fn finite(value: Expr) -> Expr {
    of_float(|x| x, value)
}

/// One operation on integers; quotients are rounded down, and remainders have the sign of the divisor.
pub(super) fn integer(op: Arithmetic, a: i64, b: i64) -> Option<i64> {
    match op {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide | Arithmetic::DivideDown => {
            let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
            let above = rest != 0 && (rest < 0) != (b < 0);
            Some(quotient - i64::from(above))
        }
        Arithmetic::Remainder => {
            // The smallest integer has no quotient by -1, but it leaves nothing.
            let rest = if b == -1 { 0 } else { a.checked_rem(b)? };
            let above = rest != 0 && (rest < 0) != (b < 0);
            Some(if above { rest + b } else { rest })
        }
    }
}

fn two(sides: &[Column]) -> PolarsResult<(&Column, &Column)> {
    match sides {
        [left, right] => Ok((left, right)),
        _ => Err(polars_err!(ComputeError: "arithmetic takes two sides")),
    }
}

fn first_as(dtype: DataType, fields: &[Field]) -> PolarsResult<Field> {
    let name = fields.first().map(|field| field.name().clone()).unwrap_or_default();
    Ok(Field::new(name, dtype))
}
