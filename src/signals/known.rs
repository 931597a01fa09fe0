//! What is known when a claim is judged.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::outbreak::Outbreak;
use crate::domain::{
    AccountId, ActivatorId, BatchId, Client, FxRate, KeyFingerprint, Money, OrderId, RefundClaim,
    Terms, Timestamp,
};
use crate::geo::GeoFacts;
use crate::state::{
    AccountDoc, ActivatorDoc, AddressDoc, AsnDoc, Balance, BatchDoc, CardKeyDoc, DeviceDoc,
    EvidenceDoc, IncidentsDoc, OrderDoc, PayerDoc, PayoutDoc, PhraseDoc, PicturesDoc, SkuDoc,
    SupplierDoc, TenantDoc,
};
use crate::user_agent::Families;

/// Days that the account's home is looked for in.
pub const HOME_DAYS: i64 = 90;

/// Everything that is known when a claim is judged. `None` means that the claim does not name such an entity; one that
/// it names and that nobody heard of is there and empty.
#[derive(Debug)]
pub struct Known<'a> {
    /// The claim.
    pub claim: &'a RefundClaim,
    /// The after-sales terms.
    pub terms: &'a Terms,
    /// The order.
    pub order: &'a OrderDoc,
    /// The keys that the claim is about.
    pub keys: Vec<(KeyFingerprint, &'a CardKeyDoc)>,
    /// The account that asks.
    pub account: &'a AccountDoc,
    /// The device that asks.
    pub device: Option<&'a DeviceDoc>,
    /// The address that asks.
    pub ip: Option<&'a AddressDoc>,
    /// The network of the address.
    pub network: Option<&'a AddressDoc>,
    /// The autonomous system of the address.
    pub asn: Option<&'a AsnDoc>,
    /// The payout destination.
    pub payout: Option<&'a PayoutDoc>,
    /// What was ordered.
    pub sku: Option<&'a SkuDoc>,
    /// Who supplied it.
    pub supplier: Option<&'a SupplierDoc>,
    /// The batches that the claim is about.
    pub claimed_batches: &'a [BatchId],
    /// These, and the batches of the account's earlier claims.
    pub batches: BTreeMap<BatchId, KnownBatch<'a>>,
    /// Who tried keys: under the id of the account that asks, and whoever tried the keys of the claim; at most 64.
    pub activators: BTreeMap<ActivatorId, &'a ActivatorDoc>,
    /// Who paid the order.
    pub payers: Vec<&'a PayerDoc>,
    /// Other orders that its payers paid at about the same time.
    pub twin_orders: Vec<(OrderId, &'a OrderDoc)>,
    /// Every file that the claim shows.
    pub evidence: Vec<&'a EvidenceDoc>,
    /// The perceptual hash of every picture that the claim shows, and the buckets in which pictures like it are found.
    pub pictures: Vec<(u64, Vec<&'a PicturesDoc>)>,
    /// The text that the claim gives as its reason, when it is long enough to tell buyers apart.
    pub phrase: Option<&'a PhraseDoc>,
    /// Declared incidents.
    pub incidents: &'a IncidentsDoc,
    /// The tenant's totals.
    pub tenant: &'a TenantDoc,
    /// Where the claim comes from.
    pub claim_place: Arc<GeoFacts>,
    /// Where the order came from.
    pub order_place: Arc<GeoFacts>,
    /// What the claim was made with.
    pub claim_agent: Option<Families>,
    /// What the order was placed with.
    pub order_agent: Option<Families>,
    /// The networks that the account was used from in 90 d, the last day not counted: where each is, and on how many
    /// days it was used.
    pub haunts: Vec<(Arc<GeoFacts>, u32)>,
    /// Where the account was used from lately, oldest first.
    pub touches: Vec<Located>,
}

/// A batch of keys and who supplied it.
#[derive(Debug, Clone)]
pub struct KnownBatch<'a> {
    /// The batch.
    pub(super) batch: &'a BatchDoc,
    /// Its supplier.
    pub(super) supplier: Option<&'a SupplierDoc>,
    /// What it shows when the claim is asked, once somebody wanted to know: several signals do.
    pub(super) shown: OnceCell<Outbreak>,
}

impl<'a> KnownBatch<'a> {
    /// A batch, and its supplier where that is known.
    #[must_use]
    pub const fn new(batch: &'a BatchDoc, supplier: Option<&'a SupplierDoc>) -> Self {
        Self { batch, supplier, shown: OnceCell::new() }
    }
}

/// A use of the account at a place.
#[derive(Debug, Clone)]
pub struct Located {
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub ip: IpAddr,
    /// Where that is.
    pub place: Arc<GeoFacts>,
}

impl Known<'_> {
    /// When the claim was asked: the time that every window ends at.
    pub(super) const fn at(&self) -> Timestamp {
        self.claim.requested_at
    }

    pub(super) const fn client(&self) -> &Client {
        &self.claim.client
    }

    pub(super) const fn claimant(&self) -> &AccountId {
        &self.claim.account_id
    }

    /// The order's money, as this claim sees it.
    pub(super) fn balance(&self) -> Option<Balance> {
        self.order.balance(Some(&self.claim.refund_id))
    }

    /// The rate between payment and order, when their currencies differ: that of the first payment.
    pub(super) fn payment_rate(&self) -> Option<FxRate> {
        self.order.captures.first()?.fx_rate
    }

    /// What the claim asks for in the currency of the payment, at the payment's rate.
    pub(super) fn asked(&self) -> Option<Money> {
        let paid_in = self.order.captures.first()?.amount.currency;
        if self.claim.amount.currency == paid_in {
            return Some(self.claim.amount);
        }
        self.payment_rate()?.convert_back(self.claim.amount)
    }
}
