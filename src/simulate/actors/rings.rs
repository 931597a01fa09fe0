//! Rings, and the attack that appears on the drift day.

use super::pretext;
use crate::domain::{ClaimReason, DAY_MS, HOUR_MS, MINUTE_MS, SkuClass};
use crate::simulate::catalogue::Goods;
use crate::simulate::claim::Ask;
use crate::simulate::purchase::{How, Using};
use crate::simulate::truth::Actor;
use crate::simulate::world::World;

/// Orders of one round of a ring, and of the new attack, on the mean.
pub(super) const RING_ORDERS: f64 = 12.0;
pub(super) const ATTACK_ORDERS: f64 = 9.0;

impl World<'_> {
    /// Some accounts of a few people, who share devices, receiving accounts and pictures. Each buys and claims.
    pub(super) fn ring(&mut self) {
        let members = self.draw.between(4, 9);
        let devices: Vec<u64> =
            (0..self.draw.between(2, 4)).map(|_| self.names.fingerprint()).collect();
        let payouts: Vec<u64> =
            (0..self.draw.between(1, 3)).map(|_| self.names.fingerprint()).collect();
        let payer = self.names.fingerprint();
        let pool = self.names.fingerprint();
        let now = self.start + self.day * DAY_MS;
        for _ in 0..members {
            let born = now - self.draw.wait_ms(40 * DAY_MS, 1.0);
            let number = self.open_account(Actor::Ring, born);
            let device = self.draw.one(&devices).copied().unwrap_or(pool);
            let payout = self.draw.one(&payouts).copied().unwrap_or(pool);
            // Some are careful enough to keep one device for each account.
            if self.draw.chance(0.75) {
                self.equip(number, device, payout);
            }
            let payer = self.draw.chance(0.35).then_some(payer);
            let mut at = now + self.draw.between(0, 3 * DAY_MS);
            for _ in 0..self.draw.between(1, 3) {
                self.ring_order(number, at, device, payout, pool, payer);
                at += self.draw.wait_ms(20 * HOUR_MS, 0.8);
            }
        }
    }

    fn ring_order(
        &mut self,
        number: usize,
        at: i64,
        device: u64,
        payout: u64,
        pool: u64,
        payer: Option<u64>,
    ) {
        let country = self.accounts.get(number).map_or(0, |account| account.home.country);
        let client = if self.draw.chance(0.55) {
            let seat = self.hidden_seat(country, device, at);
            Some(self.client(&seat, at))
        } else {
            None
        };
        let using = self.bad_use();
        let how = How { using, client: client.clone(), payer, ..How::default() };
        let Some(purchase) = self.buy(number, at, &how) else { return };
        if !self.draw.chance(0.62) {
            return;
        }
        let reason = pretext(&mut self.draw);
        let mut ask = Ask::bad(self.bad_moment(&purchase), Actor::Ring, reason);
        ask.client = client;
        ask.pool = Some(pool);
        if self.draw.chance(0.3) {
            ask.payout = Some(payout);
        }
        self.claim(&purchase, &ask);
    }

    /// Accounts that were kept for weeks, each with a device of its own, buy small top-ups, of which nobody can show
    /// that they arrived, and claim that they did not: in the app, back to where the money came from, on the move.
    pub(super) fn new_attack(&mut self) {
        let now = self.start + self.day * DAY_MS;
        let accounts = self.draw.between(5, 13);
        for _ in 0..accounts {
            let born = now - self.draw.wait_ms(45 * DAY_MS, 0.4);
            let number = self.open_account(Actor::NewAttack, born);
            let at = now + self.draw.between(0, 20 * HOUR_MS);
            let small = |goods: &Goods| {
                matches!(goods.class, SkuClass::TopUp | SkuClass::Subscription)
                    && (2_000..9_000).contains(&goods.price_minor)
            };
            let goods = Some(self.catalogue.pick_where(&mut self.draw, small));
            let using = if self.draw.chance(0.8) { Using::Untold } else { Using::Hidden };
            let how = How { goods, using, ..How::default() };
            let Some(purchase) = self.buy(number, at, &how) else { continue };
            if self.draw.chance(0.25) {
                continue;
            }
            let reason = self.draw.weighted(
                ClaimReason::NotDelivered,
                &[(0.15, ClaimReason::Other), (0.12, ClaimReason::NotAsDescribed)],
            );
            let at = purchase.placed_at + self.draw.wait_ms(55 * MINUTE_MS, 0.7);
            self.claim(&purchase, &Ask::bad(at, Actor::NewAttack, reason));
        }
    }
}
