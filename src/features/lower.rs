//! Nodes to polars' expressions that no value makes fail.
//!
//! Arithmetic runs through kernels of ours: polars wraps integers around, goes on with NaN, and divides by a literal
//! in one way for a single row and in another for many, which would make a value depend on its batch.

use polars::lazy::dsl::{
    Expr, Operator, binary_expr, coalesce, col, lit, max_horizontal, min_horizontal, when,
};
use polars::prelude::{PlSmallStr, PolarsResult, Scalar, Series};

use super::kernels::{finite, of_float, of_floats, of_integer, of_integers};
use super::schema::ValueType;
use super::tree::{Affix, Arithmetic, Comparison, Function, Literal, Logic, Node, Pattern, widest};

/// The expression of a node, with values of a type; an integer becomes a float where one is asked for.
pub(super) fn lower(node: &Node, to: ValueType) -> PolarsResult<Expr> {
    if let Node::Literal(literal) = node {
        return Ok(scalar(literal, to));
    }
    let own = own_type(node);
    let expr = match node {
        Node::Column(field) => col(field.name.as_ref()),
        Node::Literal(literal) => scalar(literal, own),
        Node::Not(inner) => lower(inner, ValueType::Bool)?.not(),
        Node::Logic(op, left, right) => {
            let op = match op {
                Logic::And => Operator::And,
                Logic::Or => Operator::Or,
            };
            binary_expr(lower(left, own)?, op, lower(right, own)?)
        }
        Node::Compare(op, left, right) => {
            let to = widest([left.as_ref(), right]).unwrap_or(ValueType::Bool);
            binary_expr(lower(left, to)?, operator(*op), lower(right, to)?)
        }
        Node::Arithmetic(op, left, right) => {
            arithmetic(*op, lower(left, own)?, lower(right, own)?, own)
        }
        Node::IsNull(inner) => lower(inner, own_type(inner))?.is_null(),
        Node::Case(condition, then, otherwise) => {
            let condition = lower(condition, ValueType::Bool)?;
            when(condition).then(lower(then, own)?).otherwise(lower(otherwise, own)?)
        }
        Node::Coalesce(items) => coalesce(&lower_all(items, own)?),
        Node::In(value, list) => is_in(value, list)?,
        Node::Like(value, Pattern { regex, .. }) => {
            lower(value, ValueType::Text)?.str().contains(lit(regex.as_str()), true)
        }
        Node::Affix(side, value, part) => {
            let (value, part) = (lower(value, ValueType::Text)?, lower(part, ValueType::Text)?);
            match side {
                Affix::Prefix => value.str().starts_with(part),
                Affix::Suffix => value.str().ends_with(part),
            }
        }
        Node::Call(function, arguments) => call(*function, lower_all(arguments, own)?, own)?,
        Node::Cast(value, to) => cast(value, *to)?,
    };
    Ok(if own == to { expr } else { expr.cast(to.to_polars()) })
}

fn lower_all(nodes: &[Node], to: ValueType) -> PolarsResult<Vec<Expr>> {
    nodes.iter().map(|node| lower(node, to)).collect()
}

fn own_type(node: &Node) -> ValueType {
    // Only a bare NULL has none, and it lowers to a null of any type.
    node.value_type().unwrap_or(ValueType::Bool)
}

fn arithmetic(op: Arithmetic, left: Expr, right: Expr, own: ValueType) -> Expr {
    if own == ValueType::Int {
        return of_integers(op, left, right);
    }
    match op {
        Arithmetic::Add => of_floats(|a, b| a + b, left, right),
        Arithmetic::Subtract => of_floats(|a, b| a - b, left, right),
        Arithmetic::Multiply => of_floats(|a, b| a * b, left, right),
        Arithmetic::Divide => of_floats(|a, b| a / b, left, right),
        // The checks leave these to integers.
        Arithmetic::DivideDown => of_floats(|a, b| (a / b).floor(), left, right),
        Arithmetic::Remainder => of_floats(|a, b| a - b * (a / b).floor(), left, right),
    }
}

fn call(function: Function, mut arguments: Vec<Expr>, own: ValueType) -> PolarsResult<Expr> {
    if matches!(function, Function::Greatest | Function::Least) {
        let best = if function == Function::Least { min_horizontal } else { max_horizontal };
        // Three columns at once would be sent to polars' thread pool.
        let mut arguments = arguments.into_iter();
        let first = arguments.next().unwrap_or_else(|| scalar(&Literal::Null, own));
        return arguments.try_fold(first, |so_far, next| best([so_far, next]));
    }
    // LOG and POW have two arguments, the others one.
    let second = if arguments.len() > 1 { arguments.pop() } else { None };
    let (Some(first), second) = (arguments.pop(), second.unwrap_or_else(|| lit(1.0))) else {
        return Ok(scalar(&Literal::Null, own));
    };
    let whole = own == ValueType::Int;
    Ok(match function {
        Function::Floor | Function::Ceil | Function::Round(_) if whole => first,
        Function::Abs if whole => of_integer(i64::checked_abs, first),
        Function::Abs => of_float(f64::abs, first),
        Function::Floor => of_float(f64::floor, first),
        Function::Ceil => of_float(f64::ceil, first),
        // The default mode rounds halves to even.
        Function::Round(decimals) => first.round(decimals, Default::default()),
        Function::Exp => of_float(f64::exp, first),
        Function::Log => of_floats(f64::log, first, second),
        Function::Log1p => of_float(f64::ln_1p, first),
        Function::Sqrt => of_float(f64::sqrt, first),
        Function::Pow => of_floats(f64::powf, first, second),
        Function::Greatest | Function::Least => first,
    })
}

fn cast(value: &Node, to: ValueType) -> PolarsResult<Expr> {
    let Some(from) = value.value_type() else { return Ok(scalar(&Literal::Null, to)) };
    let expr = lower(value, from)?.cast(to.to_polars());
    // A text may read "inf".
    Ok(if to == ValueType::Float { finite(expr) } else { expr })
}

fn is_in(value: &Node, list: &[Literal]) -> PolarsResult<Expr> {
    let float = |literal: &Literal| literal.value_type() == Some(ValueType::Float);
    let own = own_type(value);
    let widened = own == ValueType::Int && list.iter().any(float);
    let to = if widened { ValueType::Float } else { own };
    let series: Series = match to {
        ValueType::Bool => list.iter().filter_map(as_bool).collect(),
        ValueType::Int => list.iter().filter_map(as_int).collect(),
        ValueType::Float => list.iter().filter_map(as_float).collect(),
        ValueType::Text => list.iter().filter_map(as_text).collect(),
    };
    Ok(lower(value, to)?.is_in(lit(series).implode(false), false))
}

/// A literal of the type that its place asks for.
fn scalar(literal: &Literal, to: ValueType) -> Expr {
    let value = match to {
        ValueType::Bool => as_bool(literal).map(Scalar::from),
        ValueType::Int => as_int(literal).map(Scalar::from),
        ValueType::Float => as_float(literal).map(Scalar::from),
        ValueType::Text => as_text(literal).map(|text| Scalar::from(PlSmallStr::from_str(text))),
    };
    lit(value.unwrap_or_else(|| Scalar::null(to.to_polars())))
}

const fn as_bool(literal: &Literal) -> Option<bool> {
    if let Literal::Bool(value) = literal { Some(*value) } else { None }
}

const fn as_int(literal: &Literal) -> Option<i64> {
    if let Literal::Int(value) = literal { Some(*value) } else { None }
}

/// The float of a number, as polars casts it.
pub(super) const fn as_float(literal: &Literal) -> Option<f64> {
    match literal {
        Literal::Float(value) => Some(*value),
        #[expect(clippy::cast_precision_loss, reason = "an integer meets a float, as polars casts")]
        Literal::Int(value) => Some(*value as f64),
        Literal::Null | Literal::Bool(_) | Literal::Text(_) => None,
    }
}

fn as_text(literal: &Literal) -> Option<&str> {
    if let Literal::Text(value) = literal { Some(value) } else { None }
}

const fn operator(op: Comparison) -> Operator {
    match op {
        Comparison::Equal => Operator::Eq,
        Comparison::NotEqual => Operator::NotEq,
        Comparison::Less => Operator::Lt,
        Comparison::LessOrEqual => Operator::LtEq,
        Comparison::Greater => Operator::Gt,
        Comparison::GreaterOrEqual => Operator::GtEq,
        Comparison::Same => Operator::EqValidity,
        Comparison::Distinct => Operator::NotEqValidity,
    }
}
