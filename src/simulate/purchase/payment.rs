//! How an order is paid.

use super::{How, Purchase};
use crate::domain::{
    Client, DAY_MS, FactBody, HOUR_MS, MINUTE_MS, Money, OrderId, PaymentCaptured, PaymentMethod,
    PaymentReversed, PspTransactionId, SECOND_MS,
};
use crate::simulate::account::Account;
use crate::simulate::catalogue::Goods;
use crate::simulate::names;
use crate::simulate::places::Spot;
use crate::simulate::truth::Cause;
use crate::simulate::world::World;

impl World<'_> {
    pub(super) fn pay(
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
        let country = Spot { country, city: 0 }.plan().code;
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
        let reversed_at = if how.fault == Some(Cause::DoubleCharge) {
            self.charge_again(capture, paid_at)
        } else {
            None
        };
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
            reversed_at,
        }
    }

    /// The platform did not hear of a payment, and charges again. When the provider reverses that, if it does: it finds
    /// two payments under one order number, at once or in the list of the night.
    fn charge_again(&mut self, first: PaymentCaptured, paid_at: i64) -> Option<i64> {
        let at = paid_at + self.draw.wait_ms(40 * SECOND_MS, 1.2).min(2 * HOUR_MS);
        let second = PaymentCaptured { psp_transaction_id: self.names.payment(), ..first };
        self.tell(at, FactBody::PaymentCaptured(second.clone()));
        let reversed = self.draw.chance(self.knobs.faults.double_charge_reversed_share);
        reversed.then(|| {
            let at = at + self.draw.wait_ms(50 * MINUTE_MS, 1.6).min(4 * DAY_MS);
            self.reverse(second.psp_transaction_id, second.order_id, second.amount, at);
            at
        })
    }

    /// The provider gives a payment back at `at`, ms. The platform hears of it at once, or from the list of the next day.
    pub(super) fn reverse(
        &mut self,
        psp_transaction_id: PspTransactionId,
        order_id: OrderId,
        amount: Money,
        at: i64,
    ) {
        let reversed = PaymentReversed { psp_transaction_id, order_id, amount };
        if self.draw.chance(self.knobs.feed.reversal_listed_share) {
            let told = at + self.draw.wait_ms(14 * HOUR_MS, 0.4).min(3 * DAY_MS);
            self.tell_backdated(at, told, FactBody::PaymentReversed(reversed));
        } else {
            self.tell(at, FactBody::PaymentReversed(reversed));
        }
    }
}
