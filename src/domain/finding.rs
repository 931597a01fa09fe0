//! What vouch noticed by itself, without a claim.

use serde::{Deserialize, Serialize};

use super::fact::closed_enums;
use super::{
    AccountId, BatchId, ClaimReason, FactId, FindingId, KeyFingerprint, Money, OrderId,
    PspTransactionId, SupplierId, Timestamp,
};

/// Something that the facts alone show. It is told once, when the fact arrives that completes it, and never taken back:
/// whoever acts on it sends a claim, and the claim is judged by what is known then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Follows from tenant, kind and what it is about: the same finding has the same id, for ever.
    pub id: FindingId,
    /// What was noticed.
    pub kind: FindingKind,
    /// When vouch took in the fact that completed it.
    pub found_at: Timestamp,
    /// The fact that completed it.
    pub told_by: FactId,
    /// What it is about.
    pub about: FindingSubject,
    /// What to pay back; `None` when the facts do not show whose fault it is, or nobody in particular is owed.
    pub recommended: Option<RecommendedRefund>,
}

/// What a finding is about; parts that do not matter to its kind are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FindingSubject {
    /// The order that was harmed.
    pub order_id: Option<OrderId>,
    /// Who placed it.
    pub account_id: Option<AccountId>,
    /// The payment that was one too many.
    pub psp_transaction_id: Option<PspTransactionId>,
    /// The keys.
    pub keys: Vec<KeyFingerprint>,
    /// The supplier's batch.
    pub batch_id: Option<BatchId>,
    /// The supplier.
    pub supplier_id: Option<SupplierId>,
}

/// The refund that a finding asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecommendedRefund {
    /// The order that was paid.
    pub order_id: OrderId,
    /// The buyer.
    pub account_id: AccountId,
    /// How much, in the currency of the payment. Above 0, and no more than was left on the order.
    pub amount: Money,
    /// The reason that a claim for it gives.
    pub reason: ClaimReason,
}

closed_enums! {
    /// What vouch can notice by itself.
    FindingKind {
        /// An order was paid more often than it has goods.
        DoubleCharge = "double_charge",
        /// A key was delivered to several orders.
        KeySoldTwice = "key_sold_twice",
        /// A key was public before it was delivered, and nobody has activated it yet.
        KeyLeakedBeforeDelivery = "key_leaked_before_delivery",
        /// A delivered key became public, and nobody has activated it yet.
        KeyLeakedAfterDelivery = "key_leaked_after_delivery",
        /// Far more keys of a batch fail than its supplier's usually do.
        BatchOutbreak = "batch_outbreak",
    }
}
