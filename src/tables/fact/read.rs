//! Rows become facts.

use super::{FactView, KINDS};
use crate::domain::{
    AccountActivity, AccountId, ActivationResult, ActivatorId, ActivityKind, BatchId,
    ChargebackClosed, ChargebackId, ChargebackOpened, ChargebackResult, Client, Country, FactBody,
    FxRate, ID_MAX_BYTES, IdError, IncidentDeclared, IncidentId, IncidentKind, KeyActivated,
    KeyDelivered, KeyViewed, KeysLeaked, Money, OrderId, OrderPlaced, OutcomeLabel,
    OutcomeReported, OutcomeSource, PayerFingerprint, PaymentCaptured, PaymentMethod,
    PaymentReversed, PspTransactionId, RefundId, RefundRoute, RefundSettled, SettlementStatus, Sku,
    SkuClass, SupplierId,
};
use crate::tables::part::{RateCells, client_cells, money};
use crate::tables::record::Fault;
use crate::tables::value::{
    Seen, bounded, country, key, key_optional, keys, not_a_word, parse, parse_optional, time, word,
};
use crate::wire::{LEAKED_KEYS_MAX, QUANTITY_MAX, REGION_LOCK_MAX, VERIFIED_LEVEL_MAX};

/// A row that is being read.
pub(super) struct Row<'a> {
    pub(super) view: &'a FactView,
    pub(super) row: usize,
    pub(super) seen: &'a mut Seen,
}

impl Row<'_> {
    pub(super) fn body(&mut self) -> Result<FactBody, Fault> {
        let view = self.view;
        Ok(match view.kind.require(self.row)? {
            "order_placed" => FactBody::OrderPlaced(self.order_placed()?),
            "payment_captured" => FactBody::PaymentCaptured(self.payment_captured()?),
            "payment_reversed" => FactBody::PaymentReversed(self.payment_reversed()?),
            "key_delivered" => FactBody::KeyDelivered(self.key_delivered()?),
            "key_viewed" => FactBody::KeyViewed(self.key_viewed()?),
            "key_activated" => FactBody::KeyActivated(self.key_activated()?),
            "account_activity" => FactBody::AccountActivity(self.account_activity()?),
            "refund_settled" => FactBody::RefundSettled(self.refund_settled()?),
            "chargeback_opened" => FactBody::ChargebackOpened(self.chargeback_opened()?),
            "chargeback_closed" => FactBody::ChargebackClosed(self.chargeback_closed()?),
            "keys_leaked" => FactBody::KeysLeaked(self.keys_leaked()?),
            "incident_declared" => FactBody::IncidentDeclared(self.incident_declared()?),
            "outcome_reported" => FactBody::OutcomeReported(self.outcome_reported()?),
            other => return Err(view.kind.fault(not_a_word(other, &KINDS))),
        })
    }

    fn order_id(&self) -> Result<OrderId, Fault> {
        parse(&self.view.order_id, self.row, OrderId::parse)
    }

    fn account_id(&self) -> Result<AccountId, Fault> {
        parse(&self.view.account_id, self.row, AccountId::parse)
    }

    fn psp_transaction_id(&self) -> Result<PspTransactionId, Fault> {
        parse(&self.view.psp_transaction_id, self.row, PspTransactionId::parse)
    }

    fn refund_id(&self) -> Result<RefundId, Fault> {
        parse(&self.view.refund_id, self.row, RefundId::parse)
    }

    fn chargeback_id(&self) -> Result<ChargebackId, Fault> {
        parse(&self.view.chargeback_id, self.row, ChargebackId::parse)
    }

    fn supplier_id(&self) -> Result<Option<SupplierId>, Fault> {
        parse_optional(&self.view.supplier_id, self.row, SupplierId::parse)
    }

    fn batch_id(&self) -> Result<Option<BatchId>, Fault> {
        parse_optional(&self.view.batch_id, self.row, BatchId::parse)
    }

    fn client(&mut self) -> Result<Client, Fault> {
        client_cells!(self.view).get(self.row, self.seen)
    }

    fn money(&mut self) -> Result<Money, Fault> {
        money(&self.view.amount_minor, &self.view.currency_code, self.row, self.seen)
    }

    fn order_placed(&mut self) -> Result<OrderPlaced, Fault> {
        Ok(OrderPlaced {
            order_id: self.order_id()?,
            account_id: self.account_id()?,
            sku: parse(&self.view.sku, self.row, Sku::parse)?,
            sku_class: word(&self.view.sku_class, self.row, SkuClass::WORDS)?,
            region_lock: self.region_lock()?,
            supplier_id: self.supplier_id()?,
            quantity: self.quantity()?,
            amount: self.money()?,
            client: self.client()?,
        })
    }

    fn region_lock(&self) -> Result<Vec<Country>, Fault> {
        let cells = &self.view.region_lock_countries;
        let codes = cells.texts(self.row)?;
        if codes.len() > REGION_LOCK_MAX {
            let count = codes.len();
            let text = format_args!("has {count} items; give at most {REGION_LOCK_MAX}");
            return Err(cells.fault(text));
        }
        codes.iter().map(|code| country(code).map_err(|error| cells.fault(error))).collect()
    }

    fn quantity(&self) -> Result<u32, Fault> {
        let quantity = self.view.quantity.require(self.row)?;
        u32::try_from(quantity).ok().filter(|units| (1..=QUANTITY_MAX).contains(units)).ok_or_else(
            || self.view.quantity.fault(format_args!("is {quantity}; give 1 to {QUANTITY_MAX}")),
        )
    }

    fn payment_captured(&mut self) -> Result<PaymentCaptured, Fault> {
        let amount = self.money()?;
        Ok(PaymentCaptured {
            psp_transaction_id: self.psp_transaction_id()?,
            order_id: self.order_id()?,
            payer: parse_optional(&self.view.payer_fingerprint, self.row, PayerFingerprint::parse)?,
            method: word(&self.view.payment_method, self.row, PaymentMethod::WORDS)?,
            amount,
            fx_rate: self.fx_rate(amount)?,
            payment_country: parse_optional(&self.view.payment_country, self.row, country)?,
        })
    }

    fn fx_rate(&mut self, amount: Money) -> Result<Option<FxRate>, Fault> {
        let cells = RateCells {
            from: &self.view.fx_rate_from_currency_code,
            to: &self.view.fx_rate_to_currency_code,
            rate: &self.view.fx_rate,
        };
        cells.get(self.row, amount.currency, self.seen)
    }

    fn payment_reversed(&mut self) -> Result<PaymentReversed, Fault> {
        Ok(PaymentReversed {
            psp_transaction_id: self.psp_transaction_id()?,
            order_id: self.order_id()?,
            amount: self.money()?,
        })
    }

    fn key_delivered(&self) -> Result<KeyDelivered, Fault> {
        Ok(KeyDelivered {
            order_id: self.order_id()?,
            key: key_optional(&self.view.key_fingerprint, self.row)?,
            batch_id: self.batch_id()?,
            supplier_id: self.supplier_id()?,
        })
    }

    fn key_viewed(&mut self) -> Result<KeyViewed, Fault> {
        Ok(KeyViewed {
            order_id: self.order_id()?,
            key: key_optional(&self.view.key_fingerprint, self.row)?,
            client: self.client()?,
        })
    }

    fn key_activated(&mut self) -> Result<KeyActivated, Fault> {
        Ok(KeyActivated {
            key: key(&self.view.key_fingerprint, self.row)?,
            result: word(&self.view.activation_result, self.row, ActivationResult::WORDS)?,
            activator_id: parse_optional(&self.view.activator_id, self.row, ActivatorId::parse)?,
            client: self.client()?,
        })
    }

    fn account_activity(&mut self) -> Result<AccountActivity, Fault> {
        let kind = word(&self.view.activity_kind, self.row, ActivityKind::WORDS)?;
        Ok(AccountActivity {
            account_id: self.account_id()?,
            kind,
            verified_level: self.verified_level(kind)?,
            client: self.client()?,
        })
    }

    /// A level that came with a login would be believed like the result of a check.
    fn verified_level(&self, kind: ActivityKind) -> Result<Option<u8>, Fault> {
        let cells = &self.view.verified_level;
        let Some(level) = cells.get(self.row) else { return Ok(None) };
        if kind != ActivityKind::Verified {
            return Err(cells.fault("is for `verified` only; leave it out otherwise"));
        }
        u8::try_from(level)
            .ok()
            .filter(|level| *level <= VERIFIED_LEVEL_MAX)
            .map(Some)
            .ok_or_else(|| cells.fault(format_args!("is {level}; give 0 to {VERIFIED_LEVEL_MAX}")))
    }

    fn refund_settled(&mut self) -> Result<RefundSettled, Fault> {
        Ok(RefundSettled {
            refund_id: self.refund_id()?,
            order_id: self.order_id()?,
            account_id: self.account_id()?,
            amount: self.money()?,
            route: word(&self.view.refund_route, self.row, RefundRoute::WORDS)?,
            status: word(&self.view.settlement_status, self.row, SettlementStatus::WORDS)?,
        })
    }

    fn chargeback_opened(&mut self) -> Result<ChargebackOpened, Fault> {
        Ok(ChargebackOpened {
            chargeback_id: self.chargeback_id()?,
            psp_transaction_id: self.psp_transaction_id()?,
            order_id: self.order_id()?,
            account_id: self.account_id()?,
            amount: self.money()?,
        })
    }

    fn chargeback_closed(&mut self) -> Result<ChargebackClosed, Fault> {
        Ok(ChargebackClosed {
            chargeback_id: self.chargeback_id()?,
            psp_transaction_id: self.psp_transaction_id()?,
            order_id: self.order_id()?,
            account_id: self.account_id()?,
            amount: self.money()?,
            result: word(&self.view.chargeback_result, self.row, ChargebackResult::WORDS)?,
        })
    }

    fn keys_leaked(&self) -> Result<KeysLeaked, Fault> {
        let source = self.view.leak_source.require(self.row)?;
        if source.is_empty() {
            return Err(self.view.leak_source.fault(IdError::Empty));
        }
        let keys = keys(&self.view.key_fingerprints, self.row, LEAKED_KEYS_MAX)?;
        if keys.is_empty() {
            return Err(self.view.key_fingerprints.fault("is missing; give 1 key or more"));
        }
        Ok(KeysLeaked {
            keys,
            source: bounded(&self.view.leak_source, source, ID_MAX_BYTES)?.into(),
            first_seen_at: time(&self.view.first_seen_at, self.row)?,
        })
    }

    fn incident_declared(&self) -> Result<IncidentDeclared, Fault> {
        let sku = parse_optional(&self.view.sku, self.row, Sku::parse)?;
        let (supplier_id, batch_id) = (self.supplier_id()?, self.batch_id()?);
        if sku.is_none() && supplier_id.is_none() && batch_id.is_none() {
            let text = "is missing, as all of the scope; give `sku`, `supplier_id` or `batch_id`";
            return Err(self.view.sku.fault(text));
        }
        let from = time(&self.view.incident_from, self.row)?;
        let cells = &self.view.incident_until;
        let until = cells.get(self.row).map(|_| time(cells, self.row)).transpose()?;
        if let Some(until) = until.filter(|until| *until < from) {
            let text = format!("is {until}, before `incident_from`; give at least {from}");
            return Err(cells.fault(text));
        }
        Ok(IncidentDeclared {
            incident_id: parse(&self.view.incident_id, self.row, IncidentId::parse)?,
            kind: word(&self.view.incident_kind, self.row, IncidentKind::WORDS)?,
            sku,
            supplier_id,
            batch_id,
            from,
            until,
        })
    }

    fn outcome_reported(&self) -> Result<OutcomeReported, Fault> {
        Ok(OutcomeReported {
            refund_id: self.refund_id()?,
            order_id: self.order_id()?,
            account_id: self.account_id()?,
            label: word(&self.view.outcome_label, self.row, OutcomeLabel::WORDS)?,
            source: word(&self.view.outcome_source, self.row, OutcomeSource::WORDS)?,
            effective_at: time(&self.view.effective_at, self.row)?,
        })
    }
}
