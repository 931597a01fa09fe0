//! The model's layer: it decides what nothing above decided, by what each decision is expected to cost.
//!
//! A model is asked last before the fallback, and its word is bounded by what the policy says: it approves and rejects
//! only where enough is known. What it may not decide by itself a person does, and the verdict says why.

mod costs;
mod layer;
mod read;
mod texts;
mod view;

use std::collections::BTreeMap;

pub use costs::{Costs, Expected, Thresholds};
pub(super) use read::{ModelConditions, RawCosts, RawModel, is_own_id, model};
pub use view::Opinion;
pub(super) use view::{Choice, View, view};

use crate::domain::{Decision, LocalizedText};

/// What bounds a model.
#[derive(Debug)]
pub struct ModelTerms {
    /// What decisions cost.
    pub costs: Costs,
    /// Share of the signals that the policy reads that must be known before a model approves or rejects, 0 to 1.
    pub coverage_min: f64,
    /// A model approves no claim that is worth more, minor units of the terms' currency; `None` is no bound.
    pub approve_max_minor: Option<i64>,
    /// The same while something is degraded; a model rejects nothing then.
    pub degraded_approve_max_minor: i64,
    /// Codes of degradations that hold nothing back.
    pub tolerates: Vec<String>,
    /// Which of the program's values says that a model may approve.
    pub(super) approve_when: usize,
    /// Which of the program's values says that a model may reject.
    pub(super) reject_when: usize,
    pub(super) customer: CustomerTexts,
    /// What staff read of each group of signals, by the code of its reason.
    pub(super) groups: BTreeMap<&'static str, LocalizedText>,
}

/// What the buyer is told when a model decides.
#[derive(Debug)]
pub(super) struct CustomerTexts {
    pub(super) approve: LocalizedText,
    pub(super) review: LocalizedText,
    pub(super) reject: LocalizedText,
}

impl CustomerTexts {
    const fn of(&self, decision: Decision) -> &LocalizedText {
        match decision {
            Decision::Approve => &self.approve,
            Decision::Review => &self.review,
            Decision::Reject => &self.reject,
        }
    }
}
