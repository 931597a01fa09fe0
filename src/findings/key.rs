//! Keys that went to several orders, and keys that are public.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::knowledge::Knowledge;
use super::{Shown, finding_id};
use crate::domain::{
    ClaimReason, FindingKind, FindingSubject, KeyFingerprint, Money, OrderId, RecommendedRefund,
    TenantId,
};
use crate::state::{Buyer, CardKeyDoc, Entity, OrderDoc, Subject};

/// Everything that is about keys. Most keys go to one order and are not public: those cost one look each.
pub(super) fn of_keys<K: Knowledge>(
    tenant: &TenantId,
    keys: &[KeyFingerprint],
    knowledge: &mut K,
) -> Result<Vec<Shown>, K::Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let loaded = knowledge.load(keys.iter().copied().map(Subject::CardKey).collect())?;
    let docs = keys.iter().zip(&loaded).filter_map(|(id, key)| Some((*id, key.card_key()?)));
    let odd: Vec<_> = docs.filter(|(_, key)| is_odd(key)).collect();
    let ids: BTreeSet<&OrderId> = odd.iter().flat_map(|(_, key)| key.orders()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<OrderId> = ids.into_iter().cloned().collect();
    let orders = knowledge.load(ids.iter().cloned().map(Subject::Order).collect())?;
    let orders: Orders = ids.into_iter().zip(orders).collect();
    let about = odd.into_iter().map(|(id, key)| OddKey { tenant, id, key, orders: &orders });
    Ok(about.flat_map(|key| [key.sold_twice(), key.leaked()].concat()).collect())
}

type Orders = BTreeMap<OrderId, Arc<Entity>>;

/// It was delivered, and to several orders or while it is public; and all of its story is known.
fn is_odd(key: &CardKeyDoc) -> bool {
    !key.truncated
        && !key.deliveries.is_empty()
        && (!key.leaks.is_empty() || key.orders().len() > 1)
}

struct OddKey<'a> {
    tenant: &'a TenantId,
    id: KeyFingerprint,
    key: &'a CardKeyDoc,
    orders: &'a Orders,
}

impl OddKey<'_> {
    /// The orders that the key did not serve: those whose buyers did not consume it, but for the first while no buyer
    /// is known to have consumed it: it may serve that one yet.
    fn sold_twice(&self) -> Vec<Shown> {
        let sold = self.key.orders();
        if sold.len() < 2 {
            return Vec::new();
        }
        let consumed = |id: &&&OrderId| {
            self.order(id).is_some_and(|order| self.key.is_consumed_by(&buyer(order)))
        };
        let served: BTreeSet<&OrderId> = sold.iter().filter(consumed).copied().collect();
        let first = self.key.deliveries.first().map(|delivery| &delivery.order_id);
        let spared = first.filter(|_| served.is_empty());
        let reason = match self.key.consumptions().next() {
            Some(_) => ClaimReason::KeyAlreadyUsed,
            None => ClaimReason::NotAsDescribed,
        };
        let unserved = sold.into_iter().filter(|id| !served.contains(id) && spared != Some(*id));
        unserved.filter_map(|id| self.shown(FindingKind::KeySoldTwice, id, reason)).collect()
    }

    /// The orders that have the key while anybody may use it up.
    fn leaked(&self) -> Vec<Shown> {
        if self.key.leaks.is_empty() || self.key.consumptions().next().is_some() {
            return Vec::new();
        }
        let orders = self.key.orders().into_iter();
        let shown = orders.filter_map(|id| {
            let delivered = self.order(id)?.delivered_at(self.id)?;
            let kind = if self.key.is_leaked_before(delivered) {
                FindingKind::KeyLeakedBeforeDelivery
            } else {
                FindingKind::KeyLeakedAfterDelivery
            };
            self.shown(kind, id, ClaimReason::NotAsDescribed)
        });
        shown.collect()
    }

    /// The finding about an order, once its price, its payment and its buyer are known and money is left on it.
    fn shown(&self, kind: FindingKind, order_id: &OrderId, reason: ClaimReason) -> Option<Shown> {
        let order = self.order(order_id).filter(|order| !order.truncated)?;
        let account_id = &order.placed.as_ref()?.account_id;
        let balance = order.balance(None)?;
        let owed = order.price_of_units_minor(1)?.min(balance.refundable_minor());
        let amount = Money::positive(owed, balance.currency).ok()?;
        let refund = RecommendedRefund {
            order_id: order_id.clone(),
            account_id: account_id.clone(),
            amount,
            reason,
        };
        let delivery = self.key.deliveries.iter().find(|d| d.order_id == *order_id);
        Some(Shown {
            id: finding_id(
                self.tenant,
                kind,
                &[hex::encode(self.id.0).as_str(), order_id.as_str()],
            )?,
            kind,
            about: FindingSubject {
                order_id: Some(order_id.clone()),
                account_id: Some(account_id.clone()),
                psp_transaction_id: None,
                keys: vec![self.id],
                batch_id: delivery.and_then(|delivery| delivery.batch_id.clone()),
                supplier_id: delivery.and_then(|delivery| delivery.supplier_id.clone()),
            },
            // A key that leaked after delivery may have leaked through the buyer: a person decides about that.
            recommended: (kind != FindingKind::KeyLeakedAfterDelivery).then_some(refund),
        })
    }

    fn order(&self, id: &OrderId) -> Option<&OrderDoc> {
        self.orders.get(id).and_then(|entity| entity.order())
    }
}

/// The buyer of an order, by the account, and by the devices and addresses of the order and of its openings.
fn buyer(order: &OrderDoc) -> Buyer<'_> {
    let placed = order.placed.as_ref();
    let views = order.views.iter().map(|view| &view.client);
    Buyer {
        account: placed.map(|placed| &placed.account_id),
        clients: placed.map(|placed| &placed.client).into_iter().chain(views).collect(),
    }
}
