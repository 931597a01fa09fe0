//! What is remembered of a tenant as a whole.

use serde::{Deserialize, Serialize};

use super::batch::count_fault;
use super::{Event, EventBody, HopCounts, Labels};
use crate::domain::{Currency, Decision, FactBody, HOUR_MS, Money, Timestamp};

/// The tenant's totals: the base rates that the rates of single accounts, networks and suppliers are held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TenantDoc {
    /// The latest delivery of any order. That a fact is missing proves something only while others arrive.
    pub last_delivery_at: Option<Timestamp>,
    /// Orders by day.
    pub orders: HopCounts,
    /// Claims by day, each refund once.
    pub claims: HopCounts,
    /// Deliveries of keys, by day.
    pub delivered: HopCounts,
    /// Delivered keys that were found not to work, by day, each key once.
    pub faults: HopCounts,
    /// What claims turned out to be.
    pub labels: Labels,
}

impl Default for TenantDoc {
    fn default() -> Self {
        Self {
            last_delivery_at: None,
            orders: HopCounts::daily(),
            claims: HopCounts::daily(),
            delivered: HopCounts::daily(),
            faults: HopCounts::daily(),
            labels: Labels::default(),
        }
    }
}

impl TenantDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        self.labels.apply(event);
        match &event.body {
            EventBody::Fact(fact, context) => {
                let at = fact.occurred_at;
                if let FactBody::KeyDelivered(delivered) = &fact.body {
                    self.last_delivery_at = self.last_delivery_at.max(Some(at));
                    if delivered.key.is_some() {
                        self.delivered.add(at);
                    }
                } else if matches!(fact.body, FactBody::OrderPlaced(_)) {
                    self.orders.add(at);
                }
                if let Some(fault) = &context.fault {
                    count_fault(&mut self.faults, fault);
                }
            }
            EventBody::Claimed(claim, context) => {
                if !context.asked_before {
                    self.claims.add(claim.requested_at);
                }
            }
            EventBody::Decided(_) => {}
        }
    }
}

/// What was approved in the current hour of vouch's own clock, for the budget of automatic approvals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ApprovalsDoc {
    hour: i64,
    claims: u32,
    /// One sum per currency.
    amounts: Vec<(Currency, i64)>,
}

impl ApprovalsDoc {
    pub(super) fn apply(&mut self, event: &Event) {
        let EventBody::Decided(decided) = &event.body else { return };
        if let (Decision::Approve, Some(approved)) = (decided.decision, decided.approved) {
            self.add(event.observed_at, approved);
        }
    }

    /// Counts an approval. Claims are observed in order, so an earlier hour never comes back.
    pub fn add(&mut self, observed_at: Timestamp, approved: Money) {
        let hour = observed_at.ms().div_euclid(HOUR_MS);
        if hour > self.hour {
            *self = Self { hour, ..Self::default() };
        }
        self.claims = self.claims.saturating_add(1);
        match self.amounts.iter_mut().find(|(currency, _)| *currency == approved.currency) {
            Some((_, sum)) => *sum = sum.saturating_add(approved.amount_minor),
            None => self.amounts.push((approved.currency, approved.amount_minor)),
        }
    }

    /// How many claims were approved in the hour of `observed_at`.
    #[must_use]
    pub fn claims(&self, observed_at: Timestamp) -> u32 {
        if self.is_current(observed_at) { self.claims } else { 0 }
    }

    /// What was approved in the hour of `observed_at`, by currency.
    #[must_use]
    pub fn amounts(&self, observed_at: Timestamp) -> &[(Currency, i64)] {
        if self.is_current(observed_at) { &self.amounts } else { &[] }
    }

    const fn is_current(&self, observed_at: Timestamp) -> bool {
        observed_at.ms().div_euclid(HOUR_MS) == self.hour
    }
}
