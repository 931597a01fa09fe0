//! Collecting everything that is known about a claim, in at most three rounds to the store: what the claim names, what
//! its order and account name, what their payers, batches and keys name.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::core::CoreError;
use super::shown::{Shown, shown};
use crate::domain::{
    AccountId, ActivatorId, BatchId, Client, DAY_MS, KeyFingerprint, Network, OrderId,
    PayerFingerprint, RefundClaim, SupplierId, TenantId, Terms, Timestamp,
};
use crate::geo::{Geo, GeoFacts};
use crate::signals::{HOME_DAYS, Known, KnownBatch, Located, TWIN_GAP_MAX_MS};
use crate::state::{AccountDoc, Delivery, Entity, EntityKey, OrderDoc, Subject};
use crate::store::StateStore;
use crate::user_agent::UserAgents;

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
    keys: Vec<(KeyFingerprint, Arc<Entity>)>,
    payers: Vec<Arc<Entity>>,
    batches: Vec<(BatchId, Arc<Entity>)>,
    activators: Vec<(ActivatorId, Arc<Entity>)>,
    suppliers: BTreeMap<SupplierId, Arc<Entity>>,
    twin_orders: Vec<(OrderId, Arc<Entity>)>,
    pub(super) shown: Shown,
    /// Where the claim comes from.
    claim_place: GeoFacts,
    /// The batches of the keys that the claim is about, ascending.
    pub(super) claimed_batches: Vec<BatchId>,
    /// What was looked at.
    pub(super) subjects: Vec<Subject>,
}

/// One tenant's part of the store, and what was looked at in it.
struct Reader<'a> {
    store: &'a mut dyn StateStore,
    tenant: &'a TenantId,
    now: Timestamp,
    subjects: Vec<Subject>,
}

/// Loads what a claim that is taken in at `now` leads to.
pub(super) fn gather(
    store: &mut dyn StateStore,
    geo: &Geo,
    tenant: &TenantId,
    claim: &RefundClaim,
    now: Timestamp,
) -> Result<Gathered, CoreError> {
    let mut reader = Reader { store: &mut *store, tenant, now, subjects: Vec::new() };
    let client = &claim.client;
    let claim_place = client.ip.map(|ip| geo.lookup(ip)).unwrap_or_default();
    let mut round = reader.round(vec![
        Some(Subject::Order(claim.order_id.clone())),
        Some(Subject::Account(claim.account_id.clone())),
        Some(Subject::Incidents),
        Some(Subject::Tenant),
        client.device_id.clone().map(Subject::Device),
        client.ip.map(Subject::Ip),
        client.ip.map(|ip| Subject::Network(Network::of(ip))),
        claim_place.asn.map(Subject::Asn),
        claim.destination.payout.clone().map(Subject::Payout),
    ])?;
    let (order, account) = (round.must()?, round.must()?);
    let (incidents, of_tenant) = (round.must()?, round.must()?);
    let (device, ip, network, asn) = (round.may()?, round.may()?, round.may()?, round.may()?);
    let payout = round.may()?;

    let ordered = order.order().ok_or(CoreError::OtherKind)?;
    let keys = keys_of(claim, ordered);
    let payers: BTreeSet<PayerFingerprint> =
        ordered.captures.iter().filter_map(|capture| capture.payer.clone()).collect();
    let claimed_batches = batches_of(claim, ordered);
    let asked = account.account().ok_or(CoreError::OtherKind)?;
    let batches: BTreeSet<BatchId> =
        claimed_batches.iter().chain(past_batches(asked)).cloned().collect();
    let sku = ordered.placed.as_ref().map(|placed| Subject::Sku(placed.sku.clone()));
    let second = keys.iter().copied().map(Subject::CardKey);
    let second = second.chain(payers.iter().cloned().map(Subject::Payer));
    let second = second.chain(batches.iter().cloned().map(Subject::Batch));
    let mut round = reader.round(second.map(Some).chain([sku]).collect())?;
    let keys = keys.into_iter().map(|key| Ok((key, round.must()?)));
    let keys = keys.collect::<Result<Vec<_>, CoreError>>()?;
    let payers = payers.iter().map(|_| round.must()).collect::<Result<Vec<_>, CoreError>>()?;
    let batches = batches.into_iter().map(|batch| Ok((batch, round.must()?)));
    let batches = batches.collect::<Result<Vec<_>, CoreError>>()?;
    let sku = round.may()?;

    let twins = twins_of(claim, ordered, &payers);
    let suppliers = suppliers_of(ordered, &batches);
    let activators = activators_of(&claim.account_id, &keys);
    let third = twins.iter().cloned().map(Subject::Order);
    let third = third.chain(suppliers.iter().cloned().map(Subject::Supplier));
    let third = third.chain(activators.iter().cloned().map(Subject::Activator));
    let mut round = reader.round(third.map(Some).collect())?;
    let twin_orders = twins.into_iter().map(|twin| Ok((twin, round.must()?)));
    let twin_orders = twin_orders.collect::<Result<Vec<_>, CoreError>>()?;
    let suppliers = suppliers.into_iter().map(|supplier| Ok((supplier, round.must()?)));
    let suppliers = suppliers.collect::<Result<BTreeMap<_, _>, CoreError>>()?;
    let activators = activators.into_iter().map(|activator| Ok((activator, round.must()?)));
    let activators = activators.collect::<Result<Vec<_>, CoreError>>()?;
    let subjects = reader.subjects;
    let shown = shown(store, tenant, claim, now)?;
    Ok(Gathered {
        order,
        account,
        incidents,
        tenant: of_tenant,
        device,
        ip,
        network,
        asn,
        payout,
        sku,
        keys,
        payers,
        batches,
        suppliers,
        activators,
        twin_orders,
        shown,
        claim_place,
        claimed_batches,
        subjects,
    })
}

/// The keys that a claim is about: those that it names, or every key of the order.
fn keys_of(claim: &RefundClaim, order: &OrderDoc) -> Vec<KeyFingerprint> {
    if claim.keys.is_empty() {
        let distinct: BTreeSet<_> = order.deliveries.iter().filter_map(|d| d.key).collect();
        distinct.into_iter().collect()
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
    let distinct: BTreeSet<_> =
        deliveries_of(claim, order).filter_map(|d| d.batch_id.clone()).collect();
    distinct.into_iter().collect()
}

/// The batches of the account's earlier claims.
fn past_batches(account: &AccountDoc) -> impl Iterator<Item = &BatchId> {
    account.claims.iter().flat_map(|claim| &claim.batches)
}

/// Who supplied the order and the batches.
fn suppliers_of(order: &OrderDoc, batches: &[(BatchId, Arc<Entity>)]) -> BTreeSet<SupplierId> {
    let delivered = order.deliveries.iter().filter_map(|delivery| delivery.supplier_id.as_ref());
    let ordered = order.placed.as_ref().and_then(|placed| placed.supplier_id.as_ref());
    let batches = batches.iter().filter_map(|(_, batch)| batch.batch()?.supplier_id.as_ref());
    delivered.chain(ordered).chain(batches).cloned().collect()
}

/// Who tried the keys of the claim, and the account that asks, under whose id it may have tried others.
fn activators_of(
    account: &AccountId,
    keys: &[(KeyFingerprint, Arc<Entity>)],
) -> BTreeSet<ActivatorId> {
    let tries = keys.iter().filter_map(|(_, key)| key.card_key()).flat_map(|key| &key.activations);
    let known: BTreeSet<&ActivatorId> =
        tries.filter_map(|tried| tried.activator_id.as_ref()).collect();
    let own = ActivatorId::parse(account.as_str()).ok();
    own.into_iter().chain(known.into_iter().cloned()).take(ACTIVATORS_MAX).collect()
}

/// Other orders that the order's payers paid the same amount for, shortly before or after.
fn twins_of(claim: &RefundClaim, order: &OrderDoc, payers: &[Arc<Entity>]) -> BTreeSet<OrderId> {
    let paid = payers.iter().filter_map(|payer| payer.payer()).flat_map(|payer| &payer.captures);
    let others = paid.filter(|paid| paid.order_id != claim.order_id);
    let twins = others.filter(|paid| {
        order.captures.iter().any(|own| {
            own.amount == paid.amount && own.at.ms_since(paid.at).abs() <= TWIN_GAP_MAX_MS
        })
    });
    twins.map(|paid| paid.order_id.clone()).collect()
}

/// What one round brought, in the order in which it was asked for.
struct Round {
    /// Whether each was asked for at all.
    asked: std::vec::IntoIter<bool>,
    found: std::vec::IntoIter<Arc<Entity>>,
}

impl Reader<'_> {
    fn round(&mut self, subjects: Vec<Option<Subject>>) -> Result<Round, CoreError> {
        let asked: Vec<bool> = subjects.iter().map(Option::is_some).collect();
        let subjects: Vec<Subject> = subjects.into_iter().flatten().collect();
        let tenant = self.tenant;
        let key =
            |subject: &Subject| EntityKey { tenant: tenant.clone(), subject: subject.clone() };
        let keys: Vec<EntityKey> = subjects.iter().map(key).collect();
        self.subjects.extend(subjects);
        let found = if keys.is_empty() { Vec::new() } else { self.store.load(&keys, self.now)? };
        Ok(Round { asked: asked.into_iter(), found: found.into_iter() })
    }
}

impl Round {
    /// The next entity, which was asked for.
    fn must(&mut self) -> Result<Arc<Entity>, CoreError> {
        self.may()?.ok_or(CoreError::OtherKind)
    }

    /// The next entity, when it was asked for.
    fn may(&mut self) -> Result<Option<Arc<Entity>>, CoreError> {
        if self.asked.next() == Some(true) {
            return self.found.next().map(Some).ok_or(CoreError::OtherKind);
        }
        Ok(None)
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
        terms: &'a Terms,
        geo: &Geo,
        user_agents: &UserAgents,
    ) -> Result<Known<'a>, CoreError> {
        let order = self.order.order().ok_or(CoreError::OtherKind)?;
        let account = self.account.account().ok_or(CoreError::OtherKind)?;
        let mut places = Places { geo, seen: BTreeMap::new() };
        if let Some(ip) = claim.client.ip {
            places.seen.insert(ip, self.claim_place.clone());
        }
        let families =
            |client: &Client| client.user_agent.as_deref().map(|ua| user_agents.families(ua));
        let ordered_from = order.placed.as_ref().and_then(|placed| placed.client.ip);
        let touches = account.touches.iter().filter_map(|touch| Some((touch.at, touch.ip?)));
        let touches = touches.map(|(at, ip)| Located { at, ip, place: places.of(Some(ip)) });
        let touches = touches.collect();
        let haunts = account.haunts.days_within(claim.requested_at, HOME_DAYS, DAY_MS);
        let haunts = haunts.map(|(ip, days)| (places.of(Some(ip)), days)).collect();
        Ok(Known {
            claim,
            terms,
            order,
            keys: self.keys.iter().filter_map(|(id, key)| Some((*id, key.card_key()?))).collect(),
            account,
            device: self.device.as_ref().and_then(|entity| entity.device()),
            ip: self.ip.as_ref().and_then(|entity| entity.ip()),
            network: self.network.as_ref().and_then(|entity| entity.network()),
            asn: self.asn.as_ref().and_then(|entity| entity.asn()),
            payout: self.payout.as_ref().and_then(|entity| entity.payout()),
            sku: self.sku.as_ref().and_then(|entity| entity.sku()),
            claimed_batches: &self.claimed_batches,
            batches: self
                .batches
                .iter()
                .filter_map(|(id, entity)| {
                    let batch = entity.batch()?;
                    let supplier = batch.supplier_id.as_ref().and_then(|id| self.suppliers.get(id));
                    let supplier = supplier.and_then(|entity| entity.supplier());
                    Some((id.clone(), KnownBatch { batch, supplier }))
                })
                .collect(),
            supplier: supplier_of(claim, order)
                .and_then(|id| self.suppliers.get(id))
                .and_then(|entity| entity.supplier()),
            activators: self
                .activators
                .iter()
                .filter_map(|(id, entity)| Some((id.clone(), entity.activator()?)))
                .collect(),
            payers: self.payers.iter().filter_map(|entity| entity.payer()).collect(),
            twin_orders: self
                .twin_orders
                .iter()
                .filter_map(|(id, twin)| Some((id.clone(), twin.order()?)))
                .collect(),
            evidence: self.shown.files.iter().filter_map(|entity| entity.evidence()).collect(),
            pictures: self.shown.pictures(),
            phrase: self.shown.phrase.as_ref().and_then(|entity| entity.phrase()),
            incidents: self.incidents.incidents().ok_or(CoreError::OtherKind)?,
            tenant: self.tenant.tenant().ok_or(CoreError::OtherKind)?,
            claim_place: self.claim_place.clone(),
            order_place: places.of(ordered_from),
            claim_agent: families(&claim.client),
            order_agent: order.placed.as_ref().and_then(|placed| families(&placed.client)),
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

/// Look-ups of one claim: people come back to the same few addresses.
struct Places<'a> {
    geo: &'a Geo,
    seen: BTreeMap<IpAddr, GeoFacts>,
}

impl Places<'_> {
    fn of(&mut self, ip: Option<IpAddr>) -> GeoFacts {
        let Some(ip) = ip else { return GeoFacts::default() };
        self.seen.entry(ip).or_insert_with(|| self.geo.lookup(ip)).clone()
    }
}
