//! Facts and claims folded as the engine folds them, and what the signals say of a claim behind them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{claim, terms};
use crate::domain::*;
use crate::signals::{Catalogue, Known, KnownBatch, SignalRow, SignalValue, compute};
use crate::state::samples::START;
use crate::state::{ClaimDecided, Entity, Event, EventBody, Stamp, Subject};

/// Minutes after the start.
pub(super) fn minutes(minutes: i64) -> Timestamp {
    START.plus_ms(minutes * MINUTE_MS)
}

/// Days after the start.
pub(super) fn days(days: i64) -> Timestamp {
    START.plus_ms(days * DAY_MS)
}

pub(super) fn key(number: u8) -> KeyFingerprint {
    KeyFingerprint([number; 32])
}

pub(super) fn order(number: u8) -> OrderId {
    OrderId::parse(&format!("o{number}")).unwrap()
}

pub(super) fn account(number: u8) -> AccountId {
    AccountId::parse(&format!("a{number}")).unwrap()
}

pub(super) fn cny(amount_minor: i64) -> Money {
    Money { amount_minor, currency: Currency::parse("CNY").unwrap() }
}

/// The phone of an account.
pub(super) fn phone(number: u8) -> Client {
    let device_id = DeviceId::parse(&format!("d{number}")).ok();
    Client { device_id, ..Client::default() }
}

/// What is remembered, as far as it was told.
#[derive(Debug, Default)]
pub(super) struct Scene {
    entities: BTreeMap<Subject, Entity>,
    position: u64,
}

impl Scene {
    /// A fact.
    pub(super) fn tell(&mut self, occurred_at: Timestamp, body: FactBody) {
        let mut context = FactContext::default();
        if let FactBody::KeyDelivered(KeyDelivered { key: Some(key), .. })
        | FactBody::KeyActivated(KeyActivated { key, .. }) = &body
        {
            context.fault = self.fault(occurred_at, *key, &body).map(Box::new);
        }
        let fact = Fact { id: FactId::parse("f").unwrap(), occurred_at, body };
        self.fold(Stamp::taken_in, EventBody::Fact(Arc::new(fact), context));
    }

    /// An order of one key, for 100.00 CNY, paid.
    pub(super) fn sell(&mut self, at: Timestamp, number: u8, buyer: u8, batch: Option<u8>) {
        let batch_id = batch.and_then(|batch| BatchId::parse(&format!("b{batch}")).ok());
        let supplier_id =
            batch.and_then(|batch| SupplierId::parse(&format!("s{}", batch % 2)).ok());
        self.order(at, number, buyer);
        let delivered =
            KeyDelivered { order_id: order(number), key: Some(key(number)), batch_id, supplier_id };
        self.tell(at, FactBody::KeyDelivered(delivered));
    }

    /// The same without a delivery.
    pub(super) fn order(&mut self, at: Timestamp, number: u8, buyer: u8) {
        self.tell(
            at,
            FactBody::OrderPlaced(OrderPlaced {
                order_id: order(number),
                account_id: account(buyer),
                sku: Sku::parse("game").unwrap(),
                sku_class: SkuClass::Key,
                region_lock: Vec::new(),
                supplier_id: None,
                quantity: 1,
                amount: cny(10_000),
                client: phone(buyer),
            }),
        );
        self.tell(
            at,
            FactBody::PaymentCaptured(PaymentCaptured {
                psp_transaction_id: PspTransactionId::parse(&format!("t{number}")).unwrap(),
                order_id: order(number),
                payer: None,
                method: PaymentMethod::Alipay,
                amount: cny(10_000),
                fx_rate: None,
                payment_country: None,
            }),
        );
    }

    /// A try at a key, under the id and on the phone of an account.
    pub(super) fn tried(&mut self, at: Timestamp, number: u8, result: ActivationResult, by: u8) {
        let activator_id = ActivatorId::parse(account(by).as_str()).ok();
        self.tried_as(at, number, result, activator_id, phone(by));
    }

    /// A try at a key.
    pub(super) fn tried_as(
        &mut self,
        at: Timestamp,
        number: u8,
        result: ActivationResult,
        activator_id: Option<ActivatorId>,
        client: Client,
    ) {
        let tried = KeyActivated { key: key(number), result, activator_id, client };
        self.tell(at, FactBody::KeyActivated(tried));
    }

    /// A claim for the whole of an order, and its decision.
    pub(super) fn claimed(&mut self, at: Timestamp, number: u8, buyer: u8, decided_by: Layer) {
        self.claimed_as(asked(at, number, buyer), decided_by);
    }

    /// A claim, and its decision.
    pub(super) fn claimed_as(&mut self, claim: RefundClaim, decided_by: Layer) {
        let claim = Arc::new(claim);
        let of = self.entity(&Subject::Order(claim.order_id.clone()));
        let doc = of.order().unwrap();
        let context = ClaimContext {
            sku: doc.placed.as_ref().map(|placed| placed.sku.clone()),
            batches: doc.deliveries.iter().filter_map(|d| d.batch_id.clone()).collect(),
            asked_before: doc.claims.iter().any(|known| known.refund_id == claim.refund_id),
            ..ClaimContext::default()
        };
        let claimed = EventBody::Claimed(Arc::clone(&claim), Arc::new(context));
        self.fold(Stamp::taken_in, claimed);
        let decided = ClaimDecided {
            claim: Arc::clone(&claim),
            decision: Decision::Approve,
            decided_by,
            approved: Some(claim.amount),
            scored: Vec::new(),
        };
        self.fold(Stamp::decided, EventBody::Decided(Arc::new(decided)));
    }

    /// The signals of a claim for the whole of an order.
    pub(super) fn signals(&self, at: Timestamp, number: u8, buyer: u8) -> Signals {
        self.signals_of(&asked(at, number, buyer))
    }

    /// The signals of a claim.
    pub(super) fn signals_of(&self, claim: &RefundClaim) -> Signals {
        let of_order = self.entity(&Subject::Order(claim.order_id.clone()));
        let of_account = self.entity(&Subject::Account(claim.account_id.clone()));
        let (order, account) = (of_order.order().unwrap(), of_account.account().unwrap());
        let claimed: BTreeSet<BatchId> =
            order.deliveries.iter().filter_map(|d| d.batch_id.clone()).collect();
        let past = account.claims.iter().flat_map(|claim| &claim.batches);
        let batches: BTreeMap<BatchId, Entity> = claimed
            .iter()
            .chain(past)
            .map(|id| (id.clone(), self.entity(&Subject::Batch(id.clone()))))
            .collect();
        let suppliers: BTreeMap<BatchId, Entity> = batches
            .iter()
            .filter_map(|(id, batch)| {
                let supplier = batch.batch()?.supplier_id.clone()?;
                Some((id.clone(), self.entity(&Subject::Supplier(supplier))))
            })
            .collect();
        let claimed: Vec<BatchId> = claimed.into_iter().collect();
        let keys: BTreeMap<KeyFingerprint, Entity> = order
            .deliveries
            .iter()
            .filter_map(|d| d.key)
            .map(|key| (key, self.entity(&Subject::CardKey(key))))
            .collect();
        let tries = keys.values().flat_map(|key| &key.card_key().unwrap().activations);
        let activators: BTreeMap<ActivatorId, Entity> = tries
            .filter_map(|tried| tried.activator_id.clone())
            .chain(ActivatorId::parse(claim.account_id.as_str()))
            .map(|id| (id.clone(), self.entity(&Subject::Activator(id))))
            .collect();
        let sku = order.placed.as_ref().map(|p| self.entity(&Subject::Sku(p.sku.clone())));
        let (incidents, tenant) = (self.entity(&Subject::Incidents), self.entity(&Subject::Tenant));
        let supplier = claimed.first().and_then(|batch| suppliers.get(batch));
        let terms = terms();
        let known = Known {
            claim,
            terms: &terms,
            order,
            keys: keys.iter().map(|(id, key)| (*id, key.card_key().unwrap())).collect(),
            account,
            device: None,
            ip: None,
            network: None,
            asn: None,
            payout: None,
            sku: sku.as_ref().and_then(|sku| sku.sku()),
            supplier: supplier.and_then(|supplier| supplier.supplier()),
            claimed_batches: &claimed,
            batches: batches
                .iter()
                .map(|(id, batch)| {
                    let supplier = suppliers.get(id).and_then(|supplier| supplier.supplier());
                    (id.clone(), KnownBatch::new(batch.batch().unwrap(), supplier))
                })
                .collect(),
            activators: activators
                .iter()
                .map(|(id, activator)| (id.clone(), activator.activator().unwrap()))
                .collect(),
            payers: Vec::new(),
            twin_orders: Vec::new(),
            evidence: Vec::new(),
            pictures: Vec::new(),
            phrase: None,
            incidents: incidents.incidents().unwrap(),
            tenant: tenant.tenant().unwrap(),
            claim_place: std::sync::Arc::default(),
            order_place: std::sync::Arc::default(),
            claim_agent: None,
            order_agent: None,
            haunts: Vec::new(),
            touches: Vec::new(),
        };
        Signals(compute(&known))
    }

    pub(super) fn entity(&self, subject: &Subject) -> Entity {
        self.entities.get(subject).cloned().unwrap_or_else(|| Entity::unknown(subject))
    }

    /// As the engine finds it when it takes a fact in.
    fn fault(&self, at: Timestamp, key: KeyFingerprint, body: &FactBody) -> Option<KeyFault> {
        let subject = Subject::CardKey(key);
        let mut entity = self.entity(&subject);
        if entity.card_key()?.found_faulty_at().is_some() {
            return None;
        }
        let fact = Fact { id: FactId::parse("f").unwrap(), occurred_at: at, body: body.clone() };
        let body = EventBody::Fact(Arc::new(fact), FactContext::default());
        entity.apply(&event(Stamp::taken_in(u64::MAX), body));
        let doc = entity.card_key()?;
        let delivery = doc.deliveries.first()?;
        let of_order = self.entity(&Subject::Order(delivery.order_id.clone()));
        let placed = of_order.order()?.placed.as_ref();
        Some(KeyFault {
            at: Some(doc.found_faulty_at()?),
            was_at: None,
            batch_id: delivery.batch_id.clone(),
            supplier_id: delivery.supplier_id.clone(),
            sku: placed.map(|placed| placed.sku.clone()),
            account_id: placed.map(|placed| placed.account_id.clone()),
        })
    }

    fn fold(&mut self, stamp: impl Fn(u64) -> Stamp, body: EventBody) {
        if !matches!(body, EventBody::Decided(_)) {
            self.position += 1;
        }
        let event = event(stamp(self.position), body);
        for key in event.touches() {
            let subject = key.subject().clone();
            let unknown = || Entity::unknown(&subject);
            self.entities.entry(subject.clone()).or_insert_with(unknown).apply(&event);
        }
    }
}

fn event(stamp: Stamp, body: EventBody) -> Event {
    Event::new(stamp, TenantId::parse("shop").unwrap(), START, body)
}

/// A claim for the whole of an order, from the phone of the account.
pub(super) fn asked(at: Timestamp, number: u8, buyer: u8) -> RefundClaim {
    let id = format!("{}-{}", order(number), at.ms());
    RefundClaim {
        request_id: RequestId::parse(&id).unwrap(),
        refund_id: RefundId::parse(&id).unwrap(),
        order_id: order(number),
        account_id: account(buyer),
        requested_at: at,
        amount: cny(10_000),
        client: phone(buyer),
        ..claim()
    }
}

/// The signals of a claim, by name.
#[derive(Debug)]
pub(super) struct Signals(SignalRow);

impl Signals {
    fn value(&self, name: &str) -> Option<SignalValue> {
        let position = Catalogue::get().position(name);
        self.0[position.unwrap_or_else(|| panic!("no signal `{name}`"))].clone()
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        let SignalValue::Int(value) = value else { panic!("`{name}` is {value:?}") };
        Some(value)
    }

    pub(super) fn real(&self, name: &str) -> Option<f64> {
        let value = self.value(name)?;
        let SignalValue::Real(value) = value else { panic!("`{name}` is {value:?}") };
        Some(value)
    }

    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        let value = self.value(name)?;
        let SignalValue::Truth(value) = value else { panic!("`{name}` is {value:?}") };
        Some(value)
    }

    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.value(name).map(|value| value.as_text().unwrap().to_owned())
    }
}
