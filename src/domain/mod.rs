//! The words of the refund desk: ids, money, times, facts, claims and verdicts.
//!
//! Everything here is valid by construction: `wire` parses what comes from outside into these types and reports what
//! does not fit. No type of this module knows how it is transported or stored.

mod claim;
mod client;
mod context;
mod country;
mod derived;
mod fact;
mod finding;
mod ids;
mod model;
mod money;
mod network;
mod terms;
mod time;
mod verdict;
mod violation;

pub use claim::{
    ClaimChannel, ClaimReason, Destination, Evidence, EvidenceKind, RefundClaim, RefundRoute,
};
pub use client::{Client, canonical_ip};
pub use context::{ClaimContext, ClaimOrigin, FactContext, JudgedClaim, KeyFault};
pub use country::Country;
pub use derived::derived_id;
pub use fact::{
    AccountActivity, ActivationResult, ActivityKind, ChargebackClosed, ChargebackOpened,
    ChargebackResult, Fact, FactBody, IncidentDeclared, IncidentKind, KeyActivated, KeyDelivered,
    KeyViewed, KeysLeaked, OrderPlaced, OutcomeLabel, OutcomeReported, OutcomeSource,
    PaymentCaptured, PaymentMethod, PaymentReversed, RefundSettled, SettlementStatus, SkuClass,
};
pub use finding::{Finding, FindingKind, FindingSubject, RecommendedRefund};
pub use ids::{
    AccountId, ActivatorId, BatchId, ChargebackId, DecisionId, DeviceId, FactId, FindingId,
    ID_MAX_BYTES, IdError, IncidentId, KeyFingerprint, OrderId, PayerFingerprint,
    PayoutFingerprint, PspTransactionId, RefundId, RequestId, Sha256, Sku, SupplierId, TenantId,
};
pub use model::{
    CHALLENGERS_MAX, ChallengerVerdict, Contribution, Contributions, ExpectedCosts,
    GroupContribution, ModelAssessment, ModelFeatures, ModelScore, ModelTrust, ScoreBin,
};
pub use money::{AMOUNT_MAX_MINOR, Currency, FX_RATE_MAX, FxRate, Money, MoneyError};
pub use network::Network;
pub use terms::{SkuTerms, Terms};
pub use time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};
pub use verdict::{
    Coverage, Decision, Degradation, FollowUp, FollowUpKind, Layer, LayerFinding, LayerOutcome,
    LocalizedText, Reason, RouteAdvice, Verdict, Versions,
};
pub use violation::{Violation, Violations};
