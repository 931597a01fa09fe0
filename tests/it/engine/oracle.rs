//! Counts, sums and distinct sets in the signals, held against a naive reading of everything that was told before.

use std::collections::BTreeMap;
use std::net::IpAddr;

use proptest::prelude::*;
use vouch::domain::{
    AccountId, Client, DAY_MS, DeviceId, Fact, FactBody, HOUR_MS, MINUTE_MS, Network, RefundClaim,
    TenantId, Timestamp,
};
use vouch::ledger::{Record, RecordKind};
use vouch::signals::Catalogue;
use vouch::wire::{SignalScalar, decode_claim_entry, decode_fact_entry};

use super::run::{NOW, play, sequences};
use super::script::script;
use crate::support::{SharedLedger, shared_setup};

/// What one tenant was told so far, in ledger order.
#[derive(Default)]
struct Past {
    facts: Vec<Fact>,
    claims: Vec<RefundClaim>,
}

/// A window of so many hops: it ends with the hop that the claim lies in.
#[derive(Clone, Copy)]
struct Window {
    hop_ms: i64,
    hops: i64,
    /// Hops that are kept behind the newest event.
    kept: i64,
}

const HOUR: Window = Window { hop_ms: 5 * MINUTE_MS, hops: 12, kept: 12 };
const DAY: Window = Window { hop_ms: HOUR_MS, hops: 24, kept: 24 };
const WEEK: Window = Window { hop_ms: 6 * HOUR_MS, hops: 28, kept: 28 };
const MONTH: Window = Window { hop_ms: DAY_MS, hops: 30, kept: 90 };
const QUARTER: Window = Window { hop_ms: DAY_MS, hops: 90, kept: 90 };

impl Window {
    fn count(self, at: Timestamp, events: &[Timestamp]) -> i64 {
        let hop = |time: &Timestamp| time.ms().div_euclid(self.hop_ms);
        let newest = events.iter().map(hop).max().unwrap_or(0);
        let last = hop(&at);
        let within =
            |hop: &i64| *hop > newest - self.kept && (last - self.hops + 1..=last).contains(hop);
        i64::try_from(events.iter().map(hop).filter(within).count()).unwrap()
    }
}

/// Who was seen when.
type Sightings<T> = Vec<(T, Timestamp)>;

/// Distinct ids other than `except` that were last seen less than `days` ago, and first seen by now.
fn distinct<T: Ord + Clone>(
    seen: Sightings<T>,
    at: Timestamp,
    days: i64,
    except: Option<&T>,
) -> i64 {
    let mut times: BTreeMap<T, (Timestamp, Timestamp)> = BTreeMap::new();
    for (id, time) in seen {
        let span = times.entry(id).or_insert((time, time));
        *span = (span.0.min(time), span.1.max(time));
    }
    let from = at.plus_ms(-days * DAY_MS);
    let counted = times
        .iter()
        .filter(|(id, (first, last))| Some(*id) != except && *last > from && *first <= at);
    i64::try_from(counted.count()).unwrap()
}

/// The account and client of a fact that tells of a use.
fn used(fact: &Fact) -> Option<(&AccountId, &Client)> {
    if let FactBody::OrderPlaced(fact) = &fact.body {
        Some((&fact.account_id, &fact.client))
    } else if let FactBody::AccountActivity(fact) = &fact.body {
        Some((&fact.account_id, &fact.client))
    } else {
        None
    }
}

impl Past {
    /// When claims were made that satisfy a condition, each refund of an order once.
    fn claimed(&self, holds: impl Fn(&RefundClaim) -> bool) -> Vec<Timestamp> {
        let first = |(nth, claim): &(usize, &RefundClaim)| {
            let same = |known: &RefundClaim| {
                (&known.order_id, &known.refund_id) == (&claim.order_id, &claim.refund_id)
            };
            !self.claims[..*nth].iter().any(same)
        };
        let first = self.claims.iter().enumerate().filter(first).map(|(_, claim)| claim);
        first.filter(|claim| holds(claim)).map(|claim| claim.requested_at).collect()
    }

    /// Accounts that were used, or claimed, from a client that satisfies a condition.
    fn accounts(&self, holds: impl Fn(&Client) -> bool) -> Sightings<AccountId> {
        let facts = self.facts.iter().filter_map(|fact| {
            let (account, client) = used(fact)?;
            holds(client).then(|| (account.clone(), fact.occurred_at))
        });
        facts.chain(self.claimants(&holds)).collect()
    }

    fn claimants(&self, holds: impl Fn(&Client) -> bool) -> Sightings<AccountId> {
        let from = self.claims.iter().filter(|claim| holds(&claim.client));
        from.map(|claim| (claim.account_id.clone(), claim.requested_at)).collect()
    }

    fn devices(&self, account: &AccountId) -> Sightings<DeviceId> {
        let used = self.facts.iter().filter_map(|fact| {
            let (_, client) = used(fact).filter(|(used, _)| *used == account)?;
            Some((client.device_id.clone()?, fact.occurred_at))
        });
        used.collect()
    }

    fn orders(&self, holds: impl Fn(&AccountId) -> bool) -> Vec<Timestamp> {
        let placed = self.facts.iter().filter(
            |fact| matches!(&fact.body, FactBody::OrderPlaced(placed) if holds(&placed.account_id)),
        );
        placed.map(|fact| fact.occurred_at).collect()
    }

    /// What the signals of a claim should be, by name.
    fn expected(&self, claim: &RefundClaim) -> BTreeMap<&'static str, Option<i64>> {
        let at = claim.requested_at;
        let own = |known: &RefundClaim| known.account_id == claim.account_id;
        let orders = self.orders(|account| *account == claim.account_id);
        let refunds = self.claimed(own);
        let devices = self.devices(&claim.account_id);
        let me = Some(&claim.account_id);
        let mut expected = BTreeMap::from([
            ("account_orders_30d", Some(MONTH.count(at, &orders))),
            ("account_orders_90d", Some(QUARTER.count(at, &orders))),
            ("account_orders_life", Some(i64::try_from(orders.len()).unwrap())),
            ("account_refunds_24h", Some(DAY.count(at, &refunds))),
            ("account_refunds_7d", Some(WEEK.count(at, &refunds))),
            ("account_refunds_30d", Some(MONTH.count(at, &refunds))),
            ("account_refunds_90d", Some(QUARTER.count(at, &refunds))),
            (
                "account_devices_30d",
                Some(distinct(devices, at, 30, claim.client.device_id.as_ref())),
            ),
        ]);

        let device = claim.client.device_id.as_ref();
        let on_device = |client: &Client| client.device_id.as_ref() == device;
        let claims = self.claimed(|known| on_device(&known.client));
        let of_device = [
            ("device_refunds_24h", DAY.count(at, &claims)),
            ("device_refunds_30d", MONTH.count(at, &claims)),
            ("device_accounts_30d", distinct(self.accounts(on_device), at, 30, me)),
            ("device_claimants_30d", distinct(self.claimants(on_device), at, 30, me)),
        ];
        expected.extend(of_device.map(|(name, count)| (name, device.map(|_| count))));

        let ip = claim.client.ip;
        let from_ip = |client: &Client| client.ip == ip;
        let claims = self.claimed(|known| from_ip(&known.client));
        let net = |ip: Option<IpAddr>| ip.map(Network::of);
        let from_net = |client: &Client| net(client.ip) == net(ip);
        let net_claims = self.claimed(|known| from_net(&known.client));
        let of_ip = [
            ("ip_refunds_1h", HOUR.count(at, &claims)),
            ("ip_refunds_24h", DAY.count(at, &claims)),
            ("ip_accounts_24h", distinct(self.accounts(from_ip), at, 1, me)),
            ("net_refunds_24h", DAY.count(at, &net_claims)),
            ("net_accounts_24h", distinct(self.accounts(from_net), at, 1, me)),
        ];
        expected.extend(of_ip.map(|(name, count)| (name, ip.map(|_| count))));

        let payout = claim.destination.payout.as_ref();
        let named = |known: &RefundClaim| known.destination.payout.as_ref() == payout;
        let claims = self.claimed(named);
        let sharing = self.claims.iter().filter(|known| named(known));
        let sharing = sharing.map(|known| (known.account_id.clone(), known.requested_at)).collect();
        let of_payout = [
            ("payout_refunds_30d", MONTH.count(at, &claims)),
            ("payout_accounts_30d", distinct(sharing, at, 30, me)),
        ];
        expected.extend(of_payout.map(|(name, count)| (name, payout.map(|_| count))));
        expected
    }
}

/// Reads a ledger from its beginning and compares what each claim saw with what it should have seen.
fn differences(records: &[Record]) -> Vec<String> {
    let mut tenants: BTreeMap<TenantId, Past> = BTreeMap::new();
    let mut wrong = Vec::new();
    for record in records {
        let past = tenants.entry(record.tenant.clone()).or_default();
        match record.kind {
            RecordKind::Fact => past.facts.push(decode_fact_entry(&record.body).unwrap().0),
            RecordKind::Claim => {
                let entry = decode_claim_entry(&record.body).unwrap();
                for (name, expected) in past.expected(&entry.claim) {
                    let got = &entry.signals[Catalogue::get().position(name).unwrap()];
                    if *got != expected.map(SignalScalar::Integer) {
                        wrong.push(format!("{} {name}: {got:?}, not {expected:?}", record.id));
                    }
                }
                past.claims.push(entry.claim);
            }
            RecordKind::Schema | RecordKind::Finding => {}
        }
    }
    wrong
}

proptest! {
    #![proptest_config(sequences(150))]

    #[test]
    fn counts_are_what_was_told_before(script in script(30)) {
        let world = script.world();
        let ledger = SharedLedger::default();
        let mut core = ledger.open(shared_setup(), NOW);
        play(&mut core, &script, &world);
        let wrong = differences(&ledger.records());
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
