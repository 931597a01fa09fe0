//! The shipped sample cases get the verdicts that the trade expects.

use std::collections::{BTreeMap, BTreeSet};

use vouch::cases::{GROUPS, read};
use vouch::domain::{Decision, RefundClaim, RequestId, Timestamp};
use vouch::engine::{Answer, DecisionKey, Request};
use vouch::signals::{Catalogue, SignalValue};
use vouch::wire::WireEnum;
use vouch::wire::pb::cases::v1::Case;
use vouch::wire::pb::v1;

use crate::support::{ask, claim, fact, memory_core, record, score, tenant, verdict};

/// After every case: they happen in November 2026.
const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);

fn all() -> Vec<(&'static str, Case)> {
    let group = |(name, text): &(&'static str, &str)| {
        let cases = read(text).unwrap_or_else(|error| panic!("{name}.jsonl: {error}"));
        cases.into_iter().map(|case| (*name, case)).collect::<Vec<_>>()
    };
    GROUPS.iter().flat_map(group).collect()
}

/// What a case got, claim by claim, and what it should have got.
fn outcomes(case: &Case) -> Vec<(String, String)> {
    let mut core = memory_core();
    for told in &case.facts {
        ask(&mut core, record(vec![fact(told.clone())]), NOW).expect("sample facts are recorded");
    }
    let step = |step: &vouch::wire::pb::cases::v1::Step| {
        let expect = step.expect.clone().expect("every step says what it expects");
        let got = verdict(ask(&mut core, score(claim(step.claim.clone().unwrap())), NOW));
        let decision = Decision::from_number(got.decision).unwrap();
        let amount = got.approved_amount.as_ref().map_or(0, |money| money.amount_minor);
        let expected = Decision::from_number(expect.decision).unwrap();
        let unchecked = expect.approved_amount_minor == 0;
        let shown = |decision: Decision, reason: &str, amount: i64| {
            let amount = if unchecked { String::new() } else { format!(" {amount}") };
            format!("{} {reason}{amount}", decision.as_str())
        };
        let reasons: Vec<&str> = got.reasons.iter().map(|reason| reason.code.as_str()).collect();
        let got = shown(decision, reasons[0], amount);
        (got, shown(expected, &expect.reason, expect.approved_amount_minor))
    };
    case.steps.iter().map(step).collect()
}

#[test]
fn every_case_gets_what_the_trade_expects() {
    let mut wrong = Vec::new();
    for (group, case) in all() {
        for (index, (got, expected)) in outcomes(&case).into_iter().enumerate() {
            if got != expected {
                wrong.push(format!("{group}/{} claim {index}: {got}, not {expected}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the claims:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn cases_come_in_pairs_that_differ() {
    let cases: BTreeMap<String, Case> =
        all().into_iter().map(|(_, case)| (case.name.clone(), case)).collect();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    for case in cases.values() {
        let pair = cases.get(&case.pair).unwrap_or_else(|| panic!("{} has no pair", case.name));
        assert_eq!(pair.pair, case.name, "pairs are mutual");
        assert!(!case.story.is_empty(), "{} tells no story", case.name);
    }
}

/// A server refuses what happens in its future: the cases are of the past.
#[test]
fn cases_are_of_the_past() {
    let end = Timestamp::from_ms(1_795_392_000_000); // 2026-11-23T00:00:00Z
    for (group, case) in all() {
        let claims = case.steps.iter().map(|step| claim(step.claim.clone().unwrap()));
        let claims: Vec<RefundClaim> = claims.collect();
        let inline = claims.iter().flat_map(|claim| claim.facts.iter().map(|f| f.occurred_at));
        let told = case.facts.iter().map(|told| fact(told.clone()).occurred_at);
        let asked = claims.iter().map(|claim| claim.requested_at);
        let last = told.chain(asked).chain(inline).max().unwrap();
        assert!(last < end, "{group}/{}: {last}", case.name);
    }
}

/// All cases in one engine: they do not touch each other.
#[test]
fn cases_share_no_ids() {
    let mut seen = BTreeSet::new();
    for (_, case) in all() {
        let claims = case.steps.iter().filter_map(|step| step.claim.as_ref());
        let ids: BTreeSet<String> = claims
            .flat_map(|c: &v1::RefundClaim| [c.order_id.clone(), c.account_id.clone()])
            .collect();
        for id in ids {
            assert!(seen.insert(id.clone()), "`{id}` stands in two cases");
        }
    }
}

/// The signals of the last claim of a case.
fn signals(case: &Case) -> BTreeMap<String, Option<SignalValue>> {
    let mut core = memory_core();
    for told in &case.facts {
        ask(&mut core, record(vec![fact(told.clone())]), NOW).expect("sample facts are recorded");
    }
    for step in &case.steps {
        verdict(ask(&mut core, score(claim(step.claim.clone().unwrap())), NOW));
    }
    let last = case.steps.last().and_then(|step| step.claim.as_ref()).unwrap();
    let request = RequestId::parse(&last.request_id).unwrap();
    let find =
        Request::Find { tenant: tenant(), key: DecisionKey::Request(request), with_facts: false };
    match ask(&mut core, find, NOW) {
        Ok(Answer::Found(Some(found))) => found.signals.into_iter().collect(),
        other => panic!("{other:?}"),
    }
}

/// A signal that no case moves is a signal that nobody has seen work.
#[test]
fn every_signal_is_moved_by_a_pair() {
    let cases: BTreeMap<String, Case> =
        all().into_iter().map(|(_, case)| (case.name.clone(), case)).collect();
    let mut still: BTreeSet<&str> = Catalogue::get().defs().iter().map(|def| def.name).collect();
    for case in cases.values().filter(|case| case.name < case.pair) {
        let (one, other) = (signals(case), signals(&cases[&case.pair]));
        still.retain(|name| one[*name] == other[*name]);
    }
    assert!(still.is_empty(), "no pair of cases moves {still:?}");
}
