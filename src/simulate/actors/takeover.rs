//! Accounts in other hands.

use super::pretext;
use crate::domain::{
    AccountActivity, ActivityKind, ClaimReason, Client, DAY_MS, FactBody, HOUR_MS, MINUTE_MS,
    OutcomeLabel,
};
use crate::simulate::account::id;
use crate::simulate::claim::Ask;
use crate::simulate::purchase::{How, Purchase, Using};
use crate::simulate::truth::{Actor, Cause};
use crate::simulate::world::World;

impl World<'_> {
    /// A thief logs in, and buys with what the owner left there, or claims what the owner bought. The owner may find out.
    pub(super) fn takeover(&mut self) {
        let device = self.names.fingerprint();
        let payout = self.names.fingerprint();
        if self.draw.chance(0.45) {
            let since = self.start + (self.day - 2) * DAY_MS;
            let honest = |purchase: &Purchase, accounts: &[crate::simulate::account::Account]| {
                purchase.cause.is_none()
                    && purchase.placed_at > since
                    && accounts.get(purchase.account).is_some_and(|a| a.actor == Actor::Honest)
            };
            if let Some(purchase) = self.take_recent(honest) {
                self.claim_of_thief(&purchase, device, payout);
                return;
            }
        }
        self.order_of_thief(device, payout);
    }

    fn order_of_thief(&mut self, device: u64, payout: u64) {
        let number = self.someone(Actor::Honest, f64::INFINITY);
        let Some(account) = self.accounts.get(number).copied() else { return };
        let at = self.waking_moment(account.home);
        let client = self.break_in(number, at, device);
        let dear = |goods: &crate::simulate::catalogue::Goods| goods.price_minor > 12_000;
        let goods = Some(self.catalogue.pick_where(&mut self.draw, dear));
        let how =
            How { goods, client: Some(client.clone()), using: Using::Hidden, ..How::default() };
        let Some(purchase) = self.buy(number, at, &how) else { return };
        if self.draw.chance(0.4) {
            let reason = pretext(&mut self.draw);
            let at = self.bad_moment(&purchase);
            let ask = self.thief_asks(at, reason, client, payout);
            self.claim(&purchase, &ask);
        }
        if self.draw.chance(0.55) {
            // The owner sees the charge.
            let at = purchase.placed_at + self.draw.wait_ms(2 * DAY_MS, 1.0);
            let reason = ClaimReason::Unauthorised;
            let owner = Ask::honest(at, Actor::TakeoverVictim, Cause::AccountTaken, reason);
            self.claim(&purchase, &owner);
        } else if self.draw.chance(0.5) {
            // Or goes to the bank at once.
            self.dispute(&purchase, purchase.placed_at);
        }
    }

    fn claim_of_thief(&mut self, purchase: &Purchase, device: u64, payout: u64) {
        let later = self.draw.wait_ms(6 * HOUR_MS, 0.9);
        let now = self.start + self.day * DAY_MS + self.draw.between(0, DAY_MS - 1);
        let at = (purchase.placed_at + later).max(now);
        let client = self.break_in(purchase.account, at - 15 * MINUTE_MS, device);
        let reason = pretext(&mut self.draw);
        let ask = self.thief_asks(at, reason, client, payout);
        self.claim(purchase, &ask);
    }

    fn thief_asks(&mut self, at: i64, reason: ClaimReason, client: Client, payout: u64) -> Ask {
        let mut ask = Ask::bad(at, Actor::Takeover, reason);
        ask.label = OutcomeLabel::AccountTakeover;
        ask.cause = Cause::AccountTaken;
        ask.client = Some(client);
        ask.pool = Some(payout);
        if self.draw.chance(0.55) {
            ask.payout = Some(payout);
        }
        ask
    }

    /// Logs in, and takes care that the owner does not.
    fn break_in(&mut self, number: usize, at: i64, device: u64) -> Client {
        let country = self.accounts.get(number).map_or(0, |account| account.home.country);
        let seat = self.hidden_seat(country, device, at);
        let client = self.client(&seat, at);
        let stealth = self.knobs.overlap.stealth;
        let mut told = at - self.draw.wait_ms(12 * MINUTE_MS, 0.8);
        let steps = [
            (0.85, ActivityKind::Login),
            (0.30 + 0.35 * (1.0 - stealth), ActivityKind::PasswordChanged),
            (0.25 + 0.35 * (1.0 - stealth), ActivityKind::PayoutChanged),
        ];
        for (share, kind) in steps {
            if self.draw.chance(share) {
                self.tell(
                    told,
                    FactBody::AccountActivity(AccountActivity {
                        account_id: id(number),
                        kind,
                        verified_level: None,
                        client: client.clone(),
                    }),
                );
                told += self.draw.between(20_000, 90_000);
            }
        }
        client
    }
}
