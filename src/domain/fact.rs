//! Facts: what the platform tells us. The proto files describe each field; this is the same, parsed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    AccountId, ActivatorId, BatchId, ChargebackId, Client, Country, FactId, FxRate, IncidentId,
    KeyFingerprint, Money, OrderId, PayerFingerprint, PspTransactionId, RefundId, RefundRoute, Sku,
    SupplierId, Timestamp,
};

/// Something that happened on the platform.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The platform's id of this fact.
    pub id: FactId,
    /// When it happened, by the platform's clock.
    pub occurred_at: Timestamp,
    /// What happened.
    pub body: FactBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum FactBody {
    /// A buyer placed an order.
    OrderPlaced(OrderPlaced),
    /// The provider captured money.
    PaymentCaptured(PaymentCaptured),
    /// The provider took a capture back.
    PaymentReversed(PaymentReversed),
    /// Goods were handed over.
    KeyDelivered(KeyDelivered),
    /// The buyer opened the goods.
    KeyViewed(KeyViewed),
    /// Somebody tried a key.
    KeyActivated(KeyActivated),
    /// An account did something.
    AccountActivity(AccountActivity),
    /// A refund ended.
    RefundSettled(RefundSettled),
    /// A dispute began.
    ChargebackOpened(ChargebackOpened),
    /// A dispute ended.
    ChargebackClosed(ChargebackClosed),
    /// Keys were found in public.
    KeysLeaked(KeysLeaked),
    /// The platform declared a fault.
    IncidentDeclared(IncidentDeclared),
    /// A claim's truth became known.
    OutcomeReported(OutcomeReported),
}

/// A buyer placed an order for one SKU.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderPlaced {
    /// The order.
    pub order_id: OrderId,
    /// The buyer.
    pub account_id: AccountId,
    /// What was bought.
    pub sku: Sku,
    /// Its class.
    pub sku_class: SkuClass,
    /// Where it can be activated; empty: everywhere.
    pub region_lock: Vec<Country>,
    /// Who supplies it.
    pub supplier_id: Option<SupplierId>,
    /// Units, at least 1.
    pub quantity: u32,
    /// Price of the whole order.
    pub amount: Money,
    /// Where the order came from.
    pub client: Client,
}

/// The provider captured money for an order.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentCaptured {
    /// The provider's id; the same again is a retry.
    pub psp_transaction_id: PspTransactionId,
    /// The order that was paid.
    pub order_id: OrderId,
    /// Who paid.
    pub payer: Option<PayerFingerprint>,
    /// How.
    pub method: PaymentMethod,
    /// What was charged.
    pub amount: Money,
    /// From the currency charged to the order's, when the two differ.
    pub fx_rate: Option<FxRate>,
    /// Country of the instrument.
    pub payment_country: Option<Country>,
}

/// The provider took a capture back before settlement.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentReversed {
    /// What was reversed.
    pub psp_transaction_id: PspTransactionId,
    /// The order it had paid.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
}

/// Goods of an order were handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDelivered {
    /// The order.
    pub order_id: OrderId,
    /// The key; `None` for goods without one.
    pub key: Option<KeyFingerprint>,
    /// The supplier's batch.
    pub batch_id: Option<BatchId>,
    /// The supplier of the key.
    pub supplier_id: Option<SupplierId>,
}

/// The buyer opened the goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyViewed {
    /// The order.
    pub order_id: OrderId,
    /// The key; `None` for goods without one.
    pub key: Option<KeyFingerprint>,
    /// Where from.
    pub client: Client,
}

/// Somebody tried a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyActivated {
    /// The key.
    pub key: KeyFingerprint,
    /// What the vendor answered.
    pub result: ActivationResult,
    /// Who tried.
    pub activator_id: Option<ActivatorId>,
    /// Where from.
    pub client: Client,
}

/// An account did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountActivity {
    /// The account.
    pub account_id: AccountId,
    /// What it did.
    pub kind: ActivityKind,
    /// The level that a verification reached, 0 to 9.
    pub verified_level: Option<u8>,
    /// Where from.
    pub client: Client,
}

/// A refund ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundSettled {
    /// The refund.
    pub refund_id: RefundId,
    /// The order.
    pub order_id: OrderId,
    /// The buyer.
    pub account_id: AccountId,
    /// How much.
    pub amount: Money,
    /// Which way.
    pub route: RefundRoute,
    /// Paid or not.
    pub status: SettlementStatus,
}

/// A dispute began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargebackOpened {
    /// The dispute.
    pub chargeback_id: ChargebackId,
    /// The payment.
    pub psp_transaction_id: PspTransactionId,
    /// The order.
    pub order_id: OrderId,
    /// The buyer.
    pub account_id: AccountId,
    /// How much.
    pub amount: Money,
}

/// A dispute ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargebackClosed {
    /// The dispute.
    pub chargeback_id: ChargebackId,
    /// The payment.
    pub psp_transaction_id: PspTransactionId,
    /// The order.
    pub order_id: OrderId,
    /// The buyer.
    pub account_id: AccountId,
    /// How much.
    pub amount: Money,
    /// Who won.
    pub result: ChargebackResult,
}

/// Keys were found in public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysLeaked {
    /// The keys.
    pub keys: Vec<KeyFingerprint>,
    /// Where.
    pub source: Arc<str>,
    /// Since when the source showed them.
    pub first_seen_at: Timestamp,
}

/// The platform declared a fault. `None` in the scope means any; at least one part is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentDeclared {
    /// The incident; a later declaration replaces an earlier one.
    pub incident_id: IncidentId,
    /// What went wrong.
    pub kind: IncidentKind,
    /// Only this SKU.
    pub sku: Option<Sku>,
    /// Only this supplier.
    pub supplier_id: Option<SupplierId>,
    /// Only this batch.
    pub batch_id: Option<BatchId>,
    /// From when orders were affected.
    pub from: Timestamp,
    /// Until when; `None` while it lasts.
    pub until: Option<Timestamp>,
}

/// A claim's truth became known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeReported {
    /// The refund.
    pub refund_id: RefundId,
    /// The order.
    pub order_id: OrderId,
    /// The buyer.
    pub account_id: AccountId,
    /// The finding.
    pub label: OutcomeLabel,
    /// Who found it.
    pub source: OutcomeSource,
    /// When it became true.
    pub effective_at: Timestamp,
}

impl ActivationResult {
    /// The vendor refused, as it does when somebody guesses keys: all but a key that was consumed, and a product that
    /// the one who tried owns already.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        match self {
            Self::Ok | Self::OwnedBySelf => false,
            Self::UsedByOther | Self::Invalid | Self::Expired => true,
            Self::RegionLocked | Self::RateLimited => true,
        }
    }
}

macro_rules! closed_enums {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value, in the order of the proto file.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// How each is spelled, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($text,)*];

            /// The value in snake case, as signals and policies spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    )*};
}
pub(super) use closed_enums;

closed_enums! {
    /// What kind of goods a SKU is.
    SkuClass {
        /// A card key or activation code.
        Key = "key",
        /// A direct top-up.
        TopUp = "top_up",
        /// A whole account.
        Account = "account",
        /// A subscription.
        Subscription = "subscription",
        /// A perpetual licence.
        Licence = "licence",
    }
    /// How a payment was made.
    PaymentMethod {
        /// WeChat Pay.
        Wechat = "wechat",
        /// Alipay.
        Alipay = "alipay",
        /// Credit or debit card.
        Card = "card",
        /// Balance on the platform.
        Balance = "balance",
        /// Crypto currency.
        Crypto = "crypto",
    }
    /// What the vendor answered to an activation.
    ActivationResult {
        /// The key was consumed.
        Ok = "ok",
        /// Somebody else had consumed it.
        UsedByOther = "used_by_other",
        /// The same activator owns the product already.
        OwnedBySelf = "owned_by_self",
        /// The vendor does not know it.
        Invalid = "invalid",
        /// Its time is over.
        Expired = "expired",
        /// It does not work in this region.
        RegionLocked = "region_locked",
        /// The vendor did not look.
        RateLimited = "rate_limited",
    }
    /// What an account did.
    ActivityKind {
        /// Opened.
        Registered = "registered",
        /// Logged in.
        Login = "login",
        /// Changed or reset the password.
        PasswordChanged = "password_changed",
        /// Changed the payout destination.
        PayoutChanged = "payout_changed",
        /// Passed an identity check.
        Verified = "verified",
    }
    /// How a refund ended.
    SettlementStatus {
        /// Paid.
        Settled = "settled",
        /// Not paid, and never under this number.
        Failed = "failed",
    }
    /// Who won a dispute, from the platform's side.
    ChargebackResult {
        /// The platform keeps the money.
        Won = "won",
        /// The payer got it back.
        Lost = "lost",
    }
    /// What went wrong at the platform.
    IncidentKind {
        /// Charged more than once.
        DoubleCharge = "double_charge",
        /// Paid, not delivered.
        DeliveryOutage = "delivery_outage",
        /// Keys of a batch do not work.
        BadBatch = "bad_batch",
    }
    /// What a claim turned out to be.
    OutcomeLabel {
        /// Honest.
        Honest = "honest",
        /// Abuse of the refund desk.
        Abuse = "abuse",
        /// The account was in other hands.
        AccountTakeover = "account_takeover",
        /// The platform or its supplier was at fault.
        MerchantFault = "merchant_fault",
        /// Nobody could tell.
        Unclear = "unclear",
    }
    /// Who found out.
    OutcomeSource {
        /// A reviewer.
        Reviewer = "reviewer",
        /// A chargeback.
        Chargeback = "chargeback",
        /// The customer.
        Customer = "customer",
        /// An audit sample.
        Audit = "audit",
    }
}
