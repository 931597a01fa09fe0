//! Counting claims and their worth.

use std::ops::AddAssign;

use serde::Serialize;

use crate::domain::OutcomeLabel;

/// What a claim turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// It should have been paid.
    Good,
    /// It should not.
    Bad,
    /// Nobody could tell, or nobody has told yet.
    Unlabelled,
}

impl Label {
    /// What an outcome says.
    #[must_use]
    pub const fn of(outcome: OutcomeLabel) -> Self {
        match outcome {
            OutcomeLabel::Honest | OutcomeLabel::MerchantFault => Self::Good,
            OutcomeLabel::Abuse | OutcomeLabel::AccountTakeover => Self::Bad,
            OutcomeLabel::Unclear => Self::Unlabelled,
        }
    }
}

/// Some claims.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many.
    pub claims: u64,
    /// What those are about whose worth is known: minor units of the policy's currency.
    pub value_minor: i64,
    /// Those that turned out good.
    pub good: u64,
    /// What they are about.
    pub good_value_minor: i64,
    /// Those that turned out bad.
    pub bad: u64,
    /// What they are about.
    pub bad_value_minor: i64,
}

impl Tally {
    /// One claim.
    pub(super) fn one(value_minor: Option<i64>, label: Label) -> Self {
        let value = value_minor.unwrap_or(0);
        let of = |wanted: Label| if label == wanted { (1, value) } else { (0, 0) };
        let ((good, good_value_minor), (bad, bad_value_minor)) = (of(Label::Good), of(Label::Bad));
        Self { claims: 1, value_minor: value, good, good_value_minor, bad, bad_value_minor }
    }

    /// Share of the bad among the labelled; `None` when none is labelled.
    #[must_use]
    pub fn bad_share(&self) -> Option<f64> {
        share(self.bad, self.good + self.bad)
    }
}

/// A part of a whole; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.claims += other.claims;
        self.value_minor = self.value_minor.saturating_add(other.value_minor);
        self.good += other.good;
        self.good_value_minor = self.good_value_minor.saturating_add(other.good_value_minor);
        self.bad += other.bad;
        self.bad_value_minor = self.bad_value_minor.saturating_add(other.bad_value_minor);
    }
}
