//! What claims turned out to be, and how refunds ended: told after the claim, or before it.

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::bounded::insert_latest;
use crate::domain::{
    OutcomeLabel, OutcomeReported, RefundId, RefundSettled, SettlementStatus, Timestamp,
};

/// Most refunds that are kept track of, the latest.
pub(super) const ENDINGS_MAX: usize = 64;

/// What claims turned out to be: the finding that became true last, for each refund.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcomes(ThinVec<(Timestamp, OutcomeLabel, RefundId)>);

impl Outcomes {
    pub(super) fn note(&mut self, fact: &OutcomeReported) {
        let told = (fact.effective_at, fact.label, fact.refund_id.clone());
        let known = self.0.iter().position(|(_, _, refund)| *refund == fact.refund_id);
        let known = known.map(|known| self.0.remove(known));
        let stands = known.into_iter().chain([told]).max();
        if let Some(stands) = stands {
            insert_latest(&mut self.0, ENDINGS_MAX, stands, Clone::clone);
        }
    }

    /// The finding about a refund that would stand if this one was told, when it is not the one that stands already.
    #[must_use]
    pub fn replaced_by(&self, fact: &OutcomeReported) -> Replaced {
        let told = (fact.effective_at, fact.label, &fact.refund_id);
        match self.0.iter().find(|(_, _, refund)| *refund == fact.refund_id) {
            Some((at, label, refund)) if (*at, *label, refund) >= told => Replaced::Nothing,
            Some((at, label, _)) => Replaced::Earlier(*at, *label),
            None => Replaced::First,
        }
    }

    /// The finding about a refund, and since when it is true.
    #[must_use]
    pub fn standing(&self, refund_id: &RefundId) -> Option<(Timestamp, OutcomeLabel)> {
        let found = self.0.iter().find(|(_, _, refund)| refund == refund_id);
        found.map(|(at, label, _)| (*at, *label))
    }

    /// The finding about a refund.
    #[must_use]
    pub fn of(&self, refund_id: &RefundId) -> Option<OutcomeLabel> {
        self.0.iter().find(|(_, _, refund)| refund == refund_id).map(|(_, label, _)| *label)
    }
}

/// What a new finding does to those that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It is the first about its refund.
    First,
    /// It takes the place of this one.
    Earlier(Timestamp, OutcomeLabel),
    /// Another one stands.
    Nothing,
}

/// How refunds ended: paid is final, else the latest word stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settlements(ThinVec<(Timestamp, SettlementStatus, RefundId)>);

impl Settlements {
    pub(super) fn note(&mut self, at: Timestamp, fact: &RefundSettled) {
        let told = (at, fact.status, fact.refund_id.clone());
        let known = self.0.iter().position(|(_, _, refund)| *refund == fact.refund_id);
        let known = known.map(|known| self.0.remove(known));
        let finality = |(at, status, _): &(Timestamp, SettlementStatus, RefundId)| {
            (*status == SettlementStatus::Settled, *at)
        };
        let stands = known.into_iter().chain([told]).max_by_key(finality);
        if let Some(stands) = stands {
            insert_latest(&mut self.0, ENDINGS_MAX, stands, Clone::clone);
        }
    }

    /// A claim of this time for the refund has ended: the refund was paid, or failed after it was asked for.
    #[must_use]
    pub fn ended(&self, refund_id: &RefundId, claimed_at: Timestamp) -> bool {
        self.0.iter().any(|(at, status, refund)| {
            refund == refund_id && (*status == SettlementStatus::Settled || *at >= claimed_at)
        })
    }
}
