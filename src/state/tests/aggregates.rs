//! Every aggregate against a naive one that keeps all that was added.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::net::IpAddr;

use proptest::sample::select;

use super::*;
use crate::domain::{AMOUNT_MAX_MINOR, Currency, MINUTE_MS, Money, Network};

const HOPS_MS: [i64; 4] = [5 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS];

/// Times around 1970 or around the start, many of them at the edge of a hop of one of the lengths, or a moment beside it.
fn moments() -> impl Strategy<Value = (Timestamp, Vec<Timestamp>)> {
    let moment =
        (select(HOPS_MS.to_vec()), -130_i64..130, select(vec![-1_i64, 0, 0, 1, 7 * MINUTE_MS]))
            .prop_map(|(hop_ms, hops, ms)| hops * hop_ms + ms);
    let base = select(vec![Timestamp::from_ms(0), START]);
    (base, moment.clone(), vec(moment, 1..50)).prop_map(|(base, query, moments)| {
        (base.plus_ms(query), moments.into_iter().map(|ms| base.plus_ms(ms)).collect())
    })
}

/// The hop that a time lies in.
fn hop(at: Timestamp, hop_ms: i64) -> i64 {
    let whole = at.ms() / hop_ms;
    if at.ms() < whole * hop_ms { whole - 1 } else { whole }
}

/// Of what was added, that which lies in the window of `hops` hops at `query` and is kept.
fn in_window<T>(
    added: &[(Timestamp, T)],
    (hop_ms, kept): (i64, i64),
    query: Timestamp,
    hops: i64,
) -> impl Iterator<Item = &T> {
    let newest = added.iter().map(|(at, _)| hop(*at, hop_ms)).max().unwrap_or(0);
    let last = hop(query, hop_ms);
    let inside = added.iter().filter(move |(at, _)| {
        let hop = hop(*at, hop_ms);
        hop > last - hops && hop <= last && hop > newest - kept
    });
    inside.map(|(_, what)| what)
}

/// The same from whatever order.
fn fold_all<A: Default, T: Copy>(added: &[T], add: impl Fn(&mut A, T)) -> A {
    let mut aggregate = A::default();
    added.iter().for_each(|item| add(&mut aggregate, *item));
    aggregate
}

/// It is the same after its bytes, and how many those are.
fn bytes_of<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug>(
    aggregate: &T,
) -> usize {
    let bytes = postcard::to_stdvec(aggregate).unwrap();
    assert_eq!(&postcard::from_bytes::<T>(&bytes).unwrap(), aggregate);
    bytes.len()
}

fn all_counts() -> [(HopCounts, i64, i64); 4] {
    [
        (HopCounts::five_minutes(), HOPS_MS[0], 12),
        (HopCounts::hourly(), HOPS_MS[1], 24),
        (HopCounts::six_hourly(), HOPS_MS[2], 28),
        (HopCounts::daily(), HOPS_MS[3], 90),
    ]
}

fn currency() -> impl Strategy<Value = Currency> {
    select(vec!["CNY", "USD", "EUR"]).prop_map(|code| Currency::parse(code).unwrap())
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 1_i64..1_000, 1 => Just(AMOUNT_MAX_MINOR), 1 => Just(AMOUNT_MAX_MINOR - 1)]
}

fn ip() -> impl Strategy<Value = IpAddr> {
    let v4 = (0_u8..6, 0_u8..3).prop_map(|(net, last)| IpAddr::from([203, 0, net, last]));
    let v6 = (0_u16..6, 0_u16..3)
        .prop_map(|(net, last)| IpAddr::from([0x2001, 0xdb8, net, last, 0, 0, 0, 1]));
    prop_oneof![v4, v6]
}

proptest! {
    #[test]
    fn counts_equal_the_naive_count(
        (query, at) in moments(),
        hops in prop_oneof![1_i64..=90, Just(1_i64), Just(1_000)],
        order in any::<u64>(),
    ) {
        let added: Vec<(Timestamp, ())> = at.iter().map(|at| (*at, ())).collect();
        for (empty, hop_ms, kept) in all_counts() {
            let count = |at: &[Timestamp]| {
                let mut counts = empty.clone();
                at.iter().for_each(|at| counts.add(*at));
                counts
            };
            let counts = count(&at);
            for query in at.iter().copied().chain([query]) {
                let naive = in_window(&added, (hop_ms, kept), query, hops).count();
                prop_assert_eq!(counts.count(query, hops), i64::try_from(naive).unwrap());
            }
            prop_assert_eq!(&counts, &count(&mixed(&at, order)));
            bytes_of(&counts);
        }
    }

    #[test]
    fn what_was_taken_back_does_not_count(
        (query, at) in moments(),
        back in vec(any::<bool>(), 50),
        hops in 1_i64..=90,
        order in any::<u64>(),
    ) {
        let added: Vec<(Timestamp, bool)> = at.iter().copied().zip(back).collect();
        for (mut counts, hop_ms, kept) in all_counts() {
            for (at, _) in mixed(&added, order) {
                counts.add(at);
            }
            for (at, _) in added.iter().filter(|(_, back)| *back) {
                counts.take_back(*at);
            }
            let inside = in_window(&added, (hop_ms, kept), query, hops);
            let naive = inside.filter(|back| !**back).count();
            prop_assert_eq!(counts.count(query, hops), i64::try_from(naive).unwrap());
        }
        // The same of rates; what falls on an odd day is a hit.
        let hit = |at: Timestamp| hop(at, DAY_MS).rem_euclid(2) == 1;
        let mut rates = RateHops::default();
        mixed(&added, order).into_iter().for_each(|(at, _)| rates.add(at, hit(at)));
        for (at, _) in added.iter().filter(|(_, back)| *back) {
            rates.take_back(*at, hit(*at));
        }
        let timed: Vec<(Timestamp, (Timestamp, bool))> =
            added.iter().map(|(at, back)| (*at, (*at, *back))).collect();
        let left: Vec<Timestamp> = in_window(&timed, (DAY_MS, 90), query, hops)
            .filter(|(_, back)| !back)
            .map(|(at, _)| *at)
            .collect();
        let hits = left.iter().filter(|at| hit(**at)).count();
        let naive = (i64::try_from(hits).unwrap(), i64::try_from(left.len()).unwrap());
        prop_assert_eq!(rates.within(query, hops), naive);
    }

    #[test]
    fn rates_equal_the_naive_rate(
        (query, at) in moments(),
        hits in vec(any::<bool>(), 50),
        days in 1_i64..=100,
        order in any::<u64>(),
    ) {
        let added: Vec<(Timestamp, bool)> = at.iter().copied().zip(hits).collect();
        let rate = |added: &[(Timestamp, bool)]| {
            fold_all(added, |rate: &mut RateHops, (at, hit)| rate.add(at, hit))
        };
        let rates = rate(&added);
        for query in at.iter().copied().chain([query]) {
            let inside: Vec<bool> =
                in_window(&added, (DAY_MS, 90), query, days).copied().collect();
            let hits = inside.iter().filter(|hit| **hit).count();
            let naive = (i64::try_from(hits).unwrap(), i64::try_from(inside.len()).unwrap());
            prop_assert_eq!(rates.within(query, days), naive);
        }
        prop_assert_eq!(&rates, &rate(&mixed(&added, order)));
        bytes_of(&rates);
    }

    #[test]
    fn sums_equal_the_naive_sums(
        (query, at) in moments(),
        amounts in vec((amount(), currency()), 50),
        days in 1_i64..=100,
        order in any::<u64>(),
    ) {
        let money = amounts.into_iter()
            .map(|(amount_minor, currency)| Money { amount_minor, currency });
        let added: Vec<(Timestamp, Money)> = at.iter().copied().zip(money).collect();
        let sum = |added: &[(Timestamp, Money)]| {
            fold_all(added, |sums: &mut MoneyHops, (at, money)| sums.add(at, money))
        };
        let sums = sum(&added);
        let by_currency = added.iter().fold(BTreeMap::new(), |mut map, (at, money)| {
            map.entry(money.currency).or_insert_with(Vec::new).push((*at, money.amount_minor));
            map
        });
        let naive = |days: Option<i64>, query: Timestamp| -> Vec<Money> {
            let sum = |(currency, added): (&Currency, &Vec<(Timestamp, i64)>)| {
                let parts: Vec<i64> = match days {
                    Some(days) => in_window(added, (DAY_MS, 90), query, days).copied().collect(),
                    None => added.iter().map(|(_, amount)| *amount).collect(),
                };
                let sum = parts.iter().sum::<i64>().min(AMOUNT_MAX_MINOR);
                (!parts.is_empty()).then_some(Money { amount_minor: sum, currency: *currency })
            };
            by_currency.iter().filter_map(sum).collect()
        };
        for query in at.iter().copied().chain([query]) {
            prop_assert_eq!(sums.within(query, days), naive(Some(days), query));
        }
        prop_assert_eq!(sums.life(), naive(None, query));
        prop_assert!(!sums.is_truncated());
        prop_assert_eq!(&sums, &sum(&mixed(&added, order)));
        bytes_of(&sums);
    }

    #[test]
    fn haunts_equal_the_naive_days(
        (query, at) in moments(),
        ips in vec(ip(), 50),
        span_days in 1_i64..=90,
        grace_ms in prop_oneof![Just(0_i64), Just(DAY_MS), Just(1), 0_i64..5 * DAY_MS],
        order in any::<u64>(),
    ) {
        let added: Vec<(Timestamp, IpAddr)> = at.iter().copied().zip(ips).collect();
        let note = |added: &[(Timestamp, IpAddr)]| {
            fold_all(added, |haunts: &mut Haunts, (at, ip)| haunts.add(at, ip))
        };
        let haunts = note(&added);
        let by_network = added.iter().fold(BTreeMap::new(), |mut map, (at, ip)| {
            map.entry(Network::of(*ip)).or_insert_with(Vec::new).push((*at, *ip));
            map
        });
        for query in at.iter().copied().chain([query]) {
            let naive = by_network.values().filter_map(|uses| {
                let (last_at, ip) = *uses.iter().max().unwrap();
                let days: BTreeSet<i64> = uses.iter().map(|(at, _)| hop(*at, DAY_MS)).collect();
                let counts = |day: &&i64| {
                    **day > hop(query, DAY_MS) - span_days
                        && (**day + 1) * DAY_MS <= query.ms() - grace_ms
                        && **day > hop(last_at, DAY_MS) - 128
                };
                let days = days.iter().filter(counts).count();
                (days > 0).then(|| (ip, u32::try_from(days).unwrap()))
            });
            let naive: Vec<_> = naive.collect();
            prop_assert_eq!(haunts.days_within(query, span_days, grace_ms).collect::<Vec<_>>(), naive);
        }
        prop_assert_eq!(&haunts, &note(&mixed(&added, order)));
        bytes_of(&haunts);
    }

    /// Bytes that decode are worked with like any others.
    #[test]
    fn no_hop_index_overflows(
        newest in select(vec![i64::MIN, i64::MIN + 1, -1, 0, i64::MAX]),
        ages in vec(any::<u8>(), 0..4),
        resolution in 0_u8..4,
        at in select(vec![i64::MIN, -1, 0, i64::MAX]),
        hops in select(vec![i64::MIN, -1, 0, 90, i64::MAX]),
    ) {
        let hops_of: Vec<(u8, u32)> = ages.iter().map(|age| (*age, u32::MAX)).collect();
        let bytes = postcard::to_stdvec(&(resolution, (newest, hops_of))).unwrap();
        let mut counts: HopCounts = postcard::from_bytes(&bytes).unwrap();
        let at = Timestamp::from_ms(at);
        prop_assert!(counts.count(at, hops) >= 0);
        counts.add(at);
        prop_assert!(counts.count(at, hops) >= 0);
        let mut haunts = fold_all(&[(START, IpAddr::from([203, 0, 113, 9]))], |h: &mut Haunts, (at, ip)| {
            h.add(at, ip);
        });
        haunts.add(at, IpAddr::from([203, 0, 113, 9]));
        prop_assert!(haunts.days_within(at, hops, hops).count() <= 1);
    }
}

/// The same in another order, by a number.
fn mixed<T: Copy>(list: &[T], order: u64) -> Vec<T> {
    let mut keyed: Vec<(u64, T)> = (1_u64..)
        .zip(list)
        .map(|(n, item)| (n.wrapping_mul(order | 1).rotate_left(17).wrapping_mul(0x9E37), *item))
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, item)| item).collect()
}

#[test]
fn windows_are_half_open() {
    for (mut counts, hop_ms, kept) in all_counts() {
        let edge = Timestamp::from_ms(hop(START, hop_ms) * hop_ms);
        assert_eq!(edge, START, "midnight is an edge of every hop");
        counts.add(edge);
        let count = |ms, hops| counts.count(edge.plus_ms(ms), hops);
        assert_eq!(count(hop_ms - 1, 1), 1, "the hop that the time lies in");
        assert_eq!(count(hop_ms, 1), 0);
        assert_eq!(count(kept * hop_ms - 1, kept), 1);
        assert_eq!(count(kept * hop_ms, kept), 0);
        assert_eq!(count(-1, kept), 0, "it has not happened yet");
    }
}

#[test]
fn a_full_hop_stays_full() {
    // The layout: resolution, newest hop, hops as age and value.
    let full = (3_u8, (0_i64, vec![(0_u8, u32::MAX), (1, 5)]));
    let mut counts: HopCounts = postcard::from_bytes(&postcard::to_stdvec(&full).unwrap()).unwrap();
    let (today, yesterday) = (Timestamp::from_ms(5), Timestamp::from_ms(-5));
    counts.add(today);
    counts.add(yesterday);
    assert_eq!(counts.count(today, 1), i64::from(u32::MAX));
    assert_eq!(counts.count(today, 2), i64::from(u32::MAX) + 6);

    let full = (0_i64, vec![(0_u8, (7_u32, u32::MAX))]);
    let mut rate: RateHops = postcard::from_bytes(&postcard::to_stdvec(&full).unwrap()).unwrap();
    rate.add(today, true);
    assert_eq!(rate.within(today, 1), (8, i64::from(u32::MAX)));
}

#[test]
fn records_are_small() {
    let days = || (0..90).map(|day| START.plus_ms(day * DAY_MS));
    let mut counts = HopCounts::daily();
    assert_eq!(bytes_of(&counts), 3);
    counts.add(START);
    assert_eq!(bytes_of(&counts), 7);
    days().for_each(|at| counts.add(at));
    assert_eq!(bytes_of(&counts), 6 - 1 + 2 * 90);

    let rate = fold_all(&days().collect::<Vec<_>>(), |rate: &mut RateHops, at| rate.add(at, true));
    assert_eq!(bytes_of(&rate), 4 + 3 * 90);

    let cny = Money::positive(30_000, Currency::parse("CNY").unwrap()).unwrap();
    let sums = fold_all(&[(START, cny)], |sums: &mut MoneyHops, (at, money)| sums.add(at, money));
    assert_eq!(bytes_of(&sums), 23);

    let home = IpAddr::from([203, 0, 113, 9]);
    let haunts =
        fold_all(&days().collect::<Vec<_>>(), |haunts: &mut Haunts, at| haunts.add(at, home));
    assert!(bytes_of(&haunts) <= 1 + 5 + 7 + 13, "{}", bytes_of(&haunts));
}

#[test]
fn home_is_not_where_the_account_was_taken_over() {
    let (home, thief) = (IpAddr::from([203, 0, 113, 9]), IpAddr::from([198, 51, 100, 7]));
    let mut haunts = Haunts::default();
    for day in 0..30 {
        haunts.add(START.plus_ms(day * DAY_MS), home);
    }
    let taken_over = START.plus_ms(29 * DAY_MS + HOUR_MS);
    haunts.add(taken_over, thief);
    let seen = |at, grace_ms| haunts.days_within(at, 90, grace_ms).collect::<Vec<_>>();
    assert_eq!(seen(taken_over, 0), [(home, 29)], "this day is not over");
    let next_day = taken_over.plus_ms(DAY_MS);
    assert_eq!(seen(next_day, 0), [(thief, 1), (home, 30)], "ascending by network");
    assert_eq!(seen(next_day, 2 * HOUR_MS), [(home, 29)]);
    let narrow = haunts.days_within(next_day, 2, 0).collect::<Vec<_>>();
    assert_eq!(narrow, [(thief, 1), (home, 1)], "today and yesterday");
}

#[test]
fn the_address_that_stands_for_a_network_is_the_last() {
    let ip = |last| IpAddr::from([203, 0, 113, last]);
    let uses = [(0, 9), (5, 3), (5, 4), (2, 200)];
    let mut haunts = Haunts::default();
    for (ms, last) in uses {
        haunts.add(START.plus_ms(ms), ip(last));
    }
    let seen: Vec<_> = haunts.days_within(START.plus_ms(DAY_MS), 2, 0).collect();
    assert_eq!(seen, [(ip(4), 1)]);
}
