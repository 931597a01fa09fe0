//! A policy that is ready to decide.

use std::collections::{BTreeMap, HashMap};

use super::compile::Compiled;
use super::entry::{Entry, Reasoning};
use super::judge::{self, Judged};
use super::lists::ListEntry;
use super::model::ModelTerms;
use crate::domain::{FollowUpKind, LocalizedText, Terms};
use crate::signals::SignalRow;

/// A policy that is ready to decide.
#[derive(Debug)]
pub struct Policy {
    /// What the file calls itself.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// The after-sales terms.
    pub terms: Terms,
    /// Entries with conditions, by layer and in file order.
    pub entries: Vec<Entry>,
    /// Lists, in file order.
    pub lists: Vec<ListEntry>,
    /// Minutes until a person must have looked, from when the claim was taken in; 1 to 10,080.
    pub review_deadline_min: u32,
    /// Share of a refund that may be kept when it goes another route, 0 to 0.1.
    pub alternative_fee_share: f64,
    /// Automatic approval is on.
    pub auto_approve: bool,
    /// Approvals in an hour of vouch's own clock; 0 is no bound.
    pub approvals_per_hour: u32,
    /// Their worth in minor units of the terms' currency; 0 is no bound.
    pub approved_value_per_hour_minor: i64,
    /// What bounds a model; `None`: no model decides anything.
    pub model: Option<ModelTerms>,
    pub(super) reasons: BTreeMap<String, Reasoning>,
    pub(super) follow_ups: HashMap<FollowUpKind, LocalizedText>,
    pub(super) compiled: Compiled,
}

impl Policy {
    /// Evaluates every condition for a claim, whose signals are in the order of the catalogue.
    #[must_use]
    pub fn judge(&self, row: &SignalRow) -> Judged {
        judge::judge(&self.compiled, row)
    }

    /// Positions in the catalogue of the signals that the policy reads, ascending.
    #[must_use]
    pub fn signals_read(&self) -> &[usize] {
        &self.compiled.signals
    }
}
