//! What happens to the platform: outbreaks of bad keys, outages, leaks, guessed keys.

use crate::domain::{
    ActivationResult, ClaimReason, Client, DAY_MS, FactBody, HOUR_MS, IncidentDeclared,
    IncidentKind, KeyActivated, KeysLeaked, MINUTE_MS, SkuClass, Timestamp,
};
use crate::simulate::account::Account;
use crate::simulate::catalogue::SUPPLIERS;
use crate::simulate::claim::Ask;
use crate::simulate::names;
use crate::simulate::places::Network;
use crate::simulate::purchase::Purchase;
use crate::simulate::truth::{Actor, Cause};
use crate::simulate::world::World;

/// Where leaked keys are found.
const SOURCES: [&str; 4] = ["paste", "forum", "chat-group", "supplier-report"];
/// Keys that are spoiled and wait to be sold, at most.
const SPOILED_MAX: usize = 400;

impl World<'_> {
    /// What begins today.
    pub(in crate::simulate) fn trouble(&mut self) {
        let per_day = |per_30d: f64| per_30d / 30.0;
        let faults = &self.knobs.faults;
        let actors = &self.knobs.actors;
        let means = [
            faults.outbreaks_per_30d,
            faults.outages_per_30d,
            actors.leaks_per_30d,
            actors.enumerations_per_30d,
        ];
        let [outbreaks, outages, leaks, enumerations] =
            means.map(|mean| self.draw.count(per_day(mean)));
        for _ in 0..outbreaks {
            self.outbreak();
        }
        for _ in 0..outages {
            self.outage();
        }
        for _ in 0..leaks {
            self.leak();
        }
        for _ in 0..enumerations {
            self.enumeration();
        }
        let today = self.start + self.day * DAY_MS;
        self.outbreaks.retain(|(_, _, until)| *until > today);
        self.outages.retain(|(_, until)| *until > today - DAY_MS);
    }

    fn today(&mut self) -> i64 {
        self.start + self.day * DAY_MS + self.draw.between(0, DAY_MS - 1)
    }

    /// Keys of a supplier are bad for some days.
    fn outbreak(&mut self) {
        let from = self.today();
        let until = from + self.draw.wait_ms(2 * DAY_MS, 0.5).min(8 * DAY_MS);
        let supplier = self.draw.below(SUPPLIERS);
        self.outbreaks.push((supplier, from, until));
        let declared = from + self.draw.wait_ms(DAY_MS, 0.6);
        self.declare(IncidentKind::BadBatch, Some(supplier), declared, from, until);
    }

    /// Nothing is delivered for some hours.
    fn outage(&mut self) {
        let from = self.today();
        let until = from + self.draw.wait_ms(50 * MINUTE_MS, 0.8).min(9 * HOUR_MS);
        self.outages.push((from, until));
        let declared = from + self.draw.wait_ms(70 * MINUTE_MS, 0.7);
        // A scope is needed: the largest suppliers stand for all.
        for supplier in 0..3 {
            self.declare(IncidentKind::DeliveryOutage, Some(supplier), declared, from, until);
        }
    }

    fn declare(
        &mut self,
        kind: IncidentKind,
        supplier: Option<usize>,
        at: i64,
        from: i64,
        until: i64,
    ) {
        if !self.draw.chance(self.knobs.faults.declared_share) {
            return;
        }
        let incident_id = self.names.incident();
        let declared = |until| IncidentDeclared {
            incident_id: incident_id.clone(),
            kind,
            sku: None,
            supplier_id: supplier.map(names::supplier),
            batch_id: None,
            from: Timestamp::from_ms(from),
            until,
        };
        if until > at {
            self.tell(at, FactBody::IncidentDeclared(declared(None)));
        }
        let end = until.max(at) + self.draw.wait_ms(HOUR_MS, 0.8);
        let closed = declared(Some(Timestamp::from_ms(until)));
        self.tell(end, FactBody::IncidentDeclared(closed));
    }

    /// Keys are stolen: some were sold lately, some are going to be. They turn up in public, sooner or later.
    fn leak(&mut self) {
        let stolen = self.today();
        let sold = |purchase: &Purchase, accounts: &[Account]| {
            let honest = accounts.get(purchase.account).is_some_and(|a| a.actor == Actor::Honest);
            honest
                && purchase.goods.class == SkuClass::Key
                && purchase.cause.is_none()
                && purchase.keys.len() == 1
        };
        let mut keys = Vec::new();
        for _ in 0..self.draw.between(5, 40) {
            let Some(mut purchase) = self.take_recent(sold) else { break };
            let Some(key) = purchase.keys.first().copied() else { continue };
            keys.push(key);
            // Of keys that nobody had used yet, some are used by strangers, and their buyers find out.
            let unused = purchase.tried_at.is_none();
            if unused && self.draw.chance(0.6) {
                let used = stolen + self.draw.wait_ms(5 * HOUR_MS, 1.0);
                self.stranger_uses(key, used);
                purchase.cause = Some(Cause::KeyLeak);
                let at = used + self.draw.wait_ms(DAY_MS, 1.0);
                let reason = ClaimReason::KeyAlreadyUsed;
                self.claim(&purchase, &Ask::honest(at, Actor::Honest, Cause::KeyLeak, reason));
            }
        }
        for _ in 0..self.draw.between(5, 30) {
            let key = self.names.key();
            keys.push(key);
            if self.draw.chance(0.7) {
                let used = stolen + self.draw.wait_ms(8 * HOUR_MS, 1.0);
                self.stranger_uses(key, used);
            }
            self.spoil(key, Cause::KeyLeak);
        }
        keys.sort_unstable();
        keys.dedup();
        let first_seen = stolen + self.draw.wait_ms(10 * HOUR_MS, 1.0);
        let found = first_seen + self.draw.wait_ms(20 * HOUR_MS, 1.0);
        let source = self.draw.one(&SOURCES).copied().unwrap_or("paste");
        let leaked = KeysLeaked {
            keys,
            source: source.into(),
            first_seen_at: Timestamp::from_ms(first_seen),
        };
        self.tell(found, FactBody::KeysLeaked(leaked));
    }

    /// Somebody tries keys by the hundred, and hits a few that are not sold yet.
    fn enumeration(&mut self) {
        let mut at = self.today();
        let thief = self.names.fingerprint();
        for _ in 0..self.draw.between(60, 320) {
            at += self.draw.between(800, 9_000);
            let key = self.names.key();
            let result = self.draw.weighted(
                ActivationResult::Invalid,
                &[(0.008, ActivationResult::Ok), (0.12, ActivationResult::RateLimited)],
            );
            if result == ActivationResult::Ok {
                self.spoil(key, Cause::KeyEnumeration);
            }
            let mut seat = self.hidden_seat(0, thief, at);
            if self.draw.chance(0.7) {
                seat.network = Network::Hosting(0);
                seat.who = thief;
            }
            let client = self.client(&seat, at);
            let activator = self.names.activator(thief);
            let activator_id = self.draw.chance(0.5).then_some(activator);
            self.tell(
                at,
                FactBody::KeyActivated(KeyActivated {
                    key,
                    result,
                    activator_id,
                    client: Client { device_id: None, ..client },
                }),
            );
        }
    }

    fn spoil(&mut self, key: crate::domain::KeyFingerprint, cause: Cause) {
        if self.spoiled.len() < SPOILED_MAX {
            self.spoiled.push_back((key, cause));
        }
    }
}
