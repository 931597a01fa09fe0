//! How something is bought: ordered, paid, delivered, opened, used.

use super::account::{Account, id};
use super::catalogue::Goods;
use super::names;
use super::truth::Cause;
use super::world::World;
use crate::domain::{
    AccountActivity, ActivationResult, ActivityKind, Client, DAY_MS, FactBody, FxRate, HOUR_MS,
    KeyActivated, KeyDelivered, KeyFingerprint, KeyViewed, MINUTE_MS, Money, OrderId, OrderPlaced,
    PaymentCaptured, PaymentMethod, PspTransactionId, SECOND_MS, SkuClass,
};

/// An order, as far as it came.
#[derive(Debug, Clone)]
pub(super) struct Purchase {
    pub(super) order_id: OrderId,
    pub(super) account: usize,
    pub(super) goods: Goods,
    pub(super) quantity: u32,
    /// What one payment brought, in the currency that was charged.
    pub(super) paid: Money,
    pub(super) rate: Option<FxRate>,
    pub(super) method: PaymentMethod,
    pub(super) payment: PspTransactionId,
    pub(super) keys: Vec<KeyFingerprint>,
    pub(super) placed_at: i64,
    pub(super) delivered_at: Option<i64>,
    pub(super) viewed_at: Option<i64>,
    /// The buyer's last try of a key.
    pub(super) tried_at: Option<i64>,
    pub(super) client: Client,
    /// What went wrong, when something did.
    pub(super) cause: Option<Cause>,
}

/// How somebody buys.
#[derive(Debug, Clone)]
pub(super) struct How {
    pub(super) goods: Option<Goods>,
    pub(super) quantity: u32,
    /// Where from, when not from the account's own places.
    pub(super) client: Option<Client>,
    pub(super) fault: Option<Cause>,
    pub(super) using: Using,
    pub(super) payer: Option<u64>,
}

/// What becomes of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Using {
    /// The buyer uses them, or gives them away.
    Usual,
    /// The buyer uses them, for all to see.
    Openly,
    /// They are used where nobody would look for the buyer.
    Hidden,
    /// Customers of the buyer use them, anywhere.
    Customers,
    /// Nobody uses them as far as is told.
    Untold,
}

impl Default for How {
    fn default() -> Self {
        Self {
            goods: None,
            quantity: 1,
            client: None,
            fault: None,
            using: Using::Usual,
            payer: None,
        }
    }
}

/// Keys of an order of which each is told of; a large order is delivered as a file.
const KEYS_TOLD_MAX: u32 = 8;

impl World<'_> {
    /// Somebody buys at `at`, ms; `None` when the order is never paid.
    pub(super) fn buy(&mut self, number: usize, at: i64, how: &How) -> Option<Purchase> {
        let account = self.accounts.get_mut(number)?;
        account.orders += 1;
        let account = *account;
        let client = match &how.client {
            Some(client) => client.clone(),
            None => self.own_client(number, at),
        };
        self.arrive(number, at, &client);
        let goods = match how.goods {
            Some(goods) => goods,
            None => self.suitable(&account),
        };
        let order_id = self.names.order();
        let units = i64::from(how.quantity);
        let price =
            Money { amount_minor: goods.price_minor * units, currency: names::currency("CNY") };
        let region_lock = goods.locked_to.map(|country| {
            let spot = super::places::Spot { country, city: 0 };
            vec![names::country(spot.plan().code)]
        });
        self.summary.orders += 1;
        self.tell(
            at,
            FactBody::OrderPlaced(OrderPlaced {
                order_id: order_id.clone(),
                account_id: id(number),
                sku: names::sku(goods.number),
                sku_class: goods.class,
                region_lock: region_lock.unwrap_or_default(),
                supplier_id: Some(names::supplier(goods.supplier)),
                quantity: how.quantity,
                amount: price,
                client: client.clone(),
            }),
        );
        if how.fault.is_none() && self.draw.chance(self.knobs.orders.abandoned_share) {
            return None;
        }
        let paid_at = at + self.draw.wait_ms(25 * SECOND_MS, 0.9).min(20 * MINUTE_MS);
        let mut purchase = self.pay(&account, order_id, goods, price, paid_at, how);
        purchase.account = number;
        purchase.placed_at = at;
        purchase.client = client;
        self.deliver(&mut purchase, paid_at, how);
        self.open_and_use(&mut purchase, &account, how);
        self.remember(&purchase);
        Some(purchase)
    }

    /// The account is told of when it is first seen, and logs in.
    pub(super) fn arrive(&mut self, number: usize, at: i64, client: &Client) {
        let Some(account) = self.accounts.get_mut(number) else { return };
        let (born, first, verified) = (account.born, !account.is_told, account.verified);
        account.is_told = true;
        let activity = |kind, verified_level, client: &Client| {
            FactBody::AccountActivity(AccountActivity {
                account_id: id(number),
                kind,
                verified_level,
                client: client.clone(),
            })
        };
        if first {
            // The platform tells of old accounts when they come back, not of all of them.
            let opened = born.min(at - MINUTE_MS);
            let is_old = opened < self.start;
            if !is_old || self.draw.chance(0.85) {
                let client = if is_old { &Client::default() } else { client };
                self.tell_backdated(opened, at, activity(ActivityKind::Registered, None, client));
            }
            if verified > 0 {
                let at = (at - 30 * SECOND_MS).max(opened);
                self.tell(at, activity(ActivityKind::Verified, Some(verified), client));
            }
        }
        if self.draw.chance(0.5) {
            let before = self.draw.wait_ms(70 * SECOND_MS, 0.8).min(20 * MINUTE_MS);
            self.tell(at - before, activity(ActivityKind::Login, None, client));
        }
        // Honest people change these too.
        if self.draw.chance(0.006) {
            let at = at - self.draw.between(MINUTE_MS, 10 * MINUTE_MS);
            self.tell(at, activity(ActivityKind::PasswordChanged, None, client));
        }
        if self.draw.chance(0.004) {
            let at = at - self.draw.between(MINUTE_MS, 10 * MINUTE_MS);
            self.tell(at, activity(ActivityKind::PayoutChanged, None, client));
        }
    }

    /// What an account looks for. Who looks at the lock does not buy what does not work at home.
    fn suitable(&mut self, account: &Account) -> Goods {
        let country = account.home.country;
        self.catalogue.pick_where(&mut self.draw, |goods| {
            goods.locked_to.is_none_or(|locked| locked == country)
        })
    }

    fn pay(
        &mut self,
        account: &Account,
        order_id: OrderId,
        goods: Goods,
        price: Money,
        paid_at: i64,
        how: &How,
    ) -> Purchase {
        let home = account.home.country == 0;
        let own_currency = !home && self.draw.chance(0.75);
        let rate = own_currency.then(|| self.rate(account.home, paid_at));
        let charged = rate.and_then(|rate| rate.convert_back(price)).unwrap_or(price);
        let paid = Money { amount_minor: charged.amount_minor.max(1), ..charged };
        let method = if home {
            self.draw.weighted(
                PaymentMethod::Wechat,
                &[
                    (0.34, PaymentMethod::Alipay),
                    (0.08, PaymentMethod::Card),
                    (0.06, PaymentMethod::Balance),
                    (0.01, PaymentMethod::Crypto),
                ],
            )
        } else {
            self.draw.weighted(
                PaymentMethod::Card,
                &[
                    (0.16, PaymentMethod::Alipay),
                    (0.08, PaymentMethod::Balance),
                    (0.05, PaymentMethod::Crypto),
                ],
            )
        };
        // Some pay with what they have from elsewhere.
        let country = if self.draw.chance(0.03) { 5 } else { account.home.country };
        let country = super::places::Spot { country, city: 0 }.plan().code;
        let payment = self.names.payment();
        let capture = PaymentCaptured {
            psp_transaction_id: payment.clone(),
            order_id: order_id.clone(),
            payer: Some(self.names.payer(how.payer.unwrap_or(account.payer))),
            method,
            amount: paid,
            fx_rate: rate,
            payment_country: self.draw.chance(0.9).then(|| names::country(country)),
        };
        self.tell(paid_at, FactBody::PaymentCaptured(capture.clone()));
        if self.draw.chance(self.knobs.feed.retried_share) {
            // The provider did not hear that it was heard.
            let again = paid_at + self.draw.wait_ms(5 * SECOND_MS, 1.0);
            self.tell(again, FactBody::PaymentCaptured(capture.clone()));
        }
        if how.fault == Some(Cause::DoubleCharge) {
            // The platform did not hear, and charged again.
            let again = paid_at + self.draw.wait_ms(40 * SECOND_MS, 1.2).min(2 * HOUR_MS);
            let second = PaymentCaptured { psp_transaction_id: self.names.payment(), ..capture };
            self.tell(again, FactBody::PaymentCaptured(second));
        }
        Purchase {
            order_id,
            account: 0,
            goods,
            quantity: how.quantity,
            paid,
            rate,
            method,
            payment,
            keys: Vec::new(),
            placed_at: paid_at,
            delivered_at: None,
            viewed_at: None,
            tried_at: None,
            client: Client::default(),
            cause: how.fault,
        }
    }

    fn deliver(&mut self, purchase: &mut Purchase, paid_at: i64, how: &How) {
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
                return;
            }
            at = until + self.draw.wait_ms(40 * MINUTE_MS, 0.8);
        } else if how.fault == Some(Cause::NotDelivered) {
            if self.draw.chance(0.7) {
                return;
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
    pub(super) fn stranger_uses(&mut self, key: KeyFingerprint, at: i64) {
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

    /// Tells at `told`, ms, what happened at `at`, before it: the platform itself heard of it late.
    pub(super) fn tell_backdated(&mut self, at: i64, told: i64, body: FactBody) {
        use super::timeline::Record;
        let fact = crate::domain::Fact {
            id: self.names.fact(),
            occurred_at: crate::domain::Timestamp::from_ms(at.min(told)),
            body,
        };
        self.timeline.add(told, Record::Fact(Box::new(fact)));
    }

    fn open_and_use(&mut self, purchase: &mut Purchase, account: &Account, how: &How) {
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
