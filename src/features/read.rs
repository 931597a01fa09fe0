//! polars' tree of an expression, read against a white list of row-wise nodes.

use std::collections::BTreeSet;
use std::sync::Arc;

use polars::lazy::dsl::{AggExpr, DataTypeExpr, Expr, FunctionExpr, Operator};
use polars::prelude::{AnyValue, DataType, LiteralValue};

use super::ExpressionError;
use super::check::{faults, shown};
use super::schema::{Schema, ValueType};
use super::tree::{Arithmetic, Comparison, Literal, Logic, Node};
use crate::document::nearest;

const OWN_ROW: &str = "a value may depend on its own row only";
const NO_TYPE: &str = "the types are BOOLEAN, BIGINT, DOUBLE and VARCHAR";

/// Reads an expression; every fault that it finds is kept.
pub(super) struct Reader<'a> {
    schema: &'a Schema,
    pub(super) errors: Vec<ExpressionError>,
    /// The places in the schema of the columns that were met.
    pub(super) used: BTreeSet<usize>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(schema: &'a Schema) -> Self {
        Self { schema, errors: Vec::new(), used: BTreeSet::new() }
    }

    /// The node of an expression, or none after a fault.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a white list: all else is refused")]
    pub(super) fn read(&mut self, expr: &Expr) -> Option<Node> {
        match expr {
            Expr::Column(name) => self.column(name),
            Expr::Literal(value) => match literal(value) {
                Some(literal) => Some(Node::Literal(literal)),
                None => self.refuse("this literal", "write a number, a text, TRUE, FALSE or NULL"),
            },
            Expr::BinaryExpr { left, op, right } => self.binary(left, *op, right),
            Expr::Cast { expr, dtype, .. } => self.cast(expr, dtype),
            Expr::Ternary { predicate, truthy, falsy } => {
                let parts = [self.read(predicate), self.read(truthy), self.read(falsy)];
                let [condition, then, otherwise] = parts.map(|part| part.map(Box::new));
                self.checked(Node::Case(condition?, then?, otherwise?))
            }
            Expr::Function { input, function } => self.function(input, function),
            Expr::Alias(_, name) => self.refuse(
                &format!("`{name}` after the end of the expression"),
                "drop it or put an operator before it",
            ),
            Expr::Agg(_) | Expr::Len => self.refuse_aggregate(),
            Expr::Over { .. } => self.refuse("a window (OVER)", OWN_ROW),
            Expr::Selector(_) => self.refuse("`*`", "name one column"),
            _ => self.refuse("a function or clause in it", OWN_ROW),
        }
    }

    /// Keeps a fault, once.
    pub(super) fn fault(&mut self, error: ExpressionError) {
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// Keeps that something is not allowed.
    pub(super) fn refuse(&mut self, what: &str, instead: &'static str) -> Option<Node> {
        self.fault(ExpressionError::NotAllowed { what: what.to_owned(), instead });
        None
    }

    /// Keeps that no aggregate is allowed.
    pub(super) fn refuse_aggregate(&mut self) -> Option<Node> {
        self.refuse("an aggregate such as SUM or COUNT", OWN_ROW)
    }

    /// The node, if its parts have types that it takes.
    pub(super) fn checked(&mut self, node: Node) -> Option<Node> {
        let faults = faults(&node);
        if faults.is_empty() {
            return Some(node);
        }
        for fault in faults {
            self.fault(fault);
        }
        None
    }

    fn column(&mut self, name: &str) -> Option<Node> {
        let Some((position, field)) = self.schema.shared(name) else {
            let known = self.schema.fields().map(|field| field.name.as_ref());
            let suggestion = nearest(&name.to_ascii_lowercase(), known).map(str::to_owned);
            self.fault(ExpressionError::UnknownColumn { name: name.to_owned(), suggestion });
            return None;
        };
        self.used.insert(position);
        Some(Node::Column(position, Arc::clone(field)))
    }

    fn binary(&mut self, left: &Expr, op: Operator, right: &Expr) -> Option<Node> {
        let (left, right) = (self.read(left), self.read(right));
        let (left, right) = (Box::new(left?), Box::new(right?));
        let node = match op {
            Operator::And | Operator::LogicalAnd => Node::Logic(Logic::And, left, right),
            Operator::Or | Operator::LogicalOr => Node::Logic(Logic::Or, left, right),
            Operator::Eq => Node::Compare(Comparison::Equal, left, right),
            Operator::NotEq => Node::Compare(Comparison::NotEqual, left, right),
            Operator::Lt => Node::Compare(Comparison::Less, left, right),
            Operator::LtEq => Node::Compare(Comparison::LessOrEqual, left, right),
            Operator::Gt => Node::Compare(Comparison::Greater, left, right),
            Operator::GtEq => Node::Compare(Comparison::GreaterOrEqual, left, right),
            Operator::EqValidity => Node::Compare(Comparison::Same, left, right),
            Operator::NotEqValidity => Node::Compare(Comparison::Distinct, left, right),
            Operator::Plus => Node::Arithmetic(Arithmetic::Add, left, right),
            Operator::Minus => Node::Arithmetic(Arithmetic::Subtract, left, right),
            Operator::Multiply => Node::Arithmetic(Arithmetic::Multiply, left, right),
            Operator::TrueDivide => Node::Arithmetic(Arithmetic::Divide, left, right),
            Operator::FloorDivide => Node::Arithmetic(Arithmetic::DivideDown, left, right),
            Operator::Modulus => Node::Arithmetic(Arithmetic::Remainder, left, right),
            Operator::RustDivide | Operator::Xor => {
                return self.refuse(&format!("the operator {op}"), "use `/`, `<>` or CASE");
            }
        };
        self.checked(node)
    }

    /// Every cast is lenient: what has no value of the type becomes null. A strict one would fail the whole batch for
    /// one row.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a white list: all else is refused")]
    fn cast(&mut self, expr: &Expr, dtype: &DataTypeExpr) -> Option<Node> {
        let DataTypeExpr::Literal(dtype) = dtype else { return self.refuse("this cast", NO_TYPE) };
        let to = match dtype {
            DataType::Boolean => ValueType::Bool,
            DataType::Int32 | DataType::Int64 => ValueType::Int,
            DataType::Float64 => ValueType::Float,
            DataType::String => ValueType::Text,
            other => return self.refuse(&format!("a cast to {other}"), NO_TYPE),
        };
        let value = self.read(expr)?;
        if value.value_type() == Some(to) {
            return Some(value);
        }
        self.checked(Node::Cast(Box::new(value), to))
    }

    /// NOT. The parser casts its operand to a condition, which would let `NOT 1` pass.
    pub(super) fn not(&mut self, input: &Expr) -> Option<Node> {
        let operand = if let Expr::Cast { expr, dtype, options } = input
            && *dtype == DataTypeExpr::Literal(DataType::Boolean)
            && options.is_strict()
        {
            expr
        } else {
            input
        };
        let inner = self.read(operand)?;
        // `a <> b` arrives as NOT (a = b).
        if let Node::Compare(Comparison::Equal, left, right) = inner {
            return Some(Node::Compare(Comparison::NotEqual, left, right));
        }
        self.checked(Node::Not(Box::new(inner)))
    }

    /// IN over a list of literals.
    pub(super) fn is_in(&mut self, value: &Expr, set: &Expr) -> Option<Node> {
        let value = self.read(value);
        let list = if let Expr::Agg(AggExpr::Implode { input, .. }) = set
            && let Expr::Literal(LiteralValue::Series(series)) = input.as_ref()
        {
            series.iter().map(|item| literal_of(&item)).collect::<Option<Vec<_>>>()
        } else {
            None
        };
        let (value, list) = (value?, list.filter(|list| !list.is_empty()));
        let Some(list) = list else {
            return self.refuse("IN over anything but a list of literals", OWN_ROW);
        };
        if list.contains(&Literal::Null) {
            let problem = format!("is never equal to NULL; write `OR {} IS NULL`", shown(&value));
            self.fault(ExpressionError::Types { part: shown(&value), problem });
            return None;
        }
        self.checked(Node::In(Box::new(value), list))
    }

    fn function(&mut self, input: &[Expr], function: &FunctionExpr) -> Option<Node> {
        super::read_call::read(self, input, function)
    }
}

fn literal(value: &LiteralValue) -> Option<Literal> {
    match value {
        LiteralValue::Dyn(_) => literal_of(&value.to_any_value()?),
        LiteralValue::Scalar(scalar) => literal_of(scalar.value()),
        LiteralValue::Series(_) | LiteralValue::Range(_) => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a white list: all else is refused")]
fn literal_of(value: &AnyValue) -> Option<Literal> {
    Some(match value {
        AnyValue::Null => Literal::Null,
        AnyValue::Boolean(value) => Literal::Bool(*value),
        AnyValue::Int32(value) => Literal::Int(i64::from(*value)),
        AnyValue::Int64(value) => Literal::Int(*value),
        AnyValue::Float64(value) if value.is_finite() => Literal::Float(*value),
        AnyValue::String(value) => Literal::Text((*value).to_owned()),
        AnyValue::StringOwned(value) => Literal::Text(value.to_string()),
        _ => return None,
    })
}
