//! An expression over signals, read and checked.

use polars::sql::sql_expr;

use super::ExpressionError;
use super::formula::Formula;
use super::read::Reader;
use super::scan::scan;
use super::schema::{Schema, ValueType};
use super::tree::Node;

/// A row-wise expression whose columns exist and whose types agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    source: String,
    node: Node,
    inputs: Vec<String>,
    value_type: ValueType,
}

impl Expression {
    /// Reads SQL over the columns of a schema.
    ///
    /// # Errors
    /// Every fault that could be found: a text beyond its bounds or not understood yields one, unknown columns,
    /// refused functions and clashing types yield one each.
    pub fn parse(sql: &str, schema: &Schema) -> Result<Self, Vec<ExpressionError>> {
        scan(sql).map_err(|error| vec![error])?;
        let parsed = sql_expr(sql).map_err(|error| {
            let message = error.to_string();
            vec![ExpressionError::Syntax { message }]
        })?;
        let mut reader = Reader::new(schema);
        let node = reader.read(&parsed);
        let (Some(node), true) = (node, reader.errors.is_empty()) else {
            return Err(reader.errors);
        };
        let Some(value_type) = node.value_type() else {
            let problem = "gives nothing but NULL; give it a type, as in CAST(NULL AS BIGINT)";
            let (part, problem) = (node.to_string(), problem.to_owned());
            return Err(vec![ExpressionError::Types { part, problem }]);
        };
        let names = schema.fields().enumerate().filter(|(i, _)| reader.used.contains(i));
        let inputs = names.map(|(_, field)| field.name.to_string()).collect();
        Ok(Self { source: sql.to_owned(), node, inputs, value_type })
    }

    /// Reads SQL that must give values of a type, such as a condition.
    ///
    /// # Errors
    /// As [`Self::parse`], and [`ExpressionError::WrongResult`].
    pub fn parse_as(
        sql: &str,
        schema: &Schema,
        expected: ValueType,
    ) -> Result<Self, Vec<ExpressionError>> {
        let expression = Self::parse(sql, schema)?;
        let found = expression.value_type;
        if found == expected {
            Ok(expression)
        } else {
            Err(vec![ExpressionError::WrongResult { expected, found }])
        }
    }

    /// The text that it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The columns that it reads, in the order of the schema.
    #[must_use]
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// The type of its values.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        self.value_type
    }

    /// It, ready to be evaluated over rows of the schema that it was read against, or of one that begins with the same
    /// columns.
    #[must_use]
    pub fn formula(&self) -> Formula {
        Formula::new(&self.node, self.value_type)
    }

    pub(super) const fn node(&self) -> &Node {
        &self.node
    }
}
