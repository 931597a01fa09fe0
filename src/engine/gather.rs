//! Collecting everything that is known about a claim, in at most three rounds to the store: what the claim names, what
//! its order names, what the order's payers name.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::core::CoreError;
use crate::domain::{KeyFingerprint, OrderId, PayerFingerprint, RefundClaim, TenantId, Terms};
use crate::geo::{Geo, GeoFacts};
use crate::signals::{Known, Located, TWIN_GAP_MAX_MS};
use crate::state::{Entity, EntityKey, OrderDoc, Subject};
use crate::store::StateStore;

/// Everything that is known about a claim. INVARIANT: every entity is of the kind that its field says.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) order: Arc<Entity>,
    account: Arc<Entity>,
    incidents: Arc<Entity>,
    feed: Arc<Entity>,
    device: Option<Arc<Entity>>,
    ip: Option<Arc<Entity>>,
    payout: Option<Arc<Entity>>,
    keys: Vec<(KeyFingerprint, Arc<Entity>)>,
    payers: Vec<Arc<Entity>>,
    twin_orders: Vec<(OrderId, Arc<Entity>)>,
    /// What was looked at.
    pub(super) subjects: Vec<Subject>,
}

/// One tenant's part of the store, and what was looked at in it.
struct Reader<'a> {
    store: &'a mut dyn StateStore,
    tenant: &'a TenantId,
    subjects: Vec<Subject>,
}

/// Loads what a claim leads to.
pub(super) fn gather(
    store: &mut dyn StateStore,
    tenant: &TenantId,
    claim: &RefundClaim,
) -> Result<Gathered, CoreError> {
    let mut reader = Reader { store, tenant, subjects: Vec::new() };
    let client = &claim.client;
    let mut first = vec![
        Subject::Order(claim.order_id.clone()),
        Subject::Account(claim.account_id.clone()),
        Subject::Incidents,
        Subject::Feed,
    ];
    first.extend(client.device_id.clone().map(Subject::Device));
    first.extend(client.ip.map(Subject::Ip));
    first.extend(claim.destination.payout.clone().map(Subject::Payout));
    let mut first = reader.round(first)?.into_iter();
    let mut next = || first.next().ok_or(CoreError::OtherKind);
    let (order, account, incidents, feed) = (next()?, next()?, next()?, next()?);
    let device = client.device_id.as_ref().map(|_| next()).transpose()?;
    let ip = client.ip.map(|_| next()).transpose()?;
    let payout = claim.destination.payout.as_ref().map(|_| next()).transpose()?;

    let ordered = order.order().ok_or(CoreError::OtherKind)?;
    let keys = keys_of(claim, ordered);
    let payers: BTreeSet<PayerFingerprint> =
        ordered.captures.iter().filter_map(|capture| capture.payer.clone()).collect();
    let second = keys.iter().copied().map(Subject::CardKey);
    let second = second.chain(payers.into_iter().map(Subject::Payer)).collect();
    let mut second = reader.round(second)?;
    let payers = second.split_off(keys.len());
    let keys = keys.into_iter().zip(second).collect();

    let twins = twins_of(claim, ordered, &payers);
    let third = reader.round(twins.iter().cloned().map(Subject::Order).collect())?;
    let twin_orders = twins.into_iter().zip(third).collect();
    let subjects = reader.subjects;
    Ok(Gathered {
        order,
        account,
        incidents,
        feed,
        device,
        ip,
        payout,
        keys,
        payers,
        twin_orders,
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

impl Reader<'_> {
    fn round(&mut self, subjects: Vec<Subject>) -> Result<Vec<Arc<Entity>>, CoreError> {
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let tenant = self.tenant;
        let key =
            |subject: &Subject| EntityKey { tenant: tenant.clone(), subject: subject.clone() };
        let keys: Vec<EntityKey> = subjects.iter().map(key).collect();
        self.subjects.extend(subjects);
        Ok(self.store.load(&keys)?)
    }
}

impl Gathered {
    /// What the signals are computed from.
    pub(super) fn known<'a>(
        &'a self,
        claim: &'a RefundClaim,
        terms: &'a Terms,
        geo: &Geo,
    ) -> Result<Known<'a>, CoreError> {
        let order = self.order.order().ok_or(CoreError::OtherKind)?;
        let account = self.account.account().ok_or(CoreError::OtherKind)?;
        let mut places = Places { geo, seen: BTreeMap::new() };
        let ordered_from = order.placed.as_ref().and_then(|placed| placed.client.ip);
        let touches = account.touches.iter().filter_map(|touch| Some((touch.at, touch.ip?)));
        let touches = touches.map(|(at, ip)| Located { at, ip, place: places.of(Some(ip)) });
        let touches = touches.collect();
        Ok(Known {
            claim,
            terms,
            order,
            keys: self.keys.iter().filter_map(|(id, key)| Some((*id, key.card_key()?))).collect(),
            account,
            device: self.device.as_ref().and_then(|entity| entity.device()),
            ip: self.ip.as_ref().and_then(|entity| entity.ip()),
            payout: self.payout.as_ref().and_then(|entity| entity.payout()),
            payers: self.payers.iter().filter_map(|entity| entity.payer()).collect(),
            twin_orders: self
                .twin_orders
                .iter()
                .filter_map(|(id, twin)| Some((id.clone(), twin.order()?)))
                .collect(),
            incidents: self.incidents.incidents().ok_or(CoreError::OtherKind)?,
            feed: self.feed.feed().ok_or(CoreError::OtherKind)?,
            claim_place: places.of(claim.client.ip),
            order_place: places.of(ordered_from),
            touches,
        })
    }
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
