//! How something is bought: ordered, paid, delivered, opened, used.

mod delivery;
mod payment;
mod usage;

use super::account::{Account, id};
use super::catalogue::Goods;
use super::names;
use super::truth::Cause;
use super::world::World;
use crate::domain::{
    AccountActivity, ActivityKind, Client, FactBody, FxRate, KeyFingerprint, MINUTE_MS, Money,
    OrderId, OrderPlaced, PaymentMethod, PspTransactionId, SECOND_MS,
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
    /// When the provider gave back what the buyer can claim: a second payment, or all of what was never delivered.
    pub(super) reversed_at: Option<i64>,
}

impl Purchase {
    /// Whether the money had gone back at `at`, ms.
    pub(super) fn is_reversed_by(&self, at: i64) -> bool {
        self.reversed_at.is_some_and(|reversed| reversed < at)
    }
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
}
