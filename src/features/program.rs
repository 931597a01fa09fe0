//! Expressions compiled once and evaluated together over batches.

use polars::prelude::{Column, DataFrame, PolarsError};

use super::expression::Expression;
use super::lower::lower;
use super::physical::{Physical, State};
use super::schema::{Field, Schema, ValueType};
use super::values::Values;

/// Why an expression cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// It was read against other columns.
    #[error(
        "`{sql}` reads the column `{column}` as another type, or it is missing here; read it with this schema"
    )]
    OtherSchema {
        /// The expression.
        sql: String,
        /// The column.
        column: String,
    },
    /// polars refuses it: a fault of ours.
    #[error("`{sql}` cannot be compiled")]
    Engine {
        /// The expression.
        sql: String,
        /// polars' reason.
        source: PolarsError,
    },
}

/// Why a batch cannot be evaluated. No value of a row is a reason.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The frame lacks an input.
    #[error("the frame has no column `{column}` of type {value_type}")]
    Column {
        /// The column.
        column: String,
        /// The type that it must have.
        value_type: ValueType,
    },
    /// polars gave another number of values than rows.
    #[error("an expression gave values for other rows than the frame's {height}")]
    Height {
        /// The rows of the frame.
        height: usize,
    },
    /// polars failed.
    #[error("the expressions cannot be evaluated")]
    Engine(#[from] PolarsError),
}

/// Compiled expressions, in the order given.
#[derive(Debug, Clone)]
pub struct Program {
    inputs: Schema,
    outputs: Vec<(Physical, ValueType)>,
}

impl Program {
    /// Compiles expressions that were read against this schema, or one that agrees on the columns that they read.
    ///
    /// # Errors
    /// The schema has not the columns that an expression reads, or polars refuses an expression.
    pub fn compile<'a>(
        expressions: impl IntoIterator<Item = &'a Expression, IntoIter: Clone>,
        schema: &Schema,
    ) -> Result<Self, CompileError> {
        let expressions = expressions.into_iter();
        for expression in expressions.clone() {
            hold_columns(expression, schema)?;
        }
        let read = expressions.clone().flat_map(Expression::inputs).map(String::as_str);
        let inputs = schema.select(read);
        let columns = inputs.to_polars();
        let compiled = expressions.map(|expression| {
            let value_type = expression.value_type();
            lower(expression.node(), value_type)
                .and_then(|expr| Physical::compile(expr, &columns))
                .map(|physical| (physical, value_type))
                .map_err(|source| CompileError::Engine { sql: expression.source().into(), source })
        });
        let outputs = compiled.collect::<Result<_, _>>()?;
        Ok(Self { inputs, outputs })
    }

    /// The columns that it reads, in the order in which a frame of nothing else is evaluated fastest.
    #[must_use]
    pub const fn inputs(&self) -> &Schema {
        &self.inputs
    }

    /// The number of expressions.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.outputs.len()
    }

    /// Whether it has no expression.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Evaluates every expression over every row of a frame that has the columns of [`Self::inputs`], perhaps among
    /// others.
    ///
    /// # Errors
    /// The frame lacks a column or has it in another type; otherwise only faults of ours.
    pub fn evaluate(&self, frame: &DataFrame) -> Result<Vec<Values>, EvaluateError> {
        for (place, field) in self.inputs.fields().enumerate() {
            hold_column(frame, place, field)?;
        }
        let (height, state) = (frame.height(), State::new());
        let mut all = Vec::with_capacity(self.outputs.len());
        for (physical, value_type) in &self.outputs {
            // polars' literals have one row even in a frame of none.
            let column = match height {
                0 => Column::new_empty("".into(), &value_type.to_polars()),
                _ => physical.evaluate(frame, &state)?,
            };
            let values = Values::new(column, height, *value_type)?;
            all.push(values.ok_or(EvaluateError::Height { height })?);
        }
        Ok(all)
    }
}

fn hold_columns(expression: &Expression, schema: &Schema) -> Result<(), CompileError> {
    let known = |name: &str, value_type| {
        schema.get(name).is_some_and(|field| field.value_type == value_type)
    };
    match expression.node().fields().into_iter().find(|f| !known(&f.name, f.value_type)) {
        None => Ok(()),
        Some(field) => Err(CompileError::OtherSchema {
            sql: expression.source().into(),
            column: field.name.to_string(),
        }),
    }
}

/// A column is looked for at its own place first: to find one by name, polars makes an index of the whole frame.
fn hold_column(frame: &DataFrame, place: usize, field: &Field) -> Result<(), EvaluateError> {
    let in_place = frame.columns().get(place).filter(|c| c.name().as_str() == &*field.name);
    let column = in_place.or_else(|| frame.column(&field.name).ok());
    if column.is_some_and(|c| *c.dtype() == field.value_type.to_polars()) {
        return Ok(());
    }
    Err(EvaluateError::Column { column: field.name.to_string(), value_type: field.value_type })
}
