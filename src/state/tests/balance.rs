use super::cases::*;
use super::*;
use crate::domain::{AMOUNT_MAX_MINOR, ChargebackResult};

/// The order after all of it.
fn order_of(records: &[Intake]) -> OrderDoc {
    let tenant = crate::domain::TenantId::parse("shop").unwrap();
    let key = EntityKey::new(tenant, Subject::Order(order()));
    match fold(&events(records)).remove(&key).map(|entity| entity.body) {
        Some(EntityBody::Order(order)) => *order,
        other => panic!("{other:?}"),
    }
}

fn balance_of(records: &[Intake]) -> Balance {
    order_of(records).balance(None).unwrap()
}

/// Paid 300 in two payments; what comes on top, and what is then refundable.
fn refundable(more: &[Intake]) -> i64 {
    let paid = [at(0, captured("t1", cny(100))), at(1, captured("t2", cny(200)))];
    balance_of(&[&paid, more].concat()).refundable_minor()
}

#[test]
fn payments_add_up_and_retries_do_not() {
    assert_eq!(refundable(&[]), 300);
    assert_eq!(refundable(&[at(2, captured("t1", cny(100)))]), 300);
}

#[test]
fn reversals_are_not_refundable() {
    assert_eq!(refundable(&[at(2, reversed("t1", cny(100)))]), 200);
    let twice = [at(2, reversed("t1", cny(100))), at(3, reversed("t1", cny(100)))];
    assert_eq!(refundable(&twice), 200, "told twice");
    assert_eq!(refundable(&[at(2, reversed("t9", cny(100)))]), 300, "of a payment never told");
    assert_eq!(refundable(&[at(2, reversed("t1", cny(900)))]), 200, "no more than it brought");
}

#[test]
fn parts_of_a_reversal_add_up() {
    let part = at(2, reversed("t2", cny(50)));
    assert_eq!(refundable(std::slice::from_ref(&part)), 250);
    let parts = [part.clone(), at(3, reversed("t2", cny(50))), at(3, reversed("t2", cny(30)))];
    assert_eq!(refundable(&parts), 300 - 50 - 50 - 30);
    assert_eq!(refundable(&[part.clone(), part.clone()]), 250, "told twice");
    let rest = at(4, reversed("t2", cny(150)));
    assert_eq!(refundable(&[&parts[..], &[rest]].concat()), 100, "no more than it brought");
    let both = [part, at(3, reversed("t1", cny(100)))];
    assert_eq!(refundable(&both), 150);
}

#[test]
fn a_payment_stands_while_something_of_it_is_left() {
    let paid = at(0, captured("t1", cny(100)));
    let standing = |more: &[Intake]| -> Vec<i64> {
        let order = order_of(&[std::slice::from_ref(&paid), more].concat());
        order.standing_captures().map(|capture| order.left_minor(capture)).collect()
    };
    let part = at(2, reversed("t1", cny(40)));
    assert_eq!(standing(&[]), [100]);
    assert_eq!(standing(std::slice::from_ref(&part)), [60]);
    assert!(standing(&[part.clone(), at(3, reversed("t1", cny(60)))]).is_empty());
    assert!(standing(&[at(2, reversed("t1", usd(1)))]).is_empty(), "nothing to count on");
}

/// What a reversal took away covers nothing: the second payment is then needed.
#[test]
fn a_partly_reversed_payment_covers_less() {
    let placed = cases::whole_story().into_iter().find(|record| {
        matches!(record, Intake::Fact(fact) if matches!(fact.body, crate::domain::FactBody::OrderPlaced(_)))
    });
    let placed = placed.unwrap();
    let price = order_of(&[placed.clone(), at(0, captured("t0", cny(1)))]).price_as_paid().unwrap();
    let whole = cny(price.amount_minor);
    let twice = [placed, at(0, captured("t1", whole)), at(1, captured("t2", whole))];
    let surplus = |more: &[Intake]| -> Vec<String> {
        let order = order_of(&[&twice[..], more].concat());
        order.surplus().unwrap().iter().map(|c| c.psp_transaction_id.to_string()).collect()
    };
    assert_eq!(surplus(&[]), ["t2"]);
    let half = at(2, reversed("t1", cny(price.amount_minor / 2)));
    assert!(surplus(std::slice::from_ref(&half)).is_empty());
    let third = at(2, captured("t3", whole));
    assert_eq!(surplus(&[half, third]), ["t3"]);
}

#[test]
fn an_approval_reserves_until_it_is_settled_or_fails() {
    let approved = claimed(10, "q1", "r1", cny(120), Decision::Approve);
    assert_eq!(refundable(std::slice::from_ref(&approved)), 180);

    let paid = at(20, settled("r1", cny(110), SettlementStatus::Settled));
    assert_eq!(refundable(&[approved.clone(), paid.clone()]), 190, "what was paid counts");
    assert_eq!(refundable(&[paid, approved.clone()]), 190, "also when it is told first");

    let failed = at(20, settled("r1", cny(120), SettlementStatus::Failed));
    assert_eq!(refundable(&[approved.clone(), failed]), 300);
    let failed_before = at(5, settled("r1", cny(120), SettlementStatus::Failed));
    assert_eq!(refundable(&[failed_before, approved]), 180, "an earlier attempt failed");
}

#[test]
fn only_approvals_reserve() {
    for decision in [Decision::Review, Decision::Reject] {
        assert_eq!(refundable(&[claimed(10, "q1", "r1", cny(120), decision)]), 300);
    }
}

/// The platform may have paid what the first answer said: a repetition of the first question still says it.
#[test]
fn asking_again_takes_no_promise_back() {
    let asked = [
        claimed(10, "q1", "r1", cny(120), Decision::Approve),
        claimed(11, "q2", "r1", cny(90), Decision::Approve),
        claimed(12, "q3", "r2", cny(50), Decision::Approve),
    ];
    assert_eq!(refundable(&asked), 300 - 120 - 50);
    let more = claimed(13, "q4", "r1", cny(150), Decision::Approve);
    assert_eq!(refundable(&[&asked[..], &[more]].concat()), 300 - 150 - 50, "paid once");
    for decision in [Decision::Review, Decision::Reject] {
        let again = claimed(13, "q4", "r1", cny(90), decision);
        assert_eq!(refundable(&[&asked[..], &[again]].concat()), 300 - 120 - 50);
    }
    let failed = at(14, settled("r1", cny(1), SettlementStatus::Failed));
    assert_eq!(refundable(&[&asked[..], &[failed]].concat()), 300 - 50);
}

#[test]
fn a_review_holds_what_it_asks_beyond_the_promise() {
    let paid = at(0, captured("t1", cny(300)));
    let asked = [
        paid,
        claimed(10, "q1", "r1", cny(120), Decision::Approve),
        claimed(11, "q2", "r1", cny(200), Decision::Review),
    ];
    let balance = balance_of(&asked);
    assert_eq!((balance.reserved_minor, balance.held_minor), (120, 80));
    let less = claimed(12, "q3", "r1", cny(100), Decision::Review);
    assert_eq!(balance_of(&[&asked[..], &[less]].concat()).held_minor, 0);
}

#[test]
fn a_refund_does_not_stand_in_its_own_way() {
    let order = order_of(&[
        at(0, captured("t1", cny(300))),
        claimed(10, "q1", "r1", cny(120), Decision::Approve),
        claimed(11, "q2", "r2", cny(50), Decision::Approve),
    ]);
    let seen_by = |id| order.balance(Some(&refund(id))).unwrap().refundable_minor();
    assert_eq!(seen_by("r1"), 250);
    assert_eq!(seen_by("r2"), 180);
    assert_eq!(seen_by("r3"), 130);
}

#[test]
fn a_paid_refund_stands_in_its_own_way() {
    let order = order_of(&[
        at(0, captured("t1", cny(300))),
        claimed(10, "q1", "r1", cny(120), Decision::Approve),
        at(20, settled("r1", cny(120), SettlementStatus::Settled)),
    ]);
    assert_eq!(order.balance(Some(&refund("r1"))).unwrap().refundable_minor(), 180);
}

#[test]
fn paid_is_final() {
    let paid = at(20, settled("r1", cny(100), SettlementStatus::Settled));
    let failed = at(30, settled("r1", cny(100), SettlementStatus::Failed));
    assert_eq!(refundable(&[paid.clone(), failed.clone()]), 200);
    assert_eq!(refundable(&[failed, paid]), 200);
}

#[test]
fn a_dispute_blocks_its_amount_until_it_is_won() {
    let open = at(5, disputed("c1", cny(100)));
    assert_eq!(refundable(std::slice::from_ref(&open)), 200);
    let won = at(9, dispute_closed("c1", cny(100), ChargebackResult::Won));
    let lost = at(9, dispute_closed("c1", cny(100), ChargebackResult::Lost));
    assert_eq!(refundable(&[open.clone(), won.clone()]), 300);
    assert_eq!(refundable(&[won, open.clone()]), 300, "the end told before the beginning");
    assert_eq!(refundable(&[open.clone(), lost]), 200);
    let part = at(9, dispute_closed("c1", cny(40), ChargebackResult::Lost));
    assert_eq!(refundable(&[open.clone(), part.clone()]), 260, "lost in part");
    assert_eq!(refundable(&[part, open]), 260);
}

#[test]
fn unknown_without_payment_or_over_two_currencies() {
    let claim = claimed(10, "q1", "r1", cny(10), Decision::Reject);
    assert_eq!(order_of(std::slice::from_ref(&claim)).balance(None), None);
    let paid = at(0, captured("t1", cny(100)));
    for other in [
        at(1, captured("t2", usd(100))),
        at(1, reversed("t1", usd(100))),
        at(1, settled("r9", usd(5), SettlementStatus::Settled)),
        at(1, disputed("c9", usd(5))),
        claimed(1, "q9", "r9", usd(5), Decision::Approve),
    ] {
        assert_eq!(order_of(&[paid.clone(), other]).balance(None), None);
    }
    let failed = at(1, settled("r9", usd(5), SettlementStatus::Failed));
    assert!(order_of(&[paid, failed]).balance(None).is_some(), "nothing moved in dollars");
}

#[test]
fn a_claim_in_review_is_held_until_somebody_decides() {
    let paid = at(0, captured("t1", cny(300)));
    let review = claimed(10, "q1", "r1", cny(70), Decision::Review);
    let held =
        |more: &[Intake]| balance_of(&[&[paid.clone(), review.clone()], more].concat()).held_minor;
    assert_eq!(held(&[]), 70);
    assert_eq!(held(&[at(11, outcome("r1", OutcomeLabel::Honest))]), 70, "about to be paid");
    assert_eq!(held(&[at(11, outcome("r1", OutcomeLabel::Abuse))]), 0);
    assert_eq!(held(&[at(11, settled("r1", cny(70), SettlementStatus::Settled))]), 0);
    let in_dollars = claimed(12, "q2", "r2", usd(1), Decision::Review);
    assert_eq!(held(&[in_dollars]), 370, "worth at most what was paid");
}

#[test]
fn the_largest_amounts_do_not_overflow() {
    let mut records: Vec<Intake> =
        (0..256).map(|n| at(n, captured(&format!("t{n}"), cny(AMOUNT_MAX_MINOR)))).collect();
    records.extend(
        (0..256).map(|n| {
            claimed(300 + n, &format!("q{n}"), &format!("r{n}"), usd(1), Decision::Review)
        }),
    );
    let balance = balance_of(&records);
    assert_eq!(balance.refundable_minor(), 256 * AMOUNT_MAX_MINOR);
    assert_eq!(balance.held_minor, i64::MAX);
}

proptest! {
    #[test]
    fn refundable_is_between_nothing_and_what_was_paid(
        records in vec(intake(), 0..60),
        exempt in proptest::option::of(0_u32..4),
    ) {
        let exempt = exempt.map(|n| refund(&format!("r{n}")));
        for entity in fold(&events(&records)).into_values() {
            let EntityBody::Order(order) = entity.body else { continue };
            let Some(balance) = order.balance(exempt.as_ref()) else { continue };
            prop_assert!(balance.paid_minor >= 0);
            prop_assert!(balance.reserved_minor >= 0 && balance.held_minor >= 0);
            prop_assert!((0..=balance.paid_minor).contains(&balance.refundable_minor()));
            // `None`: the refund itself is promised in another currency.
            if let Some(all) = order.balance(None) {
                prop_assert!(balance.refundable_minor() >= all.refundable_minor());
            }
        }
    }
}
