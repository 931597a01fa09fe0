//! An id stands for one thing.

use vouch::domain::{Fact, Money, RefundClaim, TenantId};
use vouch::engine::{Answer, Core, DecisionKey, EngineError, Receipt, Request};

use super::run::NOW;
use super::world::World;
use crate::support::{SharedLedger, ask, record, score, shared_setup, tenant};

struct Desk {
    ledger: SharedLedger,
    core: Core,
    facts: Vec<Fact>,
    claim: RefundClaim,
}

impl Desk {
    fn new() -> Self {
        let World { facts, mut claims } = World::copy("channel-app", "names");
        let ledger = SharedLedger::default();
        let core = ledger.open(shared_setup(), NOW);
        Self { ledger, core, facts, claim: claims.remove(0) }
    }

    fn ask(&mut self, request: Request) -> Result<Answer, EngineError> {
        ask(&mut self.core, request, NOW)
    }

    fn tell(&mut self, facts: &[&Fact]) -> Result<Vec<Receipt>, EngineError> {
        match self.ask(record(facts.iter().map(|fact| (*fact).clone()).collect()))? {
            Answer::Recorded(receipts) => Ok(receipts),
            Answer::Scored(_) | Answer::Found(_) | Answer::Listed(_) => {
                panic!("facts are recorded")
            }
        }
    }

    /// Everything that was taken in, by id.
    fn taken(&self) -> Vec<String> {
        self.ledger.records().into_iter().skip(1).map(|record| record.id).collect()
    }
}

fn later(fact: &Fact) -> Fact {
    Fact { occurred_at: fact.occurred_at.plus_ms(1), ..fact.clone() }
}

fn conflict(id: &str) -> Option<EngineError> {
    Some(EngineError::Conflict { ids: vec![id.to_owned()] })
}

#[test]
fn a_fact_that_is_told_again_changes_nothing() {
    let mut desk = Desk::new();
    let (one, two) = (desk.facts[0].clone(), desk.facts[1].clone());
    let new = |position| Receipt { position, duplicate: false };
    let known = |position| Receipt { position, duplicate: true };
    // The engine's own record stands first.
    assert_eq!(desk.tell(&[&one, &two, &one]), Ok(vec![new(2), new(3), known(2)]));
    assert_eq!(desk.tell(&[&two, &one]), Ok(vec![known(3), known(2)]));
    assert_eq!(desk.taken().len(), 2);
}

#[test]
fn facts_are_recorded_all_or_none() {
    let mut desk = Desk::new();
    let (one, two) = (desk.facts[0].clone(), desk.facts[1].clone());
    let refused = desk.tell(&[&two, &one, &later(&one)]).err();
    assert_eq!(refused, conflict(&format!("fact_id {}", one.id)), "two bodies in one request");
    assert!(desk.taken().is_empty());

    desk.tell(&[&one]).unwrap();
    let refused = desk.tell(&[&two, &later(&one)]).err();
    assert_eq!(refused, conflict(&format!("fact_id {}", one.id)), "another body than before");
    assert_eq!(desk.taken(), [one.id.as_str()]);
}

#[test]
fn a_claim_whose_facts_are_refused_was_not_asked() {
    let mut desk = Desk::new();
    let (one, two) = (desk.facts[0].clone(), desk.facts[1].clone());
    desk.tell(&[&one]).unwrap();
    let mut claim = desk.claim.clone();
    claim.facts = vec![two.clone(), later(&one)];
    let refused = desk.ask(score(claim.clone())).err();
    assert_eq!(refused, conflict(&format!("fact_id {}", one.id)));
    assert_eq!(desk.taken().len(), 1);

    claim.facts = vec![two, one];
    assert!(matches!(desk.ask(score(claim)), Ok(Answer::Scored(v)) if !v.repeated));
    assert_eq!(desk.taken().len(), 3);
}

#[test]
fn a_request_id_has_one_answer() {
    let mut desk = Desk::new();
    let claim = desk.claim.clone();
    let Ok(Answer::Scored(first)) = desk.ask(score(claim.clone())) else { panic!("scored") };
    desk.tell(&desk.facts.clone().iter().collect::<Vec<_>>()).unwrap();

    let again = desk.ask(score(claim.clone()));
    assert!(
        matches!(again, Ok(Answer::Scored(v)) if v.repeated && v.bytes == first.bytes),
        "whatever was told since"
    );
    let (amount_minor, currency) = (claim.amount.amount_minor + 1, claim.amount.currency);
    let other = RefundClaim { amount: Money { amount_minor, currency }, ..claim.clone() };
    assert_eq!(desk.ask(score(other)).err(), conflict(&format!("request_id {}", claim.request_id)));

    let key = DecisionKey::Request(claim.request_id.clone());
    let Ok(Answer::Found(Some(found))) =
        desk.ask(Request::Find { tenant: tenant(), key, with_facts: true })
    else {
        panic!("the decision is found")
    };
    assert_eq!((&found.claim, &found.verdict, found.observed_at), (&claim, &first.bytes, NOW));
}

#[test]
fn tenants_do_not_share_ids() {
    let mut desk = Desk::new();
    let (one, claim) = (desk.facts[0].clone(), desk.claim.clone());
    desk.tell(&[&one]).unwrap();
    desk.ask(score(claim.clone())).unwrap();

    let other = TenantId::parse("other").unwrap();
    let facts = vec![later(&one)];
    let told = desk.ask(Request::Record { tenant: other.clone(), facts });
    assert!(matches!(told, Ok(Answer::Recorded(r)) if !r[0].duplicate));
    let key = DecisionKey::Request(claim.request_id);
    let found = desk.ask(Request::Find { tenant: other, key, with_facts: true });
    assert!(matches!(found, Ok(Answer::Found(None))));
}
