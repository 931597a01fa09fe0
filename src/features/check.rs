//! The types that each node takes. polars accepts more than it should: `country > 1` would compare texts.

use super::ExpressionError;
use super::schema::{Domain, ValueType};
use super::tree::{Arithmetic, Comparison, Function, Literal, Node};
use crate::document::nearest;

/// Longest part of an expression in a message, in characters.
const PART_MAX_CHARS: usize = 160;

/// What is wrong with a node whose children are right.
pub(super) fn faults(node: &Node) -> Vec<ExpressionError> {
    match problem(node) {
        Some(problem) => vec![ExpressionError::Types { part: shown(node), problem }],
        None => unknown_words(node),
    }
}

/// A node in a message.
pub(super) fn shown(node: &Node) -> String {
    let text = node.to_string();
    match text.char_indices().nth(PART_MAX_CHARS) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn problem(node: &Node) -> Option<String> {
    match node {
        Node::Column(..) | Node::Literal(_) => None,
        Node::Not(inner) => conditions([inner.as_ref()]),
        Node::Logic(_, left, right) => conditions([left.as_ref(), right]),
        Node::Compare(op, left, right) => comparison(*op, left, right),
        Node::Arithmetic(op, left, right) => {
            let down = matches!(op, Arithmetic::DivideDown | Arithmetic::Remainder);
            numbers([left.as_ref(), right]).or_else(|| {
                (down && node.value_type() != Some(ValueType::Int)).then(|| {
                    format!("takes whole numbers; write FLOOR({left} / {right}) or cast to BIGINT")
                })
            })
        }
        Node::IsNull(inner) => inner.value_type().is_none().then(|| "is always true".to_owned()),
        Node::Case(condition, then, otherwise) => {
            conditions([condition.as_ref()]).or_else(|| agreement([then.as_ref(), otherwise]))
        }
        Node::Coalesce(items) => agreement(items),
        Node::In(value, list) => {
            let item = list.iter().find_map(Literal::value_type);
            (!comparable(value.value_type(), item))
                .then(|| format!("looks for {} among {}", kind(value.value_type()), kind(item)))
        }
        Node::Like(value, _) => texts([value.as_ref()]),
        Node::Affix(_, value, part) => texts([value.as_ref(), part]),
        Node::Call(function, arguments) => match function {
            Function::Abs
            | Function::Floor
            | Function::Ceil
            | Function::Round(_)
            | Function::Exp
            | Function::Log
            | Function::Log1p
            | Function::Sqrt
            | Function::Pow
            | Function::Greatest
            | Function::Least => numbers(arguments),
        },
        Node::Cast(value, to) => cast(value.value_type()?, *to),
    }
}

fn comparison(op: Comparison, left: &Node, right: &Node) -> Option<String> {
    let (a, b) = (left.value_type(), right.value_type());
    let null = |side: &Node| matches!(side, Node::Literal(Literal::Null));
    if null(left) || null(right) {
        let value = if null(left) { right } else { left };
        return Some(format!("is never true, as NULL equals nothing; write `{value} IS NULL`"));
    }
    if !comparable(a, b) {
        return Some(format!("compares {} with {}; cast one of them", kind(a), kind(b)));
    }
    let ordered = match op {
        Comparison::Equal | Comparison::NotEqual | Comparison::Same | Comparison::Distinct => false,
        Comparison::Less
        | Comparison::LessOrEqual
        | Comparison::Greater
        | Comparison::GreaterOrEqual => true,
    };
    (ordered && a == Some(ValueType::Bool))
        .then(|| "orders conditions, which have no order; use `=` or `<>`".to_owned())
}

fn conditions<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Option<String> {
    demand(nodes, |kind| kind == ValueType::Bool, "AND, OR, NOT and WHEN take conditions")
}

fn numbers<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Option<String> {
    demand(nodes, ValueType::is_number, "numbers are needed")
}

fn texts<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Option<String> {
    demand(nodes, |kind| kind == ValueType::Text, "texts are needed")
}

fn demand<'a>(
    nodes: impl IntoIterator<Item = &'a Node>,
    fits: impl Fn(ValueType) -> bool,
    needed: &str,
) -> Option<String> {
    let wrong = nodes.into_iter().find(|node| !node.value_type().is_some_and(&fits))?;
    Some(format!("has `{}`, which is {}; {needed}", shown(wrong), kind(wrong.value_type())))
}

/// Values of one type come out, whichever of the nodes gives them.
fn agreement<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Option<String> {
    let mut first = None;
    for next in nodes.into_iter().filter_map(Node::value_type) {
        let known = *first.get_or_insert(next);
        if !comparable(Some(known), Some(next)) {
            return Some(format!("gives {known} or {next}; let all its values be of one type"));
        }
    }
    first.is_none().then(|| "gives nothing but NULL; drop it".to_owned())
}

fn comparable(a: Option<ValueType>, b: Option<ValueType>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || (a.is_number() && b.is_number()),
        (None, _) | (_, None) => false,
    }
}

fn cast(from: ValueType, to: ValueType) -> Option<String> {
    let instead = match (from, to) {
        (_, ValueType::Int | ValueType::Float)
        | (ValueType::Bool, ValueType::Bool)
        | (ValueType::Int | ValueType::Text, ValueType::Text) => return None,
        (ValueType::Int | ValueType::Float, ValueType::Bool) => "compare it with 0 by `<>`",
        (ValueType::Text, ValueType::Bool) => "compare it with `=`",
        (ValueType::Bool | ValueType::Float, ValueType::Text) => "use CASE",
    };
    Some(format!("makes {to} of {from}; {instead}"))
}

fn kind(value_type: Option<ValueType>) -> String {
    value_type.map_or_else(|| "NULL".to_owned(), |known| known.to_string())
}

/// Words that a column of known words is compared with and never has: always a slip, also under NOT.
fn unknown_words(node: &Node) -> Vec<ExpressionError> {
    match node {
        Node::Compare(_, left, right) => match (left.as_ref(), right.as_ref()) {
            (column, Node::Literal(word)) | (Node::Literal(word), column) => {
                unknown_word(column, word).into_iter().collect()
            }
            (_, _) => Vec::new(),
        },
        Node::In(value, list) => list.iter().filter_map(|word| unknown_word(value, word)).collect(),
        Node::Column(..)
        | Node::Literal(_)
        | Node::Not(_)
        | Node::Logic(..)
        | Node::Arithmetic(..)
        | Node::IsNull(_)
        | Node::Case(..)
        | Node::Coalesce(_)
        | Node::Like(..)
        | Node::Affix(..)
        | Node::Call(..)
        | Node::Cast(..) => Vec::new(),
    }
}

fn unknown_word(column: &Node, word: &Literal) -> Option<ExpressionError> {
    let (Node::Column(_, field), Literal::Text(word)) = (column, word) else { return None };
    let Domain::Words(known) = field.domain else { return None };
    if known.contains(&word.as_str()) {
        return None;
    }
    Some(ExpressionError::UnknownWord {
        column: field.name.to_string(),
        word: word.clone(),
        suggestion: nearest(word, known.iter().copied()).map(str::to_owned),
        known,
    })
}
