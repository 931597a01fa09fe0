//! How the goods come to the buyer, and which of them are no good.

use super::{How, Purchase};
use crate::domain::{
    ActivationResult, Client, DAY_MS, FactBody, HOUR_MS, KeyActivated, KeyDelivered,
    KeyFingerprint, MINUTE_MS, SECOND_MS, SkuClass,
};
use crate::simulate::account::Account;
use crate::simulate::names;
use crate::simulate::truth::Cause;
use crate::simulate::world::World;

/// Keys of an order of which each is told of; a large order is delivered as a file.
const KEYS_TOLD_MAX: u32 = 8;

impl World<'_> {
    pub(super) fn deliver(&mut self, purchase: &mut Purchase, paid_at: i64, how: &How) {
        let goods = purchase.goods;
        let median_ms = match goods.class {
            SkuClass::Key | SkuClass::TopUp => 15 * SECOND_MS,
            SkuClass::Subscription | SkuClass::Licence => 40 * SECOND_MS,
            SkuClass::Account => 25 * MINUTE_MS,
        };
        let mut at = paid_at + self.draw.wait_ms(median_ms, 1.2).min(DAY_MS);
        if let Some((_, until)) =
            self.outages.iter().find(|(from, until)| (*from..*until).contains(&at)).copied()
        {
            purchase.cause = purchase.cause.or(Some(Cause::Outage));
            if self.draw.chance(0.3) {
                return self.give_up(purchase, until);
            }
            at = until + self.draw.wait_ms(40 * MINUTE_MS, 0.8);
        } else if how.fault == Some(Cause::NotDelivered) {
            if self.draw.chance(0.7) {
                return self.give_up(purchase, at);
            }
            at = paid_at + self.draw.wait_ms(20 * HOUR_MS, 0.7);
        }
        purchase.delivered_at = Some(at);
        let has_key =
            matches!(goods.class, SkuClass::Key | SkuClass::Licence | SkuClass::Subscription);
        let units = if has_key { purchase.quantity.min(KEYS_TOLD_MAX) } else { 1 };
        let week = (at - self.start).div_euclid(7 * DAY_MS);
        for unit in 0..units {
            let key = has_key.then(|| self.stock(purchase, at, unit == 0));
            purchase.keys.extend(key);
            self.tell_perhaps(
                at,
                FactBody::KeyDelivered(KeyDelivered {
                    order_id: purchase.order_id.clone(),
                    key,
                    batch_id: has_key.then(|| names::batch(goods.supplier, goods.number, week)),
                    supplier_id: Some(names::supplier(goods.supplier)),
                }),
            );
        }
    }

    /// Nothing comes any more. When the platform notices, the payment is voided.
    fn give_up(&mut self, purchase: &mut Purchase, due: i64) {
        if self.draw.chance(self.knobs.faults.undelivered_voided_share) {
            let at = due + self.draw.wait_ms(35 * MINUTE_MS, 1.2).min(DAY_MS);
            let (payment, order) = (purchase.payment.clone(), purchase.order_id.clone());
            self.reverse(payment, order, purchase.paid, at);
            purchase.reversed_at = Some(at);
        }
    }

    /// The key that is delivered next. The first of an order may be one that is no good.
    fn stock(&mut self, purchase: &mut Purchase, at: i64, is_first: bool) -> KeyFingerprint {
        let sick = self.outbreaks.iter().any(|(supplier, from, until)| {
            *supplier == purchase.goods.supplier && (*from..*until).contains(&at)
        });
        if sick
            && purchase.cause.is_none()
            && self.draw.chance(self.knobs.faults.outbreak_bad_share)
        {
            purchase.cause = Some(Cause::Outbreak);
        }
        if !is_first {
            return self.names.key();
        }
        match purchase.cause {
            None if !self.spoiled.is_empty() && self.draw.chance(0.02) => {
                let Some((key, cause)) = self.spoiled.pop_front() else { return self.names.key() };
                purchase.cause = Some(cause);
                key
            }
            Some(Cause::SoldTwice) => {
                let used = |sold: &Purchase, _: &[Account]| {
                    sold.cause.is_none()
                        && sold.keys.len() == 1
                        && sold.tried_at.is_some_and(|tried| tried < at)
                };
                let sold = self.take_recent(used);
                sold.and_then(|sold| sold.keys.first().copied()).unwrap_or_else(|| self.names.key())
            }
            Some(Cause::UsedKey) => {
                let key = self.names.key();
                // Mostly before, or while it lay in the buyer's inbox.
                let used_at = if self.draw.chance(0.65) {
                    at - self.draw.wait_ms(2 * DAY_MS, 1.5)
                } else {
                    at + self.draw.wait_ms(20 * MINUTE_MS, 1.2)
                };
                if self.draw.chance(0.6) {
                    self.stranger_uses(key, used_at);
                }
                key
            }
            None | Some(_) => self.names.key(),
        }
    }

    /// Somebody who never met the buyer uses a key.
    pub(in crate::simulate) fn stranger_uses(&mut self, key: KeyFingerprint, at: i64) {
        let number = self.draw.below(self.accounts.len());
        let client = self.own_client(number, at);
        let activator = self.names.fingerprint();
        let fact = FactBody::KeyActivated(KeyActivated {
            key,
            result: ActivationResult::Ok,
            activator_id: Some(self.names.activator(activator)),
            client: Client { device_id: None, ..client },
        });
        if at < self.start + self.day * DAY_MS {
            let now = self.start + self.day * DAY_MS + self.draw.between(0, HOUR_MS);
            self.tell_backdated(at.max(self.start - 30 * DAY_MS), now, fact);
        } else {
            self.tell(at, fact);
        }
    }
}
