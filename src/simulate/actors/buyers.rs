//! Honest buyers, careless buyers, resellers.

use crate::domain::{ClaimReason, HOUR_MS, MINUTE_MS, SkuClass};
use crate::simulate::claim::Ask;
use crate::simulate::purchase::{How, Purchase, Using};
use crate::simulate::truth::{Actor, Cause};
use crate::simulate::world::World;

/// Orders of a careless buyer, and of a reseller.
const CARELESS_ORDERS: f64 = 6.0;
const RESELLER_ORDERS: f64 = 120.0;
/// Of a reseller's claims, so many are for keys that a customer used.
const RESELLER_BAD_SHARE: f64 = 0.3;

impl World<'_> {
    pub(super) fn honest_order(&mut self) {
        let population = &self.knobs.population;
        let newcomers = population.accounts_per_order * (1.0 - population.established_share);
        let number = self.someone(Actor::Honest, 1.0 / newcomers.max(1e-6));
        let Some(home) = self.accounts.get(number).map(|account| account.home) else { return };
        let at = self.waking_moment(home);
        let fault = self.fault();
        let quantity = self.draw.weighted(1, &[(0.05, 2), (0.015, 3)]);
        let how = How { fault, quantity, ..How::default() };
        let Some(purchase) = self.buy(number, at, &how) else { return };
        self.honest_claim(&purchase);
    }

    /// What goes wrong at the platform with an order, if anything.
    fn fault(&mut self) -> Option<Cause> {
        let faults = &self.knobs.faults;
        let rates = [
            (faults.double_charge, Some(Cause::DoubleCharge)),
            (faults.not_delivered, Some(Cause::NotDelivered)),
            (faults.dead_key, Some(Cause::DeadKey)),
            (faults.used_key, Some(Cause::UsedKey)),
            (faults.sold_twice, Some(Cause::SoldTwice)),
        ];
        self.draw.weighted(None, &rates)
    }

    /// An honest buyer claims when something is wrong, or seems to be.
    pub(super) fn honest_claim(&mut self, purchase: &Purchase) {
        let claims = &self.knobs.claims;
        let (claimed, regret, confusion) = (claims.fault_claimed, claims.regret, claims.confusion);
        let Some(cause) = purchase.cause else {
            match self.draw.weighted(0, &[(regret, 1), (confusion, 2)]) {
                1 => self.regret(purchase),
                2 => self.confused(purchase),
                _ => {}
            }
            return;
        };
        if !self.draw.chance(claimed) {
            return;
        }
        let Some((noticed, reason)) = self.notices(purchase, cause) else { return };
        let at = noticed + self.draw.wait_ms(55 * MINUTE_MS, 1.5);
        if purchase.is_reversed_by(at) {
            self.claim_reversed(purchase, at, reason);
            return;
        }
        let mut ask = Ask::honest(at, Actor::Honest, cause, reason);
        if purchase.quantity > 1 && cause != Cause::DoubleCharge && self.draw.chance(0.6) {
            ask.share = 1.0 / f64::from(purchase.quantity);
        }
        self.claim(purchase, &ask);
        if self.draw.chance(0.03) {
            // Impatient: the same again under another number.
            let again = Ask { at: at + self.draw.wait_ms(8 * HOUR_MS, 0.8), ..ask };
            self.claim(purchase, &again);
        }
    }

    /// When the buyer finds out, and what he says.
    fn notices(&mut self, purchase: &Purchase, cause: Cause) -> Option<(i64, ClaimReason)> {
        let paid = purchase.placed_at + 2 * MINUTE_MS;
        let other = self.draw.chance(0.06);
        let tried = purchase.tried_at.or(purchase.viewed_at);
        Some(match cause {
            Cause::DoubleCharge => (paid + 2 * HOUR_MS, ClaimReason::ChargedTwice),
            Cause::NotDelivered | Cause::Outage => {
                // What came in the meantime is no reason any more.
                let waited = paid + self.draw.wait_ms(40 * MINUTE_MS, 0.9);
                if purchase.delivered_at.is_some_and(|at| at <= waited) {
                    return None;
                }
                (waited, ClaimReason::NotDelivered)
            }
            Cause::DeadKey | Cause::Outbreak if other => (tried?, ClaimReason::NotAsDescribed),
            Cause::DeadKey | Cause::Outbreak => (tried?, ClaimReason::KeyInvalid),
            Cause::UsedKey | Cause::SoldTwice | Cause::KeyLeak | Cause::KeyEnumeration if other => {
                (tried?, ClaimReason::KeyInvalid)
            }
            Cause::UsedKey | Cause::SoldTwice | Cause::KeyLeak | Cause::KeyEnumeration => {
                (tried?, ClaimReason::KeyAlreadyUsed)
            }
            Cause::WrongRegion if other => (tried?, ClaimReason::KeyInvalid),
            Cause::WrongRegion => (tried?, ClaimReason::RegionLocked),
            Cause::AlreadyOwned => (tried?, ClaimReason::NoLongerWanted),
            Cause::AlreadyReversed
            | Cause::Regret
            | Cause::Confusion
            | Cause::AccountTaken
            | Cause::Fraud => (tried.unwrap_or(paid), ClaimReason::Other),
        })
    }

    fn regret(&mut self, purchase: &Purchase) {
        let at = purchase.placed_at + self.draw.wait_ms(3 * HOUR_MS, 1.5);
        let reason = self.draw.weighted(
            ClaimReason::NoLongerWanted,
            &[(0.15, ClaimReason::Other), (0.12, ClaimReason::NotAsDescribed)],
        );
        self.claim(purchase, &Ask::honest(at, Actor::Honest, Cause::Regret, reason));
    }

    /// Looked in the wrong place, redeemed on the child's account, took two purchases for one.
    fn confused(&mut self, purchase: &Purchase) {
        let reason = self.draw.weighted(
            ClaimReason::Other,
            &[
                (0.28, ClaimReason::NotDelivered),
                (0.20, ClaimReason::KeyAlreadyUsed),
                (0.20, ClaimReason::KeyInvalid),
                (0.12, ClaimReason::NotAsDescribed),
                (0.07, ClaimReason::ChargedTwice),
                (0.07, ClaimReason::Unauthorised),
            ],
        );
        let start = purchase.viewed_at.unwrap_or(purchase.placed_at);
        let at = start + self.draw.wait_ms(2 * HOUR_MS, 1.6);
        self.claim(purchase, &Ask::honest(at, Actor::Honest, Cause::Confusion, reason));
    }

    /// Does not look at the lock, nor at what he has.
    pub(super) fn careless_order(&mut self) {
        let number = self.someone(Actor::Careless, CARELESS_ORDERS);
        let Some(home) = self.accounts.get(number).map(|account| account.home) else { return };
        let at = self.waking_moment(home);
        let goes_wrong = self.draw.chance(self.knobs.claims.careless_claimed);
        let mut how = How::default();
        if goes_wrong && self.draw.chance(0.5) {
            how.fault = Some(Cause::WrongRegion);
            let locked = |goods: &crate::simulate::catalogue::Goods| {
                goods.locked_to.is_some_and(|country| country != home.country)
            };
            how.goods = Some(self.catalogue.pick_where(&mut self.draw, locked));
        } else if goes_wrong {
            how.fault = Some(Cause::AlreadyOwned);
        } else {
            how.fault = self.fault();
        }
        let Some(mut purchase) = self.buy(number, at, &how) else { return };
        let needs_key = matches!(purchase.cause, Some(Cause::WrongRegion | Cause::AlreadyOwned));
        if needs_key && purchase.keys.is_empty() {
            purchase.cause = None;
        }
        let Some(cause) = purchase.cause.filter(|_| goes_wrong) else {
            self.honest_claim(&purchase);
            return;
        };
        let Some((noticed, reason)) = self.notices(&purchase, cause) else { return };
        let at = noticed + self.draw.wait_ms(40 * MINUTE_MS, 1.5);
        self.claim(&purchase, &Ask::honest(at, Actor::Careless, cause, reason));
    }

    /// Buys for others, by script, and refunds what does not sell or does not work.
    pub(super) fn reseller_order(&mut self) {
        let number = self.someone(Actor::Reseller, RESELLER_ORDERS);
        let Some(home) = self.accounts.get(number).map(|account| account.home) else { return };
        let at = self.waking_moment(home);
        let by_script = number.is_multiple_of(3);
        let client = by_script.then(|| self.script_client(number, at));
        let keys = |goods: &crate::simulate::catalogue::Goods| goods.class == SkuClass::Key;
        let goods = self.catalogue.pick_where(&mut self.draw, keys);
        let quantity = self.draw.weighted(1, &[(0.3, 2), (0.2, 3), (0.15, 5), (0.1, 10)]);
        let fault = self.fault();
        let how = How {
            goods: Some(goods),
            quantity,
            client,
            fault,
            using: Using::Customers,
            ..How::default()
        };
        let Some(purchase) = self.buy(number, at, &how) else { return };
        if purchase.cause.is_some() {
            let was = Ask::honest(0, Actor::Reseller, Cause::DeadKey, ClaimReason::KeyInvalid);
            self.reseller_claim(&purchase, was);
        } else if self.draw.chance(0.045) {
            let was = if self.draw.chance(RESELLER_BAD_SHARE) {
                let reason = self.draw.weighted(
                    ClaimReason::KeyAlreadyUsed,
                    &[(0.4, ClaimReason::KeyInvalid), (0.1, ClaimReason::NotAsDescribed)],
                );
                Ask::bad(0, Actor::Reseller, reason)
            } else {
                Ask::honest(0, Actor::Reseller, Cause::Regret, ClaimReason::NoLongerWanted)
            };
            self.reseller_claim(&purchase, was);
        }
    }

    /// Customers complain first, so a reseller asks late, and for some of the keys.
    fn reseller_claim(&mut self, purchase: &Purchase, ask: Ask) {
        let noticed = purchase.delivered_at.unwrap_or(purchase.placed_at);
        let at = noticed + self.draw.wait_ms(9 * HOUR_MS, 1.1);
        let (cause, reason) = match purchase.cause {
            Some(cause) => match self.notices(purchase, cause) {
                Some((_, reason)) if purchase.is_reversed_by(at) => {
                    self.claim_reversed(purchase, at, reason);
                    return;
                }
                Some((_, reason)) => (cause, reason),
                None => return,
            },
            None => (ask.cause, ask.reason),
        };
        let label =
            if ask.is_bad() { ask.label } else { Ask::honest(0, ask.actor, cause, reason).label };
        let share = 1.0 / f64::from(purchase.quantity.max(1));
        self.claim(purchase, &Ask { at, cause, reason, label, share, ..ask });
    }

    /// A server in a data centre places the orders.
    fn script_client(&mut self, number: usize, at: i64) -> crate::domain::Client {
        let Some(account) = self.accounts.get(number).copied() else {
            return crate::domain::Client::default();
        };
        let mut seat = self.seat(&account, at);
        if self.draw.chance(0.6) {
            seat.network = crate::simulate::places::Network::Hosting(account.home.country);
            seat.who = account.payer;
            seat.may_v6 = false;
        }
        self.client(&seat, at)
    }
}
