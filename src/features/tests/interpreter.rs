//! The meaning of the language, row by row and as naive as can be.

use std::cmp::Ordering;

use crate::features::kernels::integer;
use crate::features::lower::as_float;
use crate::features::tests::frames::Row;
use crate::features::tests::schema;
use crate::features::tree::{Affix, Arithmetic, Comparison, Function, Literal, Logic, Node};
use crate::features::{Scalar, ValueType};

pub(super) fn value(node: &Node, row: &Row) -> Literal {
    let truth = |node: &Node| as_bool(&value(node, row));
    match node {
        Node::Column(field) => match row.scalar(schema().position(&field.name).unwrap()) {
            Scalar::Null => Literal::Null,
            Scalar::Bool(value) => Literal::Bool(value),
            Scalar::Int(value) => Literal::Int(value),
            Scalar::Float(value) => Literal::Float(value),
            Scalar::Text(value) => Literal::Text(value.to_owned()),
        },
        Node::Literal(literal) => literal.clone(),
        Node::Not(inner) => condition(truth(inner).map(|t| !t)),
        Node::Logic(op, left, right) => {
            let decides = *op == Logic::Or;
            condition(match (truth(left), truth(right)) {
                (Some(t), _) | (_, Some(t)) if t == decides => Some(t),
                (None, _) | (_, None) => None,
                _ => Some(!decides),
            })
        }
        Node::Compare(op, left, right) => {
            condition(compare(*op, &value(left, row), &value(right, row)))
        }
        Node::Arithmetic(op, left, right) => arithmetic(*op, &value(left, row), &value(right, row)),
        Node::IsNull(inner) => Literal::Bool(value(inner, row) == Literal::Null),
        Node::Case(test, then, otherwise) => {
            let taken = if truth(test) == Some(true) { then } else { otherwise };
            widen(value(taken, row), node.value_type())
        }
        Node::Coalesce(items) => {
            let mut values = items.iter().map(|item| value(item, row));
            let found = values.find(|value| *value != Literal::Null).unwrap_or(Literal::Null);
            widen(found, node.value_type())
        }
        Node::In(inner, list) => {
            let inner = value(inner, row);
            let mut equal = list.iter().map(|item| compare(Comparison::Equal, &inner, item));
            condition((inner != Literal::Null).then(|| equal.any(|e| e == Some(true))))
        }
        Node::Like(inner, pattern) => {
            condition(as_text(&value(inner, row)).map(|text| like(text, &pattern.like)))
        }
        Node::Affix(side, inner, part) => {
            let (inner, part) = (value(inner, row), value(part, row));
            condition(as_text(&inner).zip(as_text(&part)).map(|(text, part)| match side {
                Affix::Prefix => text.starts_with(part),
                Affix::Suffix => text.ends_with(part),
            }))
        }
        Node::Call(function, arguments) => {
            let values: Vec<Literal> = arguments
                .iter()
                .map(|argument| widen(value(argument, row), node.value_type()))
                .collect();
            call(*function, &values)
        }
        Node::Cast(inner, to) => cast(&value(inner, row), *to),
    }
}

fn condition(truth: Option<bool>) -> Literal {
    truth.map_or(Literal::Null, Literal::Bool)
}

fn number(value: Option<f64>) -> Literal {
    value.filter(|x| x.is_finite()).map_or(Literal::Null, Literal::Float)
}

fn widen(value: Literal, to: Option<ValueType>) -> Literal {
    match (value, to) {
        (value @ Literal::Int(_), Some(ValueType::Float)) => number(as_float(&value)),
        (value, _) => value,
    }
}

fn compare(op: Comparison, left: &Literal, right: &Literal) -> Option<bool> {
    let null = |side: &Literal| *side == Literal::Null;
    let order = match (left, right) {
        _ if null(left) || null(right) => None,
        (Literal::Text(a), Literal::Text(b)) => Some(a.cmp(b)),
        (Literal::Bool(a), Literal::Bool(b)) => Some(a.cmp(b)),
        (Literal::Int(a), Literal::Int(b)) => Some(a.cmp(b)),
        (a, b) => Some(as_float(a)?.partial_cmp(&as_float(b)?)?),
    };
    match op {
        Comparison::Same => Some(order.map_or(null(left) && null(right), Ordering::is_eq)),
        Comparison::Distinct => Some(order.map_or(null(left) != null(right), Ordering::is_ne)),
        Comparison::Equal => Some(order?.is_eq()),
        Comparison::NotEqual => Some(order?.is_ne()),
        Comparison::Less => Some(order?.is_lt()),
        Comparison::LessOrEqual => Some(order?.is_le()),
        Comparison::Greater => Some(order?.is_gt()),
        Comparison::GreaterOrEqual => Some(order?.is_ge()),
    }
}

fn arithmetic(op: Arithmetic, left: &Literal, right: &Literal) -> Literal {
    if let (Literal::Int(a), Literal::Int(b), true) = (left, right, op != Arithmetic::Divide) {
        return integer(op, *a, *b).map_or(Literal::Null, Literal::Int);
    }
    number(as_float(left).zip(as_float(right)).map(|(a, b)| match op {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::DivideDown | Arithmetic::Remainder => unreachable!("of integers only"),
    }))
}

fn call(function: Function, values: &[Literal]) -> Literal {
    let best = |better: fn(Ordering) -> bool| {
        let known = values.iter().filter(|value| **value != Literal::Null);
        let pick = |a, b| {
            let order = as_float(b).unwrap().partial_cmp(&as_float(a).unwrap()).unwrap();
            if better(order) { b } else { a }
        };
        known.reduce(pick).cloned().unwrap_or(Literal::Null)
    };
    let one = |f: fn(f64) -> f64| number(values.first().and_then(as_float).map(f));
    let two = |f: fn(f64, f64) -> f64| {
        let pair = as_float(&values[0]).zip(values.get(1).and_then(as_float));
        number(pair.map(|(a, b)| f(a, b)))
    };
    match (function, values) {
        (Function::Greatest, _) => best(Ordering::is_gt),
        (Function::Least, _) => best(Ordering::is_lt),
        (Function::Abs, [Literal::Int(value)]) => {
            value.checked_abs().map_or(Literal::Null, Literal::Int)
        }
        (Function::Floor | Function::Ceil | Function::Round(_), [Literal::Int(value)]) => {
            Literal::Int(*value)
        }
        (Function::Abs, _) => one(f64::abs),
        (Function::Floor, _) => one(f64::floor),
        (Function::Ceil, _) => one(f64::ceil),
        (Function::Round(0), _) => one(f64::round_ties_even),
        (Function::Round(_), _) => one(|x| match x * 100.0 {
            hundreds if hundreds.abs() < 1e15 => hundreds.round_ties_even() / 100.0,
            _ => x,
        }),
        (Function::Exp, _) => one(f64::exp),
        (Function::Log, _) => two(|x, base| x.ln() / base.ln()),
        (Function::Log1p, _) => one(f64::ln_1p),
        (Function::Sqrt, _) => one(f64::sqrt),
        (Function::Pow, _) => two(f64::powf),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a cast is what it is about")]
fn cast(value: &Literal, to: ValueType) -> Literal {
    match (value, to) {
        (Literal::Null, _) => Literal::Null,
        (Literal::Bool(value), ValueType::Int) => Literal::Int(i64::from(*value)),
        (Literal::Bool(value), ValueType::Float) => Literal::Float(f64::from(u8::from(*value))),
        (Literal::Float(value), ValueType::Int) => {
            let fits = value.abs() < 9.2e18;
            if fits { Literal::Int(value.trunc() as i64) } else { Literal::Null }
        }
        (Literal::Text(text), ValueType::Int) => text.parse().map_or(Literal::Null, Literal::Int),
        (Literal::Text(text), ValueType::Float) => number(text.parse().ok()),
        (Literal::Int(value), ValueType::Text) => Literal::Text(value.to_string()),
        (value, to) => widen(value.clone(), Some(to)),
    }
}

/// LIKE by trying every split.
fn like(text: &str, pattern: &str) -> bool {
    let mut signs = pattern.chars();
    match signs.next() {
        None => text.is_empty(),
        Some('%') => {
            let ends = text.char_indices().map(|(i, _)| i).chain([text.len()]);
            let mut rests = ends.map(|i| &text[i..]);
            rests.any(|rest| like(rest, signs.as_str()))
        }
        Some(sign) => {
            let mut letters = text.chars();
            let first = letters.next();
            first.is_some_and(|c| sign == '_' || sign == c)
                && like(letters.as_str(), signs.as_str())
        }
    }
}

fn as_bool(value: &Literal) -> Option<bool> {
    if let Literal::Bool(value) = value { Some(*value) } else { None }
}

fn as_text(value: &Literal) -> Option<&str> {
    if let Literal::Text(value) = value { Some(value) } else { None }
}
