//! Collecting everything that is known about a claim, in at most three rounds to the store: what the claim names, what
//! its order and account name, what their payers, batches and keys name.

use std::sync::Arc;

use super::core::{CoreError, Setup};
use super::places::Places;
use super::shown::{Shown, shown};
use crate::domain::{
    AccountId, ActivatorId, BatchId, Client, DAY_MS, KeyFingerprint, Network, OrderId,
    PayerFingerprint, RefundClaim, SupplierId, TenantId, Timestamp,
};
use crate::geo::GeoFacts;
use crate::signals::{HOME_DAYS, Known, KnownBatch, Located, TWIN_GAP_MAX_MS};
use crate::state::{AccountDoc, Delivery, Entity, EntityKey, OrderDoc, Subject};
use crate::store::StateStore;

/// Most of those who tried the keys of one claim that are looked at.
const ACTIVATORS_MAX: usize = 64;

/// Everything that is known about a claim. INVARIANT: every entity is of the kind that its field says.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) order: Arc<Entity>,
    account: Arc<Entity>,
    incidents: Arc<Entity>,
    tenant: Arc<Entity>,
    device: Option<Arc<Entity>>,
    ip: Option<Arc<Entity>>,
    network: Option<Arc<Entity>>,
    asn: Option<Arc<Entity>>,
    payout: Option<Arc<Entity>>,
    sku: Option<Arc<Entity>>,
    card_keys: Vec<(KeyFingerprint, Arc<Entity>)>,
    payers: Vec<(PayerFingerprint, Arc<Entity>)>,
    batches: Vec<(BatchId, Arc<Entity>)>,
    activators: Vec<(ActivatorId, Arc<Entity>)>,
    /// Ascending by id.
    suppliers: Vec<(SupplierId, Arc<Entity>)>,
    twin_orders: Vec<(OrderId, Arc<Entity>)>,
    pub(super) shown: Shown,
    /// Where the claim comes from.
    claim_place: Arc<GeoFacts>,
    /// The batches of the keys that the claim is about, ascending.
    pub(super) claimed_batches: Vec<BatchId>,
    /// What was looked at.
    pub(super) keys: Vec<EntityKey>,
}

/// Most claims lead to no more entities.
const KEYS_MOSTLY: usize = 24;

/// Loads what a claim that is taken in at `now` leads to; it comes from `claim_place`.
pub(super) fn gather(
    store: &mut dyn StateStore,
    claim_place: Arc<GeoFacts>,
    tenant: &TenantId,
    claim: &RefundClaim,
    now: Timestamp,
) -> Result<Gathered, CoreError> {
    let keys = Vec::with_capacity(KEYS_MOSTLY);
    let mut reader = Reader { store: &mut *store, tenant, now, keys };
    let (device_id, ip) = (&claim.client.device_id, claim.client.ip);
    let payout_to = &claim.destination.payout;
    let always = [
        Subject::Order(claim.order_id.clone()),
        Subject::Account(claim.account_id.clone()),
        Subject::Incidents,
        Subject::Tenant,
    ];
    let named = [
        device_id.clone().map(Subject::Device),
        ip.map(Subject::Ip),
        ip.map(|ip| Subject::Network(Network::of(ip))),
        claim_place.asn.map(Subject::Asn),
        payout_to.clone().map(Subject::Payout),
    ];
    let mut round = reader.round(always.into_iter().chain(named.into_iter().flatten()))?;
    let (order, account) = (round.next()?, round.next()?);
    let (incidents, of_tenant) = (round.next()?, round.next()?);
    let device = round.next_if(device_id.is_some())?;
    let (address, network) = (round.next_if(ip.is_some())?, round.next_if(ip.is_some())?);
    let asn = round.next_if(claim_place.asn.is_some())?;
    let payout = round.next_if(payout_to.is_some())?;

    let ordered = order.order().ok_or(CoreError::OtherKind)?;
    let fingerprints = keys_of(claim, ordered);
    let paid_by = ordered.captures.iter().filter_map(|capture| capture.payer.clone());
    let paid_by: Vec<PayerFingerprint> = distinct(paid_by);
    let claimed_batches = batches_of(claim, ordered);
    let asked = account.account().ok_or(CoreError::OtherKind)?;
    let batches = distinct(claimed_batches.iter().chain(past_batches(asked)).cloned());
    let placed = ordered.placed.as_ref();
    let second = fingerprints.iter().copied().map(Subject::CardKey);
    let second = second.chain(paid_by.iter().cloned().map(Subject::Payer));
    let second = second.chain(batches.iter().cloned().map(Subject::Batch));
    let second = second.chain(placed.map(|placed| Subject::Sku(placed.sku.clone())));
    let mut round = reader.round(second)?;
    let card_keys = round.next_of(fingerprints)?;
    let payers = round.next_of(paid_by)?;
    let batches = round.next_of(batches)?;
    let sku = round.next_if(placed.is_some())?;

    let twins = twins_of(claim, ordered, &payers);
    let suppliers = suppliers_of(ordered, &batches);
    let activators = activators_of(&claim.account_id, &card_keys);
    let third = twins.iter().cloned().map(Subject::Order);
    let third = third.chain(suppliers.iter().cloned().map(Subject::Supplier));
    let third = third.chain(activators.iter().cloned().map(Subject::Activator));
    let mut round = reader.round(third)?;
    let twin_orders = round.next_of(twins)?;
    let suppliers = round.next_of(suppliers)?;
    let activators = round.next_of(activators)?;
    let keys = reader.keys;
    let shown = shown(store, tenant, claim, now)?;
    Ok(Gathered {
        order,
        account,
        incidents,
        tenant: of_tenant,
        device,
        ip: address,
        network,
        asn,
        payout,
        sku,
        card_keys,
        payers,
        batches,
        suppliers,
        activators,
        twin_orders,
        shown,
        claim_place,
        claimed_batches,
        keys,
    })
}

/// What there is, ascending, each once.
fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// The keys that a claim is about: those that it names, or every key of the order.
fn keys_of(claim: &RefundClaim, order: &OrderDoc) -> Vec<KeyFingerprint> {
    if claim.keys.is_empty() {
        distinct(order.deliveries.iter().filter_map(|d| d.key))
    } else {
        claim.keys.clone()
    }
}

/// The deliveries that a claim is about: of the keys that it names, or all.
fn deliveries_of<'a>(
    claim: &'a RefundClaim,
    order: &'a OrderDoc,
) -> impl Iterator<Item = &'a Delivery> {
    order.deliveries.iter().filter(|delivery| {
        claim.keys.is_empty() || delivery.key.is_some_and(|key| claim.keys.contains(&key))
    })
}

/// The batches of the keys that a claim is about, or of everything that was delivered.
fn batches_of(claim: &RefundClaim, order: &OrderDoc) -> Vec<BatchId> {
    distinct(deliveries_of(claim, order).filter_map(|d| d.batch_id.clone()))
}

/// The batches of the account's earlier claims.
fn past_batches(account: &AccountDoc) -> impl Iterator<Item = &BatchId> {
    account.claims.iter().flat_map(|claim| &claim.batches)
}

/// Who supplied the order and the batches.
fn suppliers_of(order: &OrderDoc, batches: &[(BatchId, Arc<Entity>)]) -> Vec<SupplierId> {
    let delivered = order.deliveries.iter().filter_map(|delivery| delivery.supplier_id.as_ref());
    let ordered = order.placed.as_ref().and_then(|placed| placed.supplier_id.as_ref());
    let batches = batches.iter().filter_map(|(_, batch)| batch.batch()?.supplier_id.as_ref());
    distinct(delivered.chain(ordered).chain(batches).cloned())
}

/// Who tried the keys of the claim, and the account that asks, under whose id it may have tried others.
fn activators_of(account: &AccountId, keys: &[(KeyFingerprint, Arc<Entity>)]) -> Vec<ActivatorId> {
    let tries = keys.iter().filter_map(|(_, key)| key.card_key()).flat_map(|key| &key.activations);
    let known = distinct(tries.filter_map(|tried| tried.activator_id.as_ref()));
    let own = ActivatorId::parse(account.as_str()).ok();
    distinct(own.into_iter().chain(known.into_iter().cloned()).take(ACTIVATORS_MAX))
}

/// Other orders that the order's payers paid the same amount for, shortly before or after.
fn twins_of(
    claim: &RefundClaim,
    order: &OrderDoc,
    payers: &[(PayerFingerprint, Arc<Entity>)],
) -> Vec<OrderId> {
    let paid =
        payers.iter().filter_map(|(_, payer)| payer.payer()).flat_map(|payer| &payer.captures);
    let others = paid.filter(|paid| paid.order_id != claim.order_id);
    let twins = others.filter(|paid| {
        order.captures.iter().any(|own| {
            own.amount == paid.amount && own.at.ms_since(paid.at).abs() <= TWIN_GAP_MAX_MS
        })
    });
    distinct(twins.map(|paid| paid.order_id.clone()))
}

/// One tenant's part of the store, and what was looked at in it.
struct Reader<'a> {
    store: &'a mut dyn StateStore,
    tenant: &'a TenantId,
    now: Timestamp,
    keys: Vec<EntityKey>,
}

/// What one round brought and was not taken yet, in the order in which it was asked for.
struct Round(std::vec::IntoIter<Arc<Entity>>);

impl Reader<'_> {
    fn round(&mut self, subjects: impl Iterator<Item = Subject>) -> Result<Round, CoreError> {
        let begin = self.keys.len();
        let tenant = self.tenant;
        self.keys.extend(subjects.map(|subject| EntityKey::new(tenant.clone(), subject)));
        let asked = self.keys.get(begin..).unwrap_or_default();
        if asked.len() > 1 {
            self.store.expect(&asked.iter().collect::<Vec<_>>());
        }
        let found = if asked.is_empty() { Vec::new() } else { self.store.load(asked, self.now)? };
        Ok(Round(found.into_iter()))
    }
}

impl Round {
    fn next(&mut self) -> Result<Arc<Entity>, CoreError> {
        self.0.next().ok_or(CoreError::OtherKind)
    }

    /// The next entity, when it was asked for.
    fn next_if(&mut self, asked: bool) -> Result<Option<Arc<Entity>>, CoreError> {
        asked.then(|| self.next()).transpose()
    }

    /// The next entities, each beside what it was asked for by.
    fn next_of<T>(&mut self, asked: Vec<T>) -> Result<Vec<(T, Arc<Entity>)>, CoreError> {
        asked.into_iter().map(|id| Ok((id, self.next()?))).collect()
    }
}

impl Gathered {
    /// The order; everything else is let go.
    pub(super) fn into_order(self) -> Arc<Entity> {
        self.order
    }

    /// What the signals are computed from.
    pub(super) fn known<'a>(
        &'a self,
        claim: &'a RefundClaim,
        setup: &'a Setup,
        places: &mut Places,
    ) -> Result<Known<'a>, CoreError> {
        let order = self.order.order().ok_or(CoreError::OtherKind)?;
        let account = self.account.account().ok_or(CoreError::OtherKind)?;
        let mut place_of = |ip| places.of(&setup.geo, ip);
        let families = |client: &Client| {
            client.user_agent.as_deref().map(|header| setup.user_agents.families(header))
        };
        let placed = order.placed.as_ref();
        let order_place = place_of(placed.and_then(|placed| placed.client.ip));
        let touches = account.touches.iter().filter_map(|touch| Some((touch.at, touch.ip?)));
        let touches = touches.map(|(at, ip)| Located { at, ip, place: place_of(Some(ip)) });
        let touches = touches.collect();
        let haunts = account.haunts.days_within(claim.requested_at, HOME_DAYS, DAY_MS);
        let haunts = haunts.map(|(ip, days)| (place_of(Some(ip)), days)).collect();
        let supplied_by = |id: &SupplierId| {
            let place = self.suppliers.binary_search_by(|(known, _)| known.cmp(id)).ok()?;
            self.suppliers.get(place)?.1.supplier()
        };
        let batches = self.batches.iter().filter_map(|(id, entity)| {
            let batch = entity.batch()?;
            let supplier = batch.supplier_id.as_ref().and_then(supplied_by);
            Some((id.clone(), KnownBatch::new(batch, supplier)))
        });
        let activators = self.activators.iter();
        let twins = self.twin_orders.iter();
        Ok(Known {
            claim,
            terms: &setup.policy.terms,
            order,
            keys: self.card_keys.iter().filter_map(|(id, k)| Some((*id, k.card_key()?))).collect(),
            account,
            device: self.device.as_ref().and_then(|entity| entity.device()),
            ip: self.ip.as_ref().and_then(|entity| entity.ip()),
            network: self.network.as_ref().and_then(|entity| entity.network()),
            asn: self.asn.as_ref().and_then(|entity| entity.asn()),
            payout: self.payout.as_ref().and_then(|entity| entity.payout()),
            sku: self.sku.as_ref().and_then(|entity| entity.sku()),
            claimed_batches: &self.claimed_batches,
            batches: batches.collect(),
            supplier: supplier_of(claim, order).and_then(supplied_by),
            activators: activators
                .filter_map(|(id, e)| Some((id.clone(), e.activator()?)))
                .collect(),
            payers: self.payers.iter().filter_map(|(_, entity)| entity.payer()).collect(),
            twin_orders: twins.filter_map(|(id, twin)| Some((id.clone(), twin.order()?))).collect(),
            evidence: self.shown.files.iter().filter_map(|entity| entity.evidence()).collect(),
            pictures: self.shown.pictures(),
            phrase: self.shown.phrase.as_ref().and_then(|entity| entity.phrase()),
            incidents: self.incidents.incidents().ok_or(CoreError::OtherKind)?,
            tenant: self.tenant.tenant().ok_or(CoreError::OtherKind)?,
            claim_place: Arc::clone(&self.claim_place),
            order_place,
            claim_agent: families(&claim.client),
            order_agent: placed.and_then(|placed| families(&placed.client)),
            haunts,
            touches,
        })
    }
}

/// The supplier of what the claim is about: as the delivery says, else as the order does.
fn supplier_of<'a>(claim: &'a RefundClaim, order: &'a OrderDoc) -> Option<&'a SupplierId> {
    let delivered = deliveries_of(claim, order).find_map(|d| d.supplier_id.as_ref());
    delivered.or_else(|| order.placed.as_ref()?.supplier_id.as_ref())
}
