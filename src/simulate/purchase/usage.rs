//! How goods are opened, and keys used.

use super::{How, Purchase, Using};
use crate::domain::{
    ActivationResult, Client, DAY_MS, FactBody, HOUR_MS, KeyActivated, KeyFingerprint, KeyViewed,
    MINUTE_MS, SECOND_MS,
};
use crate::simulate::account::{Account, id};
use crate::simulate::names;
use crate::simulate::truth::Cause;
use crate::simulate::world::World;

impl World<'_> {
    pub(super) fn open_and_use(&mut self, purchase: &mut Purchase, account: &Account, how: &How) {
        let Some(delivered) = purchase.delivered_at else { return };
        if self.draw.chance(0.05) && how.using == Using::Usual && purchase.cause.is_none() {
            return;
        }
        let viewed = delivered + self.draw.wait_ms(150 * SECOND_MS, 1.3).min(5 * DAY_MS);
        purchase.viewed_at = Some(viewed);
        // Mostly from where it was ordered, in the same sitting.
        let client = if how.client.is_some() || self.draw.chance(0.8) {
            purchase.client.clone()
        } else {
            self.own_client(purchase.account, viewed)
        };
        if purchase.keys.is_empty() {
            self.tell_perhaps(
                viewed,
                FactBody::KeyViewed(KeyViewed {
                    order_id: purchase.order_id.clone(),
                    key: None,
                    client,
                }),
            );
            return;
        }
        for (key, unit) in purchase.keys.clone().into_iter().zip(0_i64..) {
            let viewed = viewed + unit * 20 * SECOND_MS;
            self.tell_perhaps(
                viewed,
                FactBody::KeyViewed(KeyViewed {
                    order_id: purchase.order_id.clone(),
                    key: Some(key),
                    client: client.clone(),
                }),
            );
            let first = unit == 0;
            self.use_key(purchase, account, key, viewed, first, how.using);
        }
    }

    /// Tries of a key after it was opened.
    fn use_key(
        &mut self,
        purchase: &mut Purchase,
        account: &Account,
        key: KeyFingerprint,
        viewed: i64,
        is_first: bool,
        using: Using,
    ) {
        let told = self.draw.chance(self.knobs.orders.activation_told_share);
        let at = viewed + self.draw.wait_ms(6 * MINUTE_MS, 1.6).min(20 * DAY_MS);
        let broken = purchase.cause.filter(|_| is_first).and_then(|cause| self.answer(cause));
        if let Some(result) = broken {
            purchase.tried_at = Some(at);
            let tries = if self.draw.chance(0.35) { 2 } else { 1 };
            for again in 0..tries {
                if told {
                    self.try_key(purchase, account, key, at + again * 3 * MINUTE_MS, result);
                }
            }
            return;
        }
        match using {
            Using::Untold => {}
            Using::Hidden => {
                purchase.tried_at = Some(at);
                if told {
                    self.use_hidden(account, key, at);
                }
                // Then he tries where he is known, so that the vendor says what he needs.
                if self.draw.chance(0.55 * self.knobs.overlap.stealth + 0.1) {
                    let at = at + self.draw.wait_ms(30 * MINUTE_MS, 1.0);
                    self.try_key(purchase, account, key, at, ActivationResult::UsedByOther);
                }
            }
            Using::Customers => {
                if told {
                    let at = at + self.draw.wait_ms(2 * DAY_MS, 1.0);
                    self.stranger_uses(key, at);
                }
            }
            Using::Usual if self.draw.chance(self.knobs.orders.gift_share) => {
                if told {
                    let at = at + self.draw.wait_ms(10 * HOUR_MS, 1.2);
                    self.stranger_uses(key, at);
                }
            }
            Using::Usual | Using::Openly => {
                purchase.tried_at = Some(at);
                if told {
                    self.try_key(purchase, account, key, at, ActivationResult::Ok);
                }
            }
        }
    }

    /// What the vendor answers to a key that is no good.
    fn answer(&mut self, cause: Cause) -> Option<ActivationResult> {
        match cause {
            Cause::DeadKey | Cause::Outbreak => Some(self.draw.weighted(
                ActivationResult::Invalid,
                &[(0.10, ActivationResult::Expired), (0.08, ActivationResult::RateLimited)],
            )),
            Cause::UsedKey | Cause::SoldTwice | Cause::KeyLeak | Cause::KeyEnumeration => {
                Some(ActivationResult::UsedByOther)
            }
            Cause::WrongRegion => Some(ActivationResult::RegionLocked),
            Cause::AlreadyOwned => Some(ActivationResult::OwnedBySelf),
            Cause::DoubleCharge
            | Cause::NotDelivered
            | Cause::Outage
            | Cause::AlreadyReversed
            | Cause::Regret
            | Cause::Confusion
            | Cause::AccountTaken
            | Cause::Fraud => None,
        }
    }

    /// The buyer tries a key: on the machine it was bought on, or on another one in the house.
    fn try_key(
        &mut self,
        purchase: &Purchase,
        account: &Account,
        key: KeyFingerprint,
        at: i64,
        result: ActivationResult,
    ) {
        let mut client = if self.draw.chance(0.55) {
            purchase.client.clone()
        } else {
            self.own_client(purchase.account, at)
        };
        if self.draw.chance(0.4) {
            // The vendor knows another device than the platform, or none.
            client.device_id = None;
        }
        let activator = if self.draw.chance(0.22) {
            names::linked_activator(&id(purchase.account))
        } else {
            self.names.activator(account.payer)
        };
        let activator_id = self.draw.chance(0.93).then_some(activator);
        self.tell_perhaps(
            at,
            FactBody::KeyActivated(KeyActivated { key, result, activator_id, client }),
        );
    }

    fn use_hidden(&mut self, account: &Account, key: KeyFingerprint, at: i64) {
        let device = account.payout ^ 0x5a;
        let seat = self.hidden_seat(account.home.country, device, at);
        let client = self.client(&seat, at);
        let activator = self.names.activator(device);
        self.tell_perhaps(
            at,
            FactBody::KeyActivated(KeyActivated {
                key,
                result: ActivationResult::Ok,
                activator_id: Some(activator),
                client: Client { device_id: None, ..client },
            }),
        );
    }
}
