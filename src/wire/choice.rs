//! Enums, number by number: an unknown number is refused, never read as the default.

use super::pb::v1;
use crate::domain;

/// An enum of the domain that has a twin in the proto files.
pub trait WireEnum: Copy + 'static {
    /// Every value, in the order of the proto file.
    const VALUES: &'static [Self];

    /// The value behind a number; `None` for zero (unspecified) and for numbers that the proto file does not name.
    fn from_number(number: i32) -> Option<Self>;

    /// The number on the wire, above 0.
    fn number(self) -> i32;

    /// The name in the proto file, for example `SKU_CLASS_KEY`.
    fn wire_name(self) -> &'static str;
}

macro_rules! wire_enums {
    ($($name:ident { $($variant:ident),* $(,)? })*) => {$(
        impl WireEnum for domain::$name {
            const VALUES: &'static [Self] = Self::ALL;

            fn from_number(number: i32) -> Option<Self> {
                match v1::$name::try_from(number).ok()? {
                    v1::$name::Unspecified => None,
                    $(v1::$name::$variant => Some(Self::$variant),)*
                }
            }

            fn number(self) -> i32 {
                match self { $(Self::$variant => i32::from(v1::$name::$variant),)* }
            }

            fn wire_name(self) -> &'static str {
                match self { $(Self::$variant => v1::$name::$variant.as_str_name(),)* }
            }
        }
    )*};
}

wire_enums! {
    SkuClass { Key, TopUp, Account, Subscription, Licence }
    PaymentMethod { Wechat, Alipay, Card, Balance, Crypto }
    RefundRoute { Original, Alternative }
    ActivationResult { Ok, UsedByOther, OwnedBySelf, Invalid, Expired, RegionLocked, RateLimited }
    ActivityKind { Registered, Login, PasswordChanged, PayoutChanged, Verified }
    SettlementStatus { Settled, Failed }
    ChargebackResult { Won, Lost }
    IncidentKind { DoubleCharge, DeliveryOutage, BadBatch }
    OutcomeLabel { Honest, Abuse, AccountTakeover, MerchantFault, Unclear }
    OutcomeSource { Reviewer, Chargeback, Customer, Audit }
    ClaimReason {
        ChargedTwice, NotDelivered, KeyAlreadyUsed, KeyInvalid, RegionLocked, NotAsDescribed,
        NoLongerWanted, Unauthorised, Other,
    }
    ClaimChannel { App, Web, CustomerService, Partner, Unofficial }
    EvidenceKind { ActivationError, PaymentRecord, ChatLog, ProductScreenshot, Video, Other }
    Decision { Approve, Review, Reject }
    Layer { Guard, Proof, Eligibility, List, Rule, Model, Fallback }
    LayerOutcome { Passed, Decided, Overruled, Absent }
    FindingKind {
        DoubleCharge, KeySoldTwice, KeyLeakedBeforeDelivery, KeyLeakedAfterDelivery, BatchOutbreak,
    }
    FollowUpKind { SupplyEvidence, StepUpVerification, SignRouteAgreement }
}
