//! The after-sales terms that signals are measured against. The policy file states them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ClaimReason, Currency, EvidenceKind, Money, SkuClass};

/// The after-sales terms of a platform.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// The currency in which thresholds are stated.
    pub currency: Currency,
    /// Major units of [`Self::currency`] for one major unit of another: rough, for thresholds only, never for paying.
    pub value_of: BTreeMap<Currency, f64>,
    /// Terms by class of goods; every class is there.
    pub by_class: BTreeMap<SkuClass, SkuTerms>,
    /// What a buyer must show, by reason; a reason that is not there needs nothing. One kind of each list is enough.
    pub evidence_required: BTreeMap<ClaimReason, Vec<EvidenceKind>>,
}

/// Terms of one class of goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkuTerms {
    /// Hours after delivery (after payment, while nothing is delivered) in which a claim is heard.
    pub window_h: u32,
    /// Goods that were delivered can be given back without a fault.
    pub returnable_after_delivery: bool,
}

impl Terms {
    /// The worth of `money` in minor units of [`Self::currency`]; `None` when its currency has no stated value.
    #[must_use]
    pub fn value_minor(&self, money: Money) -> Option<i64> {
        if money.currency == self.currency {
            return Some(money.amount_minor);
        }
        let rate = self.value_of.get(&money.currency)?;
        let rate = super::FxRate::new(money.currency, self.currency, *rate).ok()?;
        rate.convert(money).map(|value| value.amount_minor)
    }
}
