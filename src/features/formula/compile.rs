//! Nodes to typed trees.
//!
//! Each function makes a tree of its own type; where an integer stands and a float is asked for, it is cast. The checks
//! have seen to it that no node is of any other type than the one asked for; if one were, it would be unknown.

use super::bools::BoolTree;
use super::floats::FloatTree;
use super::ints::IntTree;
use super::like::Like;
use super::texts::TextTree;
use super::{Case, Tree};
use crate::features::row::NoColumns;
use crate::features::schema::ValueType;
use crate::features::tree::{
    Arithmetic, Comparison, Function, Literal, Logic, Node, Pattern, widest,
};

pub(super) fn tree(node: &Node, value_type: ValueType) -> Tree {
    match value_type {
        ValueType::Bool => Tree::Bool(bools(node)),
        ValueType::Int => Tree::Int(ints(node)),
        ValueType::Float => Tree::Float(floats(node)),
        ValueType::Text => Tree::Text(texts(node)),
    }
}

/// Whether it is the same in every row, but for what stands there already.
fn is_constant(node: &Node) -> bool {
    !matches!(node, Node::Literal(_)) && node.fields().is_empty()
}

fn bools(node: &Node) -> BoolTree {
    let tree = match node {
        Node::Column(place, _) => BoolTree::Column(*place),
        Node::Literal(literal) => BoolTree::Known(literal.as_bool()),
        Node::Not(inner) => BoolTree::Not(Box::new(bools(inner))),
        Node::Logic(op, left, right) => logic(*op, left, right),
        Node::Compare(op, left, right) => comparison(*op, left, right),
        Node::IsNull(inner) => {
            let own = inner.value_type().unwrap_or(ValueType::Bool);
            BoolTree::IsNull(Box::new(tree(inner, own)))
        }
        Node::Case(when, then, otherwise) => BoolTree::Case(case(when, then, otherwise, bools)),
        Node::Coalesce(items) => BoolTree::Coalesce(all(items, bools)),
        Node::In(value, list) => among(value, list),
        Node::Like(value, Pattern(pattern)) => {
            BoolTree::Like(Box::new(texts(value)), Like::new(pattern))
        }
        Node::Affix(side, value, part) => BoolTree::Affix(*side, two(value, part, texts)),
        Node::Cast(..) | Node::Arithmetic(..) | Node::Call(..) => BoolTree::Known(None),
    };
    if is_constant(node) { BoolTree::Known(tree.value(&NoColumns)) } else { tree }
}

/// AND and OR over all their parts at once. A part that always has the truth that decides is all that is left, and one
/// that always has the other changes nothing.
fn logic(op: Logic, left: &Node, right: &Node) -> BoolTree {
    let decides = op == Logic::Or;
    let mut parts = Vec::new();
    for side in [left, right] {
        match (op, bools(side)) {
            (Logic::And, BoolTree::All(inner)) | (Logic::Or, BoolTree::Any(inner)) => {
                parts.extend(inner);
            }
            (_, tree) => parts.push(tree),
        }
    }
    let known = |part: &BoolTree| if let BoolTree::Known(truth) = part { *truth } else { None };
    if parts.iter().any(|part| known(part) == Some(decides)) {
        return BoolTree::Known(Some(decides));
    }
    parts.retain(|part| known(part).is_none());
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, None) => BoolTree::Known(Some(!decides)),
        (_, Some(last)) => {
            parts.push(last);
            let parts = parts.into_boxed_slice();
            if decides { BoolTree::Any(parts) } else { BoolTree::All(parts) }
        }
    }
}

fn comparison(op: Comparison, left: &Node, right: &Node) -> BoolTree {
    match widest([left, right]).unwrap_or(ValueType::Bool) {
        ValueType::Bool => BoolTree::OfBools(op, two(left, right, bools)),
        ValueType::Int => BoolTree::OfInts(op, two(left, right, ints)),
        ValueType::Float => BoolTree::OfFloats(op, two(left, right, floats)),
        ValueType::Text => BoolTree::OfTexts(op, two(left, right, texts)),
    }
}

fn among(value: &Node, list: &[Literal]) -> BoolTree {
    let float = |literal: &Literal| literal.value_type() == Some(ValueType::Float);
    match value.value_type().unwrap_or(ValueType::Bool) {
        ValueType::Bool => {
            let known = |literal: &Literal| BoolTree::Known(literal.as_bool());
            let equal = |literal| [bools(value), known(literal)];
            let equal = |literal| BoolTree::OfBools(Comparison::Equal, Box::new(equal(literal)));
            BoolTree::Any(list.iter().map(equal).collect())
        }
        ValueType::Int if !list.iter().any(float) => {
            let list = list.iter().filter_map(Literal::as_int).collect();
            BoolTree::IntIn(Box::new(ints(value)), list)
        }
        ValueType::Int | ValueType::Float => {
            let list = list.iter().filter_map(Literal::as_float).collect();
            BoolTree::FloatIn(Box::new(floats(value)), list)
        }
        ValueType::Text => {
            let list = list.iter().filter_map(Literal::as_text).map(Box::from).collect();
            BoolTree::TextIn(Box::new(texts(value)), list)
        }
    }
}

fn ints(node: &Node) -> IntTree {
    let tree = match node {
        Node::Column(place, _) => IntTree::Column(*place),
        Node::Literal(literal) => IntTree::Known(literal.as_int()),
        Node::Arithmetic(op, left, right) => IntTree::Arithmetic(*op, two(left, right, ints)),
        Node::Case(when, then, otherwise) => IntTree::Case(case(when, then, otherwise, ints)),
        Node::Coalesce(items) => IntTree::Coalesce(all(items, ints)),
        Node::Call(function, arguments) => int_call(*function, arguments),
        Node::Cast(value, _) => match value.value_type() {
            None => IntTree::Known(None),
            Some(ValueType::Bool) => IntTree::OfBool(Box::new(bools(value))),
            Some(ValueType::Int) => ints(value),
            Some(ValueType::Float) => IntTree::OfFloat(Box::new(floats(value))),
            Some(ValueType::Text) => IntTree::OfText(Box::new(texts(value))),
        },
        Node::Not(_)
        | Node::Logic(..)
        | Node::Compare(..)
        | Node::IsNull(_)
        | Node::In(..)
        | Node::Like(..)
        | Node::Affix(..) => IntTree::Known(None),
    };
    if is_constant(node) { IntTree::Known(tree.value(&NoColumns)) } else { tree }
}

/// Functions that give integers for integers.
fn int_call(function: Function, arguments: &[Node]) -> IntTree {
    match (function, arguments) {
        (Function::Greatest, _) => IntTree::Greatest(all(arguments, ints)),
        (Function::Least, _) => IntTree::Least(all(arguments, ints)),
        (Function::Abs, [value]) => IntTree::Abs(Box::new(ints(value))),
        (Function::Floor | Function::Ceil | Function::Round(_), [value]) => ints(value),
        (_, _) => IntTree::Known(None),
    }
}

fn floats(node: &Node) -> FloatTree {
    let tree = match node {
        Node::Literal(literal) => FloatTree::Known(literal.as_float()),
        _ if node.value_type() == Some(ValueType::Int) => FloatTree::OfInt(Box::new(ints(node))),
        Node::Column(place, _) => FloatTree::Column(*place),
        Node::Arithmetic(op, left, right) => {
            FloatTree::OfTwo(arithmetic(*op), two(left, right, floats))
        }
        Node::Case(when, then, otherwise) => FloatTree::Case(case(when, then, otherwise, floats)),
        Node::Coalesce(items) => FloatTree::Coalesce(all(items, floats)),
        Node::Call(function, arguments) => float_call(*function, arguments),
        Node::Cast(value, _) => match value.value_type() {
            None => FloatTree::Known(None),
            Some(ValueType::Bool) => FloatTree::OfBool(Box::new(bools(value))),
            Some(ValueType::Int | ValueType::Float) => floats(value),
            Some(ValueType::Text) => FloatTree::OfText(Box::new(texts(value))),
        },
        Node::Not(_)
        | Node::Logic(..)
        | Node::Compare(..)
        | Node::IsNull(_)
        | Node::In(..)
        | Node::Like(..)
        | Node::Affix(..) => FloatTree::Known(None),
    };
    if is_constant(node) { FloatTree::Known(tree.value(&NoColumns)) } else { tree }
}

fn arithmetic(op: Arithmetic) -> fn(f64, f64) -> f64 {
    match op {
        Arithmetic::Add => |a, b| a + b,
        Arithmetic::Subtract => |a, b| a - b,
        Arithmetic::Multiply => |a, b| a * b,
        Arithmetic::Divide => |a, b| a / b,
        // The checks leave these to integers.
        Arithmetic::DivideDown => |a, b| (a / b).floor(),
        Arithmetic::Remainder => |a, b| a - b * (a / b).floor(),
    }
}

fn float_call(function: Function, arguments: &[Node]) -> FloatTree {
    match (function, arguments) {
        (Function::Greatest, _) => FloatTree::Greatest(all(arguments, floats)),
        (Function::Least, _) => FloatTree::Least(all(arguments, floats)),
        (Function::Log, [value, base]) => FloatTree::OfTwo(f64::log, two(value, base, floats)),
        (Function::Pow, [value, power]) => FloatTree::OfTwo(f64::powf, two(value, power, floats)),
        (_, [value]) => float_of(function, value),
        (_, _) => FloatTree::Known(None),
    }
}

fn float_of(function: Function, value: &Node) -> FloatTree {
    let of = |function| FloatTree::Of(function, Box::new(floats(value)));
    match function {
        Function::Abs => of(f64::abs),
        Function::Floor => of(f64::floor),
        Function::Ceil => of(f64::ceil),
        Function::Exp => of(f64::exp),
        Function::Log1p => of(f64::ln_1p),
        Function::Sqrt => of(f64::sqrt),
        Function::Round(0) => of(f64::round_ties_even),
        Function::Round(decimals) => {
            let power = (0..decimals).fold(1.0, |power, _| power * 10.0);
            FloatTree::Round(power, Box::new(floats(value)))
        }
        Function::Log | Function::Pow | Function::Greatest | Function::Least => {
            FloatTree::Known(None)
        }
    }
}

fn texts(node: &Node) -> TextTree {
    let tree = match node {
        Node::Column(place, _) => TextTree::Column(*place),
        Node::Literal(literal) => TextTree::Known(literal.as_text().map(Box::from)),
        Node::Case(when, then, otherwise) => TextTree::Case(case(when, then, otherwise, texts)),
        Node::Coalesce(items) => TextTree::Coalesce(all(items, texts)),
        Node::Cast(value, _) => match value.value_type() {
            Some(ValueType::Int) => TextTree::OfInt(Box::new(ints(value))),
            Some(ValueType::Text) => texts(value),
            None | Some(ValueType::Bool | ValueType::Float) => TextTree::Known(None),
        },
        Node::Not(_)
        | Node::Logic(..)
        | Node::Compare(..)
        | Node::Arithmetic(..)
        | Node::IsNull(_)
        | Node::In(..)
        | Node::Like(..)
        | Node::Affix(..)
        | Node::Call(..) => TextTree::Known(None),
    };
    if !is_constant(node) {
        return tree;
    }
    TextTree::Known(tree.value(&NoColumns).map(|text| Box::from(&*text)))
}

fn two<T>(left: &Node, right: &Node, of: fn(&Node) -> T) -> Box<[T; 2]> {
    Box::new([of(left), of(right)])
}

fn all<T>(nodes: &[Node], of: fn(&Node) -> T) -> Box<[T]> {
    nodes.iter().map(of).collect()
}

fn case<T>(when: &Node, then: &Node, otherwise: &Node, of: fn(&Node) -> T) -> Box<Case<T>> {
    Box::new(Case { when: bools(when), then: of(then), otherwise: of(otherwise) })
}
