//! Conditions that cannot come true, found by reasoning over what a condition demands of each column.
//!
//! The search takes a condition apart: what must all hold is collected, and of what may hold either way every branch
//! is tried. It finds no fault that is not there; it misses those that need more than one column at a time.

mod constraint;
mod facts;

use super::expression::Expression;
use super::tree::{Literal, Logic, Node};
use facts::Facts;

/// Branches tried before the search gives up and says nothing.
const BRANCHES_MAX: u32 = 2_000;

/// Why a condition is never true, naming what clashes; none if it may be true, as far as could be seen.
#[must_use]
pub fn never_true(condition: &Expression) -> Option<String> {
    search(condition.node(), true)
}

/// Whether a condition is true whatever its columns hold, null included, as far as could be seen.
#[must_use]
pub fn always_true(condition: &Expression) -> bool {
    never_null(condition.node()) && search(condition.node(), false).is_some()
}

fn search(condition: &Node, truth: bool) -> Option<String> {
    let mut budget = BRANCHES_MAX;
    refute(vec![Claim { node: condition, truth }], Facts::default(), &mut budget)
}

/// That a condition has this truth: it is not null.
#[derive(Clone, Copy)]
struct Claim<'a> {
    node: &'a Node,
    truth: bool,
}

/// Alternatives of which one holds.
type Choice<'a> = [Vec<Claim<'a>>; 2];

/// Why the claims cannot all hold beside the facts.
fn refute<'a>(
    mut claims: Vec<Claim<'a>>,
    mut facts: Facts<'a>,
    budget: &mut u32,
) -> Option<String> {
    let mut choices: Vec<(Claim<'a>, Choice<'a>)> = Vec::new();
    while let Some(claim) = claims.pop() {
        match step(claim) {
            Step::Holds => {}
            Step::All(parts) => claims.extend(parts),
            Step::Either(choice) => choices.push((claim, choice)),
            Step::Fact => {
                if let Some(clash) = facts.add(claim.node, claim.truth) {
                    return Some(clash);
                }
            }
            Step::Never(why) => return Some(why),
        }
    }
    let (_, branches) = choices.pop()?;
    let open = choices.into_iter().map(|(claim, _)| claim);
    let open: Vec<Claim<'_>> = open.collect();
    let mut reasons: Vec<String> = Vec::new();
    for branch in branches {
        *budget = budget.checked_sub(1)?;
        let claims = open.iter().copied().chain(branch).collect();
        let reason = refute(claims, facts.clone(), budget)?;
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    Some(reasons.join("; "))
}

/// What a claim comes to.
enum Step<'a> {
    /// Nothing more.
    Holds,
    /// All of these.
    All(Vec<Claim<'a>>),
    /// One of these.
    Either(Choice<'a>),
    /// A fact about columns.
    Fact,
    /// Nothing can make it so.
    Never(String),
}

fn step<'a>(Claim { node, truth }: Claim<'a>) -> Step<'a> {
    let claim = |node: &'a Node, truth: bool| Claim { node, truth };
    match node {
        Node::Literal(Literal::Bool(value)) if *value == truth => Step::Holds,
        Node::Literal(_) => {
            Step::Never(format!("`{node}` is never {}", if truth { "true" } else { "false" }))
        }
        Node::Not(inner) => Step::All(vec![claim(inner, !truth)]),
        Node::Logic(op, left, right) => {
            let (left, right) = (claim(left, truth), claim(right, truth));
            match (op, truth) {
                (Logic::And, true) | (Logic::Or, false) => Step::All(vec![right, left]),
                (Logic::And, false) | (Logic::Or, true) => Step::Either([vec![left], vec![right]]),
            }
        }
        Node::Case(condition, then, otherwise) => Step::Either([
            vec![claim(condition, true), claim(then, truth)],
            // Its condition is false or null there: nothing follows from that.
            vec![claim(otherwise, truth)],
        ]),
        Node::Coalesce(items) => match items.as_slice() {
            [first, Node::Literal(Literal::Bool(value))] if *value != truth => {
                Step::All(vec![claim(first, truth)])
            }
            _ => Step::Holds,
        },
        Node::Cast(inner, _) if inner.value_type().is_none() => {
            Step::Never("NULL is never true".to_owned())
        }
        Node::Column(..)
        | Node::Compare(..)
        | Node::IsNull(_)
        | Node::In(..)
        | Node::Like(..)
        | Node::Affix(..)
        | Node::Cast(..) => Step::Fact,
        // These give no conditions.
        Node::Arithmetic(..) | Node::Call(..) => Step::Holds,
    }
}

/// Whether a condition has a truth whatever is null.
fn never_null(node: &Node) -> bool {
    match node {
        Node::Literal(literal) => *literal != Literal::Null,
        Node::IsNull(_) => true,
        Node::Not(inner) => never_null(inner),
        Node::Logic(op, left, right) => {
            let decides = Node::Literal(Literal::Bool(*op == Logic::Or));
            (never_null(left) && never_null(right)) || **left == decides || **right == decides
        }
        Node::Coalesce(items) => items.iter().any(never_null),
        Node::Case(_, then, otherwise) => never_null(then) && never_null(otherwise),
        Node::Compare(op, left, right) => op.sees_null() || (never_null(left) && never_null(right)),
        Node::In(value, _) => never_null(value),
        Node::Column(..)
        | Node::Arithmetic(..)
        | Node::Like(..)
        | Node::Affix(..)
        | Node::Call(..)
        | Node::Cast(..) => false,
    }
}

#[cfg(test)]
mod tests;
