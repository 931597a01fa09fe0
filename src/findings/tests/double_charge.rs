use super::story::{captured, cny, delivered, paid, placed, promised, reversed, settled, viewed};
use super::*;
use crate::domain::{ClaimReason, SettlementStatus};

const DOUBLE: FindingKind = FindingKind::DoubleCharge;

#[test]
fn a_second_payment_is_told_with_what_it_brought() {
    let mut desk = Desk::after([placed("o1"), paid(0, "t1")]);
    assert_eq!(desk.told(), []);
    let findings = desk.tell(paid(1, "t2"));
    assert_eq!(brief(&findings[0]), (DOUBLE, "o1", Some(100)));
    let about = &findings[0].about;
    assert_eq!(about.psp_transaction_id.as_ref().unwrap().as_str(), "t2");
    assert_eq!(about.account_id.as_ref().unwrap().as_str(), "a-o1");
    assert_eq!(findings[0].recommended.as_ref().unwrap().reason, ClaimReason::ChargedTwice);
    assert!(desk.tell(delivered(2, "o1", 1)).is_empty());
    assert!(desk.tell(paid(3, "t2")).is_empty(), "told again by the provider");
    assert_eq!(desk.standing(), [true]);
}

#[test]
fn what_is_no_double_charge_is_not_told() {
    let retry = [placed("o1"), paid(0, "t1"), paid(1, "t1")];
    let instalments =
        [placed("o1"), captured(0, "o1", "t1", cny(50)), captured(1, "o1", "t2", cny(50))];
    let taken_back = [placed("o1"), paid(0, "t1"), reversed(1, "t1"), paid(2, "t2")];
    let two_goods =
        [placed("o1"), paid(0, "t1"), delivered(1, "o1", 1), delivered(2, "o1", 2), paid(3, "t2")];
    let two_orders = [placed("o1"), placed("o2"), paid(0, "t1"), captured(1, "o2", "t2", cny(100))];
    for honest in [&retry[..], &instalments[..], &taken_back[..], &two_goods[..], &two_orders[..]] {
        assert_eq!(Desk::after(honest.iter().cloned()).told(), []);
    }
}

#[test]
fn it_is_told_whichever_fact_comes_last() {
    let facts = [placed("o1"), paid(0, "t1"), paid(1, "t2"), delivered(2, "o1", 1)];
    for first in 0..facts.len() {
        let mut turned = facts.clone();
        turned.rotate_left(first);
        let desk = Desk::after(turned.clone());
        assert_eq!(desk.told(), [(DOUBLE, "o1", Some(100))]);
        let about = &desk.told[0].1.about;
        assert!(about.psp_transaction_id.is_some());
        turned.reverse();
        assert_eq!(Desk::after(turned).told(), [(DOUBLE, "o1", Some(100))]);
    }
}

#[test]
fn each_further_payment_is_told() {
    let mut desk = Desk::after([placed("o1"), paid(0, "t1"), paid(1, "t2"), paid(2, "t3")]);
    assert_eq!(desk.told(), [(DOUBLE, "o1", Some(100)), (DOUBLE, "o1", Some(100))]);
    desk.tell(settled(5, "r1", 100, SettlementStatus::Settled));
    assert_eq!(desk.standing(), [false, true], "one refund answers one finding");
    desk.tell(settled(6, "r2", 60, SettlementStatus::Settled));
    assert_eq!(desk.standing(), [false, true], "some of it is left");
    desk.tell(settled(7, "r3", 40, SettlementStatus::Settled));
    assert_eq!(desk.standing(), [false, false]);
}

/// The third payment is told last and happened first: the refund of the second must not hide it.
#[test]
fn a_refund_answers_what_was_told_before() {
    let mut desk = Desk::after([placed("o1"), paid(0, "t1"), paid(9, "t2")]);
    desk.tell(settled(10, "r1", 100, SettlementStatus::Settled));
    let findings = desk.tell(paid(5, "t3"));
    assert_eq!(findings.iter().map(brief).collect::<Vec<_>>(), [(DOUBLE, "o1", Some(100))]);
    assert_eq!(desk.standing(), [false, true]);
}

#[test]
fn what_went_back_or_is_promised_is_not_recommended_again() {
    let paid_once = [placed("o1"), paid(0, "t1")];
    for gone in [settled(1, "r1", 30, SettlementStatus::Settled), promised(1, "r1", 30)] {
        let mut desk = Desk::after(paid_once.clone());
        desk.tell(gone);
        desk.tell(paid(2, "t2"));
        assert_eq!(desk.told(), [(DOUBLE, "o1", Some(70))]);
    }
    let mut desk = Desk::after(paid_once);
    desk.tell(promised(1, "r1", 100));
    assert!(desk.tell(paid(2, "t2")).is_empty(), "all of it is promised already");
    desk.tell(settled(3, "r1", 100, SettlementStatus::Failed));
    assert_eq!(desk.told(), [(DOUBLE, "o1", Some(100))], "the promise was not kept");
}

#[test]
fn late_news_overtakes_it() {
    let charged = || Desk::after([placed("o1"), paid(0, "t1"), paid(1, "t2")]);
    let mut back = charged();
    back.tell(reversed(3, "t2"));
    assert_eq!(back.standing(), [false]);
    assert_eq!(back.tell(paid(4, "t3")).len(), 1, "a new payment is a new finding");
    assert_eq!(back.standing(), [false, true]);

    let mut promised_back = charged();
    promised_back.tell(promised(3, "r1", 100));
    assert_eq!(promised_back.standing(), [false]);
    promised_back.tell(settled(4, "r1", 100, SettlementStatus::Failed));
    assert_eq!(promised_back.standing(), [true]);

    let mut two_purchases = charged();
    for (minute, key) in [(3, 1), (5, 2)] {
        two_purchases.tell(delivered(minute, "o1", key));
        two_purchases.tell(viewed(minute + 1, "o1", key, "o1"));
    }
    assert_eq!(two_purchases.standing(), [false]);
}
