//! Random sequences of requests that collide.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use vouch::domain::{
    DAY_MS, Fact, FactId, Money, RefundClaim, RefundId, RequestId, TenantId, Timestamp,
};
use vouch::engine::{DecisionKey, Request};

use super::world::{CASES, KINDS, World};
use crate::support::tenant;

/// A few cases with common ids, and what is asked about them.
#[derive(Debug, Clone)]
pub(super) struct Script {
    cases: Vec<Index>,
    shared: Vec<bool>,
    /// Keys of different batches are one key.
    pub(super) few_keys: bool,
    /// Every fact is told once before the steps begin.
    told_first: bool,
    pub(super) steps: Vec<Step>,
}

/// One request, but for the names of decisions.
#[derive(Debug, Clone)]
pub(super) struct Step {
    elsewhere: bool,
    kind: StepKind,
}

#[derive(Debug, Clone)]
enum StepKind {
    Tell(Vec<Pick>),
    Ask(Pick, Vec<Pick>),
    Look(Pick, bool),
}

/// A fact or a claim, and how it differs from the sample's.
#[derive(Debug, Clone)]
struct Pick {
    item: Index,
    twist: Twist,
}

#[derive(Debug, Clone)]
enum Twist {
    Plain,
    /// The same id, something else.
    OtherBody,
    /// Told or asked again under another id.
    Again(u8),
    /// Another refund, of half the amount.
    Another(u8),
    /// So many days later, under another id.
    Moved(i64),
}

impl Script {
    /// What it is about.
    pub(super) fn world(&self) -> World {
        let cases: Vec<usize> = self.cases.iter().map(|case| case.index(CASES.len())).collect();
        World::mixed(&cases, &self.shared, self.few_keys)
    }

    /// The facts that are told before the steps begin.
    pub(super) fn opening(&self, world: &World) -> Vec<Request> {
        let told = if self.told_first { world.facts.as_slice() } else { &[] };
        // What happens after the claims comes later.
        let told = told.iter().filter(|fact| !fact.id.as_str().starts_with("after-"));
        let told: Vec<Fact> = told.cloned().collect();
        let request = |facts: &[Fact]| Request::Record { tenant: tenant(), facts: facts.to_vec() };
        told.chunks(4).map(request).collect()
    }
}

impl Step {
    /// The request, when the decisions so far are known by request id.
    pub(super) fn request(&self, world: &World, decisions: &HashMap<String, String>) -> Request {
        let tenant = if self.elsewhere { TenantId::parse("other").unwrap() } else { tenant() };
        match &self.kind {
            StepKind::Tell(picks) => {
                Request::Record { tenant, facts: picks.iter().map(|p| p.fact(world)).collect() }
            }
            StepKind::Ask(pick, inline) => {
                let mut claim = pick.claim(world);
                for fact in inline.iter().map(|p| p.fact(world)) {
                    // A claim that gives a fact twice is refused before it comes here.
                    if claim.facts.iter().all(|known| known.id != fact.id) {
                        claim.facts.push(fact);
                    }
                }
                Request::Score { tenant, claim: Box::new(claim) }
            }
            StepKind::Look(pick, by_decision) => {
                let request_id = pick.claim(world).request_id;
                let decision = decisions.get(request_id.as_str()).filter(|_| *by_decision);
                let key = match decision {
                    Some(id) => DecisionKey::Decision(id.clone()),
                    None => DecisionKey::Request(request_id),
                };
                Request::Find { tenant, key, with_facts: true }
            }
        }
    }
}

impl Pick {
    fn fact(&self, world: &World) -> Fact {
        let fact = self.item.get(&world.facts).clone();
        let renamed = |by: String| FactId::parse(&format!("{}~{by}", fact.id)).unwrap();
        match self.twist {
            Twist::Plain => fact,
            Twist::OtherBody => Fact { occurred_at: fact.occurred_at.plus_ms(1), ..fact },
            Twist::Again(n) | Twist::Another(n) => Fact { id: renamed(n.to_string()), ..fact },
            Twist::Moved(days) => {
                let occurred_at = moved(fact.occurred_at, days);
                Fact { id: renamed(format!("{days}d")), occurred_at, ..fact }
            }
        }
    }

    fn claim(&self, world: &World) -> RefundClaim {
        let claim = self.item.get(&world.claims).clone();
        let asked = |by: String| RequestId::parse(&format!("{}~{by}", claim.request_id)).unwrap();
        let part = |parts: i64| Money {
            amount_minor: (claim.amount.amount_minor / parts).max(1),
            currency: claim.amount.currency,
        };
        match self.twist {
            Twist::Plain => claim,
            Twist::OtherBody => RefundClaim { amount: part(3), ..claim },
            Twist::Again(n) => RefundClaim { request_id: asked(format!("again{n}")), ..claim },
            Twist::Another(n) => RefundClaim {
                request_id: asked(format!("another{n}")),
                refund_id: RefundId::parse(&format!("{}~{n}", claim.refund_id)).unwrap(),
                amount: part(2),
                ..claim
            },
            Twist::Moved(days) => {
                let requested_at = moved(claim.requested_at, days);
                RefundClaim { request_id: asked(format!("{days}d")), requested_at, ..claim }
            }
        }
    }
}

fn moved(at: Timestamp, days: i64) -> Timestamp {
    at.plus_ms(days * DAY_MS).max(Timestamp::EARLIEST)
}

fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        6 => Just(Twist::Plain),
        2 => (0_u8..3).prop_map(Twist::Again),
        2 => (0_u8..3).prop_map(Twist::Another),
        1 => Just(Twist::OtherBody),
        1 => (-40_i64..40).prop_map(Twist::Moved),
        1 => (-9_000_i64..9_000).prop_map(Twist::Moved),
    ]
}

fn pick() -> impl Strategy<Value = Pick> {
    (any::<Index>(), twist()).prop_map(|(item, twist)| Pick { item, twist })
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        4 => vec(pick(), 0..4).prop_map(StepKind::Tell),
        6 => (pick(), prop_oneof![3 => vec(pick(), 0..1), 1 => vec(pick(), 1..4)])
            .prop_map(|(claim, inline)| StepKind::Ask(claim, inline)),
        1 => (pick(), any::<bool>()).prop_map(|(claim, id)| StepKind::Look(claim, id)),
    ];
    (prop::bool::weighted(0.08), kind).prop_map(|(elsewhere, kind)| Step { elsewhere, kind })
}

/// A script of up to `steps` steps.
pub(super) fn script(steps: usize) -> impl Strategy<Value = Script> {
    let shared = vec(prop::bool::weighted(0.6), KINDS.len());
    let told_first = prop::bool::weighted(0.8);
    (vec(any::<Index>(), 1..4), shared, any::<bool>(), told_first, vec(step(), 1..steps)).prop_map(
        |(cases, shared, few_keys, told_first, steps)| Script {
            cases,
            shared,
            few_keys,
            told_first,
            steps,
        },
    )
}
