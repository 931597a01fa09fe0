//! One entry of a layer.

use crate::domain::{Decision, FollowUpKind, Layer, LocalizedText};

/// One entry of a layer, as it is decided with.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id, unique in the file.
    pub id: String,
    /// Its layer.
    pub layer: Layer,
    /// What it speaks for.
    pub then: Decision,
    /// Why.
    pub reasoning: Reasoning,
    /// The condition, as written.
    pub when: String,
    /// Which of the program's values bounds the amount that it approves.
    pub(super) amount: Option<usize>,
    /// What the buyer can do.
    pub follow_up: Option<FollowUpKind>,
}

/// Why an entry decides as it does.
#[derive(Debug, Clone)]
pub struct Reasoning {
    /// Code of the reason.
    pub code: String,
    /// For staff, with signals in braces.
    pub agent: LocalizedText,
    /// For the buyer.
    pub customer: LocalizedText,
    /// The clause it rests on.
    pub clause: Option<String>,
}
