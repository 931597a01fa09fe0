//! How an order is paid.

use super::{How, Purchase};
use crate::domain::{
    Client, FactBody, HOUR_MS, Money, OrderId, PaymentCaptured, PaymentMethod, SECOND_MS,
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
}
