//! Facts about orders and their money.

use super::common::{client, country, money, rate_from};
use crate::domain::{
    AccountId, ChargebackClosed, ChargebackId, ChargebackOpened, OrderId, OrderPlaced,
    PayerFingerprint, PaymentCaptured, PaymentReversed, PspTransactionId, RefundId, RefundSettled,
    Sku, SupplierId,
};
use crate::wire::field::{Field, every};
use crate::wire::limits::{QUANTITY_MAX, REGION_LOCK_MAX};
use crate::wire::pb::v1;

pub(super) fn order_placed(at: &Field<'_>, m: v1::OrderPlaced) -> Option<OrderPlaced> {
    every!(OrderPlaced {
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        account_id: at.field("account_id").parse(&m.account_id, AccountId::parse),
        sku: at.field("sku").parse(&m.sku, Sku::parse),
        sku_class: at.field("sku_class").choice(m.sku_class),
        region_lock: at.field("region_lock_countries").list(
            m.region_lock_countries,
            0..=REGION_LOCK_MAX,
            |at, code| at.parse(&code, country),
        ),
        supplier_id: at
            .field("supplier_id")
            .parse_optional(m.supplier_id.as_deref(), SupplierId::parse),
        quantity: at.field("quantity").within(m.quantity, 1..=QUANTITY_MAX),
        amount: money(&at.field("amount"), m.amount),
        client: client(&at.field("client"), m.client),
    })
}

pub(super) fn payment_captured(at: &Field<'_>, m: v1::PaymentCaptured) -> Option<PaymentCaptured> {
    every!(PaymentCaptured {
        psp_transaction_id: at
            .field("psp_transaction_id")
            .parse(&m.psp_transaction_id, PspTransactionId::parse),
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        payer: at
            .field("payer_fingerprint")
            .parse_optional(m.payer_fingerprint.as_deref(), PayerFingerprint::parse),
        method: at.field("method").choice(m.method),
        amount: money(&at.field("amount"), m.amount),
        fx_rate: rate_from(&at.field("fx_rate"), m.fx_rate, amount),
        payment_country: at
            .field("payment_country")
            .parse_optional(m.payment_country.as_deref(), country),
    })
}

pub(super) fn payment_reversed(at: &Field<'_>, m: v1::PaymentReversed) -> Option<PaymentReversed> {
    every!(PaymentReversed {
        psp_transaction_id: at
            .field("psp_transaction_id")
            .parse(&m.psp_transaction_id, PspTransactionId::parse),
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        amount: money(&at.field("amount"), m.amount),
    })
}

pub(super) fn refund_settled(at: &Field<'_>, m: v1::RefundSettled) -> Option<RefundSettled> {
    every!(RefundSettled {
        refund_id: at.field("refund_id").parse(&m.refund_id, RefundId::parse),
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        account_id: at.field("account_id").parse(&m.account_id, AccountId::parse),
        amount: money(&at.field("amount"), m.amount),
        route: at.field("route").choice(m.route),
        status: at.field("status").choice(m.status),
    })
}

pub(super) fn chargeback_opened(
    at: &Field<'_>,
    m: v1::ChargebackOpened,
) -> Option<ChargebackOpened> {
    every!(ChargebackOpened {
        chargeback_id: at.field("chargeback_id").parse(&m.chargeback_id, ChargebackId::parse),
        psp_transaction_id: at
            .field("psp_transaction_id")
            .parse(&m.psp_transaction_id, PspTransactionId::parse),
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        account_id: at.field("account_id").parse(&m.account_id, AccountId::parse),
        amount: money(&at.field("amount"), m.amount),
    })
}

pub(super) fn chargeback_closed(
    at: &Field<'_>,
    m: v1::ChargebackClosed,
) -> Option<ChargebackClosed> {
    every!(ChargebackClosed {
        chargeback_id: at.field("chargeback_id").parse(&m.chargeback_id, ChargebackId::parse),
        psp_transaction_id: at
            .field("psp_transaction_id")
            .parse(&m.psp_transaction_id, PspTransactionId::parse),
        order_id: at.field("order_id").parse(&m.order_id, OrderId::parse),
        account_id: at.field("account_id").parse(&m.account_id, AccountId::parse),
        amount: money(&at.field("amount"), m.amount),
        result: at.field("result").choice(m.result),
    })
}
