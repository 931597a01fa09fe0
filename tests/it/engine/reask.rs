//! A refund number is asked about again.

use vouch::domain::{ClaimReason, Decision, MINUTE_MS, RefundClaim, RefundId, RequestId};
use vouch::engine::Core;
use vouch::wire::WireEnum;

use super::run::NOW;
use super::world::World;
use crate::support::{SharedLedger, ask, record, score, shared_setup, verdict};

/// An order that was paid with 98.00 and delivered. Claims up to 50.00 on it are approved.
struct Desk {
    core: Core,
    claim: RefundClaim,
    asked: i64,
}

impl Desk {
    fn new() -> Self {
        let World { facts, claims } = World::copy("race-parts-within-price", "desk");
        let mut core = SharedLedger::default().open(shared_setup(), NOW);
        ask(&mut core, record(facts), NOW).unwrap();
        Self { core, claim: claims[0].clone(), asked: 0 }
    }

    /// Decision, deciding reason and approved minor units.
    fn ask(&mut self, number: &str, amount_minor: i64) -> (Decision, String, i64) {
        self.ask_for(number, amount_minor, self.claim.reason)
    }

    fn ask_for(
        &mut self,
        number: &str,
        amount_minor: i64,
        reason: ClaimReason,
    ) -> (Decision, String, i64) {
        self.asked += 1;
        let mut claim = self.claim.clone();
        claim.request_id = RequestId::parse(&format!("ask-{}", self.asked)).unwrap();
        claim.refund_id = RefundId::parse(number).unwrap();
        claim.requested_at = claim.requested_at.plus_ms(2 * MINUTE_MS * self.asked);
        claim.amount.amount_minor = amount_minor;
        claim.reason = reason;
        let got = verdict(ask(&mut self.core, score(claim), NOW));
        let approved = got.approved_amount.map_or(0, |money| money.amount_minor);
        (Decision::from_number(got.decision).unwrap(), got.reasons[0].code.clone(), approved)
    }
}

fn approved(amount_minor: i64) -> (Decision, String, i64) {
    (Decision::Approve, "small_amount".to_owned(), amount_minor)
}

fn rejected(reason: &str) -> (Decision, String, i64) {
    (Decision::Reject, reason.to_owned(), 0)
}

#[test]
fn for_more_it_gets_more_once() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask("r1", 4_000), approved(4_000));
    assert_eq!(desk.ask("r1", 5_000), approved(5_000));
    // The number pays once, so 50.00 of 98.00 are promised.
    assert_eq!(desk.ask("r2", 4_801), rejected("approved_elsewhere"));
    assert_eq!(desk.ask("r2", 4_800), approved(4_800));
}

#[test]
fn for_more_than_is_left_beside_the_others_it_gets_nothing() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask("r1", 4_000), approved(4_000));
    assert_eq!(desk.ask("r2", 5_000), approved(5_000));
    assert_eq!(desk.ask("r1", 4_801), rejected("approved_elsewhere"));
    assert_eq!(desk.ask("r1", 4_800), approved(4_800));
}

/// The platform may have paid what the first answer said, and a repetition of the first question still says it.
#[test]
fn for_less_the_first_promise_stands() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask("r1", 5_000), approved(5_000));
    assert_eq!(desk.ask("r1", 1_000), approved(1_000));
    assert_eq!(desk.ask("r2", 4_801), rejected("approved_elsewhere"));
    assert_eq!(desk.ask("r2", 4_800), approved(4_800));
}

#[test]
fn a_rejection_takes_no_promise_back() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask("r1", 5_000), approved(5_000));
    let unwanted = desk.ask_for("r1", 5_000, ClaimReason::NoLongerWanted);
    assert_eq!(unwanted, rejected("no_reason_after_delivery"));
    assert_eq!(desk.ask("r2", 4_801), rejected("approved_elsewhere"));
}

#[test]
fn a_review_takes_no_promise_back() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask("r1", 5_000), approved(5_000));
    assert_eq!(desk.ask("r1", 9_000).0, Decision::Review);
    assert_eq!(desk.ask("r2", 5_000), rejected("approved_elsewhere"));
}
