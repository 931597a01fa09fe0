//! What a simulation came to.

use std::collections::BTreeMap;

use super::truth::{Actor, Truth};
use crate::domain::{FactBody, OutcomeLabel};

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Orders that were placed.
    pub orders: u64,
    /// Accounts that there are in the end.
    pub accounts: u64,
    /// Facts by kind, repeated ones counted again.
    pub facts: BTreeMap<&'static str, u64>,
    /// Claims, those that ask again counted again.
    pub claims: u64,
    /// Refunds that were claimed.
    pub refunds: u64,
    /// Refunds that should not be paid, as far as anybody could know.
    pub bad_refunds: u64,
    /// Refunds whose truth is reported before the end.
    pub labelled_refunds: u64,
    /// Refunds by who claims.
    pub actors: BTreeMap<Actor, u64>,
    /// Refunds by what they really are.
    pub labels: BTreeMap<OutcomeLabel, u64>,
}

impl Summary {
    /// Every fact.
    #[must_use]
    pub fn fact_count(&self) -> u64 {
        self.facts.values().sum()
    }

    pub(super) fn count_fact(&mut self, body: &FactBody) {
        *self.facts.entry(kind(body)).or_default() += 1;
    }

    /// `end` in ms.
    pub(super) fn count_truth(&mut self, truth: &Truth, end: i64) {
        self.refunds += 1;
        self.bad_refunds += u64::from(truth.is_bad());
        self.labelled_refunds += u64::from(truth.reported_at.is_some_and(|at| at.ms() < end));
        *self.actors.entry(truth.actor).or_default() += 1;
        *self.labels.entry(truth.label).or_default() += 1;
    }
}

const fn kind(body: &FactBody) -> &'static str {
    match body {
        FactBody::OrderPlaced(_) => "order_placed",
        FactBody::PaymentCaptured(_) => "payment_captured",
        FactBody::PaymentReversed(_) => "payment_reversed",
        FactBody::KeyDelivered(_) => "key_delivered",
        FactBody::KeyViewed(_) => "key_viewed",
        FactBody::KeyActivated(_) => "key_activated",
        FactBody::AccountActivity(_) => "account_activity",
        FactBody::RefundSettled(_) => "refund_settled",
        FactBody::ChargebackOpened(_) => "chargeback_opened",
        FactBody::ChargebackClosed(_) => "chargeback_closed",
        FactBody::KeysLeaked(_) => "keys_leaked",
        FactBody::IncidentDeclared(_) => "incident_declared",
        FactBody::OutcomeReported(_) => "outcome_reported",
    }
}
