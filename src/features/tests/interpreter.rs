//! The meaning of the language, row by row and as naive as can be.

use std::cmp::Ordering;

use crate::features::ValueType;
use crate::features::tests::rows::Row;
use crate::features::tree::{Affix, Arithmetic, Comparison, Function, Literal, Logic, Node};

pub(super) fn value(node: &Node, row: &Row) -> Literal {
    let truth = |node: &Node| value(node, row).as_bool();
    match node {
        Node::Column(place, _) => row.literal(*place),
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
            condition(value(inner, row).as_text().map(|text| like(text, &pattern.0)))
        }
        Node::Affix(side, inner, part) => {
            let (inner, part) = (value(inner, row), value(part, row));
            condition(inner.as_text().zip(part.as_text()).map(|(text, part)| match side {
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
        (value @ Literal::Int(_), Some(ValueType::Float)) => number(value.as_float()),
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
        (a, b) => Some(a.as_float()?.partial_cmp(&b.as_float()?)?),
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
        let value = wide(op, i128::from(*a), i128::from(*b));
        let fits = value.and_then(|value| i64::try_from(value).ok());
        return fits.map_or(Literal::Null, Literal::Int);
    }
    number(left.as_float().zip(right.as_float()).map(|(a, b)| match op {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::DivideDown | Arithmetic::Remainder => unreachable!("of integers only"),
    }))
}

/// Integer arithmetic that has room for every result.
fn wide(op: Arithmetic, a: i128, b: i128) -> Option<i128> {
    let down = |a: i128, b: i128| if b < 0 { (-a).div_euclid(-b) } else { a.div_euclid(b) };
    Some(match op {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        _ if b == 0 => return None,
        Arithmetic::DivideDown => down(a, b),
        Arithmetic::Remainder => a - down(a, b) * b,
        Arithmetic::Divide => unreachable!("gives floats"),
    })
}

fn call(function: Function, values: &[Literal]) -> Literal {
    let best = |better: fn(Ordering) -> bool| {
        let known = values.iter().filter(|value| **value != Literal::Null);
        let order = |a: &Literal, b: &Literal| a.as_float().partial_cmp(&b.as_float()).unwrap();
        let best = known.reduce(|a, b| if better(order(b, a)) { b } else { a });
        best.cloned().unwrap_or(Literal::Null)
    };
    let one = |f: fn(f64) -> f64| number(values.first().and_then(Literal::as_float).map(f));
    let two = |f: fn(f64, f64) -> f64| {
        let pair = values[0].as_float().zip(values.get(1).and_then(Literal::as_float));
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
