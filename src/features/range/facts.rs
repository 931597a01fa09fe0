//! What is known of each column, and the first clash.

use super::constraint::Constraint;
use crate::features::schema::{Domain, Field, ValueType};
use crate::features::tree::{Comparison, Function, Literal, Node};

/// Facts that do not clash.
#[derive(Clone, Default)]
pub(super) struct Facts<'a> {
    columns: Vec<Known<'a>>,
    pairs: Vec<Pair<'a>>,
    others: Vec<(&'a Node, bool)>,
}

/// What is known of one column.
#[derive(Clone)]
struct Known<'a> {
    field: &'a Field,
    demands: Vec<(Constraint<'a>, String)>,
}

/// How two parts may be ordered, as far as they were compared.
#[derive(Clone)]
struct Pair<'a> {
    left: &'a Node,
    right: &'a Node,
    orders: u8,
    text: String,
}

impl<'a> Facts<'a> {
    /// Adds that a condition has this truth; the clash, if it cannot.
    pub(super) fn add(&mut self, node: &'a Node, truth: bool) -> Option<String> {
        let text = if truth { node.to_string() } else { denied(node) };
        if let Some((field, constraint)) = demand(node, truth) {
            return self.demand(field, constraint, &text);
        }
        for field in strict_fields(node, truth) {
            if let Some(clash) = self.demand(field, Constraint::NotNull, &text) {
                return Some(clash);
            }
        }
        match node {
            Node::Compare(op, left, right) => self.compare(*op, left, right, truth, text),
            Node::Column(..)
            | Node::Literal(_)
            | Node::Not(_)
            | Node::Logic(..)
            | Node::Arithmetic(..)
            | Node::IsNull(_)
            | Node::Case(..)
            | Node::Coalesce(_)
            | Node::In(..)
            | Node::Like(..)
            | Node::Affix(..)
            | Node::Call(..)
            | Node::Cast(..) => self.other(node, truth),
        }
    }

    fn demand(&mut self, field: &'a Field, new: Constraint<'a>, text: &str) -> Option<String> {
        let name = &field.name;
        if !new.fits(&field.domain) {
            return Some(format!("`{text}` cannot hold, as {}", domain_text(field)));
        }
        let place = self.columns.iter().position(|known| known.field.name == *name);
        let place = place.unwrap_or_else(|| {
            self.columns.push(Known { field, demands: Vec::new() });
            self.columns.len() - 1
        });
        let known = self.columns.get_mut(place)?;
        let whole = field.value_type == ValueType::Int;
        let clash = known.demands.iter().find(|(old, _)| !old.agrees(&new, whole));
        if let Some((_, old)) = clash {
            return Some(format!("`{old}` and `{text}` cannot both hold for `{name}`"));
        }
        known.demands.push((new, text.to_owned()));
        let all: Vec<_> = known.demands.iter().map(|(demand, _)| demand).collect();
        if Constraint::leave_something(&all, &field.domain, whole) {
            return None;
        }
        let texts: Vec<String> = known.demands.iter().map(|(_, t)| format!("`{t}`")).collect();
        Some(format!("no value of `{name}` satisfies {}", texts.join(" and ")))
    }

    fn compare(
        &mut self,
        op: Comparison,
        left: &'a Node,
        right: &'a Node,
        truth: bool,
        text: String,
    ) -> Option<String> {
        let op = if truth { op } else { op.negated() };
        // Two literals are known as they stand.
        if let (Node::Literal(a), Node::Literal(b)) = (left, right) {
            let known = a.order(b).is_some_and(|order| op.orders() & order == 0);
            return known.then(|| format!("`{text}` is never true"));
        }
        let turned = self.pairs.iter().any(|pair| pair.left == right && pair.right == left);
        let (left, right, op) =
            if turned { (right, left, op.flipped()) } else { (left, right, op) };
        let known = self.pairs.iter_mut().find(|pair| pair.left == left && pair.right == right);
        let Some(pair) = known else {
            self.pairs.push(Pair { left, right, orders: op.orders(), text });
            return None;
        };
        pair.orders &= op.orders();
        (pair.orders == 0).then(|| format!("`{}` and `{text}` cannot both hold", pair.text))
    }

    /// Conditions that are not taken apart clash with their own denial alone.
    fn other(&mut self, node: &'a Node, truth: bool) -> Option<String> {
        if self.others.iter().any(|(old, was)| *old == node && *was != truth) {
            return Some(format!("`{node}` and `{}` cannot both hold", denied(node)));
        }
        self.others.push((node, truth));
        None
    }
}

/// What a condition over one column demands of it.
fn demand(node: &Node, truth: bool) -> Option<(&Field, Constraint<'_>)> {
    match node {
        Node::Column(_, field) => Some((field, Constraint::Truth(truth))),
        Node::IsNull(inner) => {
            let Node::Column(_, field) = inner.as_ref() else { return None };
            Some((field, if truth { Constraint::Null } else { Constraint::NotNull }))
        }
        Node::In(value, list) => {
            let Node::Column(_, field) = value.as_ref() else { return None };
            Some((field, Constraint::among(list.iter(), truth)?))
        }
        Node::Compare(op, left, right) => {
            let (field, op, value) = match (left.as_ref(), right.as_ref()) {
                (Node::Column(_, field), Node::Literal(value)) => (field, *op, value),
                (Node::Literal(value), Node::Column(_, field)) => (field, op.flipped(), value),
                (_, _) => return None,
            };
            let op = if truth { op } else { op.negated() };
            Some((field, Constraint::compare(op, value)?))
        }
        Node::Literal(_)
        | Node::Not(_)
        | Node::Logic(..)
        | Node::Arithmetic(..)
        | Node::Case(..)
        | Node::Coalesce(_)
        | Node::Like(..)
        | Node::Affix(..)
        | Node::Call(..)
        | Node::Cast(..) => None,
    }
}

/// The columns that cannot be null when a condition has a truth.
fn strict_fields(node: &Node, truth: bool) -> Vec<&Field> {
    match node {
        Node::Column(_, field) => vec![field],
        Node::IsNull(inner) if !truth => strict_fields(inner, true),
        Node::Compare(op, ..) if op.sees_null() => Vec::new(),
        Node::Call(Function::Greatest | Function::Least, _)
        | Node::Literal(_)
        | Node::Logic(..)
        | Node::IsNull(_)
        | Node::Case(..)
        | Node::Coalesce(_) => Vec::new(),
        Node::Not(_)
        | Node::Compare(..)
        | Node::Arithmetic(..)
        | Node::In(..)
        | Node::Like(..)
        | Node::Affix(..)
        | Node::Call(..)
        | Node::Cast(..) => {
            node.children().into_iter().flat_map(|child| strict_fields(child, true)).collect()
        }
    }
}

/// The denial of a condition, as a person would write it.
fn denied(node: &Node) -> String {
    if let Node::Compare(op, left, right) = node {
        format!("{left} {} {right}", op.negated())
    } else {
        Node::Not(Box::new(node.clone())).to_string()
    }
}

fn domain_text(field: &Field) -> String {
    let name = &field.name;
    match field.domain {
        Domain::Any => format!("`{name}` is any value"),
        Domain::AtLeast(least) => format!("`{name}` is never below {least}"),
        Domain::Within(least, most) => format!("`{name}` lies within {least} and {most}"),
        Domain::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            format!("`{name}` is one of {}", words.join(", "))
        }
    }
}

impl Literal {
    /// How two literals are ordered, as a set of orders; none if it cannot be said.
    fn order(&self, other: &Self) -> Option<u8> {
        let ordering = match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (a, b) => a.as_float()?.partial_cmp(&b.as_float()?)?,
        };
        Some(match ordering {
            std::cmp::Ordering::Less => LESS,
            std::cmp::Ordering::Equal => EQUAL,
            std::cmp::Ordering::Greater => GREATER,
        })
    }
}

const LESS: u8 = 1;
const EQUAL: u8 = 2;
const GREATER: u8 = 4;
/// One of the two is null and the other not; orders say nothing.
const NULL: u8 = 8;
/// Both are null.
const NULLS: u8 = 16;

impl Comparison {
    /// The orders of two values under which it holds.
    const fn orders(self) -> u8 {
        match self {
            Self::Equal => EQUAL,
            Self::NotEqual => LESS | GREATER,
            Self::Less => LESS,
            Self::LessOrEqual => LESS | EQUAL,
            Self::Greater => GREATER,
            Self::GreaterOrEqual => GREATER | EQUAL,
            Self::Same => EQUAL | NULLS,
            Self::Distinct => LESS | GREATER | NULL,
        }
    }
}
