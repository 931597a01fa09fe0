//! What only the simulator knows.

use crate::domain::{AccountId, OrderId, OutcomeLabel, RefundId, Timestamp};
use crate::tables::columns;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The value in snake case, as `truth.parquet` has it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    )*};
}

words! {
    /// Who makes a claim.
    Actor {
        /// An honest buyer.
        Honest = "honest",
        /// A buyer who does not look: wrong region, owned already.
        Careless = "careless",
        /// A reseller.
        Reseller = "reseller",
        /// A professional refunder who takes his time.
        PatientRefunder = "patient_refunder",
        /// A professional refunder who comes in a burst.
        BurstRefunder = "burst_refunder",
        /// A member of a ring.
        Ring = "ring",
        /// Somebody who took an account over.
        Takeover = "takeover",
        /// The owner of an account that was taken over.
        TakeoverVictim = "takeover_victim",
        /// A buyer of good standing who claims what was used.
        FriendlyFraud = "friendly_fraud",
        /// The attack that appears on the drift day.
        NewAttack = "new_attack",
    }
    /// What lies behind a claim.
    Cause {
        /// Charged twice.
        DoubleCharge = "double_charge",
        /// Not delivered, or much too late.
        NotDelivered = "not_delivered",
        /// Not delivered in an outage.
        Outage = "outage",
        /// The key never worked.
        DeadKey = "dead_key",
        /// The key was of a bad batch.
        Outbreak = "outbreak",
        /// Somebody else used the key first.
        UsedKey = "used_key",
        /// The key was sold before.
        SoldTwice = "sold_twice",
        /// The key was stolen and published.
        KeyLeak = "key_leak",
        /// The key was guessed.
        KeyEnumeration = "key_enumeration",
        /// The key does not work where the buyer is.
        WrongRegion = "wrong_region",
        /// The buyer owned the goods already.
        AlreadyOwned = "already_owned",
        /// The provider had given the money back before the claim.
        AlreadyReversed = "already_reversed",
        /// The buyer changed his mind.
        Regret = "regret",
        /// The buyer is mistaken.
        Confusion = "confusion",
        /// Somebody else ordered on the account.
        AccountTaken = "account_taken",
        /// The goods were good, and were used or sold.
        Fraud = "fraud",
    }
}

impl Cause {
    /// Whether the platform or its supplier is at fault.
    pub(super) const fn is_merchant_fault(self) -> bool {
        match self {
            Self::DoubleCharge
            | Self::NotDelivered
            | Self::Outage
            | Self::DeadKey
            | Self::Outbreak
            | Self::UsedKey
            | Self::SoldTwice
            | Self::KeyLeak
            | Self::KeyEnumeration => true,
            Self::WrongRegion
            | Self::AlreadyOwned
            | Self::AlreadyReversed
            | Self::Regret
            | Self::Confusion
            | Self::AccountTaken
            | Self::Fraud => false,
        }
    }
}

/// The truth about one refund.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// The refund.
    pub refund_id: RefundId,
    /// The order.
    pub order_id: OrderId,
    /// The account that asks.
    pub account_id: AccountId,
    /// When it asks.
    pub requested_at: Timestamp,
    /// Who asks.
    pub actor: Actor,
    /// What lies behind it.
    pub cause: Cause,
    /// What the claim really is.
    pub label: OutcomeLabel,
    /// What is reported of it in the end; `None`: nothing ever is.
    pub reported: Option<OutcomeLabel>,
    /// When that is reported; it may be after the end of the files.
    pub reported_at: Option<Timestamp>,
    /// The desk of the platform paid it.
    pub paid: bool,
}

impl Truth {
    /// Whether it should not be paid: an abuse, or in the hands of a stranger.
    #[must_use]
    pub const fn is_bad(&self) -> bool {
        matches!(self.label, OutcomeLabel::Abuse | OutcomeLabel::AccountTakeover)
    }
}

columns! {
    /// The columns of `truth.parquet`.
    pub(super) TruthColumns, None;
    refund_id: text,
    order_id: text,
    account_id: text,
    requested_at: time,
    actor: text,
    cause: text,
    true_label: text,
    is_bad: truth,
    reported_label: text,
    reported_at: time,
    desk_paid: truth,
}

impl TruthColumns {
    pub(super) fn put(&mut self, truth: &Truth) {
        self.refund_id.set(truth.refund_id.as_str());
        self.order_id.set(truth.order_id.as_str());
        self.account_id.set(truth.account_id.as_str());
        self.requested_at.set(truth.requested_at);
        self.actor.set(truth.actor.as_str());
        self.cause.set(truth.cause.as_str());
        self.true_label.set(truth.label.as_str());
        self.is_bad.set(truth.is_bad());
        self.reported_label.set_optional(truth.reported.map(OutcomeLabel::as_str));
        self.reported_at.set_optional(truth.reported_at);
        self.desk_paid.set(truth.paid);
    }
}
