//! What an order shows by itself, read alike by signals and by findings.

use super::order::OrderDoc;
use crate::domain::{KeyFingerprint, Timestamp};

/// What payments beyond the price are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurplusKind {
    /// More payments than goods.
    ProvenDuplicate,
    /// Goods for each payment, not all of them opened.
    ProbableDuplicate,
    /// Goods for each payment, all of them opened.
    TwoPurchases,
}

impl SurplusKind {
    /// As signals spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProvenDuplicate => "proven_duplicate",
            Self::ProbableDuplicate => "probable_duplicate",
            Self::TwoPurchases => "two_purchases",
        }
    }
}

impl OrderDoc {
    /// What the [`Self::surplus`] is; `None` when there is none, or it is unknown.
    #[must_use]
    pub fn surplus_kind(&self) -> Option<SurplusKind> {
        let surplus = self.surplus()?;
        let units = usize::try_from(self.placed.as_ref()?.quantity).unwrap_or(usize::MAX);
        (!surplus.is_empty()).then(|| {
            if self.deliveries.len() <= units {
                SurplusKind::ProvenDuplicate
            } else if self.all_opened() {
                SurplusKind::TwoPurchases
            } else {
                SurplusKind::ProbableDuplicate
            }
        })
    }

    /// Every delivery was opened, and there was one.
    #[must_use]
    pub fn all_opened(&self) -> bool {
        !self.deliveries.is_empty()
            && self.deliveries.iter().all(|delivery| {
                self.views.iter().any(|view| view.key == delivery.key && view.at >= delivery.at)
            })
    }

    /// When a key was first delivered to the order.
    #[must_use]
    pub fn delivered_at(&self, key: KeyFingerprint) -> Option<Timestamp> {
        self.deliveries.iter().find(|delivery| delivery.key == Some(key)).map(|d| d.at)
    }

    /// The price of so many units, at most all of them, in minor units of the currency that was charged; units cost the
    /// same. `None` as [`Self::price_as_paid`].
    #[must_use]
    pub fn price_of_units_minor(&self, units: i64) -> Option<i64> {
        let price = self.price_as_paid()?.amount_minor;
        let all = i64::from(self.placed.as_ref()?.quantity);
        let units = units.min(all);
        Some(price / all * units + price % all * units / all)
    }
}
