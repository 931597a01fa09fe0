//! No more is promised than was paid.

use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use vouch::domain::{Decision, RefundId, RequestId};
use vouch::engine::{Answer, Request, Setup};
use vouch::wire::WireEnum;

use super::money_book::{Book, Deal, Shop};
use super::run::{NOW, batches, difference, process, sequences};
use super::world::World;
use crate::support::{SharedLedger, record, score, setup_with, shared_setup, verdict};

#[test]
fn of_claims_for_the_same_money_in_one_batch_one_is_approved() {
    let World { facts, claims } = World::copy("race-second-refund-number", "race");
    for racers in [2, 3, 20] {
        let ledger = SharedLedger::default();
        let mut core = ledger.open(shared_setup(), NOW);
        let racer = |n: usize| {
            let mut claim = claims[n % 2].clone();
            let (request, refund) = (format!("request-{n}"), format!("refund-{n}"));
            claim.request_id = RequestId::parse(&request).unwrap();
            claim.refund_id = RefundId::parse(&refund).unwrap();
            score(claim)
        };
        let mut batch = vec![record(facts.clone())];
        batch.extend((0..racers).map(racer));
        let answers = process(&mut core, &batch, NOW).split_off(1);
        let decisions: Vec<Option<Decision>> = answers
            .into_iter()
            .map(|answer| Decision::from_number(verdict(answer).decision))
            .collect();
        assert_eq!(decisions[0], Some(Decision::Approve), "the first of them");
        let approved = decisions.iter().filter(|d| **d == Some(Decision::Approve)).count();
        assert_eq!(approved, 1, "{decisions:?}");
    }
}

/// Whoever claims often is not reviewed for it.
static PATIENT: LazyLock<Arc<Setup>> = LazyLock::new(|| {
    let often = "account_refunds_30d - account_fault_refunds_30d >= 3";
    setup_with(&[(often, &format!("{often}000"))])
});

fn deal() -> impl Strategy<Value = Deal> {
    let (order, number) = (0..Shop::ORDERS, 0..4_usize);
    let amount = prop_oneof![1_i64..5_100, Just(5_000), Just(4_900)];
    prop_oneof![
        10 => (order.clone(), number.clone(), amount, prop::bool::weighted(0.1))
            .prop_map(|(order, number, amount_minor, hopeless)| Deal::Ask {
                order,
                number,
                amount_minor,
                hopeless,
            }),
        3 => (order.clone(), number.clone(), any::<Index>())
            .prop_map(|(order, number, which)| Deal::Settle { order, number, which }),
        2 => (order.clone(), number).prop_map(|(order, number)| Deal::Fail { order, number }),
        1 => (order.clone(), 1_i64..6_000)
            .prop_map(|(order, amount_minor)| Deal::Capture { order, amount_minor }),
        1 => (order.clone(), 1_i64..6_000, any::<bool>())
            .prop_map(|(order, amount_minor, won)| Deal::Dispute { order, amount_minor, won }),
        1 => order.prop_map(|order| Deal::Reverse { order }),
    ]
}

proptest! {
    #![proptest_config(sequences(300))]

    #[test]
    fn promises_and_payments_stay_within_what_was_paid(
        deals in vec(deal(), 1..30),
        takes_back in any::<bool>(),
        sizes in vec(1..12_usize, 1..6),
    ) {
        let alone = SharedLedger::default();
        let mut core = alone.open(Arc::clone(&PATIENT), NOW);
        let shop = Shop::new();
        let mut book = Book::new(&shop);
        let mut requests: Vec<Request> = vec![record(shop.facts())];
        process(&mut core, &requests, NOW);
        for deal in &deals {
            if !takes_back && matches!(deal, Deal::Dispute { .. } | Deal::Reverse { .. }) {
                continue;
            }
            let Some(request) = book.request(deal) else { continue };
            let answer = process(&mut core, std::slice::from_ref(&request), NOW).remove(0);
            match (&request, answer) {
                (Request::Score { claim, .. }, answer) => {
                    let verdict = verdict(answer);
                    let approved = verdict.approved_amount.map(|money| money.amount_minor);
                    let checked = book.decided(claim, approved);
                    prop_assert_eq!(checked, Ok(()), "{:?}", deals);
                }
                (_, Ok(Answer::Recorded(_))) => {}
                (_, other) => panic!("{other:?}"),
            }
            requests.push(request);
        }
        prop_assert_eq!(book.within_what_was_paid(), Ok(()), "{:?}", deals);

        let together = SharedLedger::default();
        let mut core = together.open(Arc::clone(&PATIENT), NOW);
        for batch in batches(&requests, &sizes) {
            process(&mut core, batch, NOW);
        }
        prop_assert_eq!(difference(&alone.records(), &together.records()), None);
    }
}
