//! What is kept of too much.

use std::net::IpAddr;

use super::cases::{at, cny};
use super::*;
use crate::domain::{
    ActivationResult, Client, Currency, FactBody, KeyActivated, KeyDelivered, KeyFingerprint,
    KeysLeaked, Money, OrderId, TenantId,
};

const FINGERPRINT: KeyFingerprint = KeyFingerprint([7; 32]);

fn key_of(records: &[Intake]) -> CardKeyDoc {
    let tenant = TenantId::parse("shop").unwrap();
    let key = EntityKey::new(tenant, Subject::CardKey(FINGERPRINT));
    fold(&events(records))[&key].card_key().unwrap().clone()
}

fn leaked(minutes: i64) -> Intake {
    at(
        0,
        FactBody::KeysLeaked(KeysLeaked {
            keys: vec![FINGERPRINT],
            source: "forum".into(),
            first_seen_at: START.plus_ms(minutes),
        }),
    )
}

fn delivered(minutes: i64) -> Intake {
    at(
        minutes,
        FactBody::KeyDelivered(KeyDelivered {
            order_id: OrderId::parse("o1").unwrap(),
            key: Some(FINGERPRINT),
            batch_id: None,
            supplier_id: None,
        }),
    )
}

fn tried(minutes: i64) -> Intake {
    at(
        minutes,
        FactBody::KeyActivated(KeyActivated {
            key: FINGERPRINT,
            result: ActivationResult::Ok,
            activator_id: None,
            client: Client::default(),
        }),
    )
}

#[test]
fn a_late_word_of_an_early_leak_is_kept() {
    let mut told: Vec<Intake> = (100..164).map(leaked).collect();
    assert!(!key_of(&told).truncated);
    told.push(leaked(3));
    let key = key_of(&told);
    assert_eq!(key.leaks[0].first_seen_at, START.plus_ms(3));
    assert_eq!((key.leaks.len(), key.truncated), (64, true));
}

#[test]
fn a_full_order_keeps_what_came_first() {
    let order = |records: &[Intake]| {
        let entities = fold(&events(records));
        entities.values().find_map(Entity::order).unwrap().clone()
    };
    let paid = |n: i64| at(n, cases::captured(&format!("t{n}"), cny(10)));
    let mut told: Vec<Intake> = (1..=256).map(paid).collect();
    assert!(!order(&told).truncated);
    told.push(paid(0));
    let full = order(&told);
    assert!(full.truncated);
    assert_eq!(full.captures.len(), 256);
    assert_eq!(full.captures[0].psp_transaction_id.as_str(), "t0");
    told.push(paid(256));
    assert_eq!(order(&told), full, "the last was told again");
}

proptest! {
    #[test]
    fn a_full_key_does_not_show_the_order(
        told in vec((0_i64..90, 0..3_u8), 0..400).prop_flat_map(shuffled),
    ) {
        let fold = |told: &[(i64, u8)]| {
            let record = |(minutes, kind): &(i64, u8)| match kind {
                0 => leaked(*minutes),
                1 => delivered(*minutes),
                _ => tried(*minutes),
            };
            let mut records: Vec<Intake> = told.iter().map(record).collect();
            records.push(leaked(1_000));
            key_of(&records)
        };
        let key = fold(&told.0);
        prop_assert_eq!(&key, &fold(&told.1));
        let mut leaks: Vec<i64> =
            told.0.iter().filter(|(_, kind)| *kind == 0).map(|(at, _)| *at).chain([1_000]).collect();
        leaks.sort_unstable();
        leaks.truncate(64);
        let kept: Vec<i64> = key.leaks.iter().map(|l| l.first_seen_at.ms_since(START)).collect();
        prop_assert_eq!(kept, leaks);
    }

    /// The sums of a currency that comes back may be short; which are kept is not in doubt.
    #[test]
    fn the_currencies_that_were_used_first_are_kept(
        added in vec((0_i64..40, 0..11_usize), 1..80).prop_flat_map(shuffled),
    ) {
        let codes = ["AED", "CNY", "EUR", "GBP", "HKD", "JPY", "KRW", "MYR", "SGD", "THB", "USD"];
        let fold = |added: &[(i64, usize)]| {
            let mut sums = MoneyHops::default();
            for (hours, code) in added {
                let currency = Currency::parse(codes[*code]).unwrap();
                let money = Money { amount_minor: 1, currency };
                sums.add(START.plus_ms(hours * HOUR_MS), money);
            }
            sums
        };
        let (one, other) = (fold(&added.0), fold(&added.1));
        let kept = |sums: &MoneyHops| -> Vec<String> {
            sums.life().iter().map(|money| money.currency.to_string()).collect()
        };
        prop_assert_eq!(kept(&one), kept(&other));
        prop_assert_eq!(one.is_truncated(), other.is_truncated());
        let mut first: Vec<(i64, &str)> = (0..codes.len())
            .filter_map(|code| {
                let times = added.0.iter().filter(|(_, c)| *c == code).map(|(at, _)| *at);
                times.min().map(|at| (at, codes[code]))
            })
            .collect();
        prop_assert_eq!(one.is_truncated(), first.len() > 8);
        first.sort_unstable();
        first.truncate(8);
        let mut naive: Vec<String> = first.into_iter().map(|(_, code)| code.to_owned()).collect();
        naive.sort_unstable();
        prop_assert_eq!(kept(&one), naive);
    }

    #[test]
    fn the_networks_that_were_used_last_are_kept(
        uses in vec((0_i64..90, 0_u8..40), 1..200).prop_flat_map(shuffled),
    ) {
        let ip = |network| IpAddr::from([203, 0, network, 1]);
        let fold = |uses: &[(i64, u8)]| {
            let mut haunts = Haunts::default();
            for (day, network) in uses {
                haunts.add(START.plus_ms(day * DAY_MS), ip(*network));
            }
            let kept = haunts.days_within(START.plus_ms(100 * DAY_MS), 101, 0);
            kept.map(|(ip, _)| ip).collect::<Vec<IpAddr>>()
        };
        let mut last: Vec<(i64, u8)> = (0..40)
            .filter_map(|network| {
                let days = uses.0.iter().filter(|(_, n)| *n == network).map(|(day, _)| *day);
                days.max().map(|day| (day, network))
            })
            .collect();
        last.sort_unstable();
        let kept = last.split_off(last.len().saturating_sub(Haunts::NETWORKS_MAX));
        let mut naive: Vec<IpAddr> = kept.into_iter().map(|(_, network)| ip(network)).collect();
        naive.sort_unstable();
        prop_assert_eq!(&fold(&uses.0), &naive);
        prop_assert_eq!(&fold(&uses.1), &naive);
    }
}
