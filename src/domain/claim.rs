//! A buyer asks for money back.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fact::closed_enums;
use super::{
    AccountId, Client, Fact, FxRate, KeyFingerprint, Money, OrderId, PayoutFingerprint, RefundId,
    RequestId, Sha256, Timestamp,
};

/// A refund claim, parsed. The proto file describes each field.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundClaim {
    /// The caller's id of this question.
    pub request_id: RequestId,
    /// The refund (out_refund_no).
    pub refund_id: RefundId,
    /// The order.
    pub order_id: OrderId,
    /// The account that asks.
    pub account_id: AccountId,
    /// When the buyer asked, by the platform's clock.
    pub requested_at: Timestamp,
    /// What the buyer asks for.
    pub amount: Money,
    /// Why.
    pub reason: ClaimReason,
    /// The buyer's own words.
    pub reason_text: Option<Arc<str>>,
    /// Where the money should go.
    pub destination: Destination,
    /// Where the claim came from.
    pub client: Client,
    /// Which door it came through.
    pub channel: ClaimChannel,
    /// What the buyer shows.
    pub evidence: Vec<Evidence>,
    /// The keys it is about; empty: every key of the order.
    pub keys: Vec<KeyFingerprint>,
    /// Today's rate from the claim's currency to the payment's.
    pub fx_rate_today: Option<FxRate>,
    /// Facts that are recorded before the claim is scored.
    pub facts: Vec<Fact>,
}

/// Where refunded money should go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The original payment, or elsewhere.
    pub route: RefundRoute,
    /// The receiving account; always there for another route.
    pub payout: Option<PayoutFingerprint>,
    /// The route-change agreement is signed.
    pub agreement_signed: Option<bool>,
}

/// One thing that the buyer shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// Digest of the file.
    pub sha256: Sha256,
    /// 64-bit perceptual hash.
    pub perceptual_hash: Option<u64>,
    /// When it was captured.
    pub captured_at: Option<Timestamp>,
    /// Signs of editing were found.
    pub edited: Option<bool>,
}

closed_enums! {
    /// What the buyer says is wrong.
    ClaimReason {
        /// Money was taken more than once.
        ChargedTwice = "charged_twice",
        /// Nothing arrived.
        NotDelivered = "not_delivered",
        /// The key had been used.
        KeyAlreadyUsed = "key_already_used",
        /// The vendor does not know the key.
        KeyInvalid = "key_invalid",
        /// The key does not work in the buyer's region.
        RegionLocked = "region_locked",
        /// Not what was described.
        NotAsDescribed = "not_as_described",
        /// The buyer changed their mind.
        NoLongerWanted = "no_longer_wanted",
        /// Somebody else bought on the account or card.
        Unauthorised = "unauthorised",
        /// Anything else.
        Other = "other",
    }
    /// Which door a claim came through.
    ClaimChannel {
        /// The platform's app.
        App = "app",
        /// The platform's site.
        Web = "web",
        /// The platform's customer service.
        CustomerService = "customer_service",
        /// A partner's interface.
        Partner = "partner",
        /// Anything else.
        Unofficial = "unofficial",
    }
    /// Which way refunded money goes.
    RefundRoute {
        /// Back to the payment it came from.
        Original = "original",
        /// Anywhere else.
        Alternative = "alternative",
    }
    /// What a piece of evidence is.
    EvidenceKind {
        /// The vendor's error at activation.
        ActivationError = "activation_error",
        /// The provider's record of the payment.
        PaymentRecord = "payment_record",
        /// A conversation.
        ChatLog = "chat_log",
        /// The goods as received.
        ProductScreenshot = "product_screenshot",
        /// A screen recording.
        Video = "video",
        /// Anything else.
        Other = "other",
    }
}
