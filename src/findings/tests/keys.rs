use super::story::{
    activated, bought, captured, cny, delivered, leaked, paid, placed, placed_units, promised,
    settled, viewed,
};
use super::*;
use crate::domain::{ClaimReason, SettlementStatus};

const SOLD: FindingKind = FindingKind::KeySoldTwice;
const BEFORE: FindingKind = FindingKind::KeyLeakedBeforeDelivery;
const AFTER: FindingKind = FindingKind::KeyLeakedAfterDelivery;

fn reason(finding: &Finding) -> ClaimReason {
    finding.recommended.as_ref().unwrap().reason
}

#[test]
fn the_later_order_of_a_key_is_told() {
    let mut desk = Desk::after(bought(0, "o1", 1));
    let findings: Vec<_> = bought(5, "o2", 1).into_iter().flat_map(|f| desk.tell(f)).collect();
    assert_eq!(findings.iter().map(brief).collect::<Vec<_>>(), [(SOLD, "o2", Some(100))]);
    let about = &findings[0].about;
    assert_eq!(about.keys, [story::key(1)]);
    assert_eq!(about.batch_id.as_ref().unwrap().as_str(), "b1");
    assert_eq!(about.supplier_id.as_ref().unwrap().as_str(), "s1");
    assert_eq!(reason(&findings[0]), ClaimReason::NotAsDescribed, "nobody used it yet");
    for fact in bought(7, "o3", 1) {
        desk.tell(fact);
    }
    assert_eq!(desk.told(), [(SOLD, "o2", Some(100)), (SOLD, "o3", Some(100))]);
}

#[test]
fn a_key_of_one_order_is_not_sold_twice() {
    let again = [bought(0, "o1", 1).to_vec(), vec![delivered(4, "o1", 1)]].concat();
    let other_key = [bought(0, "o1", 1), bought(5, "o2", 2)].concat();
    let never_paid = [bought(0, "o1", 1).to_vec(), vec![placed("o2"), delivered(5, "o2", 1)]];
    for honest in [again, other_key, never_paid.concat()] {
        assert_eq!(Desk::after(honest).told(), []);
    }
}

#[test]
fn whoever_consumed_the_key_is_served() {
    let sold = [bought(0, "o1", 1), bought(5, "o2", 1)].concat();
    let ok = |device| activated(9, 1, ActivationResult::Ok, device);

    let mut by_first = Desk::after(sold.clone());
    assert!(by_first.tell(ok("o1")).is_empty());
    assert_eq!(by_first.standing(), [true]);

    let mut by_later = Desk::after(sold.clone());
    assert_eq!(by_later.told(), [(SOLD, "o2", Some(100))]);
    let findings = by_later.tell(ok("o2"));
    assert_eq!(findings.iter().map(brief).collect::<Vec<_>>(), [(SOLD, "o1", Some(100))]);
    assert_eq!(reason(&findings[0]), ClaimReason::KeyAlreadyUsed);
    assert_eq!(by_later.standing(), [false, true]);

    let mut by_stranger = Desk::after(sold);
    assert!(by_stranger.tell(ok("nobody")).is_empty());
    assert_eq!(by_stranger.standing(), [true]);
    let findings = by_stranger.tell(viewed(12, "o2", 1, "nobody"));
    assert_eq!(
        findings.iter().map(brief).collect::<Vec<_>>(),
        [(SOLD, "o1", Some(100))],
        "the stranger's device is the buyer's second one"
    );
}

#[test]
fn a_sale_that_is_told_late_was_the_first() {
    let mut desk = Desk::after(bought(5, "o2", 1));
    for fact in bought(0, "o1", 1) {
        desk.tell(fact);
    }
    assert_eq!(desk.told(), [(SOLD, "o2", Some(100))]);
}

#[test]
fn it_waits_for_price_payment_and_buyer() {
    let facts = [bought(0, "o1", 1), bought(5, "o2", 1)].concat();
    for first in 0..facts.len() {
        let mut turned = facts.clone();
        turned.rotate_left(first);
        assert_eq!(Desk::after(turned.clone()).told(), [(SOLD, "o2", Some(100))]);
        turned.reverse();
        assert_eq!(Desk::after(turned).told(), [(SOLD, "o2", Some(100))]);
    }
}

#[test]
fn a_leak_is_told_for_each_order_that_has_the_unused_key() {
    let mut before = Desk::after(bought(5, "o1", 1));
    let findings = before.tell(leaked(2, 1));
    assert_eq!(findings.iter().map(brief).collect::<Vec<_>>(), [(BEFORE, "o1", Some(100))]);
    assert_eq!(reason(&findings[0]), ClaimReason::NotAsDescribed);
    assert!(before.tell(leaked(3, 1)).is_empty(), "found at another place too");

    let mut after = Desk::after(bought(5, "o1", 1));
    after.tell(leaked(8, 1));
    assert_eq!(after.told(), [(AFTER, "o1", None)], "perhaps through the buyer");
    after.tell(leaked(1, 1));
    assert_eq!(after.told(), [(AFTER, "o1", None), (BEFORE, "o1", Some(100))]);
    assert_eq!(after.standing(), [false, true]);

    let facts = [vec![leaked(2, 1)], bought(5, "o1", 1).to_vec()].concat();
    for first in 0..facts.len() {
        let mut turned = facts.clone();
        turned.rotate_left(first);
        let told = Desk::after(turned).told().to_vec().len();
        assert_eq!(told, 1, "whichever fact comes last");
    }
}

#[test]
fn a_leak_of_a_used_or_undelivered_key_is_not_told() {
    let ok = |minute| activated(minute, 1, ActivationResult::Ok, "o1");
    let used = [bought(0, "o1", 1).to_vec(), vec![ok(1), leaked(2, 1)]].concat();
    let undelivered = vec![placed("o1"), paid(0, "t1"), leaked(2, 1)];
    let other = [bought(0, "o1", 1).to_vec(), vec![leaked(2, 9)]].concat();
    for honest in [used, undelivered, other] {
        assert_eq!(Desk::after(honest).told(), []);
    }
    let mut tried = Desk::after(bought(5, "o1", 1));
    tried.tell(activated(6, 1, ActivationResult::RateLimited, "o1"));
    tried.tell(leaked(2, 1));
    assert_eq!(tried.standing(), [true]);
    tried.tell(ok(9));
    assert_eq!(tried.standing(), [false], "it was used after all");
}

#[test]
fn a_unit_is_paid_back_out_of_what_is_left() {
    let three = [
        placed_units("o1", 3),
        captured(0, "o1", "t1", cny(300)),
        delivered(5, "o1", 1),
        delivered(5, "o1", 2),
        delivered(5, "o1", 3),
    ];
    let mut desk = Desk::after(three);
    desk.tell(leaked(1, 2));
    assert_eq!(desk.told(), [(BEFORE, "o1", Some(100))]);
    desk.tell(settled(9, "r1", 240, SettlementStatus::Settled));
    desk.tell(leaked(1, 3));
    assert_eq!(desk.told()[1], (BEFORE, "o1", Some(60)));
    desk.tell(promised(10, "r2", 60));
    assert!(desk.tell(leaked(1, 1)).is_empty(), "nothing is left");
    assert_eq!(desk.standing(), [false, false]);
    desk.tell(settled(11, "r2", 60, SettlementStatus::Failed));
    assert_eq!(desk.told()[2], (BEFORE, "o1", Some(60)), "the promise was not kept");
}
