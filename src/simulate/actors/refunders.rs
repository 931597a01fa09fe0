//! Professional refunders, patient ones and such as come in bursts, and friendly fraud.

use super::pretext;
use crate::domain::{ClaimReason, DAY_MS, HOUR_MS, MINUTE_MS};
use crate::simulate::claim::Ask;
use crate::simulate::purchase::{How, Purchase, Using};
use crate::simulate::truth::Actor;
use crate::simulate::world::World;

/// Orders of an account of a patient refunder, and of friendly fraud.
const PATIENT_ORDERS: f64 = 14.0;
const FRIENDLY_ORDERS: f64 = 9.0;
/// Of a patient refunder's orders, so many are claimed; the others are cover.
const PATIENT_CLAIMED: f64 = 0.2;
/// Of the orders of friendly fraud, so many are claimed, and so many go to the bank at once.
const FRIENDLY_CLAIMED: f64 = 0.13;
const FRIENDLY_DISPUTED: f64 = 0.09;
/// Orders of a burst, on the mean.
pub(super) const BURST_ORDERS: f64 = 5.5;

impl World<'_> {
    /// How the keys of a bad purchase are used.
    pub(super) fn bad_use(&mut self) -> Using {
        let stealth = self.knobs.overlap.stealth;
        self.draw.weighted(
            Using::Openly,
            &[(0.28 + 0.38 * stealth, Using::Hidden), (0.10 + 0.14 * stealth, Using::Untold)],
        )
    }

    /// Most orders are as those of anybody; now and then a key that was used is claimed.
    pub(super) fn patient_order(&mut self) {
        let number = self.someone(Actor::PatientRefunder, PATIENT_ORDERS);
        let Some(account) = self.accounts.get(number).copied() else { return };
        let at = self.waking_moment(account.home);
        if !self.draw.chance(PATIENT_CLAIMED) {
            if let Some(purchase) = self.buy(number, at, &How::default()) {
                self.honest_claim(&purchase);
            }
            return;
        }
        let using = self.bad_use();
        let Some(purchase) = self.buy(number, at, &How { using, ..How::default() }) else { return };
        let reason = pretext(&mut self.draw);
        let at = self.bad_moment(&purchase);
        let mut ask = Ask::bad(at, Actor::PatientRefunder, reason);
        ask.pool = Some(account.payout);
        if self.draw.chance(0.12) {
            ask.payout = Some(account.payout);
        }
        if self.draw.chance(0.25) {
            let seat = self.hidden_seat(account.home.country, account.payout ^ 0x77, at);
            ask.client = Some(self.client(&seat, at));
        }
        self.claim(&purchase, &ask);
    }

    /// When somebody claims who knows what he does: as others do, or in haste.
    pub(super) fn bad_moment(&mut self, purchase: &Purchase) -> i64 {
        let used = purchase.tried_at.or(purchase.viewed_at).unwrap_or(purchase.placed_at);
        let haste = self.draw.chance(0.35);
        let median = if haste { 25 * MINUTE_MS } else { 75 * MINUTE_MS };
        used + self.draw.wait_ms(median, 1.4)
    }

    /// An account, new or bought, that claims most of what it buys within a day or two, and is left.
    pub(super) fn burst(&mut self) {
        let farm = self.names.fingerprint();
        let payout = self.names.fingerprint();
        let is_bought = self.draw.chance(0.45);
        let now = self.start + self.day * DAY_MS;
        let age = if is_bought { 150 * DAY_MS } else { DAY_MS / 2 };
        let born = now - self.draw.wait_ms(age, 0.8);
        let number = self.open_account(Actor::BurstRefunder, born);
        if self.draw.chance(0.6) {
            self.equip(number, farm, payout);
        }
        let Some(account) = self.accounts.get(number).copied() else { return };
        let orders = self.draw.between(3, 8);
        let mut at = self.waking_moment(account.home);
        for _ in 0..orders {
            let client = if self.draw.chance(0.5) {
                let seat = self.hidden_seat(account.home.country, farm, at);
                Some(self.client(&seat, at))
            } else {
                None
            };
            let using = self.bad_use();
            let how = How { using, client: client.clone(), ..How::default() };
            if let Some(purchase) = self.buy(number, at, &how)
                && self.draw.chance(0.7)
            {
                let reason = pretext(&mut self.draw);
                let mut ask = Ask::bad(self.bad_moment(&purchase), Actor::BurstRefunder, reason);
                ask.pool = Some(payout);
                ask.client = client.filter(|_| self.draw.chance(0.6));
                if self.draw.chance(0.2) {
                    ask.payout = Some(payout);
                }
                self.claim(&purchase, &ask);
            }
            at += self.draw.wait_ms(3 * HOUR_MS, 1.1);
        }
    }

    /// A buyer of good standing who says that it was not him, or that it did not work. Nothing about him is odd.
    pub(super) fn friendly_order(&mut self) {
        let number = self.someone(Actor::FriendlyFraud, FRIENDLY_ORDERS);
        let Some(home) = self.accounts.get(number).map(|account| account.home) else { return };
        let at = self.waking_moment(home);
        let drawn = self.draw.unit();
        let claims = drawn < FRIENDLY_CLAIMED;
        let disputes = !claims && drawn < FRIENDLY_CLAIMED + FRIENDLY_DISPUTED;
        let using = match (claims || disputes, self.draw.chance(0.6)) {
            (true, true) => Using::Untold,
            (true, false) | (false, _) => Using::Usual,
        };
        let how = How { using, ..How::default() };
        let Some(purchase) = self.buy(number, at, &how) else { return };
        if disputes {
            self.dispute(&purchase, purchase.placed_at);
        } else if claims {
            let reason = self.draw.weighted(
                ClaimReason::NotAsDescribed,
                &[
                    (0.25, ClaimReason::Unauthorised),
                    (0.2, ClaimReason::NotDelivered),
                    (0.2, ClaimReason::KeyInvalid),
                    (0.1, ClaimReason::NoLongerWanted),
                ],
            );
            let start = purchase.viewed_at.unwrap_or(purchase.placed_at);
            let at = start + self.draw.wait_ms(4 * HOUR_MS, 1.5);
            self.claim(&purchase, &Ask::bad(at, Actor::FriendlyFraud, reason));
        } else {
            self.honest_claim(&purchase);
        }
    }
}
